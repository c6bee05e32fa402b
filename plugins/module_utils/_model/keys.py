# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What the service speaks of, as dataclasses. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant


class Secret:
    """A secret value that shows in no repr, format or comparison message. `reveal()` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(********)"

    __str__ = __repr__


def is_secret(text: str) -> bool:
    """Whether a text has the form of a secret (contract section 7), and not that of a message or a document."""
    return text.startswith("ak-") and text.isascii() and text.isprintable() and " " not in text


def secret_fits(secret: str, redacted_key: str) -> bool | None:
    """Whether a raw secret can be the one that `redacted_key` stands for; None when the redaction tells nothing.

    The form is a beginning, three dots, an end (contract section 7, by example only, so lengths are not assumed).
    """
    beginning, dots, end = redacted_key.partition("...")
    if not dots or len(beginning) < 4 or not end or "*" in redacted_key:
        return None
    long_enough = len(secret) > len(beginning) + len(end)
    return long_enough and secret.startswith(beginning) and secret.endswith(end)


# Characters before and behind the dots. The documented form shows six and three.
_MOST_SHOWN = (12, 8)


def shown_redaction(redacted_key: str) -> str:
    """`redacted_key` for display. What shows more of a secret than a redaction does is cut to one."""
    beginning, _dots, end = redacted_key.replace("*", "").partition("...")
    if len(beginning) <= _MOST_SHOWN[0] and len(end) <= _MOST_SHOWN[1]:
        return redacted_key
    return f"{redacted_key[:6]}...{redacted_key[-3:]}"


PREDEFINED_ROLES = ("admin", "member", "read-only")


@dataclasses.dataclass(frozen=True)
class RoleAssignment:
    """A role: a predefined one by name in lower case (C(read-only)), or a custom one by id.

    As declared, a custom role may have a name and no id: it is not looked up yet.
    """

    name: str | None = None
    role_id: str | None = None

    @property
    def is_predefined(self) -> bool:
        return self.role_id is None and self.name in PREDEFINED_ROLES

    def same_as(self, other: RoleAssignment) -> bool:
        """A custom role is its id; its name in an answer is for people."""
        if self.role_id is not None or other.role_id is not None:
            return self.role_id == other.role_id
        return self.name == other.name

    def __str__(self) -> str:
        return f"custom role {self.role_id}" if self.role_id is not None else str(self.name)


@dataclasses.dataclass(frozen=True)
class SpaceBinding:
    space_id: str
    role: RoleAssignment | None = None


@dataclasses.dataclass(frozen=True)
class OrganizationBinding:
    """Spaces of one organization; its id is empty where the server's dialect does not ask for it."""

    organization_id: str
    role: RoleAssignment | None = None
    spaces: tuple[SpaceBinding, ...] = ()


@dataclasses.dataclass(frozen=True)
class BotUser:
    """The user that a service key acts as. Without a name the service could not resolve it (section 1.2)."""

    user_id: str
    name: str
    account_role: RoleAssignment | None
    organizations: tuple[OrganizationBinding, ...]

    def public(self) -> dict[str, t.Any]:
        """The dictionary that modules return; a role is a name or C(custom role ID)."""
        return {
            "id": self.user_id,
            "name": self.name,
            "account_role": None if self.account_role is None else str(self.account_role),
            "organizations": [
                {
                    "id": organization.organization_id,
                    "role": None if organization.role is None else str(organization.role),
                    "spaces": [
                        {"space_id": space.space_id, "role": None if space.role is None else str(space.role)}
                        for space in organization.spaces
                    ],
                }
                for organization in self.organizations
            ],
        }

    @property
    def roles_visible(self) -> bool:
        return bool(self.name) and bool(self.organizations)


@dataclasses.dataclass(frozen=True)
class ApiKey:
    """An API key's metadata, never its secret. Enumerations are in lower case."""

    key_id: str
    name: str
    key_type: str
    status: str
    # As the service sent it; a broken service may send the whole secret.
    redacted_key: str = dataclasses.field(repr=False)
    created_at: datetime
    description: str | None = None
    expires_at: datetime | None = None
    created_by_user_id: str | None = None
    last_used_at: datetime | None = None
    bot_user: BotUser | None = None

    @property
    def shows_roles(self) -> bool:
        """Whether the service showed which roles its bot user has."""
        return self.bot_user is not None and self.bot_user.roles_visible

    def is_live(self, now: datetime) -> bool:
        """ACTIVE and not past its expiry: the service may list an expired key as ACTIVE (section 4)."""
        return self.status == "active" and (self.expires_at is None or self.expires_at > now)

    def public(self) -> dict[str, t.Any]:
        """The dictionary that modules return; instants as RFC 3339 in UTC, None for what is unset."""
        shown: dict[str, t.Any] = {
            "id": self.key_id,
            "name": self.name,
            "description": self.description,
            "key_type": self.key_type,
            "status": self.status,
            "redacted_key": shown_redaction(self.redacted_key),
            "created_by_user_id": self.created_by_user_id,
        }
        for name in ("created_at", "expires_at", "last_used_at"):
            instant: datetime | None = getattr(self, name)
            shown[name] = None if instant is None else format_instant(instant)
        return shown


@dataclasses.dataclass(frozen=True)
class IssuedKey:
    """A key together with the secret that the service shows once."""

    api_key: ApiKey
    secret: Secret


@dataclasses.dataclass(frozen=True)
class Space:
    space_id: str
    name: str
    organization_id: str | None


@dataclasses.dataclass(frozen=True)
class Role:
    """A custom role of the account."""

    role_id: str
    name: str


@dataclasses.dataclass(frozen=True)
class User:
    """A person or bot, as far as the service shows it: all but the id is None where it does not."""

    user_id: str
    name: str | None = None
    email: str | None = None
    status: str | None = None

    def public(self) -> dict[str, t.Any]:
        return {"id": self.user_id, "name": self.name, "email": self.email, "status": self.status}


@dataclasses.dataclass(frozen=True)
class Organization:
    organization_id: str
    name: str


@dataclasses.dataclass(frozen=True)
class Page:
    """One page of a listing, its rows not parsed yet."""

    rows: list[t.Any]
    has_more: bool
    next_cursor: str | None
