# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strict reading of request bodies and queries: whatever the schema does not allow is a 400."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from dateutil.parser import isoparse

from .identifiers import type_of_identifier
from .problems import Problem

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")


def parse_body(raw: bytes, content_type: str | None, required: bool) -> dict[str, object]:
    """The JSON object of a POST; a body needs a JSON content type (contract section 1.4)."""
    if not raw:
        if required:
            raise Problem(400, "A request body is required")
        return {}
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(400, "Content-Type must be application/json")
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise Problem(400, "The request body is not valid JSON") from error
    if not isinstance(value, dict):
        raise Problem(400, "The request body must be a JSON object")
    return value


def parse_instant(text: object, where: str) -> datetime:
    """An RFC 3339 instant; a time without an offset is not one."""
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        raise Problem(400, f"{where} must be an RFC 3339 date-time")
    try:
        return isoparse(text.upper()).astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise Problem(400, f"{where} must be an RFC 3339 date-time") from error


def check_identifier(text: object, where: str) -> str:
    """A well-formed global id of any type; whether it exists is another question."""
    if not isinstance(text, str) or type_of_identifier(text) is None:
        raise Problem(400, f"{where} is not a valid id")
    return text


class Fields:
    """One JSON object of a request, read field by field."""

    def __init__(self, value: object, where: str, allowed: Sequence[str]) -> None:
        if not isinstance(value, dict):
            raise Problem(400, f"{where or 'The request body'} must be an object")
        self._where = f"{where}." if where else ""
        unknown = sorted(str(name) for name in value if name not in allowed)
        if unknown:
            raise Problem(400, f"Unknown field {self._where}{unknown[0]}")
        self._value: dict[str, object] = value

    def has(self, name: str) -> bool:
        """Whether the field is there at all; null counts as there and is of a wrong type."""
        return name in self._value

    def raw(self, name: str) -> object:
        """A required field, of whatever type."""
        if name not in self._value:
            raise Problem(400, f"{self._where}{name} is required")
        return self._value[name]

    def text(self, name: str, minimum: int, maximum: int) -> str:
        """A required string within its lengths."""
        value = self.raw(name)
        if not isinstance(value, str):
            raise Problem(400, f"{self._where}{name} must be a string")
        if not minimum <= len(value) <= maximum:
            raise Problem(400, f"{self._where}{name} must have {minimum} to {maximum} characters")
        return value

    def optional_text(self, name: str, maximum: int) -> str | None:
        """A string that may be absent."""
        return self.text(name, 0, maximum) if self.has(name) else None

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """A required enum value, in its exact case."""
        value = self.raw(name)
        if not isinstance(value, str) or value not in choices:
            raise Problem(400, f"{self._where}{name} must be one of {', '.join(choices)}")
        return value

    def integer(self, name: str, minimum: int, maximum: int, default: int) -> int:
        """An integer; JSON booleans are none."""
        if not self.has(name):
            return default
        value = self._value[name]
        if isinstance(value, bool) or not isinstance(value, int):
            raise Problem(400, f"{self._where}{name} must be an integer")
        if not minimum <= value <= maximum:
            raise Problem(400, f"{self._where}{name} must be between {minimum} and {maximum}")
        return value

    def instant(self, name: str) -> datetime | None:
        """An instant that may be absent."""
        return parse_instant(self._value[name], self._where + name) if self.has(name) else None

    def identifier(self, name: str) -> str:
        """A required global id."""
        return check_identifier(self.raw(name), self._where + name)

    def array(self, name: str, minimum: int, maximum: int) -> list[object]:
        """A required array within its lengths."""
        value = self.raw(name)
        if not isinstance(value, list):
            raise Problem(400, f"{self._where}{name} must be an array")
        if not minimum <= len(value) <= maximum:
            raise Problem(400, f"{self._where}{name} must have {minimum} to {maximum} items")
        return value


class Query:
    """The query of a GET; parameters that the operation does not declare are refused."""

    def __init__(self, values: Mapping[str, Sequence[str]], allowed: Sequence[str]) -> None:
        unknown = sorted(set(values) - set(allowed))
        if unknown:
            raise Problem(400, f"Unknown query parameter {unknown[0]}")
        self._values = values

    def text(self, name: str, maximum: int = 4096) -> str | None:
        """A parameter given at most once."""
        values = self._values.get(name)
        if not values:
            return None
        if len(values) > 1:
            raise Problem(400, f"{name} may be given once")
        if len(values[0]) > maximum:
            raise Problem(400, f"{name} must have at most {maximum} characters")
        return values[0]

    def several(self, name: str, choices: Sequence[str]) -> list[str]:
        """A repeatable enum parameter."""
        values = list(self._values.get(name, ()))
        for value in values:
            if value not in choices:
                raise Problem(400, f"{name} must be one of {', '.join(choices)}")
        return values

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        """An enum parameter, in its exact case."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise Problem(400, f"{name} must be one of {', '.join(choices)}")
        return value

    def identifier(self, name: str) -> str | None:
        """An id parameter."""
        value = self.text(name)
        return None if value is None else check_identifier(value, name)

    def limit(self) -> int:
        """The page size asked for: 1 to 100, 50 by default."""
        value = self.text("limit")
        if value is None:
            return 50
        if not re.fullmatch(r"[0-9]{1,4}", value) or not 1 <= int(value) <= 100:
            raise Problem(400, "limit must be an integer between 1 and 100")
        return int(value)

    def filters(self) -> dict[str, list[str]]:
        """What a cursor is bound to: everything but the page size and the cursor itself."""
        return {name: list(values) for name, values in sorted(self._values.items()) if name not in {"limit", "cursor"}}
