# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two forms of the API (contract sections 1.3 and 2), and what is said when a server speaks the other one."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import NOW, connection, desired, wire_key, wire_page
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AccessForbidden,
    ApiError,
    InvalidOption,
    ProtocolError,
    RequestRejected,
)
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    OrganizationBinding,
    RoleAssignment,
    SpaceBinding,
)
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect


def test_smallest_bodies() -> None:
    user = desired(key_type="user", space=None)
    assert Dialect().create_body(user, None, ()) == {"key_type": "USER", "name": "ingest"}
    binding = OrganizationBinding("o", None, (SpaceBinding("s"),))
    assert Dialect().create_body(desired(description=""), None, (binding,)) == {
        "key_type": "SERVICE",
        "name": "ingest",
        "organizations": [{"org_id": "o", "spaces": [{"space_id": "s"}]}],
    }


def test_whole_body() -> None:
    read_only, custom = RoleAssignment("read-only"), RoleAssignment(role_id="r-1")
    binding = OrganizationBinding("o", read_only, (SpaceBinding("s", read_only), SpaceBinding("t", custom)))
    declared = desired(description="d", account_role="admin")
    assert Dialect().create_body(declared, NOW, (binding,)) == {
        "key_type": "SERVICE",
        "name": "ingest",
        "description": "d",
        "expires_at": "2026-11-24T12:00:00Z",
        "account_role": {"type": "PREDEFINED", "name": "ADMIN"},
        "organizations": [
            {
                "org_id": "o",
                "role": {"type": "PREDEFINED", "name": "READ_ONLY"},
                "spaces": [
                    {"space_id": "s", "role": {"type": "PREDEFINED", "name": "READ_ONLY"}},
                    {"space_id": "t", "role": {"type": "CUSTOM", "id": "r-1"}},
                ],
            },
        ],
    }


def test_legacy_bodies() -> None:
    dialect = Dialect("legacy")
    assert dialect.create_body(desired(key_type="user", space=None), None, ()) == {"key_type": "user", "name": "ingest"}
    binding = OrganizationBinding("", None, (SpaceBinding("s"),))
    smallest = {"key_type": "service", "name": "ingest", "space_id": "s"}
    assert dialect.create_body(desired(), None, (binding,)) == smallest
    roles = OrganizationBinding("", RoleAssignment("member"), (SpaceBinding("s", RoleAssignment("read-only")),))
    declared = desired(description="d", account_role="admin")
    assert dialect.create_body(declared, NOW, (roles,)) == {
        **smallest,
        "description": "d",
        "expires_at": "2026-11-24T12:00:00Z",
        "roles": {"space_role": "read-only", "org_role": "member", "account_role": "admin"},
    }


TWO_SPACES = [{"id": "o", "spaces": [{"space": "s"}, {"space": "t"}]}]
TWO_ORGANIZATIONS = [{"id": "o", "spaces": [{"space": "s"}]}, {"id": "p", "spaces": [{"space": "t"}]}]
CUSTOM_ROLE = [{"id": "o", "spaces": [{"space": "s", "role": "Reader"}]}]


