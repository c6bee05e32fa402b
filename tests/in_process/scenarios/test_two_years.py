# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daily run over two years keeps a valid secret in the file, and rotates exactly as often as arithmetic says."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from in_process.scenarios.conftest import World

DAYS = 730


@dataclasses.dataclass
class Case:
    """Options of the daily run, the days between rotations, and what is left at the end."""

    options: dict[str, t.Any]
    period: int
    maximum_lifetime_days: int | None = None
    alone_at_the_end: bool = False
    refresh_keeps_id: bool = False


CASES = {
    "bounded": Case({"expires_in": "90d", "renew_before": "14d"}, 76),
    "bounded, exclusive": Case(
        {"expires_in": "90d", "renew_before": "14d", "exclusive": True},
        76,
        alone_at_the_end=True,
    ),
    "unbounded, default grace": Case({"max_age": "30d"}, 30, alone_at_the_end=True),
    "unbounded, a refresh keeps the id": Case({"max_age": "30d"}, 30, alone_at_the_end=True, refresh_keeps_id=True),
    "account maximum": Case({"renew_before": "14d"}, 46, maximum_lifetime_days=60),
    "account maximum, exclusive": Case(
        {"renew_before": "14d", "exclusive": True}, 46, maximum_lifetime_days=60, alone_at_the_end=True
    ),
    "account maximum, max_age": Case({"max_age": "30d"}, 30, maximum_lifetime_days=60),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.nightly] if "exclusive" in name else []) for name in CASES]
)
def test_daily_run(make_world: t.Callable[..., World], name: str) -> None:
    case = CASES[name]
    world = make_world(refresh_keeps_id=case.refresh_keeps_id)
    if case.maximum_lifetime_days is not None:
        world.simulator.account.maximum_key_lifetime = case.maximum_lifetime_days * 86_400
    issued_on = []
    served_until_now = None
    for day in range(DAYS + 1):
        # Yesterday's secret serves until today's run has delivered another one.
        assert served_until_now is None or world.simulator.secret_is_valid(served_until_now), day
        world.simulator.requests_clear()
        outcome = world.run(dest=str(world.dest), **case.options)
        assert not outcome.failed, (day, outcome.message)
        assert world.file_holds_valid_secret(), day
        if outcome["action"] in ("created", "refreshed", "replaced"):
            issued_on.append(day)
            if served_until_now is not None and not outcome["reasons"][0].startswith("No live key"):
                assert world.simulator.secret_is_valid(served_until_now), "the old secret has an overlap"
        else:
            # The listing, the revocations if there are any, and the listing that proves them.
            assert len(world.simulator.requests) == 1 + len(world.simulator.writes) + bool(world.simulator.writes)
        served_until_now = world.delivered
        world.simulator.clock.advance(days=1)
    assert issued_on == list(range(0, DAYS + 1, case.period))
    assert len(issued_on) - 1 == DAYS // case.period
    world.simulator.clock.advance(days=-1)
    world.simulator.clock.advance(seconds=7200)
    if case.alone_at_the_end:
        assert len(world.live) == 1
    current = world.simulator.key_of_secret(t.cast("str", world.delivered))
    assert current is not None
    assert [key.id for key in world.live if key.expires_at is None or key.id == current.id] == [current.id]
