# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of spaces and organizations to ids, with no request too many."""

from __future__ import annotations

import base64
import typing as t

import pytest
from unit.plugins.builders import SPACE_ID, connection, wire_page
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model.declaration import (
    DeclaredOrganization,
    DeclaredSpace,
    id_type,
)
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    OrganizationBinding,
    RoleAssignment,
    SpaceBinding,
)
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect
from ansible_collections.community.arize.plugins.module_utils._work.scope import ScopeResolver

ORGANIZATION_ID = "T3JnYW5pemF0aW9uOjQyOnZOM2E="
ROLE = RoleAssignment("admin")


def space(space_id: str, name: str = "prod", organization_id: str | None = "o-1") -> dict[str, t.Any]:
    row = {"id": space_id, "name": name, "organization_id": organization_id}
    return {field: value for field, value in row.items() if value is not None}


def spaces(*rows: dict[str, t.Any]) -> Answer:
    return Answer(200, wire_page("spaces", rows))


def organizations(*rows: tuple[str, str]) -> Answer:
    return Answer(200, wire_page("organizations", [{"id": identifier, "name": name} for identifier, name in rows]))


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
    listed = organizations(("o-7", "Org"), ("o-8", "Org2"))
    declared = DeclaredOrganization(
        name="Org", spaces=(DeclaredSpace("a"), DeclaredSpace("b"), DeclaredSpace(SPACE_ID))
    )
    scripted = Scripted(declared, script=[listed, spaces(space("s-a", "a")), spaces(space("s-b", "b"))])
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
        (
            one("prod"),
            [spaces(), spaces(space("s", "other"))],
            "Space 'prod' not found, or this credential has no access",
        ),
        (
            one("prod"),
            [spaces(space("s", "Prod")), spaces(space("s", "Prod"), space("s2", "other"))],
            r"Did you mean 'Prod'\? Names are case-sensitive",
        ),
        (
            one("prd", organization_id="o-1"),
            [spaces(), spaces(space("s", "prod"))],
            r"not found in the organization o-1.* Did you mean 'prod'\?",
        ),
        (
            one("athletics"),
            [spaces(), spaces(space("s", "analytics"))],
            "^Space 'athletics' not found(?!.*Did you mean)",
        ),
        (one(ORGANIZATION_ID), [], "is the id of a Organization, not of a space"),
        (
            one("a", name="Org"),
            [organizations(), organizations(("1", "org"))],
            r"'Org' not found.* Did you mean 'org'\?",
        ),
        (
            one("a", name="Org"),
            [organizations(("1", "Org"), ("2", "Org"))],
            "2 organizations are named 'Org': 1, 2",
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
    with pytest.raises(InvalidOption) as caught:
        scripted.resolver.space_ids()
    message = str(caught.value)
    assert "s-1 in organization 'Org' (o-1); s-2 in organization o-2; s-3 in an organization that" in message
    assert [candidate["id"] for candidate in caught.value.details()["candidates"]] == ["s-1", "s-2", "s-3"]


NAMELESS = Answer(200, space(SPACE_ID, organization_id=None))


def test_space_that_does_not_exist() -> None:
    with pytest.raises(InvalidOption, match=f"Space {SPACE_ID} not found, or this credential has no access"):
        Scripted(one(SPACE_ID), script=[problem(404)]).resolver.bindings()


def test_organization_of_a_space_that_does_not_name_it_is_the_one_that_lists_it() -> None:
    """Servers of July to October 2026 ask for the organization, and don't show it (contract section 14)."""
    script = [NAMELESS, organizations(("o-1", "A"), ("o-2", "B")), spaces(space("s-9")), spaces(space(SPACE_ID))]
    scripted = Scripted(one(SPACE_ID), script=script)
    assert scripted.resolver.bindings()[0].organization_id == "o-2"
    assert scripted.paths[-2:] == ["/spaces?org_id=o-1&limit=100", "/spaces?org_id=o-2&limit=100"]


def test_organization_of_a_space_that_no_visible_one_lists() -> None:
    scripted = Scripted(one(SPACE_ID), script=[NAMELESS, organizations(("o-1", "A")), spaces()])
    with pytest.raises(InvalidOption, match=r"none of the 1 organizations.*Use organizations, with the id") as caught:
        scripted.resolver.bindings()
    assert "legacy" not in str(caught.value)
