# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No fault at any request loses a key; the table of the documentation is what the code really does."""

from __future__ import annotations

import datetime
import random
import typing as t

import pytest
from support.in_process import run_key
from support.tables import check_table

from ansible_collections.community.arize.plugins.module_utils._service import http as _http
from in_process.scenarios import fault_table
from in_process.scenarios.conftest import NAME, World
from simulator import Fault


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs of one second, and pauses that really pass a moment for what commits late."""
    monkeypatch.setattr(_http, "SHORTEST_POST_TIMEOUT", 1.0)


def all_of(happenings: dict[str, dict[str, fault_table.Values]]) -> t.Iterator[tuple[str, fault_table.Values]]:
    for faults in happenings.values():
        yield from faults.items()


def all_rows(make_world: t.Callable[..., World]) -> t.Iterator[fault_table.Row]:
    for fault, values in all_of(fault_table.WRITE_FAULTS):
        for task, job in fault_table.JOBS.items():
            if job.request == "revoke" and values.get("kind") in ("late_commit", "replay", "stall", "edit"):
                continue
            for on_lost in ("fail", "reissue") if job.method == "POST" else ("fail",):
                yield fault_table.run_row(make_world(), fault, task, job, values, on_lost)
    for fault, values in all_of(fault_table.READ_FAULTS):
        yield fault_table.run_row(make_world(), fault, fault_table.LISTING.request, fault_table.LISTING, values, "fail")
        yield fault_table.run_row(
            make_world(), fault, fault_table.SETTLING.request, fault_table.SETTLING, values, "fail", nth=2
        )


def test_the_table(make_world: t.Callable[..., World]) -> None:
    rows = list(all_rows(make_world))
    check_table("faults.md", fault_table.summary(rows))
    check_table(fault_table.MESSAGES, fault_table.messages(rows))
    assert [row for row in rows if row.holder == "lost"] == []
    for row in rows:
        assert row.outcome != "failed" or row.message


def test_three_lost_answers_in_a_row(world: World) -> None:
    """Each recovery may be lost, too; after the third the failure names what is there."""
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True, times=3))
    outcome = world.run(expires_in="90d", on_lost_secret="reissue")
    assert not outcome.failed
    assert world.simulator.secret_is_valid(outcome["key"])
    world.simulator.clock.advance(days=80)
    world.simulator.faults.clear()
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True, times=-1))
    outcome = world.run(expires_in="90d", renew_before="14d", on_lost_secret="reissue")
    assert outcome.failed
    newest = max(world.live, key=lambda key: key.created_at)
    assert newest.id in outcome.message
    assert [orphan["id"] for orphan in outcome["orphans"]] == [newest.id]
    assert len(world.live) == 2


def test_another_runs_key_is_not_taken_for_ours(world: World) -> None:
    """Our lost request was not carried out, and a key of another run shows up meanwhile: it is left alone."""
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=False))
    time_of_rival = world.simulator.clock.now()
    seeded: list[t.Any] = []

    def seed_rival() -> None:
        if not seeded and any(record.method == "POST" for record in world.simulator.requests):
            expires_at = time_of_rival.replace(microsecond=123456)
            seeded.append(world.seed(0, None, expires_at=expires_at.replace(year=expires_at.year + 1)))

    from support.hooks import before_each_request

    cases: tuple[dict[str, t.Any], ...] = ({"expires_in": "365d"}, {})
    for options in cases:
        seeded.clear()
        with before_each_request(seed_rival):
            outcome = world.run(on_lost_secret="reissue", **options)
        assert outcome.failed
        assert world.simulator.secret_is_valid(seeded[0].secret)
        assert all(record.method == "GET" or record.status == 0 for record in world.simulator.requests)
        world.simulator.reset()
        world.simulator.faults.add(Fault(method="POST", kind="reset", commit=False))
        world.space_id = world.simulator.add_space("analytics", "Example Org").id


def test_pauses_grow_while_rivals_are_quicker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key that this run issues meets an older one, which expires before the next look: without pauses the
    runs would go on in step. Random pauses are at their longest here.
    """
    from support.hooks import before_each_request

    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    clock = world.simulator.clock
    pauses: list[float] = []

    def seed_rival() -> None:
        issued = [key for key in world.live if key.name == NAME]
        if len(issued) == 1 and issued[0].expires_at is None:
            older = issued[0].created_at - datetime.timedelta(seconds=1)
            world.seed(0, None, created_at=older, expires_at=clock.now() + datetime.timedelta(seconds=1))

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        # The service's Date has whole seconds.
        clock.advance(seconds=seconds + 2)

    with before_each_request(seed_rival):
        outcome = run_key(world.simulator, sleep=sleep, name=NAME, space=world.space_id)
    assert outcome.failed
    assert "at the same time" in outcome.message
    assert pauses[:7] == [1, 2, 4, 8, 16, 16, 16]
    assert world.live == []


