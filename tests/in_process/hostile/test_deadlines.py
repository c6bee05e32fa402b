# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bounds of time, on a clock of our own: whatever a server does, a request and a task end when they should.

A request ends at the latest `DEADLINE` after its first attempt began, and one read time-out more for the attempt that
was under way: 240 + timeout seconds, and 240 + max(timeout, 60) for one that issues a key. A task ends after its
requests, each with this bound, and its pauses between them.
"""

from __future__ import annotations

import contextlib
import itertools
import typing as t

import pytest
import requests
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.in_process import run_key
from unit.plugins.builders import connection
from unit.plugins.wire import Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._service import http as _http
from ansible_collections.community.arize.plugins.module_utils._service import limits as _failures
from ansible_collections.community.arize.plugins.module_utils._work import keep_one as _apply
from ansible_collections.community.arize.plugins.module_utils._work import recover as _recover
from in_process.hostile.conftest import NAME, Service, assert_sound
from simulator import Fault

DATE = "Tue, 24 Nov 2026 12:00:00 GMT"
RETRY_AFTER = ("0", "1", "100", "239", "241", "999999999", "9" * 400, "-5", "1e9", "soon", "", "\xff")
RETRY_DATES = (
    "Tue, 24 Nov 2026 12:03:00 GMT",
    "Tue, 24 Nov 2026 11:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Fri, 31 Dec 9999 23:59:59 -1200",
)


class FakeClock:
    """In place of the module `time`: it moves when something waits."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.seconds += seconds


