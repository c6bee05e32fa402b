# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What is to be done with one key: pure decisions from what was declared and what was found. No I/O.

`make_plan` raises Refused where the state found forbids the change, and InvalidOption where an option can't be
honoured. It is the same for check mode and for a real run.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from ansible_collections.community.arize.plugins.module_utils import _drift
from ansible_collections.community.arize.plugins.module_utils._conditions import due_reasons, lost_reasons
from ansible_collections.community.arize.plugins.module_utils._desired import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.community.arize.plugins.module_utils._matches import describe, describe_all
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey, secret_fits
from ansible_collections.community.arize.plugins.module_utils._plan_types import (
    CREATED,
    NONE,
    REFRESHED,
    REPLACED,
    REVOKED,
    Issue,
    Observation,
    Plan,
)
from ansible_collections.community.arize.plugins.module_utils._time import SAME_INSTANT, format_instant


def make_plan(desired: DesiredKey, seen: Observation) -> Plan:
    """Decide. Raises Refused, InvalidOption."""
    if desired.issued_after is not None and desired.issued_after > seen.now:
        raise InvalidOption(
            "issued_after",
            f"{format_instant(desired.issued_after)} lies in the future, so each run would rotate the key",
        )
    if desired.state == "absent":
        plan = _plan_absent(desired, seen)
    elif desired.state == "refreshed":
        plan = _plan_refreshed(desired, seen)
    elif seen.matches.current is None:
        plan = _plan_create(desired, seen)
    else:
        plan = _plan_present(desired, seen, seen.matches.current)
    _check_duplicates(desired, plan)
    plan = _spare_credential(desired, seen, plan)
    if plan.issue is not None and plan.issue.expires_at is not None and plan.issue.expires_at <= seen.now:
        raise InvalidOption(
            "expires_at" if desired.expires_at is not None else "expires_in",
            f"{format_instant(plan.issue.expires_at)} is not in the future (the service's clock shows "
            f"{format_instant(seen.now)}); a key can't be issued with it",
        )
    return plan


def _plan_absent(desired: DesiredKey, seen: Observation) -> Plan:
    matches = seen.matches
    if matches.current is None:
        reason = "There is no such live key."
        if seen.found_dead is not None:
            reason = f"{describe(seen.found_dead)} is {'revoked' if seen.found_dead.status == 'revoked' else 'lapsed'}."
        return Plan(NONE, (reason,), matches)
    revoke = (matches.current, *matches.retiring)
    if desired.exclusive:
        revoke += matches.duplicates
    reasons = tuple(f"{describe(key)} is live and shall be absent." for key in revoke)
    return Plan(REVOKED, reasons, matches, revoke=revoke)


def _plan_refreshed(desired: DesiredKey, seen: Observation) -> Plan:
    current = seen.matches.current
    if current is None:
        if seen.found_dead is not None:
            raise Refused(
                f"{describe(seen.found_dead)} can't be refreshed, because it is no longer live. "
                "Issue a new key with state present and its name.",
                [seen.found_dead.public()],
            )
        raise Refused(f"There is no live key to refresh: {desired.label}. Use state present, which creates one.")
    wanted = desired.expiry_at(seen.now)
    if current.expires_at is not None:
        if wanted is not None and wanted - SAME_INSTANT > current.expires_at:
            raise Refused(
                f"{describe(current)} lapses at {format_instant(current.expires_at)}, and the service can't refresh "
                f"a key to a later expiry ({format_instant(wanted)}). Use state present with renew_before, max_age "
                "or issued_after: it replaces the key by a new one.",
                [current.public()],
            )
        wanted = current.expires_at if wanted is None else min(wanted, current.expires_at)
    issue = Issue(wanted, desired.grace_seconds or 0, current)
    return Plan(REFRESHED, (f"state refreshed reissues {describe(current)}.",), seen.matches, issue)


def _plan_create(desired: DesiredKey, seen: Observation) -> Plan:
    if seen.matches.partial:
        raise Refused(
            f"{desired.label}: {describe_all(seen.matches.partial)} is bound to some of the declared spaces, but not "
            "to all, and bindings can't be changed. Revoke it by id, declare its spaces, or use another name.",
            [key.public() for key in seen.matches.partial],
        )
    warnings = []
    expires_at = desired.expiry_at(seen.now)
    renew_before = desired.renew_before
    if expires_at is not None and renew_before is not None and renew_before.before(expires_at) <= seen.now:
        warnings.append(
            f"expires_at {format_instant(expires_at)} lies within renew_before ({renew_before}): move expires_at, or "
            "use expires_in, so that there is something to renew to.",
        )
    return Plan(
        CREATED,
        ("No live key fits the declaration.",),
        seen.matches,
        Issue(expires_at),
        warnings=tuple(warnings),
    )


def _plan_present(desired: DesiredKey, seen: Observation, current: ApiKey) -> Plan:
    wanted = desired.expiry_at(seen.now)
    due, by_age, warnings = due_reasons(desired, seen.now, current, wanted)
    drift = _drift.find(desired, current, seen.drift_of_roles, compare_expiry=not due)
    not_compared = tuple(seen.drift_of_roles.not_compared)
    if drift.reasons and desired.on_drift == "fail":
        raise Refused(
            f"{describe(current)} differs from what is declared: {' '.join(drift.reasons)} A key can't be changed in "
            "place: declare what it has, or set on_drift to replace (a new key, a new secret) or ignore.",
            [current.public()],
        )
    if drift.reasons and desired.on_drift == "ignore":
        warnings += [
            f"{describe(current)} differs from what is declared (on_drift is ignore): {text}" for text in drift.reasons
        ]
        drift = _drift.Drift()
    lost = lost_reasons(desired, seen.matches)
    reasons = [*due, *drift.reasons, *lost]
    if not reasons:
        return _plan_keep(desired, seen, current, warnings, not_compared)
    issue, action, revoke = _reissue(desired, seen.now, current, wanted, bool(due), bool(lost), drift)
    if desired.exclusive and desired.grace_seconds == 0:
        revoke += tuple(key for key in seen.matches.others if key not in revoke)
    return Plan(
        action,
        tuple(reasons),
        seen.matches,
        issue,
        revoke,
        tuple(warnings),
        not_compared,
        by_age,
    )


