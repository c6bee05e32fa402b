# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The two wire forms of the API. All that differs between them is here. Pure.

current: contract section 1. legacy: that of SDK 8.35 to 8.39 (section 2), which self-hosted servers may still have;
older ones have no revocation. No header names the form (section 0), so the operator does.
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import OrganizationBinding, RoleAssignment

CURRENT, LEGACY = "current", "legacy"
DIALECTS = (CURRENT, LEGACY)
Json = t.Dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Dialect:
    """The form in which requests are written."""

    name: str = CURRENT
    # Arize's own servers are never older ones.
    self_hosted: bool = True

    @property
    def is_legacy(self) -> bool:
        return self.name == LEGACY

    def enumeration(self, value: str) -> str:
        """A key type or status as the server writes it (contract sections 1.1 and 2)."""
        return value.lower() if self.is_legacy else value.upper()

    def check(self, desired: DesiredKey) -> None:
        """Raises InvalidOption for what the legacy form can't say of a key to issue; before any request."""
        if not self.is_legacy or desired.state == "absent":
            return
        why = "api_dialect is legacy"
        spaces = [(organization, space) for organization in desired.organizations for space in organization.spaces]
        if len(spaces) > 1:
            raise InvalidOption(
                "organizations",
                f"{why}, in which a key belongs to one space; declare one key for each space",
            )
        for organization, space in spaces:
            if space.role is not None and not space.role.is_predefined:
                by_space = organization.organization_id is None and organization.name is None
                raise InvalidOption(
                    "space_role" if by_space else "organizations",
                    f"{why}, in which a key has no custom role; give a predefined role",
                )

    def hint(self) -> str:
        """What to add to the message when an answer suggests the other form."""
        if self.is_legacy:
            return " api_dialect is legacy here: for a service of July 2026 or later, set it to current."
        if not self.self_hosted:
            return ""
        return (
            " A self-hosted server of before July 2026 speaks an older form of the API: if this is one, set "
            "api_dialect to legacy."
        )

    def revocation_hint(self) -> str:
        """What to add to the message when the caller may not revoke a key (section 2)."""
        return " Servers of this age let only account admins revoke keys." if self.is_legacy else ""

    def create_body(
        self,
        desired: DesiredKey,
        expires_at: datetime | None,
        organizations: t.Sequence[OrganizationBinding],
    ) -> Json:
        """The JSON body that creates the declared key. What is not declared is not sent."""
        body: Json = {"key_type": self.enumeration(desired.key_type), "name": desired.name}
        if desired.description:
            body["description"] = desired.description
        if expires_at is not None:
            body["expires_at"] = format_instant(expires_at)
        if desired.key_type == "service":
            body.update((_flat_scope if self.is_legacy else _scope)(desired.account_role, organizations))
        return body


def _scope(account_role: RoleAssignment | None, organizations: t.Sequence[OrganizationBinding]) -> Json:
    """Contract section 1.3."""
    scope: Json = {} if account_role is None else {"account_role": _role(account_role)}
    scope["organizations"] = [_organization(organization) for organization in organizations]
    return scope


def _organization(binding: OrganizationBinding) -> Json:
    organization: Json = {"org_id": binding.organization_id}
    if binding.role is not None:
        organization["role"] = _role(binding.role)
    spaces = []
    for space in binding.spaces:
        entry: Json = {"space_id": space.space_id}
        if space.role is not None:
            entry["role"] = _role(space.role)
        spaces.append(entry)
    organization["spaces"] = spaces
    return organization


def _role(role: RoleAssignment) -> dict[str, str]:
    """The write form of contract section 1.1."""
    if role.role_id is not None:
        return {"type": "CUSTOM", "id": role.role_id}
    return {"type": "PREDEFINED", "name": (role.name or "").upper().replace("-", "_")}


def _flat_scope(account_role: RoleAssignment | None, organizations: t.Sequence[OrganizationBinding]) -> Json:
    """Contract section 2; `check` has seen to it that there is one space."""
    (organization,) = organizations
    (space,) = organization.spaces
    given = {"space_role": space.role, "org_role": organization.role, "account_role": account_role}
    roles = {name: role.name for name, role in given.items() if role is not None}
    scope: Json = {"space_id": space.space_id}
    if roles:
        scope["roles"] = roles
    return scope
