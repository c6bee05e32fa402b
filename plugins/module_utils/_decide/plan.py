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

from ansible_collections.community.arize.plugins.module_utils._decide import drift as _drift
from ansible_collections.community.arize.plugins.module_utils._decide.matches import describe, describe_all
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import (
    CREATED,
    NONE,
    REFRESHED,
    REPLACED,
    REVOKED,
    Issue,
    Observation,
    Plan,
)
from ansible_collections.community.arize.plugins.module_utils._decide.rotation import (
    check_clock,
    clock_warnings,
    due_reasons,
    foreign_warnings,
    grace_of_lost,
    grace_seconds,
    in_use_warning,
    is_in_use,
    lost_reasons,
)
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, Refused
from ansible_collections.community.arize.plugins.module_utils._model.instants import SAME_INSTANT, format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, secret_fits

# Seconds. An issued_after no further ahead than this is waited for: the service's Date header has whole seconds.
LONGEST_WAIT = 5.0


def seconds_to_wait(desired: DesiredKey, now: datetime) -> float:
    """Seconds until `issued_after` has come, 0 when it has. Raises InvalidOption when it is too far ahead."""
    if desired.issued_after is None:
        return 0.0
    seconds = (desired.issued_after - now).total_seconds()
    if seconds > LONGEST_WAIT:
        raise InvalidOption(
            "issued_after",
            f"{format_instant(desired.issued_after)} is in the future (the service's clock shows "
            f"{format_instant(now)}), so each run until then would rotate the key. Set it to a moment in the past",
        )
    return max(0.0, seconds)


def make_plan(desired: DesiredKey, seen: Observation) -> Plan:
    """Decide. Raises Refused, InvalidOption."""
    if desired.state == "refreshed":
        # Before a wrong clock calls the key expired.
        check_clock(desired, seen.now, seen.clock_skew)
    if desired.state == "absent":
        plan = _plan_absent(desired, seen)
    elif desired.state == "refreshed":
        plan = _plan_refreshed(desired, seen)
    elif seen.matches.current is None:
        plan = _plan_create(desired, seen)
    else:
        plan = _plan_present(desired, seen, seen.matches.current)
    if plan.changes and desired.state != "absent":
        check_clock(desired, seen.now, seen.clock_skew)
    _check_duplicates(desired, plan)
    plan = _spare_credential(desired, seen, plan)
    if plan.issue is not None and plan.issue.expires_at is not None and plan.issue.expires_at <= seen.now:
        raise InvalidOption(
            "expires_at" if desired.expires_at is not None else "expires_in",
            f"{format_instant(plan.issue.expires_at)} is not in the future (the service's clock shows "
            f"{format_instant(seen.now)}); a key can't be issued with it",
        )
    warnings = clock_warnings(seen.now, seen.clock_skew)
    return dataclasses.replace(plan, warnings=(*warnings, *plan.warnings)) if warnings else plan


def _plan_absent(desired: DesiredKey, seen: Observation) -> Plan:
    matches = seen.matches
    listed = () if matches.current is None else (matches.current, *matches.retiring)
    if desired.exclusive:
        listed += matches.duplicates
    # What the service lists as ACTIVE goes, too, although it has expired by some clock.
    revoke = listed + matches.expired
    if not revoke:
        dead = seen.found_dead
        reason = f"There is no live {desired.label}." if dead is None else f"{describe(dead)} is already {dead.status}."
        return Plan(NONE, (reason,), matches)
    reasons = tuple(f"{describe(key)} is listed as active, the task declares it absent." for key in revoke)
    return Plan(REVOKED, reasons, matches, revoke=revoke)


