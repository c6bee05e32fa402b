# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""How a live key differs from what is declared. Pure. Nothing of a key can be changed in place, but its expiry cut."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.instants import SAME_INSTANT, format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    ApiKey,
    BotUser,
    OrganizationBinding,
    RoleAssignment,
)


@dataclasses.dataclass(frozen=True)
class Drift:
    """Differences in sentences; `needs_new_key` when a refresh can't remove them."""

    reasons: tuple[str, ...] = ()
    needs_new_key: bool = False


@dataclasses.dataclass(frozen=True)
class RoleDrift:
    """Differences of bindings and roles, and what could not be compared, in sentences."""

    reasons: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()


def find(desired: DesiredKey, current: ApiKey, roles: RoleDrift, compare_expiry: bool) -> Drift:
    """Compare description, absolute expiry and roles.

    The expiry is left out (`compare_expiry` false) when the key is rotated anyway and gets the declared one.
    """
    lasting = []
    if desired.description is not None and desired.description != (current.description or ""):
        lasting.append(f"Its description is {current.description or ''!r}, the task declares {desired.description!r}.")
    lasting += roles.reasons
    reasons = list(lasting)
    longer = False
    wanted = desired.expires_at
    if compare_expiry and wanted is not None:
        found = current.expires_at
        if found is None or abs(found - wanted) > SAME_INSTANT:
            longer = found is not None and wanted > found
            has = "never expires" if found is None else f"expires {format_instant(found)}"
            reasons.append(f"It {has}, the task declares {format_instant(wanted)}.")
    return Drift(tuple(reasons), bool(lasting) or longer)


def of_roles(
    account_role: RoleAssignment | None,
    declared: t.Sequence[OrganizationBinding],
    bot_user: BotUser | None,
) -> RoleDrift:
    """Compare declared spaces and roles with the bindings of the key's bot user; undeclared roles are not compared."""
    if bot_user is None or not bot_user.roles_visible:
        return RoleDrift(
            not_compared=(
                "The declared roles were not compared: the service does not show those of this key to the caller.",
            ),
        )
    reasons = []
    if account_role is not None and not _same(account_role, bot_user.account_role):
        reasons.append(f"Its account role is {bot_user.account_role}, the task declares {account_role}.")
    bound = {
        space.space_id: (organization, space)
        for organization in bot_user.organizations
        for space in organization.spaces
    }
    for organization in declared:
        organizations: dict[str, OrganizationBinding] = {}
        for wanted in organization.spaces:
            if wanted.space_id not in bound:
                reasons.append(f"It is not bound to the space {wanted.space_id}, which the task declares.")
                continue
            found, space = bound.pop(wanted.space_id)
            organizations[found.organization_id] = found
            if wanted.role is not None and not _same(wanted.role, space.role):
                reasons.append(
                    f"Its role in the space {wanted.space_id} is {space.role}, the task declares {wanted.role}.",
                )
        for found in organizations.values():
            if organization.role is not None and not _same(organization.role, found.role):
                reasons.append(
                    f"Its role in the organization {found.organization_id} is {found.role}, the task declares "
                    f"{organization.role}.",
                )
    reasons += [f"It is bound to the space {space_id}, which the task does not declare." for space_id in sorted(bound)]
    return RoleDrift(tuple(reasons))


def _same(wanted: RoleAssignment, found: RoleAssignment | None) -> bool:
    return found is not None and wanted.same_as(found)
