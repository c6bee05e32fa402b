# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Against a server of the older form of the API: the same tasks, and clear words about what it can't do."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from support.in_process import run_info, run_key
from support.rows import Options, Played, assert_predicted, assert_settled, play, seed

from simulator import Simulator, Switches


def create_with_roles(_simulator: Simulator) -> Options:
    """One space, predefined roles."""
    roles = {"space_role": "read-only", "org_role": "member", "account_role": "member"}
    return {"name": "new", "space": "analytics", "expires_in": "90d", "description": "d", **roles}


def create_in_organization(_simulator: Simulator) -> Options:
    """One space of an organization given by name, for names of spaces are not unique."""
    spaces = [{"space": "ingest", "role": "admin"}]
    return {"name": "new", "organizations": [{"name": "Example Org", "spaces": spaces}]}


def create_user_key(_simulator: Simulator) -> Options:
    """A user key."""
    return {"name": "mine", "key_type": "user", "expires_in": "30d"}


def nothing_due(simulator: Simulator) -> Options:
    """A live key."""
    seed(simulator, "old", age_days=3, expires_in_days=80)
    return {"name": "old", "space": "analytics", "renew_before": "14d"}


def rotated(simulator: Simulator) -> Options:
    """Due, and the wanted expiry is later: replace."""
    seed(simulator, "old", age_days=80, expires_in_days=10)
    return {"name": "old", "space": "analytics", "renew_before": "14d", "expires_in": "90d"}


def refreshed(simulator: Simulator) -> Options:
    """Due by age: refresh."""
    seed(simulator, "old", age_days=80)
    return {"name": "old", "space": "analytics", "max_age": "30d"}


def absent(simulator: Simulator) -> Options:
    """Revoked by name."""
    seed(simulator, "old", age_days=80)
    return {"name": "old", "space": "analytics", "state": "absent"}


ROWS = {
    row.__name__: row
    for row in (
        create_with_roles,
        create_in_organization,
        create_user_key,
        nothing_due,
        rotated,
        refreshed,
        absent,
    )
}
OUTCOMES = {
    "nothing_due": ("none", []),
    "rotated": ("replaced", ["POST api-keys"]),
    "refreshed": ("refreshed", ["POST refresh"]),
    "absent": ("revoked", ["PUT revoke"]),
}
CREATED = ("created", ["POST api-keys"])


@pytest.fixture(scope="module")
def played() -> t.Iterator[dict[str, Played]]:
    with contextlib.ExitStack() as stack:
        yield play(ROWS, stack, legacy=True)


@pytest.mark.parametrize("name", ROWS)
def test_row(played: dict[str, Played], name: str) -> None:
    row = played[name]
    assert_predicted(row)
    action, writes = OUTCOMES.get(name, CREATED)
    assert row.real["action"] == action
    assert_settled(row, writes)
    assert not row.real.get("warnings")


def test_bodies_are_those_of_the_older_form(played: dict[str, Played]) -> None:
    simulator = played["create_with_roles"].simulator
    (post,) = simulator.writes
    assert post.body.keys() == {"name", "description", "key_type", "expires_at", "space_id", "roles"}
    assert post.body["roles"] == {"space_role": "read-only", "org_role": "member", "account_role": "member"}
    stored = played["create_with_roles"].stored
    assert [binding.spaces[0].role.name for binding in stored.bot_user.bindings] == ["READ_ONLY"]


@pytest.fixture
def older() -> t.Iterator[Simulator]:
    with Simulator(Switches(legacy=True), spaces=("analytics", "ingest")) as simulator:
        yield simulator


SEVERAL = [{"name": "Example Org", "spaces": [{"space": "analytics"}, {"space": "ingest"}]}]


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_what_the_older_form_can_not_say(older: Simulator, check: bool) -> None:
    several: Options = {"name": "a", "organizations": SEVERAL}
    custom: Options = {"name": "a", "space": "ingest", "space_role": "Reader"}
    outcomes = [run_key(older, check, **several), run_key(older, check, **custom)]
    assert older.requests == [], "refused before any call"
    assert "api_dialect is legacy" in outcomes[0].message
    assert "one key for each space" in outcomes[0].message
    assert "predefined role" in outcomes[1].message
    assert all(outcome.failed for outcome in outcomes)


def test_the_wrong_form_is_named(older: Simulator, simulator: Simulator) -> None:
    task: Options = {"name": "a", "space": "analytics"}
    outcome = run_key(older, api_dialect="current", **task)
    assert "set api_dialect to legacy" in outcome.message
    for outcome in (run_key(simulator, **task, api_dialect="legacy"), run_info(simulator, api_dialect="legacy")):
        assert "api_dialect is legacy" in outcome.message
        assert "set it to current" in outcome.message
    # An id that could not be looked for is not called unknown.
    by_id: Options = {"id": older.seed_key(name="b", key_type="USER").id, "state": "absent"}
    assert "set api_dialect to legacy" in run_key(older, **by_id, api_dialect="current").message
    outcome = run_key(older, environment={"ARIZE_API_DIALECT": "newest"}, api_dialect=None, **task)
    assert "ARIZE_API_DIALECT must be one of current, legacy" in outcome.message
    assert older.writes == simulator.writes == []


def test_audit(older: Simulator) -> None:
    seed(older, "old", age_days=400)
    seed(older, "gone", age_days=400, status="REVOKED")
    found = run_info(older, check=True, all_spaces=True, older_than="365d", expires_within="30d")
    (key,) = found["api_keys"]
    # Roles are never shown there, and never guessed.
    assert {"old", "never_expires"} <= set(key["findings"])
    assert found["summary"]["complete"]
    revoked = run_info(older, check=True, space="analytics", status="revoked")
    assert [(key["name"], key["status"]) for key in revoked["api_keys"]] == [("gone", "revoked")]
    assert {record.method for record in older.requests} == {"GET"}


def test_roles_count_as_not_compared(older: Simulator) -> None:
    seed(older, "old", age_days=4)
    result = run_key(older, name="old", space="analytics", space_role="admin", compare_roles=True)
    assert not result["changed"]
    assert result["not_compared"]
