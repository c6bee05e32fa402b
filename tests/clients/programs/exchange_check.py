# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a client's virtual environment: judge captured exchanges by the generated code of the SDK.

Each request is sent again through the SDK's own operation, into a transport that only compares: the SDK must take the
parameters and the body, and must itself send just what was captured. The captured answer is then what the SDK reads,
and what its models make of it must be the whole of it. The models take answers that lack a field, so those that an
answer always has are stated here.
"""

from __future__ import annotations

import collections
import json
import re
import typing as t
from datetime import datetime
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

from arize._generated.api_client.api_client import ApiClient
from arize._generated.api_client.exceptions import ApiException
from arize._generated.api_client.rest import RESTResponse
from models import as_json
from operations import Operation

Exchange = dict[str, t.Any]
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_HOST = "http://captured"
# In the examples of errors of the newer documentation, and in no model (contract section 5).
_BEYOND_THE_MODELS = ("answer.request_id",)
_KEY = ("id", "name", "key_type", "status", "redacted_key", "created_at", "created_by_user_id")
_SPACE = ("id", "name", "description", "created_at")
# What an answer always has (contract sections 1.2 to 1.7, 14): the list that its rows are in, their fields.
_ALWAYS: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "GET /v2/api-keys": ("api_keys", _KEY),
    "POST /v2/api-keys": (None, (*_KEY, "key")),
    "POST /v2/api-keys/{api_key_id}/refresh": (None, (*_KEY, "key")),
    "GET /v2/spaces": ("spaces", _SPACE),
    "GET /v2/spaces/{space_id}": (None, _SPACE),
    "GET /v2/organizations": ("organizations", _SPACE),
    "GET /v2/organizations/{org_id}": (None, _SPACE),
    "GET /v2/users/{user_id}": (None, ("id", "name", "email", "created_at", "status", "role", "is_developer")),
}
_BOT_USER = ("id", "name", "account_role", "organizations")


class Comparing(ApiClient):
    """Keeps what the SDK would send, and answers with what was captured."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self.configuration.host = _HOST
        self._exchange = exchange
        self.sent: tuple[str, str, t.Any] | None = None

    def call_api(
        self, method: str, url: str, _headers: t.Any = None, body: t.Any = None, *_more: t.Any, **_others: t.Any
    ) -> RESTResponse:
        self.sent = (method, url.removeprefix(_HOST), body)
        kind = "application/json" if self._exchange["status"] < 400 else "application/problem+json"
        raw = SimpleNamespace(
            status=self._exchange["status"],
            reason="",
            data=self._exchange["answer"].encode(),
            headers={"content-type": kind},
        )
        return RESTResponse(raw)


def check(operations: t.Sequence[Operation], exchanges: list[Exchange]) -> dict[str, t.Any]:
    """Problems, each with method, path and field; and how many exchanges of which endpoint were judged."""
    problems: list[str] = []
    counts: collections.Counter[str] = collections.Counter()
    for exchange in exchanges:
        where = f"{exchange['method']} {exchange['path']} ({exchange['status']})"
        found = [
            (entry, entry.path.fullmatch(exchange["path"]))
            for entry in operations
            if entry.method == exchange["method"]
        ]
        matching = [(entry, match) for entry, match in found if match is not None]
        if not matching:
            problems.append(f"{where}: the SDK has no such operation")
            continue
        entry, match = matching[0]
        counts[entry.shown] += 1
        problems += [f"{where}: {problem}" for problem in judge(entry, match, exchange)]
    return {"problems": problems, "counts": dict(counts)}


