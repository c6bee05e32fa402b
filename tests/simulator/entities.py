# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated server knows: accounts, people, spaces, roles and keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from .identifiers import redact

# Since when a listing has shown what was there before the test began.
LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass
class Account:
    """A customer of the service; nothing is visible across accounts."""

    id: str
    name: str
    maximum_key_lifetime: int | None = None
    developer_access: bool = True
    # With entitlement, limit, current_count and required_plan: create answers 403 with these.
    plan_limit: dict[str, object] | None = None
    admin: User = field(init=False, repr=False, compare=False)

    @property
    def credential(self) -> str:
        """The API key of the account's first admin."""
        return self.admin.credential


@dataclass
class Organization:
    """Holds spaces; names are unique in the account (contract section 1.7)."""

    id: str
    name: str
    account: Account = field(repr=False, compare=False)
    sequence: int
    created_at: datetime
    description: str = ""


@dataclass
class Space:
    """Names are unique per organization only (contract section 1.6)."""

    id: str
    name: str
    organization_id: str
    account: Account = field(repr=False, compare=False)
    sequence: int
    created_at: datetime
    description: str = ""
    is_private: bool = False


@dataclass
class Role:
    """A named set of permissions (contract section 1.8)."""

    id: str
    name: str
    permissions: tuple[str, ...]
    is_predefined: bool
    account: Account = field(repr=False, compare=False)
    sequence: int
    created_at: datetime


@dataclass(frozen=True)
class RoleAssignment:
    """A predefined role by name or a custom one by id (contract section 1.1)."""

    type: str
    name: str | None = None
    id: str | None = None

    @classmethod
    def predefined(cls, name: str) -> RoleAssignment:
        """One of the built-in roles."""
        return cls("PREDEFINED", name=name)

    @classmethod
    def custom(cls, role_id: str) -> RoleAssignment:
        """A role that the account made itself."""
        return cls("CUSTOM", id=role_id)


@dataclass
class SpaceBinding:
    """A user's role in one space."""

    space_id: str
    role: RoleAssignment


@dataclass
class OrganizationBinding:
    """A user's role in one organization and in spaces of it."""

    org_id: str
    role: RoleAssignment
    spaces: list[SpaceBinding] = field(default_factory=list)


@dataclass
class User:
    """A person or the bot user behind a service key."""

    id: str
    name: str
    email: str
    account: Account = field(repr=False, compare=False)
    sequence: int
    created_at: datetime
    account_role: str = "MEMBER"
    bindings: list[OrganizationBinding] = field(default_factory=list)
    is_bot: bool = False
    status: str = "ACTIVE"
    credential: str = field(default="", repr=False)

    def organization_role(self, org_id: str) -> RoleAssignment | None:
        """The role in an organization, None without membership."""
        return next((binding.role for binding in self.bindings if binding.org_id == org_id), None)

    def space_role(self, space_id: str) -> RoleAssignment | None:
        """The role in a space, None without membership."""
        spaces = (space for binding in self.bindings for space in binding.spaces)
        return next((space.role for space in spaces if space.space_id == space_id), None)

    def space_ids(self) -> list[str]:
        """Every space the user is bound to."""
        return [space.space_id for binding in self.bindings for space in binding.spaces]


@dataclass
class RoleBinding:
    """A role on a space, as the role-bindings endpoints show it (contract section 1.9)."""

    id: str
    role_id: str
    user_id: str
    resource_id: str
    account: Account = field(repr=False, compare=False)
    sequence: int
    created_at: datetime
    resource_type: str = "SPACE"


@dataclass
class StoredKey:
    """An API key with everything the server knows of it, secret included."""

    id: str
    sequence: int
    name: str
    key_type: str
    secret: str = field(repr=False)
    account: Account = field(repr=False, compare=False)
    created_by_user_id: str
    created_at: datetime
    description: str | None = None
    expires_at: datetime | None = None
    status: str = "ACTIVE"
    last_used_at: datetime | None = None
    bot_user: User | None = None
    # Secrets that a refresh under the same id left valid until the end of their grace.
    earlier_secrets: list[tuple[str, datetime]] = field(default_factory=list, repr=False)
    is_credential: bool = False
    history: list[tuple[datetime, StoredKey]] = field(default_factory=list, repr=False, compare=False)

    @property
    def space_ids(self) -> list[str]:
        """The spaces of a service key; a user key has none."""
        return self.bot_user.space_ids() if self.bot_user else []

    @property
    def redacted_key(self) -> str:
        """The documented redacted form."""
        return redact(self.secret)

    def live_at(self, moment: datetime) -> bool:
        """ACTIVE and not expired."""
        return self.status == "ACTIVE" and (self.expires_at is None or self.expires_at > moment)

    def fits(self, secret: str, moment: datetime) -> bool:
        """Whether the secret opens the door at this moment."""
        if secret == self.secret:
            return self.live_at(moment)
        # An earlier secret lasts to the end of its grace, even when the new one was given a shorter life.
        return self.status == "ACTIVE" and any(
            secret == earlier and moment < until for earlier, until in self.earlier_secrets
        )

    def aged(self, step: timedelta) -> StoredKey:
        """The key as if everything had happened to it that much earlier."""
        return replace(
            self,
            created_at=self.created_at - step,
            expires_at=self.expires_at and self.expires_at - step,
            last_used_at=self.last_used_at and self.last_used_at - step,
            earlier_secrets=[(secret, until - step) for secret, until in self.earlier_secrets],
            history=[(at if at == LONG_AGO else at - step, former.aged(step)) for at, former in self.history],
        )

    def snapshot(self) -> StoredKey:
        """A copy that later requests do not change."""
        # No request changes a bot user.
        return replace(self, earlier_secrets=list(self.earlier_secrets), history=[])
