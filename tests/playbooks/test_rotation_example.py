# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rotation example as an operator schedules it: played on every day on which something happens, and next to it."""

from __future__ import annotations

import pathlib
import re

from support.playbooks import ROOT, PlaybookRun, PlaybookRunner

from simulator import Simulator

SPACES = ("analytics", "ingest", "support")
EXAMPLE = ROOT / "examples" / "rotate_service_keys.yml"
# Day, and tasks that change something: three keys and the note of who has a new secret; or three old keys revoked.
# What happens over two years is in tests/in_process/scenarios.
DAYS = [(0, "issued"), (76, "issued"), (77, "revoked")]


def play(runner: PlaybookRunner, folder: pathlib.Path, *arguments: str) -> PlaybookRun:
    return runner.run_playbook(
        EXAMPLE,
        ["-e", f"arize_secrets_dir={folder}", "--diff", *arguments],
        ARIZE_API_KEY=runner.simulator.credential,
        ARIZE_BASE_URL=runner.simulator.url,
    )


def changed(run: PlaybookRun) -> int:
    assert run.returncode == 0, run.stdout[-3000:]
    found = re.findall(r"changed=(\d+)", run.stdout)
    return int(found[-1])


def test_days_of_rotation(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    """Check mode says what the day will bring, the run brings it."""
    runner, folder, today = PlaybookRunner(simulator, tmp_path), tmp_path / "secrets", 0
    for day, event in DAYS:
        simulator.age(days=day - today)
        today = day
        before = {key.id for key in simulator.keys(live=True)}
        simulator.requests_clear()
        predicted = changed(play(runner, folder, "--check"))
        assert simulator.writes == []
        done = changed(play(runner, folder))
        assert predicted == done, f"day {day}"
        writes = [record.method for record in simulator.writes]
        assert writes == {"issued": ["POST"] * 3, "revoked": ["PUT"] * 3}[event], f"day {day}"
        for space in SPACES:
            secret = (folder / space).read_text().strip()
            assert simulator.secret_is_valid(secret), f"day {day}, {space}"
            assert (folder / space).stat().st_mode & 0o777 == 0o600
        if event == "issued":
            assert before <= {key.id for key in simulator.keys(live=True)}, "the old keys serve on"
    assert len(simulator.keys(live=True)) == len(SPACES)


def test_the_nightly_audit_writes_reports_and_sends_reads_only(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    """What the other examples promise, `make demo` checks."""
    audit = ROOT / "examples" / "nightly_audit.yml"
    connection = {"ARIZE_API_KEY": simulator.credential, "ARIZE_BASE_URL": simulator.url}
    variables = ["-e", f"key_audit_folder={tmp_path}/reports"]
    assert changed(PlaybookRunner(simulator, tmp_path).run_playbook(audit, variables, **connection)) > 0
    assert simulator.requests
    assert simulator.writes == []
