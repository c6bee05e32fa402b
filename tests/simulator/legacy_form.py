# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire form of SDK 8.35 and before (contract section 2), translated from and to the present one.

Lower-case enumerations, a flat body of create with one space, no bot user, spaces without their organization.
The ax CLI 0.25.1 and the SDK 8.35, whose models take no field too many, prove it in tests/clients/legacy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from .entities import OrganizationBinding, RoleAssignment, SpaceBinding
from .key_requests import CreateRequest
from .permissions import Access
from .problems import Problem
from .validation import Fields

_ENUMERATIONS = {"key_type": ("user", "service"), "status": ("active", "revoked")}
_ROLES = {
    "space_role": ("admin", "member", "read-only"),
    "org_role": ("admin", "member", "read-only"),
    "account_role": ("admin", "member"),
}
_FIELDS = ("name", "description", "key_type", "expires_at", "space_id", "roles")
_PROBLEM = ("status", "title", "type", "detail", "instance")
_SPACE = ("id", "name", "description", "created_at")

Document = dict[str, object]


def present_query(values: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The query of a listing of keys in the present form."""
    present = {name: list(given) for name, given in values.items()}
    for name, choices in _ENUMERATIONS.items():
        for value in present.get(name, ()):
            if value not in choices:
                raise Problem(400, f"{name} must be one of {', '.join(choices)}")
        if name in present:
            present[name] = [value.upper() for value in present[name]]
    return present


def read_create(access: Access, body: Document) -> CreateRequest:
    """The flat body of create."""
    fields = Fields(body, "", _FIELDS)
    key_type = fields.choice("key_type", _ENUMERATIONS["key_type"]) if fields.has("key_type") else "user"
    request = CreateRequest(
        key_type.upper(),
        fields.text("name", 1, 256),
        fields.optional_text("description", 1000),
        fields.instant("expires_at"),
    )
    if key_type == "user":
        for name in ("space_id", "roles"):
            if fields.has(name):
                raise Problem(400, f"{name} is only for service keys")
        return request
    roles = Fields(fields.raw("roles"), "roles", tuple(_ROLES)) if fields.has("roles") else Fields({}, "", ())
    given = {
        name: RoleAssignment.predefined(roles.choice(name, choices).upper().replace("-", "_"))
        for name, choices in _ROLES.items()
        if roles.has(name)
    }
    space = access.state.spaces.get(fields.identifier("space_id"))
    if space is None or not access.sees_space(space):
        raise Problem(404, "Space not found")
    request.account_role = given.get("account_role", request.account_role)
    organization_role = given.get("org_role", RoleAssignment.predefined("READ_ONLY"))
    binding = OrganizationBinding(space.organization_id, organization_role)
    binding.spaces.append(SpaceBinding(space.id, given.get("space_role", RoleAssignment.predefined("MEMBER"))))
    request.organizations = [binding]
    return request


@contextmanager
def roles_above_are_bad_requests() -> Iterator[None]:
    """A role above the caller's own was 400 before 8.41, and is 422 since (contract section 2.1)."""
    try:
        yield
    except Problem as problem:
        if problem.status == 422 and "above the caller's own" in problem.detail:
            raise Problem(400, problem.detail) from None
        raise


def legacy_key(document: Document) -> Document:
    """A key as these servers show it."""
    shown = {name: value for name, value in document.items() if name != "bot_user"}
    return shown | {name: str(shown[name]).lower() for name in _ENUMERATIONS}


def legacy_problem(document: Document) -> Document:
    """A refusal as these servers word it: SDK 8.35 takes no members beyond those of RFC 9457."""
    return {name: value for name, value in document.items() if name in _PROBLEM}


def legacy_space(document: Document) -> Document:
    """A space as these servers show it."""
    return {name: document[name] for name in _SPACE}
