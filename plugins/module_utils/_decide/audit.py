# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Findings about listed keys and their summary. Pure. A finding whose threshold is unset is not computed."""

from __future__ import annotations

import collections
import dataclasses
import typing as t
from datetime import datetime, timedelta

from ansible_collections.community.arize.plugins.module_utils._decide.matches import classify
from ansible_collections.community.arize.plugins.module_utils._model.instants import Duration, format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, BotUser

# `last_used_at` is approximate (contract section 1.2), so a young key is not called unused.
SPARED_AS_YOUNG = timedelta(hours=48)


@dataclasses.dataclass(frozen=True)
class Thresholds:
    expires_within: Duration | None = None
    unused_for: Duration | None = None
    older_than: Duration | None = None

    @property
    def any_set(self) -> bool:
        return any(value is not None for value in (self.expires_within, self.unused_for, self.older_than))


def findings(
    keys: t.Sequence[ApiKey],
    thresholds: Thresholds,
    now: datetime,
    spaces_of: t.Mapping[str, t.Sequence[str]] | None = None,
) -> dict[str, list[str]]:
    """The findings of each key by its id, in the order of the documentation; revoked keys have none.

    `spaces_of`: ids of the spaces under which a key was listed, beside those that its bindings show.
    """
    retiring, namesakes = _generations(keys, now, spaces_of or {})
    found = {}
    for key in keys:
        named: list[str] = []
        if key.status == "active":
            named += _of_lifetime(key, thresholds, now)
            if key.is_live(now):
                named += _of_use(key, thresholds, now)
                named += _of_roles(key)
                if key.key_id in namesakes:
                    named.append("duplicate_name")
            if key.key_id in retiring:
                # It has a successor, so it is expected to expire, and to be idle.
                named = [name for name in named if name not in ("expires_soon", "never_used", "unused")]
        found[key.key_id] = named
    return found


def summary(
    keys: t.Sequence[ApiKey],
    found: t.Mapping[str, list[str]] | None,
    now: datetime,
    complete: bool,
) -> dict[str, t.Any]:
    """Counts by type, status and (where computed) finding, live keys whose roles are not shown, the next expiry."""
    counted: dict[str, t.Any] = {
        "total": len(keys),
        "by_type": dict(collections.Counter(key.key_type for key in keys)),
        "by_status": dict(collections.Counter(key.status for key in keys)),
        "complete": complete,
        # A user key has no roles of its own.
        "roles_not_shown": sum(key.key_type == "service" and key.is_live(now) and not key.shows_roles for key in keys),
    }
    if found is not None:
        counted["by_finding"] = dict(collections.Counter(name for names in found.values() for name in names))
    ends = [key.expires_at for key in keys if key.is_live(now) and key.expires_at is not None]
    counted["next_expires_at"] = format_instant(min(ends)) if ends else None
    return counted


def _of_lifetime(key: ApiKey, thresholds: Thresholds, now: datetime) -> list[str]:
    if not key.is_live(now):
        return ["expired"]
    named = []
    if thresholds.expires_within is not None:
        if key.expires_at is None:
            named.append("never_expires")
        elif key.expires_at <= thresholds.expires_within.after(now):
            named.append("expires_soon")
    if thresholds.older_than is not None and thresholds.older_than.after(key.created_at) <= now:
        named.append("old")
    return named


def _of_use(key: ApiKey, thresholds: Thresholds, now: datetime) -> list[str]:
    if thresholds.unused_for is None:
        return []
    if key.last_used_at is None:
        return ["never_used"] if key.created_at + SPARED_AS_YOUNG <= now else []
    return ["unused"] if thresholds.unused_for.after(key.last_used_at) <= now else []


def _of_roles(key: ApiKey) -> list[str]:
    bot_user = key.bot_user if key.shows_roles else None
    return ["admin_role"] if bot_user is not None and _is_admin(bot_user) else []


def _is_admin(bot_user: BotUser) -> bool:
    roles = [bot_user.account_role]
    for organization in bot_user.organizations:
        roles.append(organization.role)
        roles += [space.role for space in organization.spaces]
    return any(role is not None and role.name == "admin" for role in roles)


def _generations(
    keys: t.Sequence[ApiKey],
    now: datetime,
    spaces_of: t.Mapping[str, t.Sequence[str]],
) -> tuple[set[str], set[str]]:
    """Ids of retiring keys, and of those that share type, name and a space with another one that is not retiring."""
    groups: dict[tuple[str, str, str], list[ApiKey]] = {}
    for key in keys:
        if key.is_live(now):
            for scope in _scopes(key, spaces_of):
                groups.setdefault((key.key_type, key.name, scope), []).append(key)
    retiring: set[str] = set()
    duplicates: set[str] = set()
    for group in groups.values():
        matches = classify(group, now, None)
        retiring.update(key.key_id for key in matches.retiring)
        if matches.duplicates and matches.current is not None:
            duplicates.add(matches.current.key_id)
            duplicates.update(key.key_id for key in matches.duplicates)
    return retiring, duplicates


def _scopes(key: ApiKey, spaces_of: t.Mapping[str, t.Sequence[str]]) -> set[str]:
    """Where a key's name is its own: its user, or its spaces as far as they are known."""
    if key.key_type == "user":
        return {key.created_by_user_id or ""}
    bound = [] if key.bot_user is None else [s for o in key.bot_user.organizations for s in o.spaces]
    return {space.space_id for space in bound} | set(spaces_of.get(key.key_id, ()))
