# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to dataclasses: strict on types, lenient on what is new."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.plugins.builders import secret_of, wire_key, wire_page

from ansible_collections.community.arize.plugins.module_utils._model import keys as _models
from ansible_collections.community.arize.plugins.module_utils._model.errors import MalformedAnswer
from ansible_collections.community.arize.plugins.module_utils._service import parse as _parse

BOT_USER: dict[str, t.Any] = {
    "id": "u-9",
    "name": "ingest",
    "account_role": {"type": "PREDEFINED", "name": "MEMBER"},
    "organizations": [
        {
            "org_id": "o-1",
            "role": {"type": "PREDEFINED", "name": "READ_ONLY"},
            "spaces": [
                {"space_id": "s-1", "role": {"type": "predefined", "name": "Admin"}},
                {"space_id": "s-2", "role": {"type": "CUSTOM", "id": "r-1", "name": "Ingest only"}},
            ],
        },
    ],
}


def test_whole_key() -> None:
    row = wire_key(
        description="d",
        expires_at="2027-03-31T02:00:00+02:00",
        last_used_at="2026-11-22T18:00:00.5Z",
        bot_user=BOT_USER,
        new_field={"x": 1},
    )
    key = _parse.parse_api_key(row)
    assert key == _models.ApiKey(
        key_id="key-1",
        name="ingest",
        key_type="service",
        status="active",
        redacted_key="ak-abc...cba",
        created_at=datetime(2026, 11, 14, 12, tzinfo=timezone.utc),
        description="d",
        expires_at=datetime(2027, 3, 31, tzinfo=timezone.utc),
        created_by_user_id="VXNlcjo5MDA6a0Y2Yw==",
        last_used_at=datetime(2026, 11, 22, 18, 0, 0, 500_000, tzinfo=timezone.utc),
        bot_user=_models.BotUser(
            "u-9",
            "ingest",
            _models.RoleAssignment("member"),
            (
                _models.OrganizationBinding(
                    "o-1",
                    _models.RoleAssignment("read-only"),
                    (
                        _models.SpaceBinding("s-1", _models.RoleAssignment("admin")),
                        _models.SpaceBinding("s-2", _models.RoleAssignment(role_id="r-1")),
                    ),
                ),
            ),
        ),
    )


def test_key_with_only_what_is_required() -> None:
    row = {name: wire_key()[name] for name in ("id", "name", "key_type", "status", "created_at")}
    key = _parse.parse_api_key({**row, "name": "", "description": "", "expires_at": None, "bot_user": None})
    assert (key.name, key.description, key.expires_at, key.bot_user, key.redacted_key) == ("", None, None, None, "")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("key_type", "service", "service"),
        ("key_type", "User", "user"),
        ("status", "active", "active"),
        ("status", "REVOKED", "revoked"),
        ("status", "deleted", "revoked"),
        ("status", "DELETED", "revoked"),
    ],
)
def test_enumerations_in_any_case(field: str, value: str, expected: str) -> None:
    assert getattr(_parse.parse_api_key(wire_key(**{field: value})), field) == expected


# fmt: off
WRONG = [
    ("id", [5, "", True, [], {}, "missing"]),
    ("name", [5, [], {}, "missing"]),
    ("key_type", [5, "", "ROBOT", "missing"]),
    ("status", [5, "", "EXPIRED", "missing"]),
    ("redacted_key", [5, [], {}]),
    ("created_at", [5, "", "yesterday", "2026-11-14", "missing"]),
    ("expires_at", [5, "", "never", [], 1_800_000_000]),
    ("last_used_at", [5, "", "never", []]),
    ("description", [5, [], {}]),
    ("created_by_user_id", [5, []]),
    ("bot_user", [5, "u", [], True]),
]
# fmt: on


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG for value in values])
def test_wrong_type_of_a_field_is_named_and_its_value_not_shown(field: str, value: t.Any) -> None:
    row = wire_key(**{field: value})
    if value == "missing":
        del row[field]
    with pytest.raises(MalformedAnswer) as caught:
        _parse.parse_api_key(row, "api_keys[3]")
    assert str(caught.value).startswith(f"field api_keys[3].{field} is not ")
    assert not isinstance(value, str) or len(value) < 3 or value not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("id",), 5, "id"),
        (("name",), 5, "name"),
        (("account_role",), "MEMBER", "account_role"),
        (("account_role", "type"), None, "account_role.type"),
        (("account_role", "name"), 5, "account_role.name"),
        (("organizations",), {"x": 1}, "organizations"),
        (("organizations",), "o", "organizations"),
        (("organizations", 0), "o", "organizations[0]"),
        (("organizations", 0, "org_id"), 5, "organizations[0].org_id"),
        (("organizations", 0, "role"), "READ_ONLY", "organizations[0].role"),
        (("organizations", 0, "spaces"), "s", "organizations[0].spaces"),
        (("organizations", 0, "spaces", 1), "s", "organizations[0].spaces[1]"),
        (("organizations", 0, "spaces", 1, "space_id"), "", "organizations[0].spaces[1].space_id"),
        (("organizations", 0, "spaces", 1, "role", "id"), None, "organizations[0].spaces[1].role.id"),
    ],
)
def test_wrong_type_within_a_bot_user(path: tuple[t.Any, ...], value: t.Any, field: str) -> None:
    def changed(node: t.Any, steps: tuple[t.Any, ...]) -> t.Any:
        if not steps:
            return value
        copied = dict(node) if isinstance(node, dict) else list(node)
        copied[steps[0]] = changed(copied[steps[0]], steps[1:])
        return copied

    with pytest.raises(MalformedAnswer) as caught:
        _parse.parse_api_key(wire_key(bot_user=changed(BOT_USER, path)))
    assert str(caught.value).startswith(f"field api_key.bot_user.{field} is not ")


