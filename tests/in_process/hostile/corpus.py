# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The corpus: every field of every answer that the modules read, with every hostile value.

`make test` takes one of those that are alike, `make nightly` takes them all.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import typing as t

from in_process.hostile.values import ACCEPTED, MISSING, UNREADABLE, VALUES, class_of, further_values

_PLACE = "@@place of the hostile value@@"
_PAGE = {"pagination": "pagination", "pagination.has_more": "has_more", "pagination.next_cursor": "cursor"}
_BOT_USER = {
    "bot_user": "bot user",
    "bot_user.id": "optional id",
    "bot_user.name": "optional text",
    "bot_user.account_role": "role",
    "bot_user.account_role.type": "role type",
    "bot_user.account_role.name": "role name",
    "bot_user.organizations": "optional array",
    "bot_user.organizations[0].org_id": "id",
    "bot_user.organizations[0].role": "role",
    "bot_user.organizations[0].role.type": "role type",
    "bot_user.organizations[0].spaces": "optional array",
    "bot_user.organizations[0].spaces[0].space_id": "id",
    "bot_user.organizations[0].spaces[0].role": "role",
    "bot_user.organizations[0].spaces[0].role.name": "role name",
}
_KEY = {
    "id": "id",
    "name": "name",
    "key_type": "key_type",
    "status": "status",
    "redacted_key": "optional text",
    "created_at": "past instant",
    "description": "optional text",
    "expires_at": "optional instant",
    "created_by_user_id": "optional id",
    "last_used_at": "optional instant",
    "new_in_2027": "unknown",
}
_INSTANTS = {name: kind for name, kind in _KEY.items() if "instant" in kind}
_SPACE = {"id": "id", "name": "filled name", "organization_id": "optional id", "new_in_2027": "unknown"}
_ORGANIZATION = {"id": "id", "name": "filled name", "new_in_2027": "unknown"}
# "role name" and the two enumerations accept no value of the general table but those named here.
_LIKE = {"key_type": "choice", "status": "choice", "role name": "role type", "past instant": "instant"}


@dataclasses.dataclass(frozen=True)
class Kind:
    """An answer: the request that it belongs to, where its object stands in the body, and how messages name it."""

    method: str
    path: str
    fields: t.Mapping[str, str]
    place: str = ""
    shown_as: str = ""

    def at(self, field: str) -> str:
        """The field's place in the body, such as C(api_keys[0].id)."""
        return field if field in _PAGE or not self.place or field == self.rows else f"{self.place}.{field}"

    def named(self, field: str) -> str:
        """The field's name in a message."""
        return self.at(field) if self.place or not self.shown_as else f"{self.shown_as}.{field}"

    @property
    def rows(self) -> str:
        """The member that holds the rows of a listing."""
        return self.place.partition("[")[0]


def one_of_each(items: t.Iterable[t.Any], *classes: t.Callable[[t.Any], t.Hashable]) -> list[t.Any]:
    """Of the items of a class one, not always the first one. With ARIZE_TEST_SWEEP=full, all."""
    items = list(items)
    if os.environ.get("ARIZE_TEST_SWEEP") == "full":
        return items
    chosen: dict[t.Any, None] = {}
    for classify in classes:
        groups: dict[t.Hashable, list[t.Any]] = {}
        for item in items:
            groups.setdefault(classify(item), []).append(item)
        chosen.update((group[number % len(group)], None) for number, group in enumerate(groups.values()))
    return list(chosen)


def _page_of(rows: str, fields: dict[str, str]) -> dict[str, str]:
    return {**_PAGE, rows: "rows", **fields}


KINDS: dict[str, Kind] = {
    "keys of a space": Kind("GET", "^/v2/api-keys$", _page_of("api_keys", _KEY), "api_keys[0]"),
    "keys with bindings": Kind("GET", "^/v2/api-keys$", _BOT_USER, "api_keys[0]"),
    "audited keys": Kind("GET", "^/v2/api-keys$", _INSTANTS, "api_keys[0]"),
    "created key": Kind("POST", "^/v2/api-keys$", {"key": "secret", **_KEY, **_BOT_USER}, "", "api_key"),
    "refreshed key": Kind("POST", "/refresh$", {"key": "secret", **_KEY}, "", "api_key"),
    "spaces": Kind("GET", "^/v2/spaces$", _page_of("spaces", _SPACE), "spaces[0]"),
    "space": Kind("GET", "^/v2/spaces/", _SPACE, "", "space"),
    "organizations": Kind("GET", "^/v2/organizations$", _page_of("organizations", _ORGANIZATION), "organizations[0]"),
    "organization": Kind("GET", "^/v2/organizations/", _ORGANIZATION, "", "organization"),
}


