# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result, in check mode and after a real run."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import DAY, HOUR, NOW, api_key, desired, issued_key, planned, secret_of

from ansible_collections.community.arize.plugins.module_utils._conditions import next_rotation
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey
from ansible_collections.community.arize.plugins.module_utils._outcome import (
    FileChange,
    Progress,
    predicted_result,
    real_result,
)
from ansible_collections.community.arize.plugins.module_utils._time import format_instant

CURRENT = api_key("current", description="d")
RETIRING = api_key("old", created_at=NOW - 20 * DAY, expires_at=NOW + HOUR)
NAMES = {
    "changed",
    "action",
    "reasons",
    "api_key",
    "retiring",
    "revoked",
    "orphans",
    "next_rotation_at",
    "not_compared",
}


def predicted(
    *keys: ApiKey, change: FileChange | None = None, diff: bool = False, **options: t.Any
) -> dict[str, t.Any]:
    return predicted_result(desired(**options), planned(*keys, options=options), NOW, change, diff)


def real(progress: Progress, *keys: ApiKey, diff: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return real_result(desired(**options), planned(*keys, options=options), NOW, progress, None, diff)


def test_prediction_of_a_new_key() -> None:
    result = predicted(expires_in="2d", renew_before="1d", diff=True)
    assert set(result) == {*NAMES, "diff"}
    assert (result["changed"], result["action"]) == (True, "created")
    assert result["next_rotation_at"] == format_instant(NOW + DAY)
    shown = result["api_key"]
    assert {name for name, value in shown.items() if value is None} == {
        "id",
        "redacted_key",
        "created_at",
        "created_by_user_id",
        "last_used_at",
        "description",
    }
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["api_key"]["id"] == "(known once the key is issued)"


def test_nothing_to_do() -> None:
    result = predicted(RETIRING, CURRENT, diff=True)
    assert (result["changed"], result["action"], result["reasons"]) == (False, "none", [])
    assert [key["id"] for key in result["retiring"]] == ["old"]
    assert result["diff"]["before"] == result["diff"]["after"] != {}


@pytest.mark.parametrize(
    ("options", "retiring", "revoked"),
    [
        ({"max_age": "1d"}, ["current"], []),
        ({"max_age": "1d", "grace_period": "0"}, [], []),
        ({"description": "e", "on_drift": "replace"}, [], ["current"]),
        ({"state": "refreshed"}, [], []),
        ({"state": "refreshed", "grace_period": "1h"}, ["current"], []),
        ({"state": "absent"}, [], ["current"]),
    ],
)
def test_others_in_a_prediction(options: dict[str, t.Any], retiring: list[str], revoked: list[str]) -> None:
    result = predicted(CURRENT, **options)
    assert [key["id"] for key in result["retiring"]] == retiring
    assert [(key["id"], key["status"]) for key in result["revoked"]] == [(key_id, "revoked") for key_id in revoked]
    assert "key" not in result


@pytest.mark.parametrize(
    ("return_key", "delivered", "shown"),
    [(None, False, True), (True, True, True), (False, True, False), (False, False, True)],
)
def test_secret_is_returned_when_asked_for_or_held_by_nobody(return_key: t.Any, delivered: bool, shown: bool) -> None:
    progress = Progress(issued=issued_key("new"), delivered=delivered)
    options = {} if return_key is None else {"dest": "/d", "return_key": return_key}
    result = real(progress, diff=True, **options)
    assert (result.get("key") == secret_of("abc")) is shown
    assert result["api_key"]["id"] == "new"
    result.pop("key", None)
    assert secret_of("abc") not in repr(result)


def test_real_result_says_what_was_done_and_not_what_was_planned() -> None:
    progress = Progress(retiring=[RETIRING], revoked=[CURRENT], extra_reasons=["Lost a race."], orphans=[{"id": "x"}])
    result = real(progress, CURRENT, description="e", on_drift="replace")
    assert [key["id"] for key in result["retiring"]] == ["old"]
    assert result["reasons"][-1] == "Lost a race."
    assert result["orphans"] == [{"id": "x"}]


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (FileChange("/d", False, False), "absent", "file with the new secret (would be written)"),
        (FileChange("/d", True, True), "file", "file (mode, owner or group corrected)"),
    ],
)
def test_file_in_the_diff(change: FileChange, before: str, after: str) -> None:
    result = predicted(CURRENT, change=change, diff=True)
    assert result["changed"] is True
    assert result["diff"]["before"]["dest"] == {"path": "/d", "state": before}
    assert result["diff"]["after"]["dest"]["state"].startswith(after)
    assert (result["reasons"] == ["The mode, owner or group of /d was another one."]) is change.attributes_only


def test_revoked_keys_in_the_diff() -> None:
    assert predicted(CURRENT, diff=True, state="absent")["diff"]["after"]["api_key"]["status"] == "revoked"
    result = predicted(RETIRING, CURRENT, diff=True, state="absent")
    assert result["diff"]["after"]["other_keys"] == {"old": "revoked"}
    assert result["next_rotation_at"] is None


@pytest.mark.parametrize(
    ("options", "key", "expected"),
    [
        ({}, CURRENT, None),
        ({"renew_before": "1d"}, CURRENT, None),
        ({"renew_before": "1d"}, api_key(expires_at=NOW + 5 * DAY), NOW + 4 * DAY),
        ({"max_age": "30d"}, CURRENT, NOW + 20 * DAY),
        ({"max_age": "30d", "renew_before": "1d"}, api_key(expires_at=NOW + 5 * DAY), NOW + 4 * DAY),
        ({"state": "refreshed"}, CURRENT, None),
        ({"max_age": "1d"}, None, None),
    ],
)
def test_next_rotation(options: dict[str, t.Any], key: ApiKey | None, expected: t.Any) -> None:
    assert next_rotation(desired(**options), key) == expected
