# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task gives the same whether it runs in the process of Ansible or as a module; a signal loses no key."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import time
import typing as t

import pytest
from support.playbooks import PlaybookRun, PlaybookRunner, Task

from simulator import Fault, Simulator

# What differs from one run to the next: ids, secrets, instants, and where the service and its files are.
VOLATILE = re.compile(
    r"ak-[0-9A-Za-z]{44,}|ak-[0-9A-Za-z]{3}\.\.\.[0-9A-Za-z]{3}|(U3BhY2U|QXBpS2V5|VXNlcj|T3JnYW5p)[0-9A-Za-z]+=*|req_[0-9A-Z]+"
    r"|\d{4}-\d\d-\d\d(T[\d:.]+Z?)?|127\.0\.0\.1:\d+"
)


def tasks(runner: PlaybookRunner) -> list[Task]:
    """One of everything that a task may be given and may end with."""
    key = {"name": "a key", "space": "analytics", "expires_in": "90d"}
    return [
        runner.key(**key),
        runner.key(**key),
        runner.key(**key, dest="~/a", mode="0640", on_lost_secret="reissue"),
        runner.key(**{**key, "name": "b key"}, dest="$KEYS/b", dest_format="dotenv", return_key=True),
        {**runner.key(**{**key, "name": "{{ item }} key"}), "loop": ["x", "y"]},
        runner.key(name="a key", space="analytics", state="refreshed", grace_period="1h"),
        runner.key(name="a key", space="analitics"),
        runner.key(name="a key", space="analytics", nonsense=1),
        runner.key(name="a key", space="analytics", exclusive="maybe"),
        runner.key(name="a key", space="analytics", expires_in="soon"),
        runner.key(name="a key", space="analytics", dest="/missing/folder/a"),
        runner.info(space="analytics", expires_within="100d"),
        runner.info(space="analytics", profile="none"),
        {**runner.key(name="a key", space="analytics", state="absent"), "delegate_to": "another", "check_mode": True},
        runner.keys(
            spaces=["analytics"], defaults={"name": "{space} key", "dest": "~/{space}.key", "expires_in": "90d"}
        ),
        runner.keys(api_keys=[{"name": "c key", "space": "analytics"}, {"name": "d key", "space": "nowhere"}]),
        runner.keys(api_keys=[{"name": "c key", "space": "analytics"}], concurrency=99),
        {**runner.info(space="analytics"), "environment": {"ARIZE_REGION": "{{ 'nowhere' }}"}},
    ]


def play(runner: PlaybookRunner, in_process: bool, *arguments: str) -> PlaybookRun:
    """Run all of them in a world of its own."""
    (runner.folder / "keys").mkdir()
    return runner.run_tasks(
        *tasks(runner),
        arguments=[
            *arguments,
            "--diff",
            "-e",
            json.dumps({"arize_in_process": in_process}),
            "-e",
            "ansible_connection=local",
        ],
        HOME=str(runner.folder),
        KEYS=str(runner.folder / "keys"),
        # ansible-core prints sets.
        PYTHONHASHSEED="0",
    )


def settled(runner: PlaybookRunner, value: t.Any) -> t.Any:
    text = VOLATILE.sub("~", json.dumps(value, sort_keys=True).replace(str(runner.folder), "FOLDER"))
    return json.loads(text)


@pytest.mark.parametrize(
    "arguments", [pytest.param([], id="run"), pytest.param(["--check"], id="check", marks=pytest.mark.nightly)]
)
def test_the_same_results_both_ways(tmp_path: pathlib.Path, arguments: list[str]) -> None:
    results, printed = [], []
    for in_process in (True, False):
        with Simulator(spaces=["analytics"]) as simulator:
            folder = tmp_path / str(in_process)
            folder.mkdir()
            runner = PlaybookRunner(simulator, folder)
            run = play(runner, in_process, *arguments)
            assert run.returncode == 0, run.everything_printed
            results.append(settled(runner, run.results))
            # ansible-core says which of the two failed.
            printed.append(settled(runner, run.stdout.replace("Action failed", "Module failed").splitlines()))
            if arguments:
                assert simulator.writes == []
    for ours, theirs in zip(*results, strict=True):
        for result in (ours, theirs, *ours.get("results", ()), *theirs.get("results", ())):
            # Only a module discovers an interpreter, and only it can have written to stdout beside its result.
            result.pop("ansible_facts", None)
        assert ours == theirs
    assert printed[0] == printed[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_after_the_request_loses_no_key(
    playbooks: PlaybookRunner, simulator: Simulator, tmp_path: pathlib.Path, number: signal.Signals
) -> None:
    """All processes of Ansible get it, as from a terminal, while the request for a new key is answered."""
    dest = tmp_path / "a.key"
    simulator.faults.add(Fault(method="POST", kind="delay", seconds=3.0))
    playbook, _results = playbooks.write_tasks(
        playbooks.key(name="a key", space="analytics", dest=str(dest)),
        playbooks.key(name="never begun", space="analytics", dest=f"{dest}2"),
    )
    process = playbooks.start(playbook)
    while not any(request.method == "POST" for request in simulator.requests):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    deadline = time.monotonic() + 20
    while not dest.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    (key,) = simulator.keys(live=True, name="a key")
    assert dest.read_text().strip() == key.secret
    assert simulator.keys(name="never begun") == []


def test_a_loop_makes_one_handshake(tmp_path: pathlib.Path) -> None:
    with Simulator(spaces=("analytics",), tls=True) as simulator:
        runner = PlaybookRunner(simulator, tmp_path)
        key = runner.key(name="a key", space=simulator.spaces[0].id, ca_path=simulator.ca_path)
        simulator.seed_key(name="a key", space_id=simulator.spaces[0].id)
        run = runner.run_tasks({**key, "loop": "{{ range(200) | list }}", "loop_control": {"label": "{{ item }}"}})
        assert len(run.results[0]["results"]) == 200
        assert not run.results[0]["changed"]
        assert simulator.connections == 1


def test_a_loop_over_a_service_that_is_down_ends_soon(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    """The items after the first try once, so fifty of them end within three times the time of one."""
    runner = PlaybookRunner(simulator, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    key = runner.key(name="a key", space="analytics", api_url=nobody, max_retries=3)
    run = runner.run_tasks({**key, "loop": [1]}, {**key, "loop": "{{ range(50) | list }}"})
    begun = [
        datetime.datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f")
        for stamp in re.findall(r"^(\S+ \S+) .*TASK \[", run.log, re.MULTILINE)
    ]
    one, fifty = (after - before for before, after in itertools.pairwise(begun))
    assert all(item["failed"] for item in run.results[1]["results"])
    assert fifty < 3 * one, (one, fifty)