# This listing is asked for active keys only, and one that shows others is no answer to it.
ASKED_FOR_ACTIVE = ("keys of a space", "status")
NOT_ACTIVE = ("deleted", "DELETED", "revoked")


@dataclasses.dataclass(frozen=True)
class Case:
    """One hostile answer."""

    kind: str
    field: str
    value: str
    raw: bytes
    accepted: bool

    def __str__(self) -> str:
        return f"{self.kind}-{self.field}-{self.value}"

    @property
    def field_and_value(self) -> t.Hashable:
        """The class of the case: which kind of field it is that gets which class of value."""
        if self.value in UNREADABLE:
            return self.value
        return KINDS[self.kind].fields[self.field], class_of(self.value), self.accepted

    @property
    def place(self) -> t.Hashable:
        """The place of each answer that gets what it must refuse; the others are alike."""
        return None if self.accepted else (self.kind, self.field)

    @property
    def names(self) -> str:
        """What the message must contain when the answer is refused."""
        if self.value in UNREADABLE:
            return "application/json"
        if self.field == "pagination.has_more" and self.value == "true":
            return "cursor"
        if (self.kind, self.field) == ASKED_FOR_ACTIVE and self.value in NOT_ACTIVE:
            return "one with revoked is listed"
        if KINDS[self.kind].fields[self.field] == "secret" and self.value == "text":
            return "not that of this key"
        return KINDS[self.kind].named(self.field)

    def spoil(self, body: bytes) -> bytes:
        """The real answer's body with the hostile value in its place."""
        document = json.loads(body)
        *parents, last = _steps(KINDS[self.kind].at(self.field))
        holder = document
        for step in parents:
            holder = holder[step]
        if self.raw == MISSING:
            holder.pop(last, None)
            return json.dumps(document).encode()
        holder[last] = _PLACE
        spoiled = json.dumps(document).encode().replace(json.dumps(_PLACE).encode(), self.raw)
        # What is cut off is cut off: nothing follows.
        return spoiled[: spoiled.index(self.raw) + len(self.raw)] if self.value == "cut off" else spoiled


def _steps(place: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in re.split(r"[.\[\]]+", place) if part]


def _cases() -> t.Iterator[Case]:
    for kind_name, kind in KINDS.items():
        for field, field_kind in kind.fields.items():
            fitting = ACCEPTED[_LIKE.get(field_kind, field_kind)]
            for name, raw in VALUES.items():
                # No other secret fits the redaction in the same answer.
                yield Case(kind_name, field, name, raw, name in fitting and field != "key")
            accepted, refused = further_values(field_kind)
            for name, raw in accepted.items():
                asked_for = (kind_name, field) != ASKED_FOR_ACTIVE or name not in NOT_ACTIVE
                yield Case(kind_name, field, name, raw, asked_for and field != "key")
            for name, raw in refused.items():
                yield Case(kind_name, field, name, raw, False)


CASES: list[Case] = list(_cases())

# The whole body in place of the answer.
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "true": b"true",
    "number": b"7",
    "text": b'"hOsTiLe"',
    "empty array": b"[]",
    "empty object": b"{}",
    "array of keys": b'[{"id": "hOsTiLe"}]',
    "HTML": b"<!DOCTYPE html><title>hOsTiLe</title>",
    "not UTF-8": b'{"hOsTiLe": "\xff"}',
    "UTF-16": '{"a": "hOsTiLe"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"hOsTiLe": 1}',
    "two documents": b'{"a": "hOsTiLe"} {}',
    "100000 deep": VALUES["100000 deep"],
    "5000 digits": VALUES["5000 digits"],
    "NUL bytes": b"\0" * 1000,
    "line of a log": b"hOsTiLe\r\nHTTP/1.1 200 OK\r\n\r\n",
}
ERROR_FIELDS = (
    "type",
    "title",
    "status",
    "detail",
    "request_id",
    "entitlement",
    "limit",
    "current_count",
    "required_plan",
)
ERROR_STATUSES = (400, 401, 403, 404, 422, 429, 451, 500, 503, 599)


def error_body(field: str, raw: bytes) -> bytes:
    """A problem in the service's form with one hostile member."""
    document: dict[str, t.Any] = {
        "type": "https://arize.com/docs/ax/rest-reference/errors#access-forbidden",
        "title": "Access forbidden",
        "status": 403,
        "detail": "The plan allows no more keys",
        "request_id": "req_1",
        "entitlement": "KEYS",
        "limit": 5,
        "current_count": 5,
        "required_plan": "PRO",
    }
    if raw == MISSING:
        del document[field]
        return json.dumps(document).encode()
    document[field] = _PLACE
    return json.dumps(document).encode().replace(json.dumps(_PLACE).encode(), raw)
