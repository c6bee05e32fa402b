# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a key: what is refused before any request, and what they become."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from unit.plugins.builders import DAY, NOW, SPACE_ID, desired, secret_of

from ansible_collections.community.arize.plugins.module_utils._decide.rotation import grace_seconds
from ansible_collections.community.arize.plugins.module_utils._model.declaration import (
    DeclaredOrganization,
    DeclaredSpace,
    DesiredKey,
    Destination,
)
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._model.keys import RoleAssignment, Secret

ORGANIZATION_ID = "T3JnYW5pemF0aW9uOjQyOnZOM2E="
ROLE_ID = "Um9sZTo1OmFiY2Q="
ORGANIZATIONS = [{"id": ORGANIZATION_ID, "spaces": [{"space": "a"}]}]
USER = {"key_type": "user", "space": None}


@pytest.mark.parametrize(
    ("options", "option", "words"),
    [
        ({"name": None}, "state", "present requires name"),
        ({"name": None, "id": "x"}, "state", "another id"),
        ({"name": None, "state": "absent"}, "state", "absent requires name or id"),
        ({"name": " "}, "name", "is empty"),
        ({"name": "n" * 257}, "name", "has 257 characters; the service takes at most 256"),
        ({"name": None, "id": " ", "state": "absent"}, "id", "is empty"),
        ({"description": "d" * 1001}, "description", "has 1001 characters"),
        ({"space": None}, "space", "a service key belongs to spaces"),
        ({"space": ""}, "space", "is empty"),
        ({"key_type": "user"}, "space", "a user key has neither"),
        ({**USER, "account_role": "admin"}, "account_role", "a user key"),
        ({**USER, "compare_roles": True}, "compare_roles", "a user key"),
        ({"space": None, "organizations": []}, "organizations", "is empty"),
        ({"space": None, "organizations": [{"name": "o", "spaces": []}]}, "organizations", "at least one entry"),
        (
            {"space": None, "organizations": [{"id": SPACE_ID, "spaces": [{"space": "a"}]}]},
            "organizations",
            "of a Space",
        ),
        ({"space": None, "organizations": [{"name": " ", "spaces": [{"space": "a"}]}]}, "name", "is empty"),
        ({"space": None, "organizations": ORGANIZATIONS, "space_role": "admin"}, "space_role", "goes with space"),
        ({"space": None, "organizations": ORGANIZATIONS, "org_role": "admin"}, "org_role", "goes with space"),
        (
            {"space": None, "name": None, "id": "x", "state": "absent", "org_role": "admin"},
            "org_role",
            "goes with space",
        ),
        ({"expires_at": "2027-01-01"}, "expires_at", "time of day"),
        ({"expires_at": "soon"}, "expires_at", "write it like 2027-03-31T00:00:00Z"),
        ({"issued_after": "soon"}, "issued_after", "is not an ISO 8601"),
        ({"expires_in": "soon"}, "expires_in", "write it like 90d"),
        ({"expires_in": "0d"}, "expires_in", "must be more than zero"),
        ({"renew_before": "0s"}, "renew_before", "more than zero"),
        ({"renew_before": "30"}, "renew_before", "not a valid duration; write it like 90d"),
        ({"max_age": "PT0S"}, "max_age", "more than zero"),
        ({"renew_before": "30d", "expires_in": "30d"}, "renew_before", "not shorter than the lifetime"),
        ({"renew_before": "31d", "expires_in": "1mo"}, "renew_before", "not shorter"),
        ({"grace_period": "later"}, "grace_period", "not a valid duration from 0 to 24h"),
        ({"grace_period": "86401"}, "grace_period", "longer than 24h"),
        ({"grace_period": "2d"}, "grace_period", "longer than 24h"),
        ({"grace_period": "-1"}, "grace_period", "not a valid duration"),
        ({"state": "absent", "grace_period": "1h"}, "grace_period", "can't be honoured by state absent"),
        ({"state": "refreshed", "max_age": "1d"}, "max_age", "is a condition"),
        ({"state": "refreshed", "renew_before": "1d"}, "renew_before", "is a condition"),
        ({"state": "refreshed", "issued_after": "2026-01-01T00:00:00Z"}, "issued_after", "is a condition"),
        ({"owner": "root"}, "owner", "goes with dest"),
        ({"group": "root"}, "group", "goes with dest"),
        ({"return_key": False}, "return_key", "nobody would receive the secret"),
        ({"space_role": SPACE_ID}, "space_role", "id of a Space"),
        ({"held_secret": "", "state": "refreshed"}, "held_secret", "goes with state present"),
        ({"retire_unused_for": "7d"}, "retire_unused_for", "goes with exclusive"),
        ({"retire_unused_for": "7d", "exclusive": True, "state": "absent"}, "retire_unused_for", "state present"),
        ({"dest": " "}, "dest", "is empty"),
    ],
)
def test_refused(options: dict[str, t.Any], option: str, words: str) -> None:
    with pytest.raises(InvalidOption, match=words) as caught:
        desired(**options)
    assert caught.value.option == option


@pytest.mark.parametrize("variable", ["", " ", "A B", "A=B", "1A", "A\nB", "A-B", "ü"])
def test_variable_that_no_shell_can_assign_to(variable: str) -> None:
    with pytest.raises(InvalidOption, match="dest_variable"):
        desired(dest="/d", dest_format="dotenv", dest_variable=variable)


