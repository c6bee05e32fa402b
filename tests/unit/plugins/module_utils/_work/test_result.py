# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result, in check mode and after a real run."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import DAY, HOUR, NOW, SPACE_ID, api_key, desired, issued_key, planned, secret_of

from ansible_collections.community.arize.plugins.module_utils._decide.rotation import next_rotation
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, RoleAssignment
from ansible_collections.community.arize.plugins.module_utils._work.result import (
    FileChange,
    Progress,
    Situation,
    predicted_result,
    real_result,
)
from ansible_collections.community.arize.plugins.module_utils._work.scope import DescribedSpace

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
    "msg",
}
SPACES = (DescribedSpace(SPACE_ID, "analytics", RoleAssignment("admin"), RoleAssignment("member")),)


def situation(*keys: ApiKey, change: FileChange | None = None, **options: t.Any) -> Situation:
    return Situation(desired(**options), planned(*keys, options=options), NOW, SPACES, change)


def predicted(
    *keys: ApiKey, change: FileChange | None = None, diff: bool = False, **options: t.Any
) -> dict[str, t.Any]:
    return predicted_result(situation(*keys, change=change, **options), diff)


def real(progress: Progress, *keys: ApiKey, diff: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return real_result(situation(*keys, **options), progress, diff)


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
        "account_role",
    }
    assert shown["spaces"] == [{"id": SPACE_ID, "name": "analytics", "role": "admin", "org_role": "member"}]
    assert result["diff"]["before"] == {}
    after = result["diff"]["after"]
    assert after["api_key"]["id"] == "(known once the key is issued)"
    # A reviewer sees an admin grant, and why it is about to happen.
    assert after["api_key"]["spaces"][0]["role"] == "admin"
    assert (after["action"], after["reasons"]) == ("created", result["reasons"])


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
    assert (result["action"], result["changed"], result["api_key"]["status"]) == ("revoked", True, "revoked")
    assert [key["id"] for key in result["retiring"]] == ["old"]
    assert result["reasons"][-1] == "Lost a race."
    assert result["orphans"] == [{"id": "x"}]


def test_a_revocation_that_failed_is_not_reported_as_one() -> None:
    result = real(Progress(orphans=[{"id": "current"}]), CURRENT, state="absent", diff=True)
    assert (result["action"], result["changed"], result["api_key"]["status"]) == ("none", False, "active")
    assert result["revoked"] == []
    assert "revoked" not in str(result["diff"])


@pytest.mark.parametrize(
    ("keys", "options", "progress", "words"),
    [
        (
            [],
            {"expires_in": "90d", "renew_before": "14d"},
            None,
            "Would create {}, expires 2027-02-22T12:00:00Z, next due",
        ),
        ([CURRENT], {}, None, "Service key 'ingest' in space {space} is unchanged, never expires."),
        ([CURRENT], {"state": "absent"}, None, "Would revoke {}: current."),
        ([], {}, Progress(issued=issued_key("new")), "Created {} (id new), never expires."),
        (
            [CURRENT],
            {"max_age": "1d"},
            Progress(issued=issued_key("new", created_at=NOW)),
            "Refreshed {} (id new), never",
        ),
        ([], {"state": "absent"}, Progress(), "There is no live {}."),
    ],
)
def test_one_line_says_what_was_done(
    keys: list[ApiKey], options: dict[str, t.Any], progress: Progress | None, words: str
) -> None:
    label = f"service key 'ingest' in space {SPACE_ID}"
    result = predicted(*keys, **options) if progress is None else real(progress, *keys, **options)
    assert result["msg"].startswith(words.format(label, space=SPACE_ID))


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (FileChange("/d", False, False), "absent", "file with the new secret (would be written)"),
        (FileChange("/d", True, True), "file", "file mode, owner or group corrected"),
    ],
)
def test_file_in_the_diff(change: FileChange, before: str, after: str) -> None:
    result = predicted(CURRENT, change=change, diff=True)
    assert result["changed"] is True
    assert result["diff"]["before"]["dest"] == {"path": "/d", "state": before}
    assert result["diff"]["after"]["dest"]["state"].startswith(after)
    assert (
        result["reasons"] == ["The mode, owner or group of /d differs from what the task declares."]
    ) is change.attributes_only


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
