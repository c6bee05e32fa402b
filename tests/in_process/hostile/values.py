# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile values as raw JSON, and which kinds of field accept which of them."""

from __future__ import annotations

# In every hostile text, so that a test can see whether a value is shown.
MARKER = "hOsTiLe"

MISSING = b"missing"

VALUES: dict[str, bytes] = {
    "missing": MISSING,
    "null": b"null",
    "zero": b"0",
    "number": b"7",
    "fraction": b"-1.5e300",
    "true": b"true",
    "false": b"false",
    "empty text": b'""',
    "text": b'"hOsTiLe"',
    "empty array": b"[]",
    "array": b'["hOsTiLe"]',
    "array of arrays": b'[["hOsTiLe"]]',
    "empty object": b"{}",
    "object": b'{"hOsTiLe": "hOsTiLe"}',
    "401 digits": b"1" + b"0" * 400,
    "5000 digits": b"9" * 5000,
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "100000 deep": b"[" * 100_000 + b"]" * 100_000,
    "100000 deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "1 MB": b'"' + b"hOsTiLe " * 131_072 + b'"',
    "not UTF-8": b'"hOsTiLe\xff\xfe"',
    "overlong UTF-8": b'"hOsTiLe\xc0\xaf"',
    "half a surrogate pair": b'"hOsTiLe\\ud800"',
    "control characters": b'"hOsTiLe\\n\\r\\u001b[31m\\u0000"',
    "cut off": b'"hOsTiLe',
}
# Values that the code can't tell apart by anything but their form, by the class that they stand for.
_ALIKE: dict[str, tuple[str, ...]] = {
    "unset": ("missing", "null"),
    "number": ("zero", "number", "fraction", "401 digits", "not a number", "infinity"),
    "truth value": ("true", "false"),
    "text": ("empty text", "text", "1 MB"),
    "array": ("empty array", "array", "array of arrays"),
    "object": ("empty object", "object"),
}
_CLASSES = {value: name for name, values in _ALIKE.items() for value in values}
# What makes the whole body no JSON, wherever it stands.
UNREADABLE = frozenset({"5000 digits", "100000 deep", "100000 deep objects", "not UTF-8", "overlong UTF-8", "cut off"})
_UNSET = frozenset({"missing", "null"})
# Kinds of field, and the values that each accepts; everything else is refused by the name of the field.
ACCEPTED: dict[str, frozenset[str]] = {
    "id": frozenset({"text"}),
    "optional id": _UNSET | {"text", "empty text"},
    "name": frozenset({"text", "empty text", "control characters"}),
    "filled name": frozenset({"text", "control characters"}),
    "optional text": _UNSET | {"text", "empty text", "control characters"},
    "secret": frozenset({"text"}),
    "instant": frozenset(),
    "optional instant": _UNSET,
    "choice": frozenset(),
    "role type": frozenset({"text", "control characters"}),
    "role": _UNSET,
    "bot user": _UNSET | {"empty object", "object"},
    "optional array": _UNSET | {"empty array"},
    "rows": frozenset({"empty array"}),
    "pagination": frozenset(),
    "has_more": frozenset({"false"}),
    "cursor": _UNSET | {"text", "empty text", "control characters"},
    "unknown": frozenset(VALUES) - UNREADABLE,
}

DATES_REFUSED = {
    "year 0": "0000-01-01T00:00:00Z",
    "year 10000": "10000-01-01T00:00:00Z",
    "before the calendar": "0001-01-01T00:00:00+23:59",
    "after the calendar": "9999-12-31T23:59:59-23:59",
    "no zone": "2026-01-01T00:00:00",
    "no time": "2026-01-01",
    "month 13": "2026-13-01T00:00:00Z",
    "30 February": "2026-02-30T00:00:00Z",
    "hour 24": "2026-01-01T24:00:00Z",
    "leap second": "2016-12-31T23:59:60Z",
    "offset of 24 hours": "2026-01-01T00:00:00+24:00",
    "zone name": "2026-01-01T00:00:00 UTC",
    "seconds since 1970": "1767225600",
    "blank in front": " 2026-01-01T00:00:00Z",
    "line feed behind": "2026-01-01T00:00:00Z\\n",
    "infinite": "infinity",
    "words": "hOsTiLe o'clock",
}
DATES_ACCEPTED = {
    "negative offset": "2026-01-01T00:00:00-08:00",
    "odd offset": "2026-01-01T00:00:00+05:45",
    "lower case": "2026-01-01t00:00:00z",
    "nanoseconds": "2026-01-01T00:00:00.123456789Z",
    "first year": "0001-01-01T00:00:00Z",
    "far future": "2999-01-01T00:00:00Z",
}
# Often meant as never.
DATES_FAR = {"last second": "9999-12-31T23:59:59.999999Z", "last day": "9999-12-31T00:00:00Z"}
KEY_TYPES_ACCEPTED = {"lower case": "service", "mixed case": "sErViCe"}
KEY_TYPES_REFUSED = {"unknown type": "ROBOT", "blanks around": " SERVICE ", "dotted I": "SERV\\u0130CE"}
STATUSES_ACCEPTED = {
    "lower case": "active",
    "mixed case": "Active",
    "deleted": "deleted",
    "DELETED": "DELETED",
    "revoked": "revoked",
}
STATUSES_REFUSED = {"unknown status": "EXPIRED", "blanks around": "ACTIVE ", "comma": "ACTIVE,REVOKED"}
ROLES_ACCEPTED = {"lower case": "member", "old spelling": "read-only", "unknown role": "OVERLORD"}
ROLE_TYPES_ACCEPTED = {"lower case": "predefined", "unknown type": "INHERITED"}


def class_of(value: str) -> str:
    """The class of a value; one that is like no other is a class of its own."""
    if value in DATES_REFUSED:
        return "wrong instant"
    return "instant in another form" if value in DATES_ACCEPTED else _CLASSES.get(value, value)


def quoted(texts: dict[str, str]) -> dict[str, bytes]:
    """Texts as raw JSON."""
    return {name: f'"{text}"'.encode() for name, text in texts.items()}


def further_values(kind: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Values that only make sense for one kind of field: accepted ones and refused ones."""
    if kind == "optional instant":
        return quoted({**DATES_ACCEPTED, **DATES_FAR}), quoted(DATES_REFUSED)
    if kind == "past instant":
        return quoted(DATES_ACCEPTED), quoted({**DATES_REFUSED, **DATES_FAR})
    tables = {
        "key_type": (KEY_TYPES_ACCEPTED, KEY_TYPES_REFUSED),
        "status": (STATUSES_ACCEPTED, STATUSES_REFUSED),
        "role type": (ROLE_TYPES_ACCEPTED, {}),
        "role name": (ROLES_ACCEPTED, {}),
    }
    accepted, refused = tables.get(kind, ({}, {}))
    return quoted(accepted), quoted(refused)
