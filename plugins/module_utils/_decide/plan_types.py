# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What a plan is made from, and what it says. Pure data."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from ansible_collections.community.arize.plugins.module_utils._decide.drift import RoleDrift
from ansible_collections.community.arize.plugins.module_utils._decide.matches import Matches
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, Secret

CREATED = "created"
REFRESHED = "refreshed"
REPLACED = "replaced"
REVOKED = "revoked"
NONE = "none"


@dataclasses.dataclass(frozen=True)
class Observation:
    """What was found. `found_dead` is the key asked for by id, if it is known and no longer live.

    `now` is the service's time; `clock_skew` is how far that is ahead of this host's clock, None where nobody knows.
    """

    now: datetime
    credential: Secret
    matches: Matches
    found_dead: ApiKey | None = None
    clock_skew: timedelta | None = None
    drift_of_roles: RoleDrift = dataclasses.field(default_factory=RoleDrift)

    @property
    def earliest_now(self) -> datetime:
        """The time by the service's clock or by this host's, whichever is behind: what has ended by it has ended."""
        return self.now if self.clock_skew is None else self.now - max(self.clock_skew, timedelta())


@dataclasses.dataclass(frozen=True)
class Issue:
    """A secret to be issued: by refreshing `refreshed`, or by creating a key when that is None."""

    expires_at: datetime | None
    grace_seconds: int = 0
    refreshed: ApiKey | None = None


@dataclasses.dataclass(frozen=True)
class Plan:
    """What will be done: an issue, then the revocation of `revoke`. `action` names the whole for the operator."""

    action: str
    reasons: tuple[str, ...]
    matches: Matches
    issue: Issue | None = None
    revoke: tuple[ApiKey, ...] = ()
    warnings: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    # Whether max_age or issued_after caused the rotation; the new key must not trigger them again.
    by_age: bool = False
    # Older keys that would go, had they not been used lately.
    in_use: tuple[ApiKey, ...] = ()

    @property
    def changes(self) -> bool:
        return self.issue is not None or bool(self.revoke)
