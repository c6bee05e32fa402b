# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line that tells people what became of a key."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.arize.plugins.plugin_utils._service_key_summary import summary

AT = "2027-02-10T12:00:00Z"
ROW: dict[str, t.Any] = {
    "team": "t",
    "space": "s",
    "name": "key-n",
    "state": "present",
    "sharing": "per_host",
    "dest": "/d",
    "action": "none",
    "changed": False,
    "failed": False,
    "msg": None,
    "renewed": False,
    "removed": [],
    "next_rotation_at": AT,
}
GONE = {"state": "absent", "next_rotation_at": None}


@pytest.mark.parametrize(
    ("row", "real", "predicted"),
    [
        (
            {"action": "created", "changed": True, "renewed": True},
            f"created; secret written to /d; next rotation {AT}",
            f"would be created; secret would be written to /d; next rotation {AT}",
        ),
        ({}, f"unchanged; secret in /d; next rotation {AT}", None),
        ({"next_rotation_at": None}, "unchanged; secret in /d; no rotation scheduled", None),
        (
            {"changed": True},
            f"unchanged; secret in /d (owner, group or mode corrected); next rotation {AT}",
            f"unchanged; secret in /d (owner, group or mode would be corrected); next rotation {AT}",
        ),
        (
            {"sharing": "shared", "changed": True, "renewed": True},
            f"unchanged; secret written to /d; next rotation {AT}",
            f"unchanged; secret would be written to /d; next rotation {AT}",
        ),
        (
            {**GONE, "action": "revoked", "changed": True, "removed": ["/d", "/k on vault"]},
            "revoked; secret removed from /d, /k on vault",
            "would be revoked; secret would be removed from /d, /k on vault",
        ),
        ({**GONE, "dest": None}, "not live", None),
        (
            {**GONE, "state": "forgotten", "removed": ["/d"]},
            "forgotten; secret removed from /d",
            "forgotten; secret would be removed from /d",
        ),
        (
            {"failed": True, "action": "failed", "msg": "key-n of space s: no route on k"},
            "FAILED: no route on k",
            None,
        ),
        (
            {"failed": True, "action": "revoked", "changed": True, "msg": "can't remove the file for key-n"},
            "FAILED (revoked): can't remove the file for key-n",
            "FAILED (would be revoked): can't remove the file for key-n",
        ),
    ],
)
def test_a_line_says_what_was_done_and_where_the_secret_is(
    row: dict[str, t.Any], real: str, predicted: str | None
) -> None:
    """In check mode it says what would be done; where nothing would be, the line is the same."""
    assert summary([{**ROW, **row}], False) == [f"key-n of space s: {real}"]
    assert summary([{**ROW, **row}], True) == [f"key-n of space s: {predicted or real}"]


def test_a_host_without_keys_is_told_so() -> None:
    assert summary([], False) == ["No service key is declared for this host."]
