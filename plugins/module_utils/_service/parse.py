# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Decoded answers to the dataclasses of `_models`: lenient to unknown fields, strict on types. Pure.

Every `parse` function raises MalformedAnswer, which names the field and never its value.
"""

from __future__ import annotations

import json
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._model.errors import MalformedAnswer
from ansible_collections.community.arize.plugins.module_utils._model.instants import parse_rfc3339
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    ApiKey,
    BotUser,
    IssuedKey,
    Organization,
    OrganizationBinding,
    Page,
    Role,
    RoleAssignment,
    Secret,
    Space,
    SpaceBinding,
    User,
)

# Digits. The time for a number is the square of its length, and Pythons before 3.8.14 set no limit.
_LONGEST_NUMBER = 4000


def decoded(content: bytes) -> t.Any:
    """The JSON of a body. Raises ValueError."""
    try:
        return json.loads(content.decode("utf-8"), parse_int=_integer)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number of too many digits")
    return int(digits)


def secret_in(answer: t.Any) -> Secret | None:
    """What may be a secret in an answer to create or refresh, whether or not the rest of it can be read."""
    secret = answer.get("key") if isinstance(answer, dict) else None
    return Secret(secret) if isinstance(secret, str) else None


def as_object(value: t.Any, field: str) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise MalformedAnswer(field, "an object")
    return value


def _array(value: t.Any, field: str) -> list[t.Any]:
    if not isinstance(value, list):
        raise MalformedAnswer(field, "an array")
    return value


# Characters. The service's own limits are 1000 at most; a longer text would flood every message that shows it.
_LONGEST_TEXT = 4096
_LONGEST_ID = 512


def _optional_array(row: dict[str, t.Any], name: str, where: str) -> list[t.Any]:
    return [] if row.get(name) is None else _array(row[name], f"{where}.{name}")


def _text(row: dict[str, t.Any], name: str, where: str, empty: bool = False) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise MalformedAnswer(f"{where}.{name}", "a text")
    if len(value) > _LONGEST_TEXT:
        raise MalformedAnswer(f"{where}.{name}", f"a text of at most {_LONGEST_TEXT} characters")
    # Half of a surrogate pair: JSON can hold it, and no output can.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise MalformedAnswer(f"{where}.{name}", "a text of Unicode characters")
    return value


def _id(row: dict[str, t.Any], name: str, where: str, empty: bool = False) -> str:
    """An id goes into URLs and messages."""
    value = _text(row, name, where, empty)
    if not value.isprintable() or len(value) > _LONGEST_ID:
        raise MalformedAnswer(f"{where}.{name}", f"a printable id of at most {_LONGEST_ID} characters")
    return value


def _optional_text(row: dict[str, t.Any], name: str, where: str) -> str | None:
    return None if row.get(name) is None else _text(row, name, where, empty=True)


def _optional_id(row: dict[str, t.Any], name: str, where: str) -> str | None:
    return None if row.get(name) is None else _id(row, name, where, empty=True) or None


def _instant(row: dict[str, t.Any], name: str, where: str) -> datetime:
    text = _text(row, name, where)
    try:
        return parse_rfc3339(text)
    except ValueError as error:
        raise MalformedAnswer(f"{where}.{name}", "an RFC 3339 timestamp") from error


def _past_instant(row: dict[str, t.Any], name: str, where: str) -> datetime:
    """An instant to which durations can be added."""
    instant = _instant(row, name, where)
    if instant.year > 9000:
        raise MalformedAnswer(f"{where}.{name}", "a timestamp of this age")
    return instant


def _optional_instant(row: dict[str, t.Any], name: str, where: str) -> datetime | None:
    return None if row.get(name) is None else _instant(row, name, where)


def _choice(row: dict[str, t.Any], name: str, where: str, choices: t.Mapping[str, str]) -> str:
    value = choices.get(_text(row, name, where).lower())
    if value is None:
        raise MalformedAnswer(f"{where}.{name}", f"one of {', '.join(sorted(set(choices.values())))}")
    return value


_KEY_TYPES = {"user": "user", "service": "service"}
# Servers before SDK 8.34 say "deleted" for revoked (contract section 2.1).
_STATUSES = {"active": "active", "revoked": "revoked", "deleted": "revoked"}


def parse_api_key(value: t.Any, where: str = "api_key") -> ApiKey:
    """Parse a row of a listing, or the answer to create and refresh (contract section 1.2)."""
    row = as_object(value, where)
    bot_user = row.get("bot_user")
    return ApiKey(
        key_id=_id(row, "id", where),
        name=_text(row, "name", where, empty=True),
        key_type=_choice(row, "key_type", where, _KEY_TYPES),
        status=_choice(row, "status", where, _STATUSES),
        redacted_key=_optional_text(row, "redacted_key", where) or "",
        created_at=_past_instant(row, "created_at", where),
        description=_optional_text(row, "description", where) or None,
        expires_at=_optional_instant(row, "expires_at", where),
        created_by_user_id=_optional_id(row, "created_by_user_id", where),
        last_used_at=_optional_instant(row, "last_used_at", where),
        bot_user=None if bot_user is None else _bot_user(bot_user, f"{where}.bot_user"),
    )


def parse_issued_key(value: t.Any) -> IssuedKey:
    """Parse the answer to create or refresh, which holds the raw secret in C(key)."""
    row = as_object(value, "api_key")
    secret = _text(row, "key", "api_key")
    if not secret.isprintable() or any(character.isspace() for character in secret):
        raise MalformedAnswer("api_key.key", "a text without blanks")
    if "*" in secret or "..." in secret:
        # The mask of a proxy, or the redaction of the service itself.
        raise MalformedAnswer("api_key.key", "a raw secret")
    return IssuedKey(parse_api_key(row), Secret(secret))


def _bot_user(value: t.Any, where: str) -> BotUser:
    row = as_object(value, where)
    organizations = []
    for index, item in enumerate(_optional_array(row, "organizations", where)):
        inner = f"{where}.organizations[{index}]"
        organization = as_object(item, inner)
        spaces = []
        for number, entry in enumerate(_optional_array(organization, "spaces", inner)):
            innermost = f"{inner}.spaces[{number}]"
            space = as_object(entry, innermost)
            spaces.append(
                SpaceBinding(_id(space, "space_id", innermost), _role(space.get("role"), f"{innermost}.role"))
            )
        organizations.append(
            OrganizationBinding(
                _id(organization, "org_id", inner),
                _role(organization.get("role"), f"{inner}.role"),
                tuple(spaces),
            ),
        )
    return BotUser(
        user_id=_optional_id(row, "id", where) or "",
        name=_optional_text(row, "name", where) or "",
        account_role=_role(row.get("account_role"), f"{where}.account_role"),
        organizations=tuple(organizations),
    )


def _role(value: t.Any, field: str) -> RoleAssignment | None:
    """A role assignment; `field` is its own place in the answer."""
    if value is None:
        return None
    row = as_object(value, field)
    if _text(row, "type", field).upper() == "CUSTOM":
        return RoleAssignment(role_id=_text(row, "id", field))
    return RoleAssignment(name=_text(row, "name", field).lower().replace("_", "-"))


def parse_space(value: t.Any, where: str = "space") -> Space:
    """Parse a space (contract section 1.6); older servers omit the organization."""
    row = as_object(value, where)
    return Space(
        _id(row, "id", where),
        _text(row, "name", where),
        _optional_id(row, "organization_id", where),
    )


def parse_organization(value: t.Any, where: str = "organization") -> Organization:
    row = as_object(value, where)
    return Organization(_id(row, "id", where), _text(row, "name", where))


def parse_role(value: t.Any, where: str = "role") -> Role:
    row = as_object(value, where)
    return Role(_id(row, "id", where), _text(row, "name", where))


def parse_user(value: t.Any, where: str = "user") -> User:
    row = as_object(value, where)
    status = _optional_text(row, "status", where)
    return User(
        _id(row, "id", where),
        _optional_text(row, "name", where) or None,
        _optional_text(row, "email", where) or None,
        None if status is None else status.lower(),
    )


def parse_page(value: t.Any, collection: str) -> Page:
    """Parse a listing's envelope (contract section 4); `collection` is the member that holds the rows."""
    body = as_object(value, "the body")
    pagination = as_object(body.get("pagination"), "pagination")
    has_more = pagination.get("has_more")
    if not isinstance(has_more, bool):
        raise MalformedAnswer("pagination.has_more", "true or false")
    return Page(
        rows=_array(body.get(collection), collection),
        has_more=has_more,
        next_cursor=_optional_text(pagination, "next_cursor", "pagination") or None,
    )
