# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the body of create: schema first (400), what exists (404), what is allowed (403, 422).

Contract section 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .entities import Account, OrganizationBinding, RoleAssignment, SpaceBinding
from .permissions import ACCOUNT_ROLES, RESOURCE_ROLES, Access
from .problems import Problem
from .state import State
from .validation import Fields, check_identifier

_COMMON = ("key_type", "name", "description", "expires_at")
_SERVICE = (*_COMMON, "account_role", "organizations")


@dataclass
class CreateRequest:
    """A create body that passed the schema."""

    key_type: str
    name: str
    description: str | None
    expires_at: datetime | None
    account_role: RoleAssignment = field(default_factory=lambda: RoleAssignment.predefined("MEMBER"))
    organizations: list[OrganizationBinding] = field(default_factory=list)


def read_create(body: dict[str, object], bad_account_role_status: int) -> CreateRequest:
    """Check a create body against the schema of its key type."""
    if "key_type" not in body:
        raise Problem(400, "key_type is required")
    key_type = Fields(body, "", tuple(body)).choice("key_type", ("USER", "SERVICE"))
    fields = Fields(body, "", _SERVICE if key_type == "SERVICE" else _COMMON)
    request = CreateRequest(
        key_type,
        fields.text("name", 1, 256),
        fields.optional_text("description", 1000),
        fields.instant("expires_at"),
    )
    if key_type == "SERVICE":
        if fields.has("account_role"):
            request.account_role = _read_account_role(fields.raw("account_role"), bad_account_role_status)
        request.organizations = [
            _read_organization(item, f"organizations[{index}]")
            for index, item in enumerate(fields.array("organizations", 1, 100))
        ]
    return request


def _read_role(value: object, where: str, names: tuple[str, ...]) -> RoleAssignment:
    """A role assignment in its write form (contract section 1.1)."""
    if not isinstance(value, dict):
        raise Problem(400, f"{where} must be an object")
    kind = Fields(value, where, ("type", "name", "id")).choice("type", ("PREDEFINED", "CUSTOM"))
    if kind == "PREDEFINED":
        return RoleAssignment.predefined(Fields(value, where, ("type", "name")).choice("name", names))
    identifier = Fields(value, where, ("type", "id")).raw("id")
    return RoleAssignment.custom(check_identifier(identifier, f"{where}.id"))


def _read_account_role(value: object, bad_account_role_status: int) -> RoleAssignment:
    role = _read_role(value, "account_role", ACCOUNT_ROLES)
    if role.name in {"ANNOTATOR", "MEMBER_UI_ONLY"}:
        raise Problem(bad_account_role_status, f"{role.name} is not available to service keys")
    return role


def _read_organization(value: object, where: str) -> OrganizationBinding:
    fields = Fields(value, where, ("org_id", "role", "spaces"))
    role = RoleAssignment.predefined("READ_ONLY")
    if fields.has("role"):
        role = _read_role(fields.raw("role"), f"{where}.role", RESOURCE_ROLES)
    binding = OrganizationBinding(fields.identifier("org_id"), role)
    for index, item in enumerate(fields.array("spaces", 1, 100)):
        binding.spaces.append(_read_space(item, f"{where}.spaces[{index}]"))
    return binding


def _read_space(value: object, where: str) -> SpaceBinding:
    fields = Fields(value, where, ("space_id", "role"))
    role = RoleAssignment.predefined("MEMBER")
    if fields.has("role"):
        role = _read_role(fields.raw("role"), f"{where}.role", RESOURCE_ROLES)
    return SpaceBinding(fields.identifier("space_id"), role)


def check_roles(state: State, access: Access, request: CreateRequest) -> None:
    """What the schema cannot say about the bindings of a service key, in the order 404, 403, 422."""
    for binding in request.organizations:
        _check_existence(state, access, binding)
    for item in (space for binding in request.organizations for space in binding.spaces):
        if not access.holds(state.spaces[item.space_id], "SERVICE_KEY_CREATE"):
            raise Problem(403, "SERVICE_KEY_CREATE is required in every target space")
    if request.key_type == "USER":
        # It acts as the person who made it and grants nothing.
        return
    if request.account_role.type == "CUSTOM":
        raise Problem(422, "Custom account roles are not supported yet")
    if not access.may_grant_account_role(request.account_role.name or ""):
        raise Problem(422, "account_role is above the caller's own")
    seen: set[str] = set()
    for binding in request.organizations:
        _check_organization(state, access, binding, seen)


def _check_existence(state: State, access: Access, binding: OrganizationBinding) -> None:
    """What the caller cannot see does not exist."""
    organization = state.organizations.get(binding.org_id)
    if organization is None or not access.sees_organization(organization):
        raise Problem(404, "Organization not found")
    for item in binding.spaces:
        space = state.spaces.get(item.space_id)
        if space is None or not access.sees_space(space):
            raise Problem(404, "Space not found")
        role = state.roles.get(item.role.id) if item.role.id else None
        if item.role.id and (role is None or role.account is not access.user.account):
            raise Problem(404, "Role not found")


def _check_organization(state: State, access: Access, binding: OrganizationBinding, seen: set[str]) -> None:
    organization = state.organizations[binding.org_id]
    name = binding.role.name
    if name is None:
        raise Problem(422, "Custom organization roles are not supported yet")
    if name == "ANNOTATOR":
        raise Problem(422, "ANNOTATOR is not available to service keys")
    if not access.may_grant_organization_role(organization, name):
        raise Problem(422, "The organization role is above the caller's own")
    if binding.org_id in seen:
        raise Problem(422, "An organization may be listed once")
    seen.add(binding.org_id)
    for item in binding.spaces:
        space = state.spaces[item.space_id]
        if space.organization_id != organization.id:
            raise Problem(422, f"Space {space.id} does not belong to organization {organization.id}")
        if item.role.name == "ANNOTATOR":
            raise Problem(422, "ANNOTATOR is not available to service keys")
        if not access.may_grant_space_role(space, item.role):
            raise Problem(422, "The space role is above the caller's own")
        if space.id in seen:
            raise Problem(422, "A space may be listed once")
        seen.add(space.id)


def check_developer_access(account: Account) -> None:
    """With developer access off nobody creates or refreshes a key."""
    if not account.developer_access:
        raise Problem(403, "Developer access is disabled for this account")
