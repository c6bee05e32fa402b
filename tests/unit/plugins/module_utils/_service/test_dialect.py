# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two forms of the API: bodies, enumerations, and how a server's form is told (contract sections 1.3 and 2)."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import NOW, connection, desired, wire_key, wire_page
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AccessForbidden,
    InvalidOption,
    RequestError,
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
CUSTOM_ROLE = [{"id": "o", "spaces": [{"space": "s", "role_id": "r"}]}]


@pytest.mark.parametrize(
    ("options", "option", "way_out"),
    [
        ({"organizations": TWO_SPACES, "space": None}, "organizations", "one key for each space"),
        ({"organizations": TWO_ORGANIZATIONS, "space": None}, "organizations", "one key for each space"),
        ({"organizations": CUSTOM_ROLE, "space": None}, "organizations", "predefined role"),
        ({"space_role_id": "r"}, "space_role_id", "predefined role"),
    ],
)
def test_what_the_legacy_form_can_not_say(options: dict[str, t.Any], option: str, way_out: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: api_dialect is legacy, .*{way_out}"):
        Dialect("legacy").check(desired(**options))
    Dialect("current").check(desired(**options))
    Dialect().check(desired(**options))


def test_what_the_legacy_form_can_say() -> None:
    for roles in ({}, {"space_role": "admin", "org_role": "member"}):
        Dialect("legacy").check(desired(**roles))
    # Nothing of it is sent.
    Dialect("legacy").check(desired(space_role_id="r", state="absent"))
    Dialect("legacy").check(desired(space=None, organizations=[{"id": "o", "spaces": [{"space": "s"}]}]))


def client(dialect: str, *script: Answer) -> tuple[ArizeClient, Wire]:
    wire = Wire(connection(max_retries=0), *script)
    return ArizeClient(wire.transport, Dialect(dialect)), wire


def queries(wire: Wire) -> list[str]:
    """The queries sent, without the page size."""
    assert wire.used_up
    return [(sent.url or "").partition("?")[2].replace("&limit=100", "") for sent in wire.adapter.sent]


EMPTY = Answer(200, wire_page("api_keys", []))
NEW_ROWS = Answer(200, wire_page("api_keys", [wire_key()]))
OLD_ROWS = Answer(200, wire_page("api_keys", [wire_key(key_type="service", status="active")]))


@pytest.mark.parametrize(
    ("dialect", "answers", "sent", "legacy"),
    [
        ("auto", [NEW_ROWS], ["SERVICE"], False),
        ("auto", [EMPTY], ["SERVICE"], False),
        # A lenient old server shows itself by its rows, and is asked again: it may have ignored the filter.
        ("auto", [OLD_ROWS, OLD_ROWS, EMPTY], ["SERVICE", "service", "service"], True),
        ("auto", [problem(400), OLD_ROWS], ["SERVICE", "service"], True),
        ("auto", [problem(400), EMPTY], ["SERVICE", "service"], True),
        # What is known is not asked again.
        ("auto", [problem(400), EMPTY, EMPTY], ["SERVICE", "service", "service"], True),
        ("auto", [EMPTY, OLD_ROWS, EMPTY, EMPTY], ["SERVICE", "SERVICE", "service", "service"], True),
        # Rows that mislead are found out.
        ("auto", [OLD_ROWS, problem(400), OLD_ROWS], ["SERVICE", "service", "SERVICE"], False),
        ("auto", [NEW_ROWS, OLD_ROWS, EMPTY], ["SERVICE", "SERVICE", "SERVICE"], False),
        # A server that dislikes something else, and passes over what it does not know, is none of the older ones.
        ("auto", [problem(422), OLD_ROWS], ["SERVICE", "service"], True),
        ("legacy", [EMPTY, NEW_ROWS], ["service", "service"], True),
        ("current", [OLD_ROWS, EMPTY], ["SERVICE", "SERVICE"], False),
    ],
)
def test_the_form_is_told_from_listings(dialect: str, answers: list[Answer], sent: list[str], legacy: bool) -> None:
    arize, wire = client(dialect, *answers)
    while not wire.used_up:
        arize.list_api_keys(key_type="service")
    assert queries(wire) == [f"key_type={key_type}" for key_type in sent]
    assert arize.dialect.is_legacy == legacy


OLDER = "set api_dialect to legacy"
NEWER = "set it to auto"


@pytest.mark.parametrize(
    ("dialect", "statuses", "hint", "absent"),
    [
        # Asked in both forms, so the form was not the matter.
        ("auto", [400, 400], None, "api_dialect"),
        ("auto", [404], None, OLDER),
        ("auto", [403], None, OLDER),
        ("current", [400], OLDER, NEWER),
        ("legacy", [400], NEWER, OLDER),
        ("legacy", [422], NEWER, OLDER),
        ("auto", [400, 422], None, "api_dialect"),
        ("auto", [422, 400], None, "api_dialect"),
    ],
)
def test_refused_listings_say_what_may_help(dialect: str, statuses: list[int], hint: str | None, absent: str) -> None:
    refusals = [problem(status, detail=f"number {index}") for index, status in enumerate(statuses)]
    arize, wire = client(dialect, *refusals)
    with pytest.raises(Exception, match="number 0") as caught:
        arize.list_api_keys(status="active")
    assert wire.used_up
    assert absent not in str(caught.value)
    assert hint is None or hint in str(caught.value)


def test_rows_in_the_present_form_do_not_show_an_older_server() -> None:
    """A server may refuse the first listing for want of a space, and pass over what it does not know in the second."""
    arize, wire = client("auto", problem(400, detail="space_id is required"), NEW_ROWS)
    with pytest.raises(RequestRejected, match="space_id is required"):
        arize.list_api_keys(key_type="service")
    assert wire.used_up
    assert not arize.dialect.is_legacy


@pytest.mark.parametrize("status", [400, 422])
def test_nothing_is_issued_by_trial(status: int) -> None:
    """The listing told nothing, and the create is refused: it is not sent in the other form."""
    arize, wire = client("auto", EMPTY, problem(status))
    arize.list_api_keys(key_type="service")
    with pytest.raises(RequestRejected, match=OLDER):
        arize.create_key({"name": "a"})
    assert wire.used_up


def test_arize_itself_runs_no_older_server() -> None:
    wire = Wire(connection(max_retries=0), EMPTY, problem(400))
    arize = ArizeClient(wire.transport, Dialect(self_hosted=False))
    arize.list_api_keys(key_type="service")
    with pytest.raises(RequestRejected) as caught:
        arize.create_key({"name": "a"})
    assert "api_dialect" not in str(caught.value)


@pytest.mark.parametrize(("dialect", "words"), [("legacy", "only account admins revoke"), ("current", "permission")])
def test_who_may_revoke(dialect: str, words: str) -> None:
    arize, wire = client(dialect, problem(403))
    with pytest.raises(AccessForbidden, match=words) as caught:
        arize.revoke_key("a")
    assert wire.used_up
    assert ("account admins" in str(caught.value)) == (dialect == "legacy")


@pytest.mark.parametrize(("dialect", "rows"), [("auto", NEW_ROWS), ("current", NEW_ROWS), ("legacy", OLD_ROWS)])
def test_a_server_that_has_shown_its_form_gets_no_hint(dialect: str, rows: Answer) -> None:
    arize, wire = client(dialect, rows, problem(400))
    arize.list_api_keys(key_type="service")
    with pytest.raises(RequestRejected) as caught:
        arize.create_key({"name": "a"})
    assert "api_dialect" not in str(caught.value)
    assert wire.used_up


@pytest.mark.parametrize(
    ("status", "legacy"),
    # 404 and 403 show that the request was understood; 503 shows nothing.
    [(404, True), (403, True), (503, False)],
)
def test_the_other_form_is_refused_for_another_reason(status: int, legacy: bool) -> None:
    arize, wire = client("auto", problem(400), problem(status))
    with pytest.raises(RequestError) as caught:
        arize.list_api_keys(key_type="service")
    assert caught.value.status == status
    assert wire.used_up
    assert arize.dialect.is_legacy == legacy
