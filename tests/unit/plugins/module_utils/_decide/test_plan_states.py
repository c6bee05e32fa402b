# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of `absent` and `refreshed`, and what check mode predicts of a plan."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import CREDENTIAL, DAY, NOW, api_key, desired, planned, redacted

from ansible_collections.community.arize.plugins.module_utils._decide.plan import Issue, Plan, predicted_key
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, Refused
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey

CURRENT = api_key("current")
RETIRING = api_key("old", created_at=NOW - 20 * DAY, expires_at=NOW + DAY)
DUPLICATE = api_key("twin", created_at=NOW - 20 * DAY)
SELF = api_key("self", redacted_key=redacted(CREDENTIAL))
BOUNDED = api_key("current", expires_at=NOW + 7 * DAY, description="d")


def absent(*keys: ApiKey, options: dict[str, t.Any] | None = None, **seen: t.Any) -> Plan:
    return planned(*keys, options={"state": "absent", **(options or {})}, **seen)


def refreshed(*keys: ApiKey, options: dict[str, t.Any] | None = None, **seen: t.Any) -> Plan:
    return planned(*keys, options={"state": "refreshed", **(options or {})}, **seen)


@pytest.mark.parametrize(
    ("keys", "options", "revoked"),
    [
        ((), {}, ()),
        ((api_key(expires_at=NOW),), {}, ()),
        ((CURRENT,), {}, ("current",)),
        ((CURRENT, RETIRING), {}, ("current", "old")),
        ((CURRENT, RETIRING, DUPLICATE), {"exclusive": True}, ("current", "old", "twin")),
        ((SELF,), {"allow_self": True}, ("self",)),
    ],
)
def test_absent(keys: tuple[ApiKey, ...], options: dict[str, t.Any], revoked: tuple[str, ...]) -> None:
    plan = absent(*keys, options=options)
    assert [key.key_id for key in plan.revoke] == list(revoked)
    assert plan.action == ("revoked" if revoked else "none")
    assert plan.issue is None
    assert len(plan.reasons) == max(1, len(revoked))


@pytest.mark.parametrize(
    ("keys", "words"),
    [((CURRENT, DUPLICATE), "2 live keys fit.*twin.*current"), ((SELF,), "this task authenticates with")],
)
def test_absent_refused(keys: tuple[ApiKey, ...], words: str) -> None:
    with pytest.raises(Refused, match=words):
        absent(*keys)


@pytest.mark.parametrize(
    ("dead", "words"),
    [(api_key(status="revoked"), "is already revoked"), (None, "There is no live key")],
)
def test_absent_of_a_dead_key_changes_nothing(dead: ApiKey | None, words: str) -> None:
    plan = absent(options={"id": "key-1", "name": None}, found_dead=dead)
    assert not plan.changes
    assert words in plan.reasons[0]


@pytest.mark.parametrize(
    ("keys", "options", "issue"),
    [
        ((CURRENT,), {}, Issue(None, 0, CURRENT)),
        ((CURRENT, RETIRING), {"grace_period": "10m"}, Issue(None, 600, CURRENT)),
        ((CURRENT, DUPLICATE), {"exclusive": True}, Issue(None, 0, CURRENT)),
        ((CURRENT,), {"expires_in": "1d"}, Issue(NOW + DAY, 0, CURRENT)),
        ((BOUNDED,), {}, Issue(NOW + 7 * DAY, 0, BOUNDED)),
        ((BOUNDED,), {"expires_in": "1d"}, Issue(NOW + DAY, 0, BOUNDED)),
        ((BOUNDED,), {"expires_at": format_instant(NOW + 7 * DAY)}, Issue(NOW + 7 * DAY, 0, BOUNDED)),
        ((BOUNDED,), {"description": "drift is not looked at"}, Issue(NOW + 7 * DAY, 0, BOUNDED)),
        ((SELF,), {"grace_period": "1s"}, Issue(None, 1, SELF)),
        ((SELF,), {"allow_self": True}, Issue(None, 0, SELF)),
    ],
)
def test_refreshed(keys: tuple[ApiKey, ...], options: dict[str, t.Any], issue: Issue) -> None:
    plan = refreshed(*keys, options=options)
    assert (plan.action, plan.issue, plan.revoke) == ("refreshed", issue, ())
    assert plan.changes


@pytest.mark.parametrize(
    ("keys", "options", "seen", "kind", "words"),
    [
        ((), {}, {}, Refused, "to refresh. Use state=present"),
        ((), {}, {"found_dead": api_key(status="revoked")}, Refused, "can't be refreshed.*no longer live"),
        ((BOUNDED,), {"expires_in": "8d"}, {}, Refused, "can't be refreshed to a later expiry"),
        ((CURRENT, DUPLICATE), {}, {}, Refused, "2 live keys fit"),
        ((SELF,), {}, {}, Refused, "this task authenticates with"),
        ((CURRENT,), {"expires_at": "2026-11-24T12:00:00Z"}, {}, InvalidOption, "not in the future"),
    ],
)
def test_refreshed_refused(
    keys: tuple[ApiKey, ...], options: dict[str, t.Any], seen: dict[str, t.Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        refreshed(*keys, options=options, **seen)


def test_predicted_key() -> None:
    declared = desired(description="d", expires_in="1d")
    created = predicted_key(declared, planned(options={"description": "d", "expires_in": "1d"}), NOW)
    assert created == ApiKey("", "ingest", "service", "active", "", NOW, "d", NOW + DAY)
    assert predicted_key(desired(), planned(CURRENT), NOW) == CURRENT
    gone = predicted_key(desired(state="absent"), absent(CURRENT), NOW)
    assert gone is not None
    assert (gone.key_id, gone.status) == ("current", "revoked")
    assert predicted_key(desired(state="absent"), absent(), NOW) is None
    fresh = predicted_key(desired(state="refreshed"), refreshed(BOUNDED), NOW)
    assert fresh == ApiKey("", "ingest", "service", "active", "", NOW, "d", NOW + 7 * DAY)
