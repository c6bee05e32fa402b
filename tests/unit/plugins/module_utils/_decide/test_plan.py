# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `present` does with a key that is found: every row of the design's table, as pure decisions."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from unit.plugins.builders import DAY, MINUTE, NOW, api_key, planned, secret_of

from ansible_collections.community.arize.plugins.module_utils._decide.drift import RoleDrift
from ansible_collections.community.arize.plugins.module_utils._decide.plan import Issue
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey

IN_A_WEEK = NOW + 7 * DAY
IN_TWO_WEEKS = NOW + 14 * DAY
LATER = format_instant(IN_TWO_WEEKS)
SOONER = format_instant(NOW + 3 * DAY)
UNBOUNDED = api_key("current")
BOUNDED = api_key("current", expires_at=IN_A_WEEK)


@dataclasses.dataclass
class Row:
    """One situation and what is expected; `issue` None: nothing is issued."""

    name: str
    options: dict[str, t.Any]
    keys: tuple[ApiKey, ...]
    action: str
    issue: Issue | None = None
    revoked: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: int = 0
    seen: dict[str, t.Any] = dataclasses.field(default_factory=dict)


DRIFT = {"description": "other", "on_drift": "replace"}
REISSUE = {"dest": "/d", "on_lost_secret": "reissue"}
LOST = {"dest": True}
# The store holds the secret of the current key.
HELD = {"stored": secret_of("abc")}
STORE = {**DRIFT, "held_secret": secret_of("abc")}
# A pair after a rotation: the older one expires first.
RETIRING = api_key("old", created_at=NOW - 20 * DAY, expires_at=NOW + DAY, tag="old")
DUPLICATE = api_key("twin", created_at=NOW - 20 * DAY, tag="twi")
RECENT = api_key("current", created_at=NOW - 30 * MINUTE)
RETIRE = {"exclusive": True, "retire_unused_for": "7d"}
USED_LATELY = api_key("used", created_at=NOW - 20 * DAY, last_used_at=NOW - 7 * DAY + MINUTE, tag="use")
LONG_UNUSED = api_key("unused", created_at=NOW - 20 * DAY, last_used_at=NOW - 7 * DAY, tag="lon")

