# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests that tests read; it never holds a credential."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from .clock import format_instant

HIDDEN_CREDENTIAL = "<credential>"


@dataclass
class RequestRecord:
    """One request as it came in, in order of arrival; `status` 0: the connection broke without an answer."""

    method: str
    path: str
    query: dict[str, str | list[str]]
    headers: dict[str, str]
    body: Any
    at: datetime
    caller: str | None = None
    status: int = 0

    def as_dict(self) -> dict[str, object]:
        """The record as JSON."""
        return {**asdict(self), "at": format_instant(self.at)}


def record_of(environ: dict[str, Any], body: bytes, caller: str | None, at: datetime) -> RequestRecord:
    """Describe a request by its WSGI environment."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    if "Authorization" in headers:
        headers["Authorization"] = HIDDEN_CREDENTIAL
    parsed = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    query: dict[str, str | list[str]] = {
        name: values[0] if len(values) == 1 else values for name, values in parsed.items()
    }
    try:
        document = json.loads(body) if body else None
    except ValueError:
        document = None
    return RequestRecord(environ["REQUEST_METHOD"], environ["PATH_INFO"], query, headers, document, at, caller)


class RequestLog:
    """Records in order of arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: list[RequestRecord] = []

    def append(self, record: RequestRecord) -> None:
        """Add one; its status is filled in before the answer leaves."""
        with self._lock:
            self._records.append(record)

    def records(self) -> list[RequestRecord]:
        """A copy of the list."""
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._records.clear()
