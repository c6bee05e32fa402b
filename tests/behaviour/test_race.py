# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many runs at once that declare the same key."""

from __future__ import annotations

import json
import pathlib

from support.playbooks import PlaybookRunner

from simulator import Fault, Simulator

RUNS = 20
NAME = "wanted by all"


def test_parallel_runs_leave_one_key(tmp_path: pathlib.Path) -> None:
    """One live key, one run that says it changed something and holds its secret, and none that failed."""
    with Simulator(spaces=("analytics",)) as simulator:
        # The runs start one after the other on a machine with few processors: this makes them meet.
        simulator.faults.add(Fault(kind="delay", method="POST", path="/api-keys$", seconds=10, times=RUNS))
        started = []
        for number in range(RUNS):
            folder = tmp_path / str(number)
            folder.mkdir()
            runner = PlaybookRunner(simulator, folder)
            playbook, path = runner.write_tasks(runner.key(name=NAME, space="analytics"))
            started.append((runner.start(playbook), path))
        finished = [(process.communicate(timeout=240), process.returncode, path) for process, path in started]
        for (stdout, _stderr), returncode, _path in finished:
            assert returncode == 0, stdout
        results = [json.loads(path.read_text())[0] for _output, _code, path in finished]

        (live,) = simulator.keys(name=NAME, live=True)
        assert not [result for result in results if result.get("failed")]
        # It was a race.
        assert len(simulator.keys(name=NAME)) > 1
        (changed,) = [result for result in results if result["changed"]]
        assert changed["action"] == "created"
        holders = [result["key"] for result in results if simulator.secret_is_valid(result.get("key", ""))]
        assert holders == [live.secret]
        assert changed["key"] == live.secret
        assert all(result["action"] == "none" for result in results if result is not changed)
