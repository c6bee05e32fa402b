# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that were there before the test began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

from .entities import LONG_AGO, Account, OrganizationBinding, RoleAssignment, SpaceBinding, StoredKey, User
from .key_store import KeyStore
from .state import State
from .validation import parse_instant


@dataclass(kw_only=True)
class KeySeed:
    """What a seeded key is like; roles are predefined names, `space_role` also a role id.

    Times are datetimes (naive: UTC) or RFC 3339 text. `space_ids` adds further spaces to `space_id`.
    """

    name: str
    key_type: str = "SERVICE"
    space_id: str | None = None
    space_ids: Sequence[str] = field(default_factory=tuple)
    created_at: datetime | str | None = None
    expires_at: datetime | str | None = None
    description: str | None = None
    status: str = "ACTIVE"
    created_by: User | str | None = None
    last_used_at: datetime | str | None = None
    account_role: str = "MEMBER"
    org_role: str = "READ_ONLY"
    space_role: str = "MEMBER"

    def __post_init__(self) -> None:
        if self.key_type not in {"USER", "SERVICE"} or self.status not in {"ACTIVE", "REVOKED"}:
            raise ValueError("key_type is USER or SERVICE, status ACTIVE or REVOKED")
        spaces = [*([self.space_id] if self.space_id else []), *self.space_ids]
        self.space_ids = list(dict.fromkeys(spaces))
        if (self.key_type == "SERVICE") != bool(self.space_ids):
            raise ValueError("a service key has at least one space, a user key none")


def _instant(value: datetime | str | None) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, str):
        return parse_instant(value, "time")
    return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


def seed_key(state: State, store: KeyStore, account: Account, seed: KeySeed) -> StoredKey:
    """Store the key, visible in listings at once."""
    creator = seed.created_by.id if isinstance(seed.created_by, User) else seed.created_by
    if creator is not None:
        account = state.users[creator].account
    bot_user = _bot_user(state, account, seed) if seed.key_type == "SERVICE" else None
    identifier, sequence = state.new_id("ApiKey")
    key = StoredKey(
        identifier,
        sequence,
        seed.name,
        seed.key_type,
        state.identifiers.secret(),
        account,
        creator or account.admin.id,
        _instant(seed.created_at) or state.creation_time(),
        seed.description,
        _instant(seed.expires_at),
        seed.status,
        _instant(seed.last_used_at),
        bot_user,
    )
    store.put(key, visible_since=LONG_AGO)
    return key


def _bot_user(state: State, account: Account, seed: KeySeed) -> User:
    bindings: dict[str, OrganizationBinding] = {}
    for space_id in seed.space_ids:
        space = state.spaces[space_id]
        if space.account is not account:
            raise ValueError(f"space {space.name} belongs to another account than the key's creator")
        role = RoleAssignment.predefined(seed.org_role)
        binding = bindings.setdefault(space.organization_id, OrganizationBinding(space.organization_id, role))
        binding.spaces.append(SpaceBinding(space_id, state.role_assignment(seed.space_role)))
    return state.add_bot_user(seed.name, account, seed.account_role, list(bindings.values()))