def _plan_refreshed(desired: DesiredKey, seen: Observation) -> Plan:
    current = seen.matches.current
    if current is None:
        dead = seen.found_dead or (seen.matches.expired[0] if seen.matches.expired else None)
        if dead is not None:
            raise Refused(
                f"{describe(dead)} can't be refreshed, because it is no longer live. Issue a new key with "
                "state=present and its name.",
                [dead.public()],
            )
        raise Refused(f"There is no live {desired.label} to refresh. Use state=present, which creates one.")
    wanted = desired.expiry_at(seen.now)
    if current.expires_at is not None:
        if wanted is not None and wanted - SAME_INSTANT > current.expires_at:
            raise Refused(
                f"{describe(current)} can't be refreshed to a later expiry ({format_instant(wanted)}): the service "
                "only shortens it. Use state=present with renew_before, max_age or issued_after, which replaces it.",
                [current.public()],
            )
        wanted = current.expires_at if wanted is None else min(wanted, current.expires_at)
    issue = Issue(wanted, grace_seconds(desired, "refreshed"), current)
    return Plan(REFRESHED, (f"state=refreshed reissues {describe(current)}.",), seen.matches, issue)


def _plan_create(desired: DesiredKey, seen: Observation) -> Plan:
    if seen.matches.partial:
        raise Refused(
            f"{describe_all(seen.matches.partial)} is bound to some of the declared spaces, but not to all, and "
            "bindings can't be changed. Revoke it by id, declare its spaces, or use another name.",
            [key.public() for key in seen.matches.partial],
        )
    warnings = foreign_warnings(desired, seen.matches)
    expires_at = desired.expiry_at(seen.now)
    renew_before = desired.renew_before
    if expires_at is not None and renew_before is not None and renew_before.before(expires_at) <= seen.now:
        warnings.append(
            f"A new key would expire in less than renew_before ({renew_before}): set a later expires_at, or use "
            "expires_in, so that it can be renewed.",
        )
    return Plan(
        CREATED,
        (f"There is no live {desired.label}.",),
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
            f"{describe(current)} differs from what the task declares. {' '.join(drift.reasons)} A key can't be "
            "edited: declare what it has, or set on_drift to replace (a new key, a new secret) or ignore.",
            [current.public()],
        )
    if drift.reasons and desired.on_drift == "ignore":
        warnings.append(f"{describe(current)} differs from what the task declares. {' '.join(drift.reasons)}")
        drift = _drift.Drift()
    lost = lost_reasons(desired, seen.matches)
    reasons = [*due, *drift.reasons, *lost]
    if not reasons:
        return _plan_keep(desired, seen, current, warnings, not_compared)
    if lost:
        warnings += [*foreign_warnings(desired, seen.matches), f"{lost[0]} It gets a new one."]
    lost_grace = grace_of_lost(desired, seen.matches, current, seen.now) if lost else None
    issue, action, revoke = _reissue(desired, seen.now, current, wanted, bool(due), lost_grace, drift)
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
    """Nothing is due: at most the others go, with `exclusive`, after the grace period, and when they are unused."""
    matches = seen.matches
    overlap_ends = current.created_at + timedelta(seconds=grace_seconds(desired, "due"))
    in_use: tuple[ApiKey, ...] = ()
    if desired.exclusive and seen.earliest_now >= overlap_ends:
        in_use = tuple(key for key in matches.others if is_in_use(desired, key, seen.earliest_now))
        warnings += [in_use_warning(desired, key) for key in in_use]
        revoke = tuple(key for key in matches.others if key not in in_use)
        reasons = tuple(
            f"{describe(key)} is not the current key {current.key_id}, whose grace period for older keys ended at "
            f"{format_instant(overlap_ends)}."
            for key in revoke
        )
        if revoke:
            return Plan(REVOKED, reasons, matches, None, revoke, tuple(warnings), not_compared, in_use=in_use)
    if matches.duplicates and not desired.exclusive:
        warnings.append(
            f"There are live duplicates of {describe(current)}: {describe_all(matches.duplicates)}. Revoke those that "
            "nobody uses by id, or set exclusive.",
        )
    return Plan(NONE, (), matches, None, (), tuple(warnings), not_compared, in_use=in_use)