class Slow(Exception):
    """Stands for an attempt that lasts so long, which `within` cuts short; None: for ever."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds


@contextlib.contextmanager
def on(clock: FakeClock, lag: bool = False) -> t.Iterator[None]:
    """Let the transport live by the clock. That the true `within` keeps to its seconds, test_real_time proves.

    With `lag`, each attempt takes as long as it may.
    """

    def within(seconds: float, work: t.Callable[[], t.Any]) -> t.Any:
        try:
            clock.sleep(seconds if lag else 0)
            return work()
        except Slow as slow:
            if slow.seconds is None or slow.seconds > seconds:
                clock.sleep(seconds)
                raise _failures.AnswerRefused("did not finish its answer in time") from None
            clock.sleep(slow.seconds)
            raise requests.ReadTimeout(
                urllib3.exceptions.ReadTimeoutError(None, "/", "")  # type: ignore[arg-type]
            ) from None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_http, "time", clock)
        patch.setattr(_failures, "time", clock)
        patch.setattr(_http, "within", within)
        yield


def bound(method: str, timeout: float) -> float:
    """The documented bound of one request."""
    return _http.DEADLINE + (max(timeout, _http.SHORTEST_POST_TIMEOUT) if method == "POST" else timeout)


def step_of(attack: tuple[t.Any, ...]) -> t.Any:
    kind, value = attack
    if kind == "slow":
        return Slow(value)
    return problem(kind, {} if value is None else {"Retry-After": value})


ATTACKS = st.one_of(
    st.tuples(st.just("slow"), st.sampled_from([None, 0.0, 1.0, 29.9, 30.0, 59.0, 239.0, 1e6])),
    st.tuples(st.sampled_from([429, 502, 503, 504]), st.sampled_from([None, *RETRY_AFTER, *RETRY_DATES])),
)


def test_what_is_documented_is_what_is_there() -> None:
    """The numbers of the documentation fragment."""
    assert (_http.DEADLINE, _http.SHORTEST_POST_TIMEOUT) == (240.0, 60.0)
    assert bound("GET", 30) == 270
    assert bound("POST", 30) == 300


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    attacks=st.lists(ATTACKS, min_size=1, max_size=12),
    method=st.sampled_from(["GET", "PUT", "POST"]),
    timeout=st.sampled_from([1, 5, 30, 60, 200, 600]),
    max_retries=st.sampled_from([0, 1, 4, 10, 100_000]),
)
def test_a_request_ends_within_its_bound(
    attacks: list[tuple[t.Any, ...]], method: str, timeout: int, max_retries: int
) -> None:
    """For any mixture of stalls, drips, storms and Retry-After, repeated for ever."""
    clock = FakeClock()
    with on(clock):
        wire = Wire(connection(timeout=float(timeout), max_retries=max_retries))
        wire.transport._sleep = clock.sleep
        # Each attempt takes a little time by itself, or one that is refused at once would be repeated for ever.
        wire.adapter.script = Ticking(clock, attacks)  # type: ignore[assignment]
        began = clock.seconds
        with pytest.raises(_errors.RequestError):
            wire.transport.request(method, "/x")
        assert clock.seconds - began <= bound(method, timeout) + Ticking.TICK


class Ticking:
    """A script without end; what it hands out has taken a moment."""

    TICK = 0.05

    def __init__(self, clock: FakeClock, attacks: list[tuple[t.Any, ...]]) -> None:
        self._clock = clock
        self._attacks = itertools.cycle(attacks)

    def popleft(self) -> t.Any:
        self._clock.sleep(self.TICK)
        return step_of(next(self._attacks))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_silence_is_called_silence_near_the_deadline(method: str) -> None:
    """A socket notices it a moment after its time-out, which the bound of the attempt must not come before."""
    clock = FakeClock()
    with on(clock):
        wire = Wire(connection(timeout=60.0), problem(429, {"Retry-After": "200"}), Slow(60.5))
        wire.transport._sleep = clock.sleep
        with pytest.raises(_errors.AnswerLost, match="was not answered within the time-out"):
            wire.transport.request(method, "/x")
    assert wire.adapter.methods == [method, method]


class Stopwatch:
    """Notes how long each request of a task takes, and how many there are."""

    def __init__(self, clock: FakeClock, patch: pytest.MonkeyPatch) -> None:
        self.taken: list[tuple[str, float]] = []
        request = _http.HttpTransport.request

        def timed(transport: t.Any, method: str, *given: t.Any, **named: t.Any) -> t.Any:
            began = clock.seconds
            try:
                return request(transport, method, *given, **named)
            finally:
                self.taken.append((method, clock.seconds - began))

        patch.setattr(_http.HttpTransport, "request", timed)


# One listing, the space's organization, the request itself, three times four looks and a refresh, and five to settle.
MOST_REQUESTS = 3 + (_recover.MOST_RECOVERIES + 1) * (len(_recover.LOOKS) + 1)
MOST_PAUSES = (_recover.MOST_RECOVERIES + 1) * sum(_recover.LOOKS) + _apply.MOST_ROUNDS * _apply.LONGEST_PAUSE
TASK_FAULTS: dict[str, list[Fault]] = {
    "storm of 503": [Fault(kind="status", status=503, times=-1)],
    "storm of 429": [Fault(kind="status", status=429, retry_after=59, times=-1)],
    "429 before each answer": [
        Fault(kind="status", status=429, retry_after=200, nth=nth, times=1) for nth in range(1, 60, 2)
    ],
    "every issue is answered 503": [Fault(kind="status", method="POST", status=503, times=-1, commit=True)],
    "every issue breaks": [Fault(kind="reset", method="POST", times=-1, commit=True)],
    "issues break, reads are refused first": [
        Fault(kind="reset", method="POST", times=-1, commit=True),
        *[Fault(kind="status", method="GET", status=503, retry_after=120, nth=nth, times=1) for nth in range(1, 60, 2)],
    ],
    "issues vanish": [Fault(kind="reset", method="POST", times=-1, commit=False)],
}


@pytest.mark.parametrize("lag", [False, True])
@pytest.mark.parametrize("name", TASK_FAULTS)
def test_a_task_ends_within_its_bound(service: Service, monkeypatch: pytest.MonkeyPatch, name: str, lag: bool) -> None:
    """So many requests at most, each within its bound, and the pauses to look what came of a lost one."""
    clock = FakeClock()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        service.simulator.clock.advance(seconds=seconds)

    for fault in TASK_FAULTS[name]:
        service.simulator.faults.add(fault)
    watch = Stopwatch(clock, monkeypatch)
    with on(clock, lag):
        outcome = run_key(
            service.simulator,
            sleep=sleep,
            name=NAME,
            space=service.space_id,
            expires_in="90d",
            on_lost_secret="reissue",
        )
    assert_sound(outcome, service.simulator)
    assert len(watch.taken) <= MOST_REQUESTS
    assert all(seconds <= bound(method, 30) for method, seconds in watch.taken)
    total = clock.seconds - 1000
    assert total <= sum(bound(method, 30) for method, _seconds in watch.taken) + MOST_PAUSES
    print(f"{name}, lag {lag}: {len(watch.taken)} requests, {total:.0f} s")