def test_the_second_outcome_of_a_request_that_a_proxy_sent_twice_is_revoked(world: World) -> None:
    """The expiry proves that this request issued it, too, and nobody has its secret."""
    world.simulator.faults.add(Fault(method="POST", kind="replay"))
    outcome = world.run(expires_in="90d")
    assert not outcome.failed, outcome.message
    assert [key.secret for key in world.live] == [outcome["key"]]
    twins = [key.id for key in world.simulator.keys(name=NAME) if key not in world.live]
    assert [key["id"] for key in outcome["revoked"]] == twins
    assert len(twins) == 1


def test_a_proxy_that_sends_the_recovery_twice(world: World) -> None:
    """The refusal of the second refresh is what the module gets to see of the first, which has succeeded."""
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    world.simulator.faults.add(Fault(method="POST", path="/refresh$", kind="replay"))
    outcome = world.run(expires_in="90d", on_lost_secret="reissue")
    assert not outcome.failed, outcome.message
    assert [key.secret for key in world.live] == [outcome["key"]]


def test_a_proxy_that_sends_the_recovery_of_an_unbounded_key_twice(world: World) -> None:
    """No signature proves what came of it, so each key is named."""
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    world.simulator.faults.add(Fault(method="POST", path="/refresh$", kind="replay"))
    outcome = world.run(max_age="30d", exclusive=True, on_lost_secret="reissue")
    assert outcome.failed
    assert world.live
    assert all(key.id in outcome.message for key in world.live)


@pytest.mark.parametrize("seed", [(40, None), (40, 60)])
def test_a_proxy_that_sends_a_refresh_twice_before_a_listing_that_lags(
    make_world: t.Callable[..., World], seed: tuple[float, float | None]
) -> None:
    world = make_world(list_lag_seconds=60.0)
    world.seed(*seed)
    world.simulator.clock.advance(seconds=61)
    world.simulator.faults.add(Fault(method="POST", kind="replay"))
    outcome = world.run(max_age="30d", expires_in="30d" if seed[1] else None, grace_period="0")
    assert outcome.failed
    assert "nobody holds its secret" in outcome.message


@pytest.mark.parametrize("nth", [2, 3])
def test_a_proxy_that_sends_a_refresh_twice_and_spoils_a_listing(world: World, nth: int) -> None:
    """The first one afterwards looks for what came of the refresh; the second begins the next round."""
    world.seed(40, None)
    world.simulator.faults.add(Fault(method="POST", kind="replay"))
    world.simulator.faults.add(Fault(method="GET", nth=nth, kind="html"))
    outcome = world.run(max_age="30d", grace_period="0")
    assert outcome.failed
    (key,) = world.live
    assert key.id in outcome.message or "nobody holds its secret" in outcome.message


def test_a_way_that_could_not_be_given_is_told_with_both_keys(make_world: t.Callable[..., World]) -> None:
    """A proxy sends a creation twice, so the first outcome is taken for another run's, and refuses the revocation."""
    world = make_world(created_at_resolution="microsecond")
    world.simulator.faults.add(Fault(method="POST", kind="replay"))
    world.simulator.faults.add(Fault(method="PUT", kind="status", status=403, commit=True, body="<h1>Blocked</h1>"))
    outcome = world.run(max_age="30d")
    assert outcome.failed
    first, second = sorted(world.simulator.keys(name=NAME), key=lambda key: key.created_at)
    assert f"id {first.id}" in outcome.message, "nobody has its secret"
    assert f"id {second.id}" in outcome.message


def test_looking_that_fails_is_no_all_clear(world: World) -> None:
    """After a lost answer nobody knows whether there is a key, and the message says so."""
    world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    world.simulator.faults.add(Fault(method="GET", path="api-keys", kind="status", status=500, nth=2, times=-1))
    outcome = world.run(expires_in="90d", on_lost_secret="reissue")
    assert outcome.failed
    assert "Looking for a new key failed, too: " in outcome.message
    assert "running again is safe" not in outcome.message


def test_a_refused_refresh_after_which_looking_fails(world: World) -> None:
    """The refusal is told first, then that nobody knows what came of it."""
    assert world.run()["action"] == "created"
    world.simulator.faults.add(Fault(method="POST", kind="status", status=404))
    world.simulator.faults.add(Fault(method="GET", path="api-keys", kind="status", status=500, nth=2, times=-1))
    outcome = world.run(state="refreshed")
    assert outcome.failed
    assert outcome.message.startswith("Refreshing service key ")
    assert "404" in outcome.message
    assert "Looking for what came of it failed, too: " in outcome.message