@pytest.mark.parametrize(
    "options",
    [
        {"space": "a", "organizations": ORGANIZATIONS},
        {"name": "n", "id": "x"},
        {"dest": "/d", "held_secret": ""},
        {"expires_at": "2027-01-01T00:00:00Z", "expires_in": "1d"},
        {"key_type": "robot"},
        {"account_role": "read-only"},
        {"space": None, "organizations": [{"spaces": [{"space": "a"}]}]},
        {"space": None, "organizations": [{"name": "o"}]},
        {"space": None, "organizations": [{"name": "o", "spaces": [{}]}]},
    ],
)
def test_refused_by_the_specification(options: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        desired(**options)


def test_plain_service_key() -> None:
    assert desired() == DesiredKey(
        state="present",
        key_type="service",
        key_id=None,
        name="ingest",
        description=None,
        organizations=(DeclaredOrganization(spaces=(DeclaredSpace(SPACE_ID),)),),
        account_role=None,
        expires_at=None,
        expires_in=None,
        renew_before=None,
        max_age=None,
        issued_after=None,
        grace_seconds=None,
        allow_self=False,
        exclusive=False,
        retire_unused_for=None,
        on_drift="fail",
        compare_roles=None,
        on_lost_secret="fail",
        destination=None,
        held_secret=None,
        return_key=True,
    )


def test_roles() -> None:
    declared = desired(space="a", space_role="read-only", org_role="member", account_role="admin")
    assert declared.account_role == RoleAssignment("admin")
    space = DeclaredSpace("a", RoleAssignment("read-only"))
    assert declared.organizations == (DeclaredOrganization(role=RoleAssignment("member"), spaces=(space,)),)
    for role, declared_role in (("Reader", RoleAssignment("Reader")), (ROLE_ID, RoleAssignment(role_id=ROLE_ID))):
        (organization,) = desired(space_role=role).organizations
        assert organization.spaces[0].role == declared_role


def test_organizations() -> None:
    spaces = [{"space": "a", "role": "admin"}, {"space": "b", "role": ROLE_ID}]
    declared = desired(space=None, organizations=[*ORGANIZATIONS, {"name": "o", "role": "admin", "spaces": spaces}])
    assert declared.organizations == (
        DeclaredOrganization(organization_id=ORGANIZATION_ID, spaces=(DeclaredSpace("a"),)),
        DeclaredOrganization(
            name="o",
            role=RoleAssignment("admin"),
            spaces=(
                DeclaredSpace("a", RoleAssignment("admin")),
                DeclaredSpace("b", RoleAssignment(role_id=ROLE_ID)),
            ),
        ),
    )
    assert declared.label == "service key 'ingest' in spaces a, a, b"


@pytest.mark.parametrize(
    ("options", "seconds", "when_due", "when_lost"),
    [
        ({}, None, 3600, 0),
        ({"grace_period": "0"}, 0, 0, 0),
        ({"grace_period": "600"}, 600, 600, 600),
        *[({"grace_period": text}, 86_400, 86_400, 86_400) for text in ("24h", "1d", "86400", "PT24H")],
    ],
)
def test_grace(options: dict[str, t.Any], seconds: int | None, when_due: int, when_lost: int) -> None:
    declared = desired(**options)
    assert declared.grace_seconds == seconds
    assert [grace_seconds(declared, reason) for reason in ("due", "expiry")] == [when_due] * 2
    assert [grace_seconds(declared, reason) for reason in ("refreshed", "lost", "drift")] == [when_lost] * 3


def test_expiry() -> None:
    assert desired().expiry_at(NOW) is None
    assert desired(expires_in="2d").expiry_at(NOW) == NOW + 2 * DAY
    assert desired(expires_at="2027-01-01T01:00:00+01:00").expiry_at(NOW) == datetime(2027, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("options", "return_key"),
    [
        ({}, True),
        ({"dest": "/d"}, False),
        ({"dest": "/d", "return_key": True}, True),
        ({"return_key": True}, True),
        ({"state": "absent", "return_key": False}, False),
    ],
)
def test_return_key(options: dict[str, t.Any], return_key: bool) -> None:
    assert desired(**options).return_key is return_key


def test_destination() -> None:
    found = desired(dest="/d", dest_format="json", owner="o", group="g", mode="0640", dest_variable="V").destination
    assert found == Destination("/d", "json", "V", "0640", "o", "g")


@pytest.mark.parametrize(
    ("given", "held"),
    [("", ""), (" \n", ""), (secret_of("abc"), secret_of("abc")), (f"{secret_of('abc')}\n", secret_of("abc"))],
)
def test_held_secret(given: str, held: str) -> None:
    assert desired(held_secret=given).held_secret == Secret(held)


@pytest.mark.parametrize(
    "given",
    [
        "None",
        "secret not found at path secret/ingest",
        '{"key":"ak-abc"}',
        f"key={secret_of('abc')}",
        "ak-half a-secret",
    ],
)
def test_what_is_not_a_secret_is_refused_and_not_shown(given: str) -> None:
    with pytest.raises(InvalidOption, match="held_secret") as refusal:
        desired(held_secret=given)
    assert given not in str(refusal.value)


def test_labels() -> None:
    assert desired().label == f"service key 'ingest' in space {SPACE_ID}"
    assert desired(**USER).label == "user key 'ingest'"
    assert desired(name=None, id="x", state="absent", space=None).label == "key x"
