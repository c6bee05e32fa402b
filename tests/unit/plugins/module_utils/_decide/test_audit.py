# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about keys, and their summary."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import DAY, HOUR, NOW, api_key

from ansible_collections.community.arize.plugins.module_utils._decide.audit import Thresholds, findings, summary
from ansible_collections.community.arize.plugins.module_utils._model.instants import parse_duration
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    ApiKey,
    BotUser,
    OrganizationBinding,
    RoleAssignment,
    SpaceBinding,
)


def thresholds(**texts: str) -> Thresholds:
    return Thresholds(**{name: parse_duration(text) for name, text in texts.items()})


def bot(account: str = "member", organization: str = "read-only", space: RoleAssignment | str = "member") -> BotUser:
    role = RoleAssignment(space) if isinstance(space, str) else space
    binding = OrganizationBinding("o", RoleAssignment(organization), (SpaceBinding("s", role),))
    return BotUser("u", "bot", RoleAssignment(account), (binding,))


def user_key(**changes: t.Any) -> ApiKey:
    return api_key(**{"key_type": "user", **changes})


@pytest.mark.parametrize(
    ("key", "texts", "expected"),
    [
        (user_key(), {}, []),
        (user_key(expires_at=NOW), {}, ["expired"]),
        (user_key(expires_at=NOW), {"expires_within": "1d", "older_than": "1d", "unused_for": "1d"}, ["expired"]),
        (user_key(status="revoked", expires_at=NOW), {"older_than": "1d"}, []),
        (user_key(), {"expires_within": "1d"}, ["never_expires"]),
        (user_key(expires_at=NOW + DAY), {"expires_within": "1d"}, ["expires_soon"]),
        (user_key(expires_at=NOW + DAY + HOUR), {"expires_within": "1d"}, []),
        (user_key(), {"older_than": "10d"}, ["old"]),
        (user_key(), {"older_than": "11d"}, []),
        (user_key(), {"unused_for": "1d"}, ["never_used"]),
        (user_key(created_at=NOW - 2 * DAY), {"unused_for": "1d"}, ["never_used"]),
        (user_key(created_at=NOW - 2 * DAY + HOUR), {"unused_for": "1h"}, []),
        (user_key(last_used_at=NOW - DAY), {"unused_for": "1d"}, ["unused"]),
        (user_key(last_used_at=NOW - DAY + HOUR), {"unused_for": "1d"}, []),
        (api_key(), {}, []),
        (api_key(bot_user=BotUser("u", "", RoleAssignment("admin"), ())), {}, []),
        (api_key(bot_user=BotUser("u", "bot", RoleAssignment("admin"), ())), {}, []),
        (api_key(bot_user=bot()), {}, []),
        (api_key(bot_user=bot(account="admin")), {}, ["admin_role"]),
        (api_key(bot_user=bot(organization="admin")), {}, ["admin_role"]),
        (api_key(bot_user=bot(space="admin")), {}, ["admin_role"]),
        (api_key(bot_user=bot(space=RoleAssignment(role_id="r"))), {}, []),
        (
            api_key(expires_at=NOW + HOUR, bot_user=bot("admin"), last_used_at=NOW - 9 * DAY),
            {"expires_within": "1d", "older_than": "1d", "unused_for": "1d"},
            ["expires_soon", "old", "unused", "admin_role"],
        ),
    ],
)
def test_findings(key: ApiKey, texts: dict[str, str], expected: list[str]) -> None:
    assert findings([key], thresholds(**texts), NOW) == {"key-1": expected}


def test_duplicate_names() -> None:
    keys = [
        user_key(key_id="new"),
        user_key(key_id="twin", created_at=NOW - 20 * DAY),
        user_key(key_id="retiring", created_at=NOW - 20 * DAY, expires_at=NOW + HOUR),
        user_key(key_id="dead", expires_at=NOW - HOUR),
        user_key(key_id="revoked", status="revoked"),
        user_key(key_id="other", name="other"),
        api_key("service", bot_user=bot()),
    ]
    found = findings(keys, Thresholds(), NOW)
    assert {key_id for key_id, names in found.items() if "duplicate_name" in names} == {"new", "twin"}


def test_same_name_in_different_spaces_is_no_duplicate() -> None:
    """Identity is type, name and scope: the same name in two spaces is what one playbook for many spaces makes."""
    elsewhere = BotUser(
        "v", "bot", RoleAssignment("member"), (OrganizationBinding("o", None, (SpaceBinding("s-2", None),)),)
    )
    keys = [api_key("one", bot_user=bot()), api_key("two", bot_user=elsewhere, created_at=NOW - 20 * DAY)]
    assert findings(keys, Thresholds(), NOW) == {"one": [], "two": []}


def test_summary() -> None:
    keys = [
        user_key(key_id="a", expires_at=NOW + DAY),
        user_key(key_id="b", expires_at=NOW - DAY),
        api_key("c", status="revoked", expires_at=NOW + HOUR),
    ]
    counted = summary(keys, {"a": ["old", "unused"], "b": ["expired", "old"], "c": []}, NOW, complete=False)
    assert counted == {
        "total": 3,
        "by_type": {"user": 2, "service": 1},
        "by_status": {"active": 2, "revoked": 1},
        "by_finding": {"old": 2, "unused": 1, "expired": 1},
        "next_expires_at": "2026-11-25T12:00:00Z",
        "complete": False,
        "roles_not_shown": 0,
    }
    assert summary([], None, NOW, complete=True) == {
        "total": 0,
        "by_type": {},
        "by_status": {},
        "next_expires_at": None,
        "complete": True,
        "roles_not_shown": 0,
    }
    shown, hidden = api_key(bot_user=bot()), [api_key(), api_key(bot_user=BotUser("u", "bot", None, ()))]
    keys = [shown, *hidden, api_key(status="revoked"), api_key(expires_at=NOW), user_key()]
    assert summary(keys, None, NOW, complete=True)["roles_not_shown"] == len(hidden)


@pytest.mark.parametrize(
    ("texts", "any_set"), [({}, False), ({"older_than": "1d"}, True), ({"unused_for": "1d"}, True)]
)
def test_any_threshold(texts: dict[str, str], any_set: bool) -> None:
    assert thresholds(**texts).any_set is any_set
