# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests that tests read, which never holds a credential; and a file of whole exchanges on demand."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
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
    """Records in order of arrival.

    With `exchanges`, each one with its answer is appended to that file as a line of JSON. The file holds secrets, and
    is made for its owner only.
    """

    def __init__(self, exchanges: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._records: list[RequestRecord] = []
        self._exchanges = exchanges

    def append(self, record: RequestRecord) -> None:
        """Add one, without its status yet."""
        with self._lock:
            self._records.append(record)

    def answered(self, record: RequestRecord, status: int, body: bytes) -> None:
        """Complete a record before its answer leaves."""
        record.status = status
        if self._exchanges is not None:
            line = json.dumps({**record.as_dict(), "answer": body.decode("utf-8", "replace")}) + "\n"
            with self._lock:
                descriptor = os.open(self._exchanges, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    stream.write(line)

    def records(self) -> list[RequestRecord]:
        """A copy of the list."""
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._records.clear()
