# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see and do what (contract sections 1.3 to 1.9)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .entities import Organization, RoleAssignment, Space, StoredKey, User

if TYPE_CHECKING:
    from .state import State

_MEMBER = (
    "SPACE_READ",
    "ROLE_READ",
    "USER_READ",
    "SERVICE_KEY_CREATE",
    "SERVICE_KEY_READ",
    "SERVICE_KEY_REVOKE",
)
PREDEFINED_SPACE_ROLES: dict[str, tuple[str, ...]] = {
    "ADMIN": (*_MEMBER, "SPACE_UPDATE", "ROLE_BINDING_CREATE", "ROLE_BINDING_READ", "ROLE_BINDING_DELETE"),
    "MEMBER": _MEMBER,
    "READ_ONLY": ("SPACE_READ", "ROLE_READ", "USER_READ"),
    "ANNOTATOR": ("SPACE_READ",),
}
ACCOUNT_ROLES = ("ANNOTATOR", "MEMBER_UI_ONLY", "MEMBER", "ADMIN")
RESOURCE_ROLES = ("ANNOTATOR", "READ_ONLY", "MEMBER", "ADMIN")


def _is_administrative(permission: str) -> bool:
    """A permission that only admins hold; the rest of a custom role is data work that members may do."""
    if permission.endswith("_READ"):
        return False
    return permission.startswith(("SPACE_", "ROLE_", "USER_", "ORGANIZATION_"))


class Access:
    """One caller's rights, looked up afresh for each request."""

    def __init__(self, state: State, user: User) -> None:
        self.state = state
        self.user = user

    @property
    def is_account_admin(self) -> bool:
        """Account admins may do everything in their account."""
        return self.user.account_role == "ADMIN"

    @property
    def is_account_member(self) -> bool:
        """Admins and members of the account; other account roles are for people who only look or annotate."""
        return self.user.account_role in {"ADMIN", "MEMBER"}

    def sees_organization(self, organization: Organization) -> bool:
        """Members see their organizations, account admins all of the account."""
        if organization.account is not self.user.account:
            return False
        return self.is_account_admin or self.user.organization_role(organization.id) is not None

    def sees_space(self, space: Space) -> bool:
        """Whether the space exists at all as far as the caller is told."""
        if space.account is not self.user.account:
            return False
        return self.is_space_admin(space) or "SPACE_READ" in self._permissions(space)

    def is_space_admin(self, space: Space) -> bool:
        """Admins of the space, of its organization or of the account."""
        if space.account is not self.user.account:
            return False
        admin = RoleAssignment.predefined("ADMIN")
        return (
            self.is_account_admin
            or self.user.organization_role(space.organization_id) == admin
            or self.user.space_role(space.id) == admin
        )

    def holds(self, space: Space, permission: str) -> bool:
        """Whether the caller has a permission in a space."""
        return self.is_space_admin(space) or permission in self._permissions(space)

    def holds_in_all(self, space_ids: Iterable[str], permission: str) -> bool:
        """Whether the caller has a permission in every one of these spaces."""
        return all(self.holds(self.state.spaces[space_id], permission) for space_id in space_ids)

    def is_admin_of_all(self, space_ids: Iterable[str]) -> bool:
        """Whether the caller is an admin in every one of these spaces."""
        return all(self.is_space_admin(self.state.spaces[space_id]) for space_id in space_ids)

    def is_admin_of_one(self, space_ids: Iterable[str]) -> bool:
        """Whether the caller is an admin in at least one of these spaces."""
        return any(self.is_space_admin(self.state.spaces[space_id]) for space_id in space_ids)

    def may_grant_account_role(self, role: str) -> bool:
        """Nobody grants more than their own account role."""
        return ACCOUNT_ROLES.index(role) <= ACCOUNT_ROLES.index(self.user.account_role)

    def may_grant_organization_role(self, organization: Organization, role: str) -> bool:
        """Nobody grants more than their own role in the organization."""
        if self.is_account_admin:
            return True
        own = self.user.organization_role(organization.id)
        if own is None or own.name is None:
            return False
        return RESOURCE_ROLES.index(role) <= RESOURCE_ROLES.index(own.name)

    def may_grant_space_role(self, space: Space, role: RoleAssignment) -> bool:
        """Nobody grants a permission in a space that they do not hold there."""
        if self.is_space_admin(space):
            return True
        own = self._permissions(space)
        wanted = self.permissions_of(role)
        if "SERVICE_KEY_CREATE" not in own or any(_is_administrative(item) for item in wanted):
            return False
        return all(item in own for item in wanted if item.startswith("SERVICE_KEY_"))

    def permissions_of(self, role: RoleAssignment | None) -> frozenset[str]:
        """What a space role permits."""
        if role is None:
            return frozenset()
        if role.id is not None:
            return frozenset(self.state.roles[role.id].permissions)
        return frozenset(PREDEFINED_SPACE_ROLES[role.name or "ANNOTATOR"])

    def reads_roles(self) -> bool:
        """Members of the account may list roles; others need ROLE_READ somewhere (contract sections 1.8 and 14)."""
        return self.is_account_member or any(
            self.holds(self.state.spaces[space_id], "ROLE_READ") for space_id in self.user.space_ids()
        )

    def reads_key(self, key: StoredKey) -> bool:
        """Whether a key exists at all as far as the caller is told; others get 404."""
        if key.account is not self.user.account:
            return False
        if self.is_account_admin or key.created_by_user_id == self.user.id:
            return True
        return any(self.holds(self.state.spaces[space_id], "SERVICE_KEY_READ") for space_id in key.space_ids)

    def may_refresh(self, key: StoredKey) -> bool:
        """Contract section 3, authorization; which spaces an admin must administer is open (section 14)."""
        is_creator = key.created_by_user_id == self.user.id
        if self.is_account_admin:
            return True
        if key.key_type == "USER":
            return is_creator
        of_one = self.state.switches.refresh_by_space_admin == "of_one_space"
        is_admin = self.is_admin_of_one(key.space_ids) if of_one else self.is_admin_of_all(key.space_ids)
        return is_admin or (is_creator and self.holds_in_all(key.space_ids, "SERVICE_KEY_CREATE"))

    def may_revoke(self, key: StoredKey) -> bool:
        """Contract section 1.5; before SDK 8.41 account admins only (section 2)."""
        is_creator = key.created_by_user_id == self.user.id
        if self.is_account_admin or self.state.switches.legacy:
            return self.is_account_admin
        if key.key_type == "USER":
            return is_creator
        return self.is_admin_of_all(key.space_ids) or (
            is_creator and self.holds_in_all(key.space_ids, "SERVICE_KEY_REVOKE")
        )

    def _permissions(self, space: Space) -> frozenset[str]:
        return self.permissions_of(self.user.space_role(space.id))
