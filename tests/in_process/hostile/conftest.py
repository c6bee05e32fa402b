# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service whose answers can be spoiled byte by byte, and what must hold of whatever a task says then."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import re
import typing as t

import pytest
from support.in_process import Outcome

from in_process.hostile.values import MARKER
from simulator import Simulator
from simulator.gateway import Answer

NAME = "ingest"


@dataclasses.dataclass
class Service:
    """The simulator with one space; `spoiled` keeps the true bodies of the answers that were replaced."""

    simulator: Simulator
    spoiled: list[bytes] = dataclasses.field(default_factory=list)

    @property
    def space_id(self) -> str:
        return str(self.simulator.spaces[0].id)

    def seed(self, age_days: float = 10, **values: t.Any) -> t.Any:
        """A key that is due for rotation by `max_age: 1d`."""
        created_at = (self.simulator.clock.now() - datetime.timedelta(days=age_days)).replace(microsecond=0)
        return self.simulator.seed_key(**{"name": NAME, "space_id": self.space_id, "created_at": created_at, **values})

    @contextlib.contextmanager
    def spoiling(
        self,
        method: str,
        path: str,
        change: t.Callable[[bytes], bytes],
        times: int = 1,
        status: int | None = None,
        content_type: str = "application/json",
    ) -> t.Iterator[None]:
        """Carry requests out, and change the bodies of the first `times` answers."""
        assert self.simulator._server is not None
        gateway = self.simulator._server.gateway
        execute = gateway._execute
        left = times

        def spoil(environ: dict[str, t.Any], body: bytes) -> t.Any:
            nonlocal left
            answer = execute(environ, body)
            if environ["REQUEST_METHOD"] != method or not re.search(path, environ["PATH_INFO"]) or left == 0:
                return answer
            left -= 1
            self.spoiled.append(answer.body)
            answer.body = change(answer.body)
            answer.status = status or answer.status
            kept = [pair for pair in answer.headers if pair[0].lower() not in {"content-length", "content-type"}]
            answer.headers = [*kept, ("Content-Type", content_type), ("Content-Length", str(len(answer.body)))]
            return answer

        gateway._execute = spoil  # type: ignore[method-assign]
        try:
            yield
        finally:
            gateway._execute = execute  # type: ignore[method-assign]
        assert left < times, "the request whose answer was to be spoiled never came"

    @contextlib.contextmanager
    def refusing(self, method: str, status: int, body: bytes) -> t.Iterator[None]:
        """Answer all requests of this method with an error, and carry none of them out."""
        assert self.simulator._server is not None
        gateway = self.simulator._server.gateway
        execute = gateway._execute
        headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]

        def refuse(environ: dict[str, t.Any], sent: bytes) -> Answer:
            return Answer(status, headers, body) if environ["REQUEST_METHOD"] == method else execute(environ, sent)

        gateway._execute = refuse  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            gateway._execute = execute  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def _simulator() -> t.Iterator[Simulator]:
    with Simulator(spaces=["analytics"], organization="Example Org") as started:
        yield started


@pytest.fixture
def service(_simulator: Simulator) -> Service:
    """As new."""
    _simulator.reset()
    return Service(_simulator)


def everything_said(outcome: Outcome) -> str:
    """The result and the warnings as Ansible would print them, the secret that was asked for aside."""
    said = {name: value for name, value in outcome.result.items() if name != "key"}
    text = json.dumps([said, outcome.warnings], ensure_ascii=False)
    # Ansible encodes a result strictly.
    text.encode("utf-8")
    return text


def assert_sound(outcome: Outcome, simulator: Simulator) -> None:
    """Holds of every outcome, accepted or refused: one line, short, and no secret."""
    said = everything_said(outcome)
    assert simulator.credential not in said
    assert not [secret for secret in simulator.secrets if secret in said]
    for line in (outcome.message, *outcome.warnings):
        assert line.isprintable(), repr(line[:300])
        assert len(line) < 2000
    if outcome.failed:
        assert outcome.message
        assert "Traceback" not in said


def assert_refused(outcome: Outcome, simulator: Simulator, names: str) -> None:
    """The failure names the field, and never shows the value."""
    assert_sound(outcome, simulator)
    assert outcome.failed, outcome.result
    assert names in outcome.message, outcome.message
    assert MARKER not in everything_said(outcome)