def test_roles_are_shown_by_name_and_custom_ones_by_id() -> None:
    bot_user = _parse.parse_api_key(wire_key(bot_user=BOT_USER)).bot_user
    assert bot_user is not None
    shown = bot_user.public()
    (organization,) = shown["organizations"]
    roles = [shown["account_role"], organization["role"], *[space["role"] for space in organization["spaces"]]]
    assert roles == ["member", "read-only", "admin", "custom role r-1"]
    assert [space["space_id"] for space in organization["spaces"]] == ["s-1", "s-2"]


@pytest.mark.parametrize(
    ("bot_user", "visible"),
    [
        (BOT_USER, True),
        ({**BOT_USER, "organizations": []}, False),
        ({**BOT_USER, "organizations": None}, False),
        ({**BOT_USER, "name": ""}, False),
        ({"id": "u", "name": "", "organizations": [], "account_role": {"type": "PREDEFINED", "name": "MEMBER"}}, False),
        ({}, False),
    ],
)
def test_roles_of_a_placeholder_are_not_visible(bot_user: dict[str, t.Any], visible: bool) -> None:
    parsed = _parse.parse_api_key(wire_key(bot_user=bot_user)).bot_user
    assert parsed is not None
    assert parsed.roles_visible is visible


def test_issued_key() -> None:
    issued = _parse.parse_issued_key(wire_key(key=secret_of("abc")))
    assert issued.secret.reveal() == secret_of("abc")
    for secret in ("", "a b", "a\nb", "a\x00b", "a\u00a0b", 5, None, ["x"]):
        with pytest.raises(MalformedAnswer, match=r"field api_key\.key is not a text") as caught:
            _parse.parse_issued_key({**wire_key(), "key": secret})
        assert "x" not in str(caught.value).removeprefix("field api_key.key is not a text")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "the body"),
        (None, "the body"),
        ({}, "pagination"),
        ({"api_keys": []}, "pagination"),
        ({"api_keys": [], "pagination": None}, "pagination"),
        ({"api_keys": [], "pagination": {}}, "pagination.has_more"),
        ({"api_keys": [], "pagination": {"has_more": "false"}}, "pagination.has_more"),
        ({"api_keys": [], "pagination": {"has_more": 0}}, "pagination.has_more"),
        ({"api_keys": [], "pagination": {"has_more": True, "next_cursor": 5}}, "pagination.next_cursor"),
        ({"api_keys": {}, "pagination": {"has_more": False}}, "api_keys"),
        ({"api_keys": None, "pagination": {"has_more": False}}, "api_keys"),
        ({"keys": [], "pagination": {"has_more": False}}, "api_keys"),
    ],
)
def test_envelope_of_a_page(body: t.Any, field: str) -> None:
    with pytest.raises(MalformedAnswer) as caught:
        _parse.parse_page(body, "api_keys")
    assert str(caught.value).startswith(f"field {field} is not ")


def test_page() -> None:
    assert _parse.parse_page(wire_page("spaces", [1, 2], "c"), "spaces") == _models.Page([1, 2], True, "c")
    assert _parse.parse_page(wire_page("spaces", []), "spaces") == _models.Page([], False, None)


def test_space_and_organization() -> None:
    assert _parse.parse_space({"id": "s", "name": "n", "more": 1}) == _models.Space("s", "n", None)
    assert _parse.parse_organization({"id": "o", "name": "n"}) == _models.Organization("o", "n")
    for parse in (_parse.parse_space, _parse.parse_organization):
        rows: list[t.Any] = [{"id": "x"}, {"name": "n"}, {"id": 1, "name": "n"}, [], "x"]
        for row in rows:
            with pytest.raises(MalformedAnswer):
                parse(row)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@hypothesis.given(st.dictionaries(st.sampled_from(sorted([*wire_key(), "bot_user", "key", "expires_at"])), json_values))
def test_any_row_parses_or_is_malformed(changes: dict[str, t.Any]) -> None:
    for parse in (_parse.parse_api_key, _parse.parse_issued_key):
        try:
            parse({**wire_key(key=secret_of("abc"), bot_user=BOT_USER), **changes})
        except MalformedAnswer:
            continue
