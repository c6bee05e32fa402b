# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of spaces and organizations to ids, with no request too many."""

from __future__ import annotations

import base64
import typing as t

import pytest
from unit.plugins.builders import SPACE_ID, connection, wire_page
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._dialect import Dialect
from ansible_collections.community.arize.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.community.arize.plugins.module_utils._models import (
    OrganizationBinding,
    RoleAssignment,
    SpaceBinding,
)
from ansible_collections.community.arize.plugins.module_utils._scope import (
    DeclaredOrganization,
    DeclaredSpace,
    ScopeResolver,
    id_type,
)

ORGANIZATION_ID = "T3JnYW5pemF0aW9uOjQyOnZOM2E="
ROLE = RoleAssignment("admin")


def space(space_id: str, name: str = "prod", organization_id: str | None = "o-1") -> dict[str, t.Any]:
    row = {"id": space_id, "name": name, "organization_id": organization_id}
    return {field: value for field, value in row.items() if value is not None}


def spaces(*rows: dict[str, t.Any]) -> Answer:
    return Answer(200, wire_page("spaces", rows))


class Scripted:
    """A resolver on a scripted wire."""

    def __init__(self, *declared: DeclaredOrganization, script: t.Sequence[Answer] = ()) -> None:
        self.wire = Wire(connection(), *script)
        self.resolver = ScopeResolver(ArizeClient(self.wire.transport, Dialect()), declared)

    @property
    def paths(self) -> list[str]:
        assert self.wire.used_up
        return [(sent.url or "").removeprefix("https://arize.example/v2") for sent in self.wire.adapter.sent]


def one(wanted: str, **changes: t.Any) -> DeclaredOrganization:
    return DeclaredOrganization(spaces=(DeclaredSpace(wanted, ROLE),), **changes)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SPACE_ID, "Space"),
        (ORGANIZATION_ID, "Organization"),
        (base64.b64encode(b"Space:12345").decode(), "Space"),
        ("analytics", None),
        ("", None),
        ("U3BhY2U6MzEwOmhKNWQ", None),
        (base64.b64encode(b"note: x").decode(), None),
        (base64.b64encode(b"Space:abc").decode(), None),
        (base64.b64encode(b"12:34").decode(), None),
        (base64.b64encode(b"\xff\xfe:1").decode(), None),
        ("U3BhY2U6MzEwOmhKNWQ=\n", None),
        ("ünicode", None),
    ],
)
def test_id_type(text: str, kind: str | None) -> None:
    assert id_type(text) == kind


def test_an_id_costs_no_request_until_a_key_is_created() -> None:
    scripted = Scripted(one(SPACE_ID), script=[Answer(200, space(SPACE_ID))])
    assert scripted.resolver.space_ids() == [SPACE_ID]
    assert scripted.wire.adapter.sent == []
    binding = OrganizationBinding("o-1", None, (SpaceBinding(SPACE_ID, ROLE),))
    for _time in range(2):
        assert scripted.resolver.bindings() == (binding,)
    assert scripted.paths == [f"/spaces/{SPACE_ID.replace('=', '%3D')}"]


def test_a_name_costs_one_request_for_everything() -> None:
    scripted = Scripted(one("prod", role=ROLE), script=[spaces(space("s-1"), space("s-2", "prod-2"))])
    assert scripted.resolver.space_ids() == ["s-1"]
    assert scripted.resolver.bindings() == (OrganizationBinding("o-1", ROLE, (SpaceBinding("s-1", ROLE),)),)
    assert scripted.resolver.resolved()[0].spaces == (SpaceBinding("s-1", ROLE),)
    assert scripted.paths == ["/spaces?name=prod&limit=100"]


def test_organization_by_name_narrows_the_search() -> None:
    organizations = Answer(
        200, wire_page("organizations", [{"id": "o-7", "name": "Org"}, {"id": "o-8", "name": "Org2"}])
    )
    declared = DeclaredOrganization(
        name="Org", spaces=(DeclaredSpace("a"), DeclaredSpace("b"), DeclaredSpace(SPACE_ID))
    )
    scripted = Scripted(declared, script=[organizations, spaces(space("s-a", "a")), spaces(space("s-b", "b"))])
    assert scripted.resolver.space_ids() == ["s-a", "s-b", SPACE_ID]
    assert scripted.resolver.bindings()[0].organization_id == "o-7"
    assert scripted.paths == [
        "/organizations?name=Org&limit=100",
        "/spaces?name=a&org_id=o-7&limit=100",
        "/spaces?name=b&org_id=o-7&limit=100",
    ]


@pytest.mark.parametrize(
    ("declared", "script", "words"),
    [
        (one("prod"), [spaces()], "no space named 'prod' is visible"),
        (one("prod"), [spaces(space("s", "Prod"), space("s2", "prod1"))], "must be exact"),
        (one("prod", organization_id="o-1"), [spaces()], "in the organization o-1"),
        (one(ORGANIZATION_ID), [], "is the id of a Organization, not of a space"),
        (one("a", name="Org"), [Answer(200, wire_page("organizations", []))], "no organization is named 'Org'"),
        (
            one("a", name="Org"),
            [Answer(200, wire_page("organizations", [{"id": "1", "name": "Org"}, {"id": "2", "name": "Org"}]))],
            "2 organizations are named 'Org'",
        ),
        (
            DeclaredOrganization(spaces=(DeclaredSpace(SPACE_ID), DeclaredSpace("prod"))),
            [spaces(space(SPACE_ID))],
            "is named twice",
        ),
    ],
)
def test_not_resolved(declared: DeclaredOrganization, script: list[Answer], words: str) -> None:
    scripted = Scripted(declared, script=script)
    with pytest.raises(InvalidOption, match=words):
        scripted.resolver.space_ids()
    assert scripted.wire.used_up


def test_ambiguous_name_lists_id_and_organization_of_each() -> None:
    rows = [
        space("s-1", organization_id="o-1"),
        space("s-2", organization_id="o-2"),
        space("s-3", organization_id=None),
    ]
    scripted = Scripted(one("prod"), script=[spaces(*rows), Answer(200, {"id": "o-1", "name": "Org"}), problem(404)])
    with pytest.raises(Refused) as caught:
        scripted.resolver.space_ids()
    message = str(caught.value)
    assert "s-1 in organization 'Org' (o-1); s-2 in organization o-2; s-3 in an organization that" in message
    assert [candidate["id"] for candidate in caught.value.details()["candidates"]] == ["s-1", "s-2", "s-3"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (problem(404), "does not exist, or the caller may not"),
        (Answer(200, space(SPACE_ID, organization_id=None)), "does not say"),
    ],
)
def test_organization_of_a_space_that_can_not_be_found(answer: Answer, words: str) -> None:
    with pytest.raises(InvalidOption, match=words):
        Scripted(one(SPACE_ID), script=[answer]).resolver.bindings()
