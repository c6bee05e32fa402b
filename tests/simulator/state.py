# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's whole memory, guarded by one lock, and the ways to populate it without a request."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

from .clock import Clock
from .entities import (
    Account,
    Organization,
    OrganizationBinding,
    Role,
    RoleAssignment,
    RoleBinding,
    Space,
    SpaceBinding,
    StoredKey,
    User,
)
from .identifiers import Identifiers, type_of_identifier
from .key_table import KeyTable
from .permissions import PREDEFINED_SPACE_ROLES
from .switches import Switches

_CONTENTS = (
    "accounts",
    "users",
    "organizations",
    "spaces",
    "roles",
    "role_bindings",
    "keys",
    "secrets",
)


class State:
    """Everything stored, by id.

    Whoever reads or writes holds `lock`; each request holds it from its first look to its answer, so that
    parallel requests have one order.
    """

    def __init__(self, switches: Switches, clock: Clock, source: random.Random) -> None:
        self.switches = switches
        self.clock = clock
        self.source = source
        self.lock = threading.RLock()
        self.identifiers = Identifiers(source)
        self.cursor_key = source.randbytes(16)
        self.accounts: dict[str, Account] = {}
        self.users: dict[str, User] = {}
        self.organizations: dict[str, Organization] = {}
        self.spaces: dict[str, Space] = {}
        self.roles: dict[str, Role] = {}
        self.role_bindings: dict[str, RoleBinding] = {}
        self.keys = KeyTable()
        self.secrets: set[str] = set()

    def contents(self) -> dict[str, object]:
        """A copy of all that is stored, to come back to."""
        return copy.deepcopy({name: getattr(self, name) for name in _CONTENTS})

    def restore(self, contents: Mapping[str, object]) -> None:
        """Come back to what `contents` returned; ids and secrets issued since are never issued again."""
        # In one deepcopy, so that what referred to the same object still does.
        for name, value in copy.deepcopy(dict(contents)).items():
            setattr(self, name, value)

    def new_id(self, type_name: str) -> tuple[str, int]:
        """A fresh id and its place in the order of creation."""
        sequence = self.identifiers.sequence()
        return self.identifiers.identifier(type_name, sequence), sequence

    def creation_time(self) -> datetime:
        """Now, as fine as the server records it."""
        now = self.clock.now()
        return now if self.switches.created_at_resolution == "microsecond" else now.replace(microsecond=0)

    def add_account(self, name: str, maximum_key_lifetime: int | None = None, developer_access: bool = True) -> Account:
        """A new account with the predefined roles and an admin of its own."""
        account_id, _number = self.new_id("Account")
        account = Account(account_id, name, maximum_key_lifetime, developer_access)
        self.accounts[account.id] = account
        for role_name, permissions in PREDEFINED_SPACE_ROLES.items():
            self.add_role(role_name, permissions, account, is_predefined=True)
        account.admin = self.add_user(f"{name} admin", account, account_role="ADMIN")
        return account

    def add_organization(self, name: str, account: Account) -> Organization:
        """A new organization; its name must be new in the account."""
        if any(item.name == name and item.account is account for item in self.organizations.values()):
            raise ValueError(f"the account already has an organization named {name!r}")
        identifier, sequence = self.new_id("Organization")
        organization = Organization(identifier, name, account, sequence, self.creation_time())
        self.organizations[identifier] = organization
        return organization

    def add_space(self, name: str, organization: Organization) -> Space:
        """A new space; its name must be new in the organization."""
        if any(item.name == name and item.organization_id == organization.id for item in self.spaces.values()):
            raise ValueError(f"{organization.name} already has a space named {name!r}")
        identifier, sequence = self.new_id("Space")
        space = Space(identifier, name, organization.id, organization.account, sequence, self.creation_time())
        self.spaces[identifier] = space
        return space

    def add_role(self, name: str, permissions: Sequence[str], account: Account, is_predefined: bool = False) -> Role:
        """A new role."""
        identifier, sequence = self.new_id("Role")
        created_at = self.creation_time()
        role = Role(identifier, name, tuple(permissions), is_predefined, account, sequence, created_at)
        self.roles[identifier] = role
        return role

    def add_user(
        self,
        name: str,
        account: Account,
        account_role: str = "MEMBER",
        spaces: Mapping[str, str] | None = None,
        organizations: Mapping[str, str] | None = None,
    ) -> User:
        """A person with a working credential; `spaces` maps ids to a predefined role or a role id."""
        if account_role not in {"ADMIN", "MEMBER", "MEMBER_UI_ONLY", "ANNOTATOR"}:
            raise ValueError(f"{account_role!r} is no account role")
        identifier, sequence = self.new_id("User")
        email = f"{name.lower().replace(' ', '.')}.{sequence}@example.com"
        user = User(identifier, name, email, account, sequence, self.creation_time(), account_role)
        user.bindings = self._bindings(spaces or {}, organizations or {})
        user.credential = self.identifiers.credential()
        self.users[identifier] = user
        self.bind_roles(user)
        self._store_credential(user)
        return user

    def add_bot_user(self, name: str, account: Account, account_role: str, bindings: list[OrganizationBinding]) -> User:
        """The bot user behind a new service key (contract section 1.2)."""
        identifier, sequence = self.new_id("User")
        created_at = self.creation_time()
        user = User(identifier, name, "", account, sequence, created_at, account_role, bindings, is_bot=True)
        self.users[identifier] = user
        self.bind_roles(user)
        return user

    def bind_roles(self, user: User) -> None:
        """Role-binding rows for the user's custom space roles, and for predefined ones by switch."""
        for binding in (space for organization in user.bindings for space in organization.spaces):
            role_id = binding.role.id
            if role_id is None:
                if not self.switches.predefined_roles_as_bindings:
                    continue
                role_id = self._predefined_role_id(user.account, binding.role.name)
            identifier, sequence = self.new_id("RoleBinding")
            self.role_bindings[identifier] = RoleBinding(
                identifier, role_id, user.id, binding.space_id, user.account, sequence, self.creation_time()
            )

    def organization_named(self, name: str, account: Account) -> Organization:
        """The organization of that name, made when missing."""
        for organization in self.organizations.values():
            if organization.name == name and organization.account is account:
                return organization
        return self.add_organization(name, account)

    def role_assignment(self, role: str) -> RoleAssignment:
        """A role given as a predefined name or as the id of a known role."""
        if role in PREDEFINED_SPACE_ROLES:
            return RoleAssignment.predefined(role)
        if type_of_identifier(role) != "Role" or role not in self.roles:
            raise ValueError(f"{role!r} is neither a predefined role nor the id of a role")
        return RoleAssignment.custom(role)

    def _bindings(self, spaces: Mapping[str, str], organizations: Mapping[str, str]) -> list[OrganizationBinding]:
        bindings = {
            org_id: OrganizationBinding(org_id, self.role_assignment(role)) for org_id, role in organizations.items()
        }
        for space_id, role in spaces.items():
            org_id = self.spaces[space_id].organization_id
            if org_id not in bindings:
                bindings[org_id] = OrganizationBinding(org_id, RoleAssignment.predefined("MEMBER"))
            bindings[org_id].spaces.append(SpaceBinding(space_id, self.role_assignment(role)))
        return list(bindings.values())

    def _predefined_role_id(self, account: Account, name: str | None) -> str:
        for role in self.roles.values():
            if role.is_predefined and role.account is account and role.name == name:
                return role.id
        raise ValueError(f"{name!r} is no predefined role")

    def _store_credential(self, user: User) -> None:
        identifier, sequence = self.new_id("ApiKey")
        self.secrets.add(user.credential)
        self.keys.add(
            StoredKey(
                identifier,
                sequence,
                f"{user.name} personal key",
                "USER",
                user.credential,
                user.account,
                user.id,
                self.creation_time(),
                is_credential=True,
            )
        )
