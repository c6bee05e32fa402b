# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings that lag behind by seconds: what a run has issued or revoked is not done twice, and no key goes silent."""

from __future__ import annotations

import datetime
import random
import typing as t

import pytest
from support.hooks import before_each_request
from support.in_process import Outcome

from in_process.properties.interleaving import run_interleaved
from in_process.scenarios.conftest import NAME, World
from simulator import Fault

LAG = 5.0
TASKS: dict[str, tuple[tuple[float, float | None] | None, dict[str, t.Any]]] = {
    "create": (None, {"expires_in": "90d"}),
    "create, unbounded": (None, {}),
    "refresh": ((31, None), {"max_age": "30d"}),
    "refresh without an overlap": ((31, None), {"max_age": "30d", "grace_period": "0"}),
    "replace": ((80, 10), {"expires_in": "90d", "renew_before": "14d"}),
    "replace and revoke": (
        (80, 10),
        {"expires_in": "90d", "renew_before": "14d", "exclusive": True, "grace_period": "0"},
    ),
}
ALL_TASKS = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS.keys())


def seeded(world: World, seed: tuple[float, float | None] | None) -> set[str]:
    """The secret of the key that is there before, in `dest` as well."""
    if seed is None:
        return set()
    secret = world.seed(*seed).secret
    world.dest.write_text(secret)
    world.dest.chmod(0o600)
    return {secret}


def silent(world: World, outcomes: t.Sequence[Outcome], held_before: set[str]) -> list[str]:
    """Ids of live keys that nobody holds and nobody was told of."""
    held = {*held_before, world.delivered, *(outcome.get("key") for outcome in outcomes)}
    told = " ".join(f"{outcome.message if outcome.failed else ''} {outcome.warnings}" for outcome in outcomes)
    return [key.id for key in world.live if key.secret not in held and key.id not in told]


@pytest.mark.parametrize("keeps_id", [False, True])
@pytest.mark.parametrize("dest", [False, True], ids=["no dest", "dest"])
@ALL_TASKS
def test_one_run_after_the_other(
    make_world: t.Callable[..., World], task: tuple[t.Any, dict[str, t.Any]], dest: bool, keeps_id: bool
) -> None:
    """Ten seconds of runs without a pause: the first one does the work, and the others see that it is done."""
    world = make_world(list_lag_seconds=LAG, refresh_keeps_id=keeps_id)
    seed, options = task
    held = seeded(world, seed)
    options = {**options, "dest": str(world.dest) if dest else None}
    first = world.run(**options)
    assert first["changed"], first.message
    made = {key.id for key in world.simulator.keys(name=NAME)}
    for _again in range(3):
        world.simulator.requests_clear()
        again = world.run(**options)
        assert not again.failed, again.message
        assert again["action"] == "none", again["reasons"]
        assert world.simulator.writes == []
    assert {key.id for key in world.simulator.keys(name=NAME)} == made
    assert silent(world, [first], held) == []


@pytest.mark.parametrize("order_seed", range(4))
@ALL_TASKS
def test_parallel_runs(
    make_world: t.Callable[..., World], task: tuple[t.Any, dict[str, t.Any]], order_seed: int
) -> None:
    """Three runs without a file, their requests in a random order: each live key has a holder or is told."""
    world = make_world(list_lag_seconds=LAG)
    seed, options = task
    held = seeded(world, seed)
    random.seed(order_seed)
    order = [random.randrange(3) for _request in range(40)]
    outcomes = run_interleaved([lambda: world.run(**options)] * 3, order)
    assert silent(world, outcomes, held) == []
    assert any(outcome.get("key") and world.simulator.secret_is_valid(outcome["key"]) for outcome in outcomes)


def test_giving_way_leaves_a_valid_secret_in_the_file_all_the_time(world: World) -> None:
    """A rival's key, older than ours, shows up after ours was delivered."""
    seed, options = TASKS["replace"]
    seeded(world, seed)
    valid: list[bool] = []

    def see_file() -> None:
        valid.append(world.file_holds_valid_secret())
        if world.delivered == world.live[-1].secret and len(world.live) == 2:
            world.seed(0, 90, created_at=world.live[-1].created_at - datetime.timedelta(seconds=1))

    with before_each_request(see_file):
        outcome = world.run(**options, dest=str(world.dest))
    assert outcome.failed
    assert "issued within the last 10 minutes" in outcome.message
    assert all(valid), valid
    assert world.file_holds_valid_secret()


@ALL_TASKS
@pytest.mark.parametrize("on_lost", ["fail", "reissue"])
def test_a_lost_answer(make_world: t.Callable[..., World], task: tuple[t.Any, dict[str, t.Any]], on_lost: str) -> None:
    """What came of the request shows up late, but within the time for which the module looks."""
    world = make_world(list_lag_seconds=LAG)
    seed, options = task
    held = seeded(world, seed)
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    outcome = world.run(**options, dest=str(world.dest), on_lost_secret=on_lost)
    assert silent(world, [outcome], held) == []
    assert outcome.failed or world.file_holds_valid_secret()


def test_a_lost_answer_after_the_key_of_another_run(make_world: t.Callable[..., World]) -> None:
    """The listing shows the other run's key first. That ours may follow is said."""
    world = make_world(list_lag_seconds=1.5)

    def killed_when_issued() -> None:
        if world.simulator.writes:
            raise KeyboardInterrupt

    with before_each_request(killed_when_issued), pytest.raises(KeyboardInterrupt):
        world.run(max_age="30d")
    (other,) = world.live
    world.simulator.clock.advance(seconds=1)
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    outcome = world.run(max_age="30d", dest=str(world.dest))
    assert outcome.failed
    assert other.id in outcome.message
    assert "Should another service key" in outcome.message


def test_a_listing_that_shows_the_new_key_too_late(make_world: t.Callable[..., World]) -> None:
    """The module does not wait forever: the answer to the POST is trusted."""
    world = make_world(list_lag_seconds=60.0)
    started = world.simulator.clock.now()
    created = world.run(dest=str(world.dest), expires_in="90d")
    assert created["action"] == "created"
    assert world.file_holds_valid_secret()
    assert (world.simulator.clock.now() - started).total_seconds() < 30
    world.simulator.clock.advance(seconds=61)
    assert world.run(dest=str(world.dest), expires_in="90d")["action"] == "none"


@pytest.mark.parametrize("dest", [False, True], ids=["no dest", "dest"])
def test_an_answer_with_another_id_than_the_listing(world: World, dest: bool) -> None:
    """Which of the two is the new key is not to be guessed: nothing is revoked, and both are named."""
    told = "QXBpS2V5OjE6WFhYWA=="
    world.simulator.faults.add(Fault(method="POST", kind="edit", body={"id": told}))
    outcome = world.run(expires_in="90d", dest=str(world.dest) if dest else None)
    assert outcome.failed, outcome.result
    (key,) = world.live
    assert key.id in outcome.message
    assert told in outcome.message
    assert key.secret == (world.delivered if dest else outcome["key"])
