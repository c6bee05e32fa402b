# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses of a write that was sent, in its own words; afterwards no key is there."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from support.refusals import Case, Refusal, refuse_all
from support.rows import Options, space_id

from simulator import Fault, Simulator

PLAN = {"entitlement": "api_keys", "limit": 3, "current_count": 3, "required_plan": "enterprise"}
UNKNOWN_ROLE_ID = "Um9sZTo5OTk5OTphYmNk"


def plan_limit(simulator: Simulator) -> Options:
    """The account's plan allows no further key."""
    simulator.account.plan_limit = dict(PLAN)
    return {"name": "a key", "space": "analytics"}


def lifetime(simulator: Simulator) -> Options:
    """The account limits lifetimes to a day."""
    simulator.account.maximum_key_lifetime = 86_400
    return {"name": "a key", "space": "analytics", "expires_in": "90d"}


def developer_access(simulator: Simulator) -> Options:
    """The account issues no keys at all."""
    simulator.account.developer_access = False
    return {"name": "a key", "space": "analytics"}


def too_high_a_role(simulator: Simulator) -> Options:
    """A member grants no admin role."""
    space, organization = space_id(simulator), simulator.default_organization.id
    member = simulator.add_user("Member", spaces={space: "MEMBER"}, organizations={organization: "MEMBER"})
    return {"name": "a key", "space": space, "space_role": "admin", "api_key": member.credential}


def duplicate_names(simulator: Simulator) -> Options:
    """A service that knows a key of this name which it does not list at once."""
    simulator.switches.duplicate_names = "rejected"
    simulator.faults.add(
        Fault(kind="body", method="GET", path="/api-keys$", body={"api_keys": [], "pagination": {"has_more": False}})
    )
    simulator.seed_key(name="a key", space_id=space_id(simulator))
    return {"name": "a key", "space": "analytics"}


CASES: dict[str, Case] = {
    "plan limit": Case(plan_limit, ("403", "Plan limit", "enterprise")),
    "maximum lifetime": Case(lifetime, ("422", "maximum key lifetime", "analytics")),
    "developer access": Case(developer_access, ("403", "Developer access is disabled")),
    "role above the caller's": Case(too_high_a_role, ("422", "above the caller's own")),
    "custom role unknown": Case(
        {"name": "a key", "space": "analytics", "space_role": UNKNOWN_ROLE_ID}, ("404", "Role not found")
    ),
    "name taken": Case(duplicate_names, ("409", "An active key of this name exists")),
}


@pytest.fixture(scope="module")
def refusals() -> t.Iterator[dict[str, Refusal]]:
    """All cases, run."""
    with contextlib.ExitStack() as stack:
        yield refuse_all(CASES, stack)


@pytest.mark.parametrize("name", CASES)
def test_the_words_of_the_service_are_passed_on(refusals: dict[str, Refusal], name: str) -> None:
    """Status, detail and the key that was meant; the one POST was refused, so nothing was issued."""
    refusal = refusals[name]
    assert refusal.result["failed"] is True
    assert not refusal.result.get("changed")
    assert "key" not in refusal.result
    for word in (*refusal.case.words, "a key"):
        assert word.lower() in refusal.result["msg"].lower(), refusal.result["msg"]
    assert [record.method for record in refusal.simulator.writes] == ["POST"]
    assert len(refusal.simulator.keys(name="a key")) == (1 if name == "name taken" else 0)
    request = refusal.result["request"]
    assert (request["method"], request["path"]) == ("POST", "/v2/api-keys")
    assert request["status"] == int(refusal.case.words[0])
    assert request["request_id"] in refusal.result["msg"]


def test_a_plan_limit_is_there_as_data(refusals: dict[str, Refusal]) -> None:
    """What the plan allows and which one would allow more."""
    assert refusals["plan limit"].result["request"]["plan"] == PLAN