@pytest.mark.parametrize(
    ("options", "option", "way_out"),
    [
        ({"organizations": TWO_SPACES, "space": None}, "organizations", "one key for each space"),
        ({"organizations": TWO_ORGANIZATIONS, "space": None}, "organizations", "one key for each space"),
        ({"organizations": CUSTOM_ROLE, "space": None}, "organizations", "predefined role"),
        ({"space_role": "Reader"}, "space_role", "predefined role"),
    ],
)
def test_what_the_legacy_form_can_not_say(options: dict[str, t.Any], option: str, way_out: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: api_dialect is legacy, .*{way_out}"):
        Dialect("legacy").check(desired(**options))
    Dialect("current").check(desired(**options))


def test_what_the_legacy_form_can_say() -> None:
    for roles in ({}, {"space_role": "admin", "org_role": "member"}):
        Dialect("legacy").check(desired(**roles))
    # Nothing of it is sent.
    Dialect("legacy").check(desired(space_role="Reader", state="absent"))
    Dialect("legacy").check(desired(space=None, organizations=[{"id": "o", "spaces": [{"space": "s"}]}]))


def client(dialect: str, *script: Answer) -> tuple[ArizeClient, Wire]:
    wire = Wire(connection(max_retries=0), *script)
    return ArizeClient(wire.transport, Dialect(dialect)), wire


def queries(wire: Wire) -> list[str]:
    """The queries sent, without the page size."""
    assert wire.used_up
    return [(sent.url or "").partition("?")[2].replace("&limit=100", "") for sent in wire.adapter.sent]


KEY = desired()
BINDINGS = (OrganizationBinding("o-1", None, (SpaceBinding("s-1"),)),)
EMPTY = Answer(200, wire_page("api_keys", []))
NEW_ROWS = Answer(200, wire_page("api_keys", [wire_key()]))
OLD_ROWS = Answer(200, wire_page("api_keys", [wire_key(key_type="service", status="active")]))


@pytest.mark.parametrize(
    ("dialect", "rows", "sent"), [("current", NEW_ROWS, "SERVICE"), ("legacy", OLD_ROWS, "service")]
)
def test_listings_are_asked_for_in_the_form_that_is_named(dialect: str, rows: Answer, sent: str) -> None:
    arize, wire = client(dialect, rows, EMPTY)
    for _time in range(2):
        arize.list_api_keys(key_type="service")
    assert queries(wire) == [f"key_type={sent}"] * 2


OLDER = "set api_dialect to legacy"
NEWER = "set it to current"


@pytest.mark.parametrize(("dialect", "rows", "hint"), [("current", OLD_ROWS, OLDER), ("legacy", NEW_ROWS, NEWER)])
def test_a_listing_that_ignores_filters_it_does_not_understand(dialect: str, rows: Answer, hint: str) -> None:
    """Rows in the other form are read, but another listing than the one asked for is refused."""
    arize, wire = client(dialect, rows, rows)
    assert len(arize.list_api_keys(key_type="service")[0]) == 1
    with pytest.raises(ProtocolError, match=hint):
        arize.list_api_keys(key_type="user")
    assert wire.used_up


@pytest.mark.parametrize(
    ("dialect", "status", "hint", "absent"),
    [
        ("current", 400, OLDER, NEWER),
        ("current", 422, OLDER, NEWER),
        ("legacy", 400, NEWER, OLDER),
        ("legacy", 422, NEWER, OLDER),
        ("current", 403, None, OLDER),
        ("current", 404, None, OLDER),
    ],
)
def test_refusals_say_what_may_help(dialect: str, status: int, hint: str | None, absent: str) -> None:
    """A refused request is not sent in the other form: nothing is issued by trial."""
    asks: list[t.Callable[[ArizeClient], object]] = [
        lambda arize: arize.list_api_keys(status="active"),
        lambda arize: arize.create_key(KEY, None, BINDINGS),
    ]
    for ask in asks:
        arize, wire = client(dialect, problem(status, detail="as it is"))
        with pytest.raises(ApiError, match="as it is") as caught:
            ask(arize)
        assert wire.used_up
        assert caught.value.status == status
        assert absent not in str(caught.value)
        assert hint is None or hint in str(caught.value)


def test_arize_itself_runs_no_older_server() -> None:
    wire = Wire(connection(max_retries=0), problem(400))
    with pytest.raises(RequestRejected) as caught:
        ArizeClient(wire.transport, Dialect(self_hosted=False)).create_key(KEY, None, BINDINGS)
    assert "api_dialect" not in str(caught.value)


@pytest.mark.parametrize(("dialect", "words"), [("legacy", "only account admins revoke"), ("current", "permission")])
def test_who_may_revoke(dialect: str, words: str) -> None:
    arize, wire = client(dialect, problem(403))
    with pytest.raises(AccessForbidden, match=words) as caught:
        arize.revoke_key("a")
    assert wire.used_up
    assert ("account admins" in str(caught.value)) == (dialect == "legacy")
