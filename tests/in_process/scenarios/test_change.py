# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revoking and refreshing, whether or not a refresh keeps the id; check mode foretells each.

What `state: present` does is in test_present_table.py.
"""

from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

import pytest
from support.rows import (
    Options,
    Played,
    Row,
    assert_predicted,
    assert_same_expiry,
    assert_settled,
    play,
    seed,
    space_id,
)

from simulator import Simulator

NAME = "a key"
REFRESH, REVOKE, CREATE = "POST refresh", "PUT revoke", "POST api-keys"


def revoke_by_id(simulator: Simulator) -> Options:
    """One of two of the same name."""
    seed(simulator, NAME, age_days=1)
    key = seed(simulator, NAME, age_days=2)
    return {"id": key.id, "space": space_id(simulator), "state": "absent"}


def revoke_by_id_alone(simulator: Simulator) -> Options:
    """A user key by nothing but its id."""
    return {"id": seed(simulator, NAME, key_type="USER").id, "state": "absent"}


def revoke_by_name(simulator: Simulator) -> Options:
    """The current and the retiring key go; another name stays."""
    seed(simulator, NAME, age_days=40, expires_in_days=1)
    seed(simulator, NAME, age_days=1)
    seed(simulator, "another key")
    return {"name": NAME, "space": "analytics", "state": "absent"}


def revoke_the_unknown(simulator: Simulator) -> Options:
    """What is not there is no change."""
    seed(simulator, NAME, status="REVOKED")
    return {"name": NAME, "space": "analytics", "state": "absent"}


def revoke_the_revoked(simulator: Simulator) -> Options:
    """What is revoked already is no change."""
    return {"id": seed(simulator, NAME, status="REVOKED").id, "space": "analytics", "state": "absent"}


def refresh_with_expiry(simulator: Simulator) -> Options:
    """By id, to an earlier end."""
    key = seed(simulator, NAME, age_days=5, expires_in_days=90)
    wanted = (simulator.clock.now() + timedelta(days=30)).replace(microsecond=0)
    return {"id": key.id, "space": space_id(simulator), "state": "refreshed", "expires_at": wanted.isoformat()}


def refresh_keeping_expiry(simulator: Simulator) -> Options:
    """By name; the end stays."""
    seed(simulator, NAME, age_days=5, expires_in_days=90)
    return {"name": NAME, "space": "analytics", "state": "refreshed"}


def refresh_with_grace(simulator: Simulator) -> Options:
    """The old secret serves for another hour."""
    seed(simulator, NAME, age_days=5, description="Described")
    return {"name": NAME, "space": "analytics", "state": "refreshed", "grace_period": "1h"}


def refresh_user(simulator: Simulator) -> Options:
    """A user key, its end in relation to now."""
    seed(simulator, NAME, age_days=5, key_type="USER")
    return {"name": NAME, "key_type": "user", "state": "refreshed", "expires_in": "10d"}


def rotate_before_end(simulator: Simulator) -> Options:
    """Replaced, for a refresh can't extend a life; the old key expires by itself."""
    seed(simulator, NAME, age_days=80, expires_in_days=10)
    return {"name": NAME, "space": "analytics", "expires_in": "90d", "renew_before": "14d"}


def clear_duplicates(simulator: Simulator) -> Options:
    """All but the newest are revoked."""
    seed(simulator, NAME, age_days=3)
    seed(simulator, NAME, age_days=2, expires_in_days=5)
    seed(simulator, NAME, age_days=1)
    return {"name": NAME, "space": "analytics", "exclusive": True}


# The action, and the writes that bring it about.
ROWS: dict[str, tuple[Row, str, tuple[str, ...]]] = {
    "revoke by id": (revoke_by_id, "revoked", (REVOKE,)),
    "revoke by id alone": (revoke_by_id_alone, "revoked", (REVOKE,)),
    "revoke by name": (revoke_by_name, "revoked", (REVOKE, REVOKE)),
    "revoke the unknown": (revoke_the_unknown, "none", ()),
    "revoke the revoked": (revoke_the_revoked, "none", ()),
    "refresh with expires_at": (refresh_with_expiry, "refreshed", (REFRESH, REFRESH)),
    "refresh keeping the expiry": (refresh_keeping_expiry, "refreshed", (REFRESH, REFRESH)),
    "refresh with grace": (refresh_with_grace, "refreshed", (REFRESH, REFRESH)),
    "refresh a user key": (refresh_user, "refreshed", (REFRESH, REFRESH)),
    "rotate before the end": (rotate_before_end, "replaced", (CREATE,)),
    "clear duplicates": (clear_duplicates, "revoked", (REVOKE, REVOKE)),
}
REFRESHES = [name for name, (_row, action, _writes) in ROWS.items() if action == "refreshed"]
# These run for ever, and each time they change something.
UNCONDITIONAL = [name for name in ROWS if name.startswith("refresh")]
Playeds = dict[str, Played]


