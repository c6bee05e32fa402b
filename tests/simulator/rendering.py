# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents of the API (contract sections 1.2 to 1.10); absent optional fields are left out."""

from __future__ import annotations

from .clock import format_instant
from .entities import Organization, Role, RoleAssignment, RoleBinding, Space, StoredKey, User
from .identifiers import redact
from .state import State


def key_document(state: State, key: StoredKey) -> dict[str, object]:
    """The fields that every answer about a key shares."""
    document: dict[str, object] = {"id": key.id, "name": key.name}
    if key.description is not None:
        document["description"] = key.description
    document["key_type"] = key.key_type
    document["status"] = key.status
    document["redacted_key"] = redact(key.secret, state.switches.redacted_form)
    document["created_at"] = format_instant(key.created_at)
    if key.expires_at is not None:
        document["expires_at"] = format_instant(key.expires_at)
    document["created_by_user_id"] = key.created_by_user_id
    if key.last_used_at is not None:
        document["last_used_at"] = format_instant(key.last_used_at)
    return document


def listed_key_document(state: State, key: StoredKey, in_space: bool) -> dict[str, object]:
    """A row of a listing; one that is scoped to a space hides the bindings (contract section 1.2)."""
    document = key_document(state, key)
    if key.bot_user is not None and state.switches.bot_user_on_list:
        if state.switches.bot_user_resolved:
            document["bot_user"] = bot_user_document(state, key.bot_user, with_bindings=not in_space)
        else:
            placeholder = role_document(state, RoleAssignment.predefined("MEMBER"))
            document["bot_user"] = {
                "id": key.bot_user.id,
                "name": "",
                "account_role": placeholder,
                "organizations": [],
            }
    return document


def bot_user_document(state: State, user: User, with_bindings: bool) -> dict[str, object]:
    """The bot user of a service key with its roles."""
    organizations: list[dict[str, object]] = []
    for binding in user.bindings if with_bindings else []:
        spaces = [{"space_id": space.space_id, "role": role_document(state, space.role)} for space in binding.spaces]
        organizations.append({"org_id": binding.org_id, "role": role_document(state, binding.role), "spaces": spaces})
    return {
        "id": user.id,
        "name": user.name,
        "account_role": {"type": "PREDEFINED", "name": user.account_role},
        "organizations": organizations,
    }


def role_document(state: State, role: RoleAssignment) -> dict[str, object]:
    """A role assignment in its answer form, which names custom roles."""
    if role.id is None:
        return {"type": "PREDEFINED", "name": role.name}
    known = state.roles.get(role.id)
    document: dict[str, object] = {"type": "CUSTOM", "id": role.id}
    if known is not None:
        document["name"] = known.name
    return document


def space_document(state: State, space: Space) -> dict[str, object]:
    """A space (contract section 1.6)."""
    document: dict[str, object] = {"id": space.id}
    if state.switches.space_organization_id:
        document["organization_id"] = space.organization_id
    document |= {
        "name": space.name,
        "description": space.description,
        "created_at": format_instant(space.created_at),
        "is_private": space.is_private,
        "ml_models_enabled": True,
        "gradient_start_color": "#5B5BD6",
        "gradient_end_color": "#3DB9CF",
    }
    return document


def organization_document(organization: Organization) -> dict[str, object]:
    """An organization (contract section 1.7)."""
    return {
        "id": organization.id,
        "name": organization.name,
        "description": organization.description,
        "created_at": format_instant(organization.created_at),
    }


def role_row(role: Role) -> dict[str, object]:
    """A role with its permissions (contract section 1.8)."""
    return {
        "id": role.id,
        "name": role.name,
        "permissions": list(role.permissions),
        "is_predefined": role.is_predefined,
        "created_at": format_instant(role.created_at),
        "updated_at": format_instant(role.created_at),
    }


def role_binding_row(binding: RoleBinding) -> dict[str, object]:
    """A role binding (contract section 1.9)."""
    return {
        "id": binding.id,
        "role_id": binding.role_id,
        "user_id": binding.user_id,
        "resource_type": binding.resource_type,
        "resource_id": binding.resource_id,
        "created_at": format_instant(binding.created_at),
        "updated_at": format_instant(binding.created_at),
    }


def user_document(user: User) -> dict[str, object]:
    """A person (contract section 1.10)."""
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "created_at": format_instant(user.created_at),
        "status": user.status,
        "role": {"type": "PREDEFINED", "name": user.account_role},
        "is_developer": user.account_role in {"ADMIN", "MEMBER"},
    }
