# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""When a key is to be rotated, when its secret is lost, and whether what was issued is as expected. Pure."""

from __future__ import annotations

import math
import typing as t
from datetime import datetime, timedelta

from ansible_collections.community.arize.plugins.module_utils._decide.matches import QUARANTINE, Matches, describe
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import REFRESHED, Issue, Plan
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DEFAULT_GRACE, DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.errors import Refused
from ansible_collections.community.arize.plugins.module_utils._model.instants import SAME_INSTANT, format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, IssuedKey


def next_rotation(desired: DesiredKey, api_key: ApiKey | None) -> datetime | None:
    """When a run with the same options will rotate the key, None when no condition will."""
    if desired.state != "present" or api_key is None:
        return None
    instants = []
    if desired.renew_before is not None and api_key.expires_at is not None:
        instants.append(desired.renew_before.before(api_key.expires_at))
    if desired.max_age is not None:
        instants.append(desired.max_age.after(api_key.created_at))
    return min(instants, default=None)


_UNBOUNDED = "{} never expires, so renew_before has no effect. Declare expires_in, or use max_age."
# Apart from network delays, clocks that are kept by NTP differ by less than a second.
SMALL_SKEW = timedelta(minutes=5)
LARGE_SKEW = timedelta(days=1)


def clock_warnings(now: datetime, skew: timedelta | None) -> list[str]:
    """A sentence with both clocks where they differ by more than SMALL_SKEW."""
    if skew is None or abs(skew) <= SMALL_SKEW:
        return []
    return [f"{_both_clocks(now, skew)} What is due is decided by the service's clock. Check both."]


def check_clock(desired: DesiredKey, now: datetime, skew: timedelta | None) -> None:
    """Nothing is issued or rotated by clocks that differ by more than LARGE_SKEW. Raises Refused."""
    if skew is None or abs(skew) <= LARGE_SKEW:
        return
    raise Refused(
        f"{_both_clocks(now, skew)} One of them is wrong by more than a day, so nothing was changed: no expiry or age "
        f"can be judged. Correct the clock, and run again for {desired.label}."
    )


def _both_clocks(now: datetime, skew: timedelta) -> str:
    there, here = (format_instant(instant.replace(microsecond=0)) for instant in (now, now - skew))
    return f"The clock of the service shows {there}, that of this host {here}."


def grace_seconds(desired: DesiredKey, reason: str) -> int:
    """How long an old secret keeps working, in seconds: what the task declares, else what fits the reason.

    `reason`: `due` (a condition rotates), `expiry` (only the expiry gets earlier), `refreshed`, `lost`, `drift`.
    """
    if desired.grace_seconds is not None:
        return desired.grace_seconds
    if reason == "drift":
        # The store gets the new secret after the task only, and a key in use is not to be cut off.
        waits = desired.held_secret is not None or desired.retire_unused_for is not None
        return DEFAULT_GRACE if waits else 0
    return DEFAULT_GRACE if reason in ("due", "expiry") else 0


def grace_of_lost(desired: DesiredKey, matches: Matches, current: ApiKey, now: datetime) -> int:
    """How long the lost secret keeps working after a reissue, in seconds.

    Where a refresh keeps the id (section 3.1), what the holder has may be an earlier secret of the same key. It fits no
    live key, and serves to the end of its grace period, unless a reissue without one ends it.
    """
    if desired.grace_seconds is not None or matches.foreign is None:
        return grace_seconds(desired, "lost")
    overlap_ends = current.created_at + timedelta(seconds=grace_seconds(desired, "due"))
    return max(0, math.ceil((overlap_ends - now).total_seconds()))


def is_in_use(desired: DesiredKey, key: ApiKey, now: datetime) -> bool:
    """Whether a key was used so lately that `retire_unused_for` keeps it from being revoked."""
    period = desired.retire_unused_for
    return period is not None and key.last_used_at is not None and period.after(key.last_used_at) > now


def in_use_warning(desired: DesiredKey, key: ApiKey) -> str:
    used = "" if key.last_used_at is None else format_instant(key.last_used_at)
    return (
        f"{describe(key)} is not the current key, but was used at {used}, less than retire_unused_for "
        f"({desired.retire_unused_for}) ago, so it was not revoked. Find what still uses it, and give that the new "
        "secret."
    )