ROWS = [
    Row("no live match", {}, (), "created", Issue(None), reasons=("There is no live service key",)),
    Row("expired match", {}, (api_key(expires_at=NOW),), "created", Issue(None)),
    Row("revoked match", {}, (api_key(status="revoked"),), "created", Issue(None)),
    Row("create expires_at", {"expires_at": LATER}, (), "created", Issue(IN_TWO_WEEKS)),
    Row("create expires_in", {"expires_in": "14d", "renew_before": "1d"}, (), "created", Issue(IN_TWO_WEEKS)),
    Row("create warns", {"expires_at": LATER, "renew_before": "15d"}, (), "created", Issue(IN_TWO_WEEKS), warnings=1),
    Row("nothing due", {}, (UNBOUNDED,), "none"),
    Row("nothing due, bounded", {"renew_before": "6d", "max_age": "11d"}, (BOUNDED,), "none"),
    Row("expires_in is not drift", {"expires_in": "14d", "renew_before": "1d"}, (BOUNDED,), "none"),
    Row("same expiry", {"expires_at": format_instant(IN_A_WEEK)}, (BOUNDED,), "none"),
    Row("same description", {"description": "d"}, (api_key(description="d"),), "none"),
    Row("empty description", {"description": ""}, (UNBOUNDED,), "none"),
    Row("undeclared description", {}, (api_key(description="d"),), "none"),
    Row("retiring is fine", {}, (RETIRING, UNBOUNDED), "none"),
    Row("duplicate warns", {}, (DUPLICATE, UNBOUNDED), "none", warnings=1),
    # Due, and a refresh will do.
    Row("max_age", {"max_age": "10d"}, (UNBOUNDED,), "refreshed", Issue(None, 3600, UNBOUNDED), reasons=("max_age",)),
    Row(
        "issued_after",
        {"issued_after": format_instant(NOW - DAY)},
        (UNBOUNDED,),
        "refreshed",
        Issue(None, 3600, UNBOUNDED),
        reasons=("issued_after",),
    ),
    Row("grace", {"max_age": "10d", "grace_period": "2h"}, (UNBOUNDED,), "refreshed", Issue(None, 7200, UNBOUNDED)),
    Row("no grace", {"max_age": "10d", "grace_period": "0"}, (UNBOUNDED,), "refreshed", Issue(None, 0, UNBOUNDED)),
    Row(
        "unbounded gets an expiry",
        {"max_age": "10d", "expires_in": "14d"},
        (UNBOUNDED,),
        "refreshed",
        Issue(IN_TWO_WEEKS, 3600, UNBOUNDED),
    ),
    Row(
        "bounded, earlier expiry",
        {"max_age": "10d", "expires_in": "3d"},
        (BOUNDED,),
        "refreshed",
        Issue(NOW + 3 * DAY, 3600, BOUNDED),
    ),
    Row(
        "bounded, same expiry",
        {"max_age": "10d", "expires_at": format_instant(IN_A_WEEK)},
        (BOUNDED,),
        "refreshed",
        Issue(IN_A_WEEK, 3600, BOUNDED),
    ),
    # Due, and only a new key will do.
    Row(
        "renew_before",
        {"renew_before": "7d", "expires_in": "14d"},
        (BOUNDED,),
        "replaced",
        Issue(IN_TWO_WEEKS),
        reasons=("expires in less than renew_before",),
    ),
    Row("bounded, undeclared", {"renew_before": "7d"}, (BOUNDED,), "replaced", Issue(None)),
    Row("bounded, undeclared, aged", {"max_age": "10d"}, (BOUNDED,), "replaced", Issue(None)),
    Row(
        "renew_before, same end",
        {"renew_before": "7d", "expires_at": format_instant(IN_A_WEEK)},
        (BOUNDED,),
        "none",
        warnings=1,
    ),
    Row(
        "replaced, exclusive",
        {"renew_before": "7d", "expires_in": "14d", "exclusive": True},
        (BOUNDED,),
        "replaced",
        Issue(IN_TWO_WEEKS),
    ),
    Row(
        "replaced, no grace",
        {"renew_before": "7d", "expires_in": "14d", "grace_period": "0"},
        (BOUNDED, RETIRING),
        "replaced",
        Issue(IN_TWO_WEEKS),
        revoked=("current",),
    ),
    Row(
        "replaced, no grace, the old one would outlive the new one",
        {"max_age": "1d", "expires_in": "14d", "grace_period": "0", "description": "o", "on_drift": "replace"},
        (UNBOUNDED,),
        "replaced",
        Issue(IN_TWO_WEEKS),
        revoked=("current",),
    ),
    Row(
        "replaced, exclusive, no grace",
        {"renew_before": "7d", "expires_in": "14d", "exclusive": True, "grace_period": "0"},
        (BOUNDED, RETIRING, DUPLICATE),
        "replaced",
        Issue(IN_TWO_WEEKS),
        revoked=("current", "twin", "old"),
    ),
    # Drift.
    Row("drift ignored", {"description": "o", "on_drift": "ignore"}, (UNBOUNDED,), "none", warnings=1),
    Row("drift of description", DRIFT, (UNBOUNDED,), "replaced", Issue(None), revoked=("current",)),
    Row("drift, grace, bounded", {**DRIFT, "grace_period": "1h"}, (BOUNDED,), "replaced", Issue(None)),
    Row(
        "drift, grace, exclusive",
        {**DRIFT, "grace_period": "1h", "exclusive": True},
        (UNBOUNDED,),
        "replaced",
        Issue(None),
    ),
    Row("drift, no grace", {**DRIFT, "grace_period": "0"}, (BOUNDED,), "replaced", Issue(None), revoked=("current",)),
    Row(
        "expiry shortened",
        {"expires_at": SOONER, "on_drift": "replace"},
        (BOUNDED,),
        "refreshed",
        Issue(NOW + 3 * DAY, 3600, BOUNDED),
    ),
    Row(
        "unbounded gets an absolute expiry",
        {"expires_at": SOONER, "on_drift": "replace"},
        (UNBOUNDED,),
        "refreshed",
        Issue(NOW + 3 * DAY, 3600, UNBOUNDED),
    ),
    Row(
        "expiry extended",
        {"expires_at": LATER, "on_drift": "replace"},
        (BOUNDED,),
        "replaced",
        Issue(IN_TWO_WEEKS),
        revoked=("current",),
    ),
    Row(
        "drift of roles",
        {"on_drift": "replace"},
        (UNBOUNDED,),
        "replaced",
        Issue(None),
        revoked=("current",),
        reasons=("A role.",),
        seen={"drift_of_roles": RoleDrift(("A role.",))},
    ),
    # Lost secret.
    Row(
        "lost",
        REISSUE,
        (UNBOUNDED,),
        "refreshed",
        Issue(None, 0, UNBOUNDED),
        seen=LOST,
        reasons=("is lost",),
        warnings=1,
    ),
    Row(
        "lost, keeps expiry",
        {**REISSUE, "expires_in": "1d"},
        (BOUNDED,),
        "refreshed",
        Issue(IN_A_WEEK, 0, BOUNDED),
        seen=LOST,
        warnings=1,
    ),
    Row(
        "lost and due: one issue, all reasons",
        {**REISSUE, "max_age": "10d", "issued_after": format_instant(NOW - DAY)},
        (UNBOUNDED,),
        "refreshed",
        Issue(None, 0, UNBOUNDED),
        reasons=("max_age", "issued_after", "is lost"),
        seen=LOST,
        warnings=1,
    ),
    Row(
        "lost and drifted",
        {**REISSUE, **DRIFT},
        (UNBOUNDED,),
        "replaced",
        Issue(None),
        revoked=("current",),
        reasons=("description", "is lost"),
        seen=LOST,
        warnings=1,
    ),
    Row(
        "lost and due with a later expiry",
        {**REISSUE, "renew_before": "7d", "expires_in": "14d"},
        (BOUNDED,),
        "replaced",
        Issue(IN_TWO_WEEKS),
        revoked=("current",),
        seen=LOST,
        warnings=1,
    ),
    # What the holder has may be an earlier secret of the same key, in its grace period.
    Row(
        "lost, perhaps in its grace period",
        REISSUE,
        (RECENT,),
        "refreshed",
        Issue(None, 1800, RECENT),
        seen={"stored": secret_of("for")},
        warnings=2,
    ),
    Row(
        "lost, its grace period is over",
        REISSUE,
        (UNBOUNDED,),
        "refreshed",
        Issue(None, 0, UNBOUNDED),
        seen={"stored": secret_of("for")},
        warnings=2,
    ),
    Row(
        "lost, drifted, perhaps in its grace period",
        {**REISSUE, **DRIFT, "exclusive": True},
        (RECENT,),
        "replaced",
        Issue(None),
        seen={"stored": secret_of("for")},
        warnings=2,
    ),
    Row(
        "lost, drifted, grace declared",
        {**REISSUE, **DRIFT, "grace_period": "2h"},
        (RECENT,),
        "replaced",
        Issue(None),
        revoked=("current",),
        seen={"stored": secret_of("for")},
        warnings=2,
    ),
    # Exclusive.
    Row("exclusive in the grace", {"exclusive": True}, (RECENT, RETIRING, DUPLICATE), "none"),
    Row(
        "exclusive after the grace",
        {"exclusive": True, "grace_period": "30m"},
        (RECENT, RETIRING, DUPLICATE),
        "revoked",
        revoked=("old", "twin"),
        reasons=("whose grace period", "whose grace period"),
    ),
    # What waits for the store, or for the last use.
    Row("drift, store", STORE, (BOUNDED,), "replaced", Issue(None), seen=HELD),
    Row("drift, store, exclusive", {**STORE, "exclusive": True}, (UNBOUNDED,), "replaced", Issue(None), seen=HELD),
    Row(
        "drift, store, no grace",
        {**STORE, "grace_period": "0"},
        (UNBOUNDED,),
        "replaced",
        Issue(None),
        revoked=("current",),
        seen=HELD,
    ),
    Row("drift, may be in use", {**DRIFT, **RETIRE}, (UNBOUNDED,), "replaced", Issue(None)),
    Row(
        "one still in use",
        {**RETIRE, "grace_period": "30m"},
        (RECENT, USED_LATELY, LONG_UNUSED, DUPLICATE),
        "revoked",
        revoked=("unused", "twin"),
        warnings=1,
    ),
    Row("still in use", {**RETIRE, "grace_period": "30m"}, (RECENT, USED_LATELY), "none", warnings=1),
    Row(
        "in use, no grace",
        {**RETIRE, "max_age": "10m", "grace_period": "0"},
        (RECENT, USED_LATELY),
        "refreshed",
        Issue(None, 0, RECENT),
        revoked=("used",),
    ),
    Row("exclusive, default grace", {"exclusive": True}, (UNBOUNDED, DUPLICATE), "revoked", revoked=("twin",)),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_present(row: Row) -> None:
    plan = planned(*row.keys, options=row.options, **row.seen)
    assert plan.action == row.action
    assert plan.issue == row.issue
    assert sorted(key.key_id for key in plan.revoke) == sorted(row.revoked)
    assert len(plan.warnings) == row.warnings, plan.warnings
    assert plan.changes is (row.action != "none")
    if row.reasons:
        for reason, words in zip(plan.reasons, row.reasons, strict=True):
            assert words in reason
