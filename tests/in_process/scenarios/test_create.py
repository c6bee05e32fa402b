# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to declare a key issues one as declared, once; check mode foretells it."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

import pytest
from support.rows import Options, Played, Row, assert_predicted, assert_same_expiry, assert_settled, play, space_id

from simulator import Simulator

NAME = "a key"


def service(**options: t.Any) -> Row:
    """A service key of the space analytics."""
    return lambda _simulator: {"name": NAME, "space": "analytics", **options}


def user(**options: t.Any) -> Row:
    """A user key of the caller."""
    return lambda _simulator: {"name": NAME, "key_type": "user", **options}


def by_space_id(simulator: Simulator) -> Options:
    """The space by its id."""
    return {"name": NAME, "space": space_id(simulator)}


def custom_role(simulator: Simulator) -> Options:
    """A role that the account made itself."""
    return {"name": NAME, "space": "analytics", "space_role": simulator.add_role("Reader", ["SPACE_READ"]).id}


def two_organizations(simulator: Simulator) -> Options:
    """Spaces of two organizations, each with its own role."""
    other = simulator.add_organization("Other Org")
    simulator.add_space("experiments", other)
    simulator.add_space("archive", other)
    return {
        "name": NAME,
        "account_role": "member",
        "organizations": [
            {"name": "Example Org", "spaces": [{"space": "analytics", "role": "read-only"}]},
            {
                "id": other.id,
                "role": "member",
                "spaces": [{"space": "experiments", "role": "admin"}, {"space": "archive"}],
            },
        ],
    }


def after_a_revoked_one(simulator: Simulator) -> Options:
    """A revoked and an expired key of the same name don't count."""
    simulator.seed_key(name=NAME, space_id=space_id(simulator), status="REVOKED")
    expired = simulator.clock.now() - timedelta(days=1)
    simulator.seed_key(name=NAME, space_id=space_id(simulator), expires_at=expired)
    return {"name": NAME, "space": "analytics"}


ROWS: dict[str, Row] = {
    "user": user(),
    "user, described, expiring": user(description="For a notebook", expires_in="2w"),
    "space by name": service(),
    "space by id": by_space_id,
    "space role admin": service(space_role="admin"),
    "space role member": service(space_role="member"),
    "space role read-only": service(space_role="read-only"),
    "space role custom": custom_role,
    "org role admin": service(org_role="admin"),
    "org role member": service(org_role="member"),
    "org role read-only": service(org_role="read-only"),
    "account role admin": service(account_role="admin"),
    "account role member": service(account_role="member"),
    "two organizations": two_organizations,
    "description": service(description="Übersicht & <traces>"),
    "expires_at": service(expires_at="2031-03-31T02:00:00+02:00"),
    "expires_in": service(expires_in="90d"),
    "expires_in by the calendar": service(expires_in="6mo"),
    "revoked and expired ones": after_a_revoked_one,
}
# What the bot user gets, by organization and space name, and in the account; None is the service's default.
DEFAULT_ROLES = {"account": "MEMBER", "Example Org": "READ_ONLY", "analytics": "MEMBER"}
ROLES: dict[str, dict[str, str]] = {
    "space by name": {},
    "space by id": {},
    "space role admin": {"analytics": "ADMIN"},
    "space role member": {"analytics": "MEMBER"},
    "space role read-only": {"analytics": "READ_ONLY"},
    "org role admin": {"Example Org": "ADMIN"},
    "org role member": {"Example Org": "MEMBER"},
    "org role read-only": {"Example Org": "READ_ONLY"},
    "account role admin": {"account": "ADMIN"},
    "account role member": {"account": "MEMBER"},
    "two organizations": {
        "analytics": "READ_ONLY",
        "Other Org": "MEMBER",
        "experiments": "ADMIN",
        "archive": "MEMBER",
    },
}
Playeds = dict[str, Played]


@pytest.fixture(scope="module")
def played() -> t.Iterator[Playeds]:
    """All rows, played."""
    with contextlib.ExitStack() as stack:
        yield play(ROWS, stack)


@pytest.mark.parametrize("name", ROWS)
def test_a_key_is_issued_as_declared(played: Playeds, name: str) -> None:
    """One live key of the name, with the declared type, description and expiry; its secret in the result serves."""
    row = played[name]
    assert row.real["changed"] is True
    assert row.real["action"] == "created"
    (live,) = row.simulator.keys(name=NAME, live=True)
    assert live.id == row.real["api_key"]["id"]
    assert live.secret == row.real["key"]
    assert row.simulator.secret_is_valid(row.real["key"])
    assert live.key_type == row.options.get("key_type", "service").upper()
    assert live.description == row.options.get("description")
    assert live.redacted_key == row.real["api_key"]["redacted_key"]
    if "expires_at" not in row.options and "expires_in" not in row.options:
        assert live.expires_at is None


@pytest.mark.parametrize("name", ROLES)
def test_roles_are_as_declared(played: Playeds, name: str) -> None:
    """The bot user of the key has the declared roles, and the service's defaults where none are declared."""
    row = played[name]
    bot_user = row.stored.bot_user
    found = {"account": bot_user.account_role}
    for binding in bot_user.bindings:
        organization = row.simulator.organization_by_id(binding.org_id)
        assert organization is not None
        found[organization.name] = binding.role.name
        for space in binding.spaces:
            found[next(item.name for item in row.simulator.spaces if item.id == space.space_id)] = space.role.name
    assert found == {**DEFAULT_ROLES, **ROLES[name]}


def test_a_custom_role_is_bound_by_its_id(played: Playeds) -> None:
    """The space role is the custom one."""
    row = played["space role custom"]
    role = row.stored.bot_user.space_role(space_id(row.simulator))
    assert (role.type, role.id) == ("CUSTOM", row.options["space_role"])


def test_roles_that_are_not_declared_are_not_sent(played: Playeds) -> None:
    """The service's own defaults stay the service's to choose."""
    row = played["space by name"]
    (sent,) = [record.body for record in row.simulator.writes]
    assert set(sent) == {"key_type", "name", "organizations"}
    (organization,) = sent["organizations"]
    assert set(organization) == {"org_id", "spaces"}
    assert organization["spaces"] == [{"space_id": space_id(row.simulator)}]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("expires_at", "2031-03-31T00:00:00Z"),
        ("expires_in", timedelta(days=90)),
        ("user, described, expiring", timedelta(weeks=2)),
    ],
)
def test_the_key_expires_when_declared(played: Playeds, name: str, expected: str | timedelta) -> None:
    """An instant is taken in its time zone, a duration counts from the service's now."""
    row = played[name]
    if isinstance(expected, timedelta):
        expected = (row.simulator.clock.now() + expected).isoformat()
    assert_same_expiry(expected, row.stored.expires_at.isoformat())
    assert_same_expiry(expected, row.real["api_key"]["expires_at"])


@pytest.mark.parametrize("name", ROWS)
def test_check_mode_predicts(played: Playeds, name: str) -> None:
    """Nothing but GET is sent, and the result is that of the real run."""
    assert_predicted(played[name])


@pytest.mark.parametrize("name", ROWS)
def test_a_second_run_changes_nothing(played: Playeds, name: str) -> None:
    """One POST in both runs together."""
    row = played[name]
    assert_settled(row, ["POST api-keys"])
    assert row.again["api_key"]["id"] == row.real["api_key"]["id"]