def expiry_warnings(desired: DesiredKey, issued: ApiKey, wanted: datetime | None) -> list[str]:
    """What the operator should know of the expiry that the service gave to a new key; `wanted` is what was sent."""
    if issued.expires_at is None:
        return [] if desired.renew_before is None else [_UNBOUNDED.format(describe(issued))]
    warnings = []
    if wanted is None or issued.expires_at < wanted - SAME_INSTANT:
        warnings.append(
            f"{describe(issued)} expires earlier than declared, because the service limits the lifetime of keys in "
            "this account.",
        )
    renew_before = desired.renew_before
    if renew_before is not None and renew_before.before(issued.expires_at) <= issued.created_at:
        warnings.append(
            f"renew_before ({renew_before}) is not shorter than the lifetime that the service gave to "
            f"{describe(issued)}: each run would rotate it. Make renew_before shorter.",
        )
    return warnings


def overlap_warnings(issue: Issue, issued: ApiKey, listed: t.Sequence[ApiKey]) -> list[str]:
    """`listed` are the live matches after the issue. Servers of before SDK 8.31 know no grace period (section 2.1)."""
    old = issue.refreshed
    if old is None or not issue.grace_seconds or old.key_id == issued.key_id:
        return []
    if any(key.key_id == old.key_id for key in listed):
        return []
    return [
        f"{describe(old)} is not listed as live any more, although its secret was to keep working for "
        f"{issue.grace_seconds} seconds: it may have ended at once, so hand on the new one without delay.",
    ]


def check_age_was_reset(plan: Plan, issued: IssuedKey | None) -> None:
    """A refresh that keeps created_at would make max_age and issued_after rotate on each run. Raises Refused."""
    if issued is None or not plan.by_age or plan.action != REFRESHED or plan.issue is None:
        return
    old = plan.issue.refreshed
    if old is not None and issued.api_key.created_at <= old.created_at:
        raise Refused(
            f"{describe(issued.api_key)} has been refreshed and delivered, but this service keeps created_at on a "
            "refresh, so max_age and issued_after would rotate it on each run. Remove them, and use expires_in with "
            "renew_before, which replaces the key.",
        )


def due_reasons(
    desired: DesiredKey, now: datetime, current: ApiKey, wanted: datetime | None
) -> tuple[list[str], bool, list[str]]:
    """The conditions that are fulfilled, in sentences; whether an age is among them; warnings."""
    reasons: list[str] = []
    warnings: list[str] = []
    ends = current.expires_at
    if desired.renew_before is not None and ends is None:
        warnings.append(_UNBOUNDED.format(describe(current)))
    # The Date header has whole seconds, so a run each day at the same time may seem to come a moment too early.
    just_now = now + SAME_INSTANT
    if desired.renew_before is not None and ends is not None and desired.renew_before.before(ends) <= just_now:
        within = f"{describe(current)} expires in less than renew_before ({desired.renew_before})"
        if wanted is None or wanted - SAME_INSTANT > ends:
            reasons.append(f"{within}.")
        else:
            warnings.append(f"{within}, but the declared expires_at is no later: move expires_at.")
    by_age = False
    if desired.max_age is not None and desired.max_age.after(current.created_at) <= now:
        by_age = True
        reasons.append(
            f"{describe(current)} was issued at {format_instant(current.created_at)}, longer ago than "
            f"max_age ({desired.max_age}).",
        )
    # The service's created_at may have whole seconds only.
    if desired.issued_after is not None and current.created_at < desired.issued_after.replace(microsecond=0):
        by_age = True
        reasons.append(
            f"{describe(current)} was issued at {format_instant(current.created_at)}, before "
            f"issued_after ({format_instant(desired.issued_after)}).",
        )
    return reasons, by_age, warnings


def lost_reasons(desired: DesiredKey, matches: Matches) -> list[str]:
    """The sentence that says why the current key's secret is lost, if it is and must be reissued. Raises Refused."""
    if matches.lost is None or matches.current is None:
        return []
    reason = f"The secret of {describe(matches.current)} is lost: {matches.lost}."
    if desired.on_lost_secret == "fail":
        raise Refused(
            f"{reason} The service shows a secret only once. Put it back, or set on_lost_secret to reissue: the key "
            "gets a new secret and the lost one stops serving.",
            [matches.current.public()],
            [{**matches.current.public(), "what_to_do": "put its secret back, or set on_lost_secret to reissue"}],
        )
    return [reason]


def foreign_warnings(desired: DesiredKey, matches: Matches) -> list[str]:
    """What the operator must know before the holder's secret, which fits no live match, is replaced. Raises Refused."""
    held = matches.foreign
    if held is None:
        return []
    if held.is_recent:
        raise Refused(
            f"{held.place} was written within the last {QUARANTINE.seconds // 60} minutes, and holds a secret that "
            f"belongs to no live {desired.label}: do several keys share this dest? Give each key a dest of its own. If "
            "the secret is out of date, remove it there, or run again later."
        )
    return [f"The secret in {held.place} belonged to no live {desired.label}, and is replaced."]
