# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's clock and that of the host differ: minutes are told, and more than a day keeps keys as they are."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from support.in_process import Outcome

from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from in_process.scenarios.conftest import World
from simulator import Fault

DAY = 86_400
DUE: dict[str, t.Any] = {"expires_in": "90d", "renew_before": "14d"}
# By the Date header of a proxy, or by the host's own clock.
BOTH_SIDES = pytest.mark.parametrize("whose", ["date", "host"])


def run(world: World, whose: str, ahead: float, check: bool = False, **options: t.Any) -> Outcome:
    """A run for which the service's clock is `ahead` seconds ahead of the host's, because one of them is wrong."""
    if whose == "date":
        world.simulator.switches.date_skew_seconds = ahead
        return world.run(check=check, **options)
    clock, behind = world.simulator.clock, datetime.timedelta(seconds=ahead)
    return world.run(check=check, local_now=lambda: clock.now() - behind, **options)


def says_both(world: World, whose: str, ahead: float, text: str) -> bool:
    """Whether a text has both instants, as far as the minute: the clocks run on meanwhile."""
    now = world.simulator.clock.now()
    other = now + datetime.timedelta(seconds=ahead if whose == "date" else -ahead)
    early = datetime.timedelta(seconds=30)
    return all(
        any(format_instant(shown.replace(microsecond=0))[:16] in text for shown in (instant, instant - early))
        for instant in (now, other)
    )


@BOTH_SIDES
@pytest.mark.parametrize("ahead", [-0.9 * DAY, -400.0, -200.0, 0.0, 200.0, 400.0, 0.9 * DAY])
def test_more_than_five_minutes_are_told(world: World, whose: str, ahead: float) -> None:
    outcome = run(world, whose, ahead, **DUE)
    assert outcome["action"] == "created"
    assert world.simulator.secret_is_valid(outcome["key"])
    told = [warning for warning in outcome.warnings if says_both(world, whose, ahead, warning)]
    assert len(told) == (abs(ahead) > 300)


@BOTH_SIDES
@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("ahead", [-1.1 * DAY, 100.0 * DAY])
@pytest.mark.parametrize(
    ("seed", "options"),
    [
        (None, DUE),
        ((80, 10), DUE),
        ((40, None), {"max_age": "30d"}),
        ((10, 80), {"state": "refreshed"}),
        ((10, 80), {"on_drift": "replace", "description": "new"}),
    ],
    ids=["create", "replace", "refresh", "state refreshed", "drift"],
)
def test_more_than_a_day_keeps_keys_as_they_are(
    world: World, whose: str, ahead: float, check: bool, seed: t.Any, options: dict[str, t.Any]
) -> None:
    if seed is not None:
        world.seed(*seed)
    outcome = run(world, whose, ahead, check, **options)
    assert outcome.failed, outcome.result
    assert world.simulator.writes == []
    assert says_both(world, whose, ahead, outcome.message), outcome.message


@BOTH_SIDES
def test_a_run_with_nothing_to_do_only_warns(world: World, whose: str) -> None:
    world.seed(10, 200)
    outcome = run(world, whose, 100.0 * DAY, expires_in="210d", renew_before="14d")
    assert not outcome.failed, outcome.message
    assert outcome["action"] == "none"
    assert [warning for warning in outcome.warnings if says_both(world, whose, 100.0 * DAY, warning)]


@BOTH_SIDES
@pytest.mark.parametrize("by_id", [False, True])
@pytest.mark.parametrize("expires_in_days", [10, None])
@pytest.mark.parametrize("ahead", [-100.0 * DAY, 100.0 * DAY])
def test_absent_revokes_what_is_listed_as_active(
    world: World, whose: str, by_id: bool, expires_in_days: float | None, ahead: float
) -> None:
    """A key that has expired by the wrong clock still serves."""
    key = world.seed(10, expires_in_days)
    which = {"id": key.id, "name": None} if by_id else {}
    predicted = run(world, whose, ahead, check=True, state="absent", **which)
    assert predicted["changed"] is True
    assert world.simulator.writes == []
    outcome = run(world, whose, ahead, state="absent", **which)
    assert not outcome.failed, outcome.message
    assert outcome["action"] == "revoked"
    assert world.live == []


def test_without_a_date_header_the_clock_of_the_host_counts(world: World) -> None:
    world.simulator.switches.date_header = False
    outcome = run(world, "host", 100.0 * DAY, expires_in="200d", renew_before="14d")
    assert outcome["action"] == "created"
    assert outcome.warnings == []


@BOTH_SIDES
@pytest.mark.parametrize("on_lost", ["fail", "reissue"])
@pytest.mark.parametrize("options", [DUE, {"max_age": "30d"}], ids=["bounded", "unbounded"])
@pytest.mark.parametrize("ahead", [-7200.0, 7200.0])
def test_a_lost_answer_makes_no_key_silent(
    world: World, whose: str, ahead: float, options: dict[str, t.Any], on_lost: str
) -> None:
    """What came of the request was issued by the service's clock, whatever the Date header says."""
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    outcome = run(world, whose, ahead, on_lost_secret=on_lost, **options)
    (key,) = world.live
    assert key.secret == outcome.get("key") or (outcome.failed and key.id in outcome.message), outcome.message


@pytest.mark.parametrize(("on_lost", "recovers"), [("fail", False), ("reissue", True)])
@pytest.mark.parametrize("options", [DUE, {"max_age": "30d"}], ids=["bounded", "unbounded"])
def test_a_lost_answer_while_both_clocks_are_ahead(
    world: World, options: dict[str, t.Any], on_lost: str, recovers: bool
) -> None:
    """By both, the key was issued before it was asked for: only its signed expiry proves whose it is."""
    world.simulator.switches.date_skew_seconds = 30.0
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    outcome = run(world, "host", -30.0, on_lost_secret=on_lost, exclusive=True, **options)
    (key,) = world.live
    assert outcome.failed is not (recovers and options == DUE), outcome.message
    assert key.secret == outcome.get("key") or (outcome.failed and key.id in outcome.message), outcome.message


@BOTH_SIDES
@pytest.mark.parametrize("check", [False, True])
def test_a_clock_that_is_ahead_does_not_end_a_grace_period(world: World, whose: str, check: bool) -> None:
    """Whichever clock is ahead: an older key goes when its grace period is over by both."""
    options = {**DUE, "exclusive": True, "grace_period": "2h"}
    world.seed(80, 10)
    assert run(world, whose, 7300.0, **options)["action"] == "replaced"
    for ahead in (7300.0, -7300.0):
        again = run(world, whose, ahead, check, **options)
        assert again["action"] == "none", again["reasons"]
    assert len(world.live) == 2
