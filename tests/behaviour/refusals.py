# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that must fail, each against a service of its own, all in one run of ansible-playbook."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import typing as t

from support.playbooks import PlaybookRun, PlaybookRunner

from simulator import Simulator

Options = dict[str, t.Any]
# Options, or what prepares the service and returns them. They win over the working connection; None leaves one out.
Prepare = t.Callable[[Simulator], Options]


@dataclasses.dataclass(frozen=True)
class Case:
    """A task that fails: the words that its message must hold, and how many requests are sent at most."""

    options: Options | Prepare
    words: tuple[str, ...]
    requests: int = 0
    module: str = "key"
    tls: bool = False


@dataclasses.dataclass
class Refusal:
    """What one case did."""

    case: Case
    simulator: Simulator
    options: Options
    result: dict[str, t.Any]
    run: PlaybookRun


def refuse_all(cases: t.Mapping[str, Case], folder: pathlib.Path, stack: contextlib.ExitStack) -> dict[str, Refusal]:
    """Run all cases with --diff."""
    worlds = {}
    tasks = []
    for name, case in cases.items():
        simulator = stack.enter_context(Simulator(tls=case.tls, spaces=("analytics", "ingest")))
        runner = PlaybookRunner(simulator, folder)
        given = case.options(simulator) if callable(case.options) else case.options
        options = {"api_url": simulator.url, "api_key": simulator.credential, "max_retries": 0, **given}
        options = {option: value for option, value in options.items() if value is not None}
        worlds[name] = (simulator, options)
        tasks.append(runner.key(**options) if case.module == "key" else runner.info(**options))
    run = runner.run_tasks(*tasks, arguments=("--diff",), defaults={})
    return {
        name: Refusal(cases[name], simulator, options, run.results[index], run)
        for index, (name, (simulator, options)) in enumerate(worlds.items())
    }


def assert_refused(refusal: Refusal) -> None:
    """Failed, nothing changed and nothing written, with one message that an operator can act on."""
    result, case = refusal.result, refusal.case
    assert result["failed"] is True
    assert not result.get("changed")
    assert refusal.simulator.writes == []
    assert len(refusal.simulator.requests) <= case.requests
    message = result["msg"]
    for word in case.words:
        assert word.lower() in message.lower(), message
    assert message.count("\n") == 0
    assert "Traceback" not in message
    assert "exception" not in result or not result["exception"] or "Traceback (most recent" not in result["exception"]
    for secret in refusal.simulator.secrets:
        assert secret not in message
        assert secret not in refusal.run.everything_printed