def _reissue(
    desired: DesiredKey,
    now: datetime,
    current: ApiKey,
    wanted: datetime | None,
    due: bool,
    lost_grace: int | None,
    drift: _drift.Drift,
) -> tuple[Issue, str, tuple[ApiKey, ...]]:
    """Refresh where the service allows it, else replace. Returns issue, action, and what goes after delivery.

    `lost_grace` is None unless the secret is lost.
    """
    if lost_grace is not None and not due and not drift.reasons:
        # Only the secret is gone: the key keeps its expiry.
        return Issue(current.expires_at, lost_grace, current), REFRESHED, ()
    if current.expires_at is None:
        expiry_allowed = True
    else:
        expiry_allowed = wanted is not None and wanted - SAME_INSTANT <= current.expires_at
    if expiry_allowed and not drift.needs_new_key:
        expires_at = wanted if current.expires_at is None or wanted is None else min(wanted, current.expires_at)
        grace = grace_seconds(desired, "due" if due else "expiry") if lost_grace is None else lost_grace
        if expires_at is not None:
            # The old key must not outlive the new one, or it would be taken for a duplicate.
            grace = max(0, min(grace, int((expires_at - now).total_seconds())))
        return Issue(expires_at, grace, current), REFRESHED, ()
    issue = Issue(wanted)
    if lost_grace is None:
        grace = grace_seconds(desired, "drift" if drift.reasons else "due")
    else:
        # A declared one is for a secret that somebody has.
        grace = lost_grace if desired.grace_seconds is None else 0
    if grace == 0:
        # Declared, it means that the old secret must stop now, for example after a leak.
        return issue, REPLACED, (current,)
    expires_in_time = current.expires_at is not None and (wanted is None or current.expires_at - SAME_INSTANT <= wanted)
    if not expires_in_time and not desired.exclusive:
        raise InvalidOption(
            "grace_period",
            f"can't be kept when {describe(current)} is replaced: the service can't give the old key an earlier "
            "expiry. Set exclusive, which revokes it once the grace period is over, or grace_period 0",
        )
    return issue, REPLACED, ()


def _check_duplicates(desired: DesiredKey, plan: Plan) -> None:
    duplicates = plan.matches.duplicates
    if not plan.changes or not duplicates or desired.exclusive:
        return
    current = plan.matches.current
    all_keys = ([] if current is None else [current]) + list(duplicates)
    raise Refused(
        f"{len(all_keys)} live keys fit {desired.label}, so it is not clear which is meant: {describe_all(all_keys)}. "
        "Revoke those that nobody uses by id (state=absent), or set exclusive, so that this task owns them all.",
        [key.public() for key in all_keys],
    )


def _spare_credential(desired: DesiredKey, seen: Observation, plan: Plan) -> Plan:
    """Refuse to cut off the very credential that the module authenticates with, or do it last when told to."""
    if desired.allow_self:
        # Last, because no request gets through after that.
        revoke = sorted(plan.revoke, key=lambda key: _is_credential(seen, key))
        return dataclasses.replace(plan, revoke=tuple(revoke))
    dying = list(plan.revoke)
    if plan.issue is not None and plan.issue.refreshed is not None and plan.issue.grace_seconds == 0:
        dying.append(plan.issue.refreshed)
    for key in dying:
        if _is_credential(seen, key):
            raise Refused(
                f"{describe(key)} is the credential that this task authenticates with, and it would stop serving at "
                "once. Use another credential, a grace_period, or set allow_self.",
                [key.public()],
            )
    return plan


def _is_credential(seen: Observation, key: ApiKey) -> bool:
    return secret_fits(seen.credential.reveal(), key.redacted_key) or False


def predicted_key(desired: DesiredKey, plan: Plan, now: datetime) -> ApiKey | None:
    """The key that the plan leads to, issued at `now`; its id and redaction are empty, for only the service knows."""
    current = plan.matches.current or (plan.revoke[0] if plan.revoke else None)
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
