# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revoking, refreshing and rotating, whether or not a refresh keeps the id; check mode foretells each."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

import pytest
from behaviour.rows import (
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
    seed(simulator, NAME, age_days=40, lapses_in_days=1)
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
    key = seed(simulator, NAME, age_days=5, lapses_in_days=90)
    wanted = (simulator.clock.now() + timedelta(days=30)).replace(microsecond=0)
    return {"id": key.id, "space": space_id(simulator), "state": "refreshed", "expires_at": wanted.isoformat()}


def refresh_keeping_expiry(simulator: Simulator) -> Options:
    """By name; the end stays."""
    seed(simulator, NAME, age_days=5, lapses_in_days=90)
    return {"name": NAME, "space": "analytics", "state": "refreshed"}


def refresh_with_grace(simulator: Simulator) -> Options:
    """The old secret serves for another hour."""
    seed(simulator, NAME, age_days=5, description="Described")
    return {"name": NAME, "space": "analytics", "state": "refreshed", "grace_period": "1h"}


def refresh_user(simulator: Simulator) -> Options:
    """A user key, its end in relation to now."""
    seed(simulator, NAME, age_days=5, key_type="USER")
    return {"name": NAME, "key_type": "user", "state": "refreshed", "expires_in": "10d"}


def rotate_by_age(simulator: Simulator) -> Options:
    """Refreshed, with an hour of overlap."""
    seed(simulator, NAME, age_days=31)
    return {"name": NAME, "space": "analytics", "max_age": "30d"}


def rotate_once(simulator: Simulator) -> Options:
    """Refreshed, for it was issued before the incident; no overlap."""
    seed(simulator, NAME, age_days=3)
    incident = simulator.clock.now() - timedelta(days=1)
    return {"name": NAME, "space": "analytics", "issued_after": incident.isoformat(), "grace_period": "0"}


def rotate_before_end(simulator: Simulator) -> Options:
    """Replaced, for a refresh can't extend a life; the old key lapses by itself."""
    seed(simulator, NAME, age_days=80, lapses_in_days=10)
    return {"name": NAME, "space": "analytics", "expires_in": "90d", "renew_before": "14d"}


def replace_drifted(simulator: Simulator) -> Options:
    """Replaced, for a description can't be changed; the old key is revoked."""
    seed(simulator, NAME, age_days=3, description="Old words")
    return {"name": NAME, "space": "analytics", "description": "New words", "on_drift": "replace"}


def replace_other_role(simulator: Simulator) -> Options:
    """Replaced, for a role can't be changed."""
    seed(simulator, NAME, age_days=3, space_role="ADMIN")
    return {
        "name": NAME,
        "space": "analytics",
        "space_role": "read-only",
        "compare_roles": True,
        "on_drift": "replace",
    }


def clear_duplicates(simulator: Simulator) -> Options:
    """All but the newest are revoked."""
    seed(simulator, NAME, age_days=3)
    seed(simulator, NAME, age_days=2, lapses_in_days=5)
    seed(simulator, NAME, age_days=1)
    return {"name": NAME, "space": "analytics", "exclusive": True}


def shorten(simulator: Simulator) -> Options:
    """Refreshed, for only the end gets earlier."""
    seed(simulator, NAME, age_days=3, lapses_in_days=90)
    wanted = (simulator.clock.now() + timedelta(days=30)).replace(microsecond=0)
    return {"name": NAME, "space": "analytics", "expires_at": wanted.isoformat(), "on_drift": "replace"}


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
    "rotate by age": (rotate_by_age, "refreshed", (REFRESH,)),
    "rotate once": (rotate_once, "refreshed", (REFRESH,)),
    "rotate before the end": (rotate_before_end, "replaced", (CREATE,)),
    "replace a drifted key": (replace_drifted, "replaced", (CREATE, REVOKE)),
    "replace another role": (replace_other_role, "replaced", (CREATE, REVOKE)),
    "clear duplicates": (clear_duplicates, "revoked", (REVOKE, REVOKE)),
    "shorten": (shorten, "refreshed", (REFRESH,)),
}
REFRESHES = [name for name, (_row, action, _writes) in ROWS.items() if action == "refreshed"]
# These run for ever, and each time they change something.
UNCONDITIONAL = [name for name in ROWS if name.startswith("refresh")]
Playeds = dict[str, Played]


@pytest.fixture(scope="module", params=[False, True], ids=["new id", "same id"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Playeds]:
    """All rows, played against a service whose refresh gives another id, and one whose refresh keeps it."""
    with contextlib.ExitStack() as stack:
        rows = {name: row for name, (row, _action, _writes) in ROWS.items()}
        yield play(rows, tmp_path_factory.mktemp("change"), stack, refresh_keeps_id=request.param)


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


@pytest.mark.parametrize("name", ["rotate by age", "refresh with grace"])
def test_old_and_new_secret_overlap(played: Playeds, name: str) -> None:
    """With grace both serve; when it is over, only the new one."""
    row = played[name]
    (old,) = row.before.values()
    # The second run of the row with grace refreshes the refreshed key.
    before, new = (old.secret, row.real["key"]) if name == "rotate by age" else (row.real["key"], row.again["key"])
    clock = row.simulator.clock
    assert row.simulator.secret_is_valid(before)
    assert row.simulator.secret_is_valid(new)
    clock.advance(seconds=3605)
    try:
        assert not row.simulator.secret_is_valid(before)
        assert row.simulator.secret_is_valid(new)
    finally:
        clock.advance(seconds=-3605)


@pytest.mark.parametrize("name", ["rotate once", "shorten", "refresh with expires_at", "refresh keeping the expiry"])
def test_without_grace_the_old_secret_ends(played: Playeds, name: str) -> None:
    """At once, unless a condition rotates and no grace is declared."""
    row = played[name]
    (old,) = row.before.values()
    # A shorter expiry is a difference put right, and gets the overlap of a rotation.
    assert row.simulator.secret_is_valid(old.secret) is (name == "shorten")


@pytest.mark.parametrize("name", ["refresh with expires_at", "shorten"])
def test_a_refresh_sets_the_declared_expiry(played: Playeds, name: str) -> None:
    """On the service, and in the result."""
    row = played[name]
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


@pytest.mark.parametrize("name", ["replace a drifted key", "replace another role"])
def test_replacing_leaves_one_key_as_declared(played: Playeds, name: str) -> None:
    """The new one serves, the old one is revoked and named."""
    row = played[name]
    (old,) = row.before.values()
    (live,) = row.simulator.keys(name=NAME, live=True)
    assert live.secret == row.real["key"]
    assert [key["id"] for key in row.real["revoked"]] == [old.id]
    assert live.description == row.options.get("description")
    assert live.bot_user is not None
    role = live.bot_user.space_role(space_id(row.simulator))
    assert role is not None
    assert role.name == ("READ_ONLY" if name == "replace another role" else "MEMBER")


def test_a_replaced_key_serves_until_it_lapses(played: Playeds) -> None:
    """Renewing never cuts the old secret off, and lists its key as retiring."""
    row = played["rotate before the end"]
    (old,) = row.before.values()
    assert row.simulator.secret_is_valid(old.secret)
    assert row.simulator.secret_is_valid(row.real["key"])
    for result in (row.check, row.real, row.again):
        assert [key["id"] for key in result["retiring"]] == [old.id]