def _plan_keep(
    desired: DesiredKey,
    seen: Observation,
    current: ApiKey,
    warnings: list[str],
    not_compared: tuple[str, ...],
) -> Plan:
    """Nothing is due: at most the others go, with `exclusive` and after the grace period."""
    matches = seen.matches
    overlap_ends = current.created_at + timedelta(seconds=desired.overlap_seconds)
    if desired.exclusive and matches.others and seen.now >= overlap_ends:
        reasons = tuple(
            f"{describe(key)} is not the current key {current.key_id}, whose grace period ended at "
            f"{format_instant(overlap_ends)}."
            for key in matches.others
        )
        return Plan(REVOKED, reasons, matches, None, matches.others, tuple(warnings), not_compared)
    if matches.duplicates and not desired.exclusive:
        warnings.append(
            f"{desired.label} has live duplicates beside the current key {current.key_id}: "
            f"{describe_all(matches.duplicates)}. Revoke those that nobody uses by id, or set exclusive.",
        )
    return Plan(NONE, (), matches, None, (), tuple(warnings), not_compared)


def _reissue(
    desired: DesiredKey,
    now: datetime,
    current: ApiKey,
    wanted: datetime | None,
    due: bool,
    lost: bool,
    drift: _drift.Drift,
) -> tuple[Issue, str, tuple[ApiKey, ...]]:
    """Refresh where the service allows it, else replace. Returns issue, action, and what goes after delivery."""
    if lost and not due and not drift.reasons:
        # Only the secret is gone: the key keeps its expiry.
        return Issue(current.expires_at, desired.grace_seconds or 0, current), REFRESHED, ()
    if current.expires_at is None:
        expiry_allowed = True
    else:
        expiry_allowed = wanted is not None and wanted - SAME_INSTANT <= current.expires_at
    if expiry_allowed and not drift.needs_new_key:
        expires_at = wanted if current.expires_at is None or wanted is None else min(wanted, current.expires_at)
        grace = (desired.grace_seconds or 0) if lost else desired.overlap_seconds
        if expires_at is not None:
            # The old key must not outlive the new one, or it would be taken for a duplicate.
            grace = max(0, min(grace, int((expires_at - now).total_seconds())))
        return Issue(expires_at, grace, current), REFRESHED, ()
    issue = Issue(wanted, desired.overlap_seconds)
    # A written 0 is the operator's word that the old secret shall not serve on, as after a leak.
    if lost or desired.grace_seconds == 0 or (drift.reasons and desired.grace_seconds is None):
        return dataclasses.replace(issue, grace_seconds=0), REPLACED, (current,)
    lapses_in_time = current.expires_at is not None and (wanted is None or current.expires_at - SAME_INSTANT <= wanted)
    if not lapses_in_time and not desired.exclusive:
        raise InvalidOption(
            "grace_period",
            f"can't be honoured when {describe(current)} is replaced: the service can't set an end to the old key "
            "later. Set exclusive, which revokes it once the grace period is over, or grace_period 0",
        )
    return issue, REPLACED, ()


def _check_duplicates(desired: DesiredKey, plan: Plan) -> None:
    duplicates = plan.matches.duplicates
    if not plan.changes or not duplicates or desired.exclusive:
        return
    current = plan.matches.current
    all_keys = ([] if current is None else [current]) + list(duplicates)
    raise Refused(
        f"{desired.label}: {len(all_keys)} live keys fit the declaration, so it is not clear which is meant: "
        f"{describe_all(all_keys)}. Revoke the superfluous ones by id (state absent), or set exclusive, which lets "
        "this declaration own them all.",
        [key.public() for key in all_keys],
    )


def _spare_credential(desired: DesiredKey, seen: Observation, plan: Plan) -> Plan:
    """Refuse to cut off the very credential that the module authenticates with, or do it last when told to."""
    if desired.allow_self:
        # Last, because no request gets through after that.
        revoke = sorted(plan.revoke, key=lambda key: secret_fits(seen.credential, key.redacted_key) or False)
        return dataclasses.replace(plan, revoke=tuple(revoke))
    dying = list(plan.revoke)
    if plan.issue is not None and plan.issue.refreshed is not None and plan.issue.grace_seconds == 0:
        dying.append(plan.issue.refreshed)
    for key in dying:
        if secret_fits(seen.credential, key.redacted_key):
            raise Refused(
                f"{describe(key)} is the credential that this task authenticates with, and it would stop serving at "
                "once. Use another credential, a grace_period, or set allow_self.",
                [key.public()],
            )
    return plan


def predicted_key(desired: DesiredKey, plan: Plan, now: datetime) -> ApiKey | None:
    """The key that the plan leads to, issued at `now`; its id and redaction are empty, for only the service knows."""
    current = plan.matches.current
    if plan.issue is None:
        if current is not None and current in plan.revoke:
            return dataclasses.replace(current, status="revoked")
        return current
    base = plan.issue.refreshed
    return ApiKey(
        key_id="",
        name=(desired.name or "") if base is None else base.name,
        key_type=desired.key_type if base is None else base.key_type,
        status="active",
        redacted_key="",
        created_at=now,
        description=(desired.description or None) if base is None else base.description,
        expires_at=plan.issue.expires_at,
    )
