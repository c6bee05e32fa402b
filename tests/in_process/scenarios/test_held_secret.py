# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook's own store: read before the task, written after it, and healed by a later run when that failed.

Each run is foretold by check mode, which only reads.
"""

from __future__ import annotations

import typing as t

import pytest
import requests
from support.in_process import Outcome, run_keys

from in_process.scenarios.conftest import World
from simulator import Simulator

LIFE = {"expires_in": "90d", "renew_before": "14d", "on_lost_secret": "reissue"}


class Store:
    """A playbook of two tasks: the key, and writing its secret to the store, which may fail."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.held = ""

    def play(self, stores: bool = True, **options: t.Any) -> Outcome:
        given = {**LIFE, "held_secret": self.held, **options}
        self._world.simulator.requests_clear()
        foretold = self._world.run(check=True, **given)
        assert self._world.simulator.writes == []
        outcome = self._world.run(**given)
        assert foretold.failed == outcome.failed, outcome.message
        if not outcome.failed:
            assert (foretold["action"], foretold["retiring"] == []) == (outcome["action"], outcome["retiring"] == [])
        if stores and outcome.get("key"):
            self.held = outcome["key"]
        return outcome

    def is_valid(self) -> bool:
        return self._world.simulator.secret_is_valid(self.held)

    def wait(self, **time: float) -> None:
        self._world.simulator.age(**time)


@pytest.fixture
def store(world: World) -> Store:
    return Store(world)


def test_issue_then_nothing_then_rotation(store: Store) -> None:
    assert store.play()["action"] == "created"
    assert store.play()["action"] == "none"
    store.wait(days=77)
    old = store.held
    assert store.play()["action"] == "replaced"
    assert store.held != old
    assert store.play()["action"] == "none"


@pytest.mark.parametrize("held_before", ["", "old"])
def test_a_secret_that_did_not_reach_the_store_is_reissued_after_ten_minutes(store: Store, held_before: str) -> None:
    if held_before:
        store.play()
        store.wait(days=77)
    store.play(stores=False)
    refused = store.play()
    assert refused.failed
    assert "is not in the store" in refused.message
    assert store.is_valid() is bool(held_before)
    store.wait(seconds=601)
    healed = store.play()
    assert healed["action"] == "refreshed"
    assert "is lost: the store holds" in healed["reasons"][0]
    assert store.is_valid()
    assert store.play()["action"] == "none"


def test_a_lost_secret_is_told_and_left_unless_the_task_says_otherwise(store: Store) -> None:
    store.play(stores=False)
    store.wait(seconds=601)
    told = store.play(on_lost_secret="fail")
    assert told.failed
    assert "the store holds no secret" in told.message
    assert told["candidates"][0]["name"] == "ingest"


def test_older_keys_are_retired_only_once_the_store_has_the_current_secret(store: Store, world: World) -> None:
    store.play(exclusive=True)
    store.wait(days=77)
    assert store.play(stores=False, exclusive=True)["action"] == "replaced"
    store.wait(days=1)
    assert store.play(exclusive=True, on_lost_secret="fail").failed
    assert store.play(exclusive=True)["action"] == "refreshed"
    assert [len(world.live), store.is_valid()] == [2, True]
    store.wait(days=1)
    assert store.play(exclusive=True)["action"] == "revoked"
    assert [len(world.live), store.is_valid()] == [1, True]


def test_a_secret_of_another_key_is_replaced_with_a_warning(store: Store, world: World) -> None:
    store.held = world.seed(name="another").secret
    created = store.play()
    assert created["action"] == "created"
    assert any("The secret in the store belonged to no live service key" in warning for warning in created.warnings)


def test_an_old_key_is_kept_while_it_is_used(store: Store, world: World) -> None:
    owned: dict[str, t.Any] = {"exclusive": True, "retire_unused_for": "7d"}
    store.play(**owned)
    old = store.held
    store.wait(days=80)
    store.play(**owned)
    # Somebody goes on with the old secret.
    requests.get(f"{world.simulator.url}/v2/spaces", headers={"Authorization": f"Bearer {old}"}, timeout=10)
    store.wait(days=2)
    kept = store.play(**owned)
    assert (kept["action"], [key["in_use"] for key in kept["retiring"]]) == ("none", [True])
    assert any("less than retire_unused_for (7d) ago" in warning for warning in kept.warnings)
    store.wait(days=6)
    gone = store.play(**owned)
    assert (gone["action"], gone["retiring"]) == ("revoked", [])


def test_each_key_of_a_fleet_has_its_own_holder() -> None:
    spaces = ["s0", "s1", "s2"]
    with Simulator(spaces=spaces) as simulator:
        held = dict.fromkeys(spaces, "")

        def play(**defaults: t.Any) -> Outcome:
            keys = [{"space": space, "held_secret": secret} for space, secret in held.items()]
            outcome = run_keys(simulator, api_keys=keys, defaults={**LIFE, "name": "{space}-ingest", **defaults})
            for key in outcome.get("api_keys") or ():
                space = key["api_key"]["name"].partition("-")[0]
                held[space] = key.get("key") or held[space]
            return outcome

        assert play()["summary"]["created"] == 3
        assert not play()["changed"]
        lost, held["s1"] = held["s1"], ""
        simulator.age(seconds=601)
        assert {name: count for name, count in play()["summary"].items() if count} == {"refreshed": 1, "none": 2}
        assert simulator.secret_is_valid(held["s1"])
        assert not simulator.secret_is_valid(lost)
        shared = play(held_secret="")
        assert shared["option"] == "defaults.held_secret"
