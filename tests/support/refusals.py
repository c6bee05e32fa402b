# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that must fail, each against a service of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from simulator import Simulator
from support.in_process import run_info, run_key

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


@dataclasses.dataclass
class Refusal:
    """What one case did."""

    case: Case
    simulator: Simulator
    options: Options
    result: dict[str, t.Any]


def refuse_all(cases: t.Mapping[str, Case], stack: contextlib.ExitStack) -> dict[str, Refusal]:
    """Run all cases."""
    return {name: _refuse(case, stack) for name, case in cases.items()}


def _refuse(case: Case, stack: contextlib.ExitStack) -> Refusal:
    simulator = stack.enter_context(Simulator(spaces=("analytics", "ingest")))
    given = case.options(simulator) if callable(case.options) else case.options
    options = {"api_url": simulator.url, "api_key": simulator.credential, "max_retries": 0, **given}
    run = run_key if case.module == "key" else run_info
    outcome = run(simulator, **options)
    return Refusal(case, simulator, options, {**outcome.result, "warnings": outcome.warnings})


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
        assert secret not in str(result)