@pytest.fixture(scope="module", params=[False, True], ids=["new id", "same id"])
def played(request: pytest.FixtureRequest) -> t.Iterator[Playeds]:
    """All rows, played against a service whose refresh gives another id, and one whose refresh keeps it."""
    with contextlib.ExitStack() as stack:
        rows = {name: row for name, (row, _action, _writes) in ROWS.items()}
        yield play(rows, stack, refresh_keeps_id=request.param)


@pytest.mark.parametrize("name", ROWS)
def test_check_mode_predicts(played: Playeds, name: str) -> None:
    """Nothing but GET is sent, and the result is that of the real run."""
    assert_predicted(played[name])


@pytest.mark.parametrize("name", ROWS)
def test_the_action_is_the_expected_one(played: Playeds, name: str) -> None:
    """With a reason in words, and `changed` to match."""
    row = played[name]
    assert row.real["action"] == ROWS[name][1]
    assert row.real["changed"] is (ROWS[name][1] != "none")
    assert row.real["reasons"]


@pytest.mark.parametrize("name", [name for name in ROWS if name not in UNCONDITIONAL])
def test_a_second_run_changes_nothing(played: Playeds, name: str) -> None:
    """Only the first run sent writes."""
    assert_settled(played[name], ROWS[name][2])


@pytest.mark.parametrize("name", UNCONDITIONAL)
def test_each_refresh_changes(played: Playeds, name: str) -> None:
    """A second run by name gives yet another secret; by id it does where the id is kept, and else finds none live."""
    row = played[name]
    if "id" in row.options and not row.simulator.switches.refresh_keeps_id:
        assert row.again["failed"] is True
        assert row.options["id"] in row.again["msg"]
        assert row.writes == [REFRESH]
    else:
        assert row.again["changed"] is True
        assert row.again["key"] != row.real["key"]
        assert row.writes == list(ROWS[name][2])


@pytest.mark.parametrize("name", REFRESHES)
def test_a_refresh_gives_a_secret_of_its_own(played: Playeds, name: str) -> None:
    """The result's secret is none of before, and its id is as the service's switch says."""
    row = played[name]
    (old,) = row.before.values()
    assert row.real["key"] not in {key.secret for key in row.before.values()}
    assert (row.real["api_key"]["id"] == old.id) is row.simulator.switches.refresh_keeps_id
    last = row.again.get("key", row.real["key"])
    assert row.simulator.key_of_secret(last) is not None
    assert row.simulator.secret_is_valid(last)


def test_old_and_new_secret_overlap(played: Playeds) -> None:
    """With grace both serve; when it is over, only the new one."""
    row = played["refresh with grace"]
    before, new = row.real["key"], row.again["key"]
    clock = row.simulator.clock
    assert row.simulator.secret_is_valid(before)
    assert row.simulator.secret_is_valid(new)
    clock.advance(seconds=3605)
    try:
        assert not row.simulator.secret_is_valid(before)
        assert row.simulator.secret_is_valid(new)
    finally:
        clock.advance(seconds=-3605)


@pytest.mark.parametrize("name", ["refresh with expires_at", "refresh keeping the expiry"])
def test_without_grace_the_old_secret_ends(played: Playeds, name: str) -> None:
    """At once."""
    row = played[name]
    (old,) = row.before.values()
    assert not row.simulator.secret_is_valid(old.secret)


def test_a_refresh_sets_the_declared_expiry(played: Playeds) -> None:
    """On the service, and in the result."""
    row = played["refresh with expires_at"]
    assert_same_expiry(row.options["expires_at"], row.real["api_key"]["expires_at"])
    key = row.simulator.key_of_secret(row.again.get("key", row.real["key"]))
    assert key is not None
    assert key.expires_at is not None
    assert_same_expiry(row.options["expires_at"], key.expires_at.isoformat())


def test_a_refresh_keeps_expiry_and_description(played: Playeds) -> None:
    """What is not declared stays."""
    row = played["refresh keeping the expiry"]
    (old,) = row.before.values()
    assert_same_expiry(old.expires_at.isoformat(), row.real["api_key"]["expires_at"])
    assert played["refresh with grace"].real["api_key"]["description"] == "Described"


def test_revoking_hits_those_named_and_no_others(played: Playeds) -> None:
    """By id that key; by name the current and the retiring ones; `exclusive` all but the current one."""
    row = played["revoke by id"]
    assert [key.id for key in row.simulator.keys(live=False)] == [row.options["id"]]
    row = played["revoke by name"]
    assert {key.name for key in row.simulator.keys(live=True)} == {"another key"}
    assert len(row.real["revoked"]) == 2
    row = played["clear duplicates"]
    (live,) = row.simulator.keys(name=NAME, live=True)
    assert live.id == row.real["api_key"]["id"]
    assert {key["id"] for key in row.real["revoked"]} == set(row.before) - {live.id}


def test_a_replaced_key_serves_until_it_expires(played: Playeds) -> None:
    """Renewing never cuts the old secret off, and lists its key as retiring."""
    row = played["rotate before the end"]
    (old,) = row.before.values()
    assert row.simulator.secret_is_valid(old.secret)
    assert row.simulator.secret_is_valid(row.real["key"])
    for result in (row.check, row.real, row.again):
        assert [key["id"] for key in result["retiring"]] == [old.id]