def judge(entry: Operation, match: re.Match[str], exchange: Exchange) -> t.Iterator[str]:
    client = Comparing(exchange)
    try:
        arguments = parameters(exchange["query"]) | {name: unquote(value) for name, value in match.groupdict().items()}
        if entry.body is not None:
            arguments |= entry.body(exchange["body"])
        elif exchange["body"] is not None:
            yield "the SDK sends no body"
    except ValueError as error:
        yield f"the request is none of the SDK's: {flat(error)}"
        return
    answer: t.Any = None
    try:
        answer = getattr(entry.api(client), entry.function)(**arguments)
    except ApiException as error:
        answer = error.data
        if answer is None:
            yield "the SDK knows no such error of this operation"
            return
    except (ValueError, TypeError) as error:
        stage = "request" if client.sent is None else "answer"
        yield f"the {stage} is not what the SDK takes: {flat(error)}"
        return
    if client.sent is not None:
        yield from differences("request", captured_request(exchange), sent_request(client.sent))
    if exchange["answer"] or answer is not None:
        yield from differences("answer", json.loads(exchange["answer"] or "null"), as_json(answer))
    if exchange["status"] < 400 and entry.shown in _ALWAYS:
        yield from lacking(entry.shown, json.loads(exchange["answer"]))


def lacking(endpoint: str, answer: dict[str, t.Any]) -> t.Iterator[str]:
    """The fields that an answer of this endpoint always has, and this one has not."""
    listed, fields = _ALWAYS[endpoint]
    rows = {"answer": answer}
    if listed is not None:
        yield from absent("answer.pagination", answer["pagination"], ("has_more",))
        rows = {f"answer.{listed}[{index}]": row for index, row in enumerate(answer[listed])}
    for where, row in rows.items():
        yield from absent(where, row, fields)
        if "bot_user" in row:
            yield from absent(f"{where}.bot_user", row["bot_user"], _BOT_USER)
        elif endpoint == "POST /v2/api-keys" and row.get("key_type") == "SERVICE":
            yield f"{where}.bot_user is missing"


def absent(where: str, row: dict[str, t.Any], fields: t.Sequence[str]) -> t.Iterator[str]:
    return (f"{where}.{name} is missing" for name in fields if name not in row)


def parameters(query: dict[str, t.Any]) -> dict[str, t.Any]:
    """Query parameters as the SDK's functions take them."""
    return {name: int(value) if name == "limit" else value for name, value in query.items()}


def captured_request(exchange: Exchange) -> dict[str, t.Any]:
    return {"path": exchange["path"], "query": exchange["query"], "body": exchange["body"]}


def sent_request(sent: tuple[str, str, t.Any]) -> dict[str, t.Any]:
    parts = urlsplit(sent[1])
    query = dict(pair.split("=", 1) for pair in parts.query.split("&")) if parts.query else {}
    return {
        "path": unquote(parts.path),
        "query": {name: unquote(value) for name, value in query.items()},
        "body": sent[2],
    }


def differences(where: str, captured: t.Any, understood: t.Any) -> t.Iterator[str]:
    """Fields that are in one and not in the other, or differ; instants are compared as instants."""
    if isinstance(captured, dict) and isinstance(understood, dict):
        for name in sorted(captured.keys() | understood.keys()):
            yield from field_differences(f"{where}.{name}", name, captured, understood)
    elif isinstance(captured, list) and isinstance(understood, list):
        if len(captured) != len(understood):
            yield f"{where} has {len(captured)} items, of which the SDK knows {len(understood)}"
        for index, (one, other) in enumerate(zip(captured, understood, strict=False)):
            yield from differences(f"{where}[{index}]", one, other)
    elif normal(captured) != normal(understood):
        # No values: they may be secrets.
        yield f"{where} is not what the SDK makes of it"


def field_differences(where: str, name: str, captured: t.Any, understood: t.Any) -> t.Iterator[str]:
    if name not in understood:
        if where not in _BEYOND_THE_MODELS:
            yield f"{where} is not known to the SDK"
    elif name in captured:
        yield from differences(where, captured[name], understood[name])
    else:
        yield f"{where} is missing"


def normal(value: t.Any) -> t.Any:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value)
    return value


def flat(error: Exception) -> str:
    """A validation error's fields and reasons, without the values."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in errors())
