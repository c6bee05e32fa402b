# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that the tests of the plugins start from: each differs from a plain one only in what a test names."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._decide.matches import StoredSecret, classify
from ansible_collections.community.arize.plugins.module_utils._decide.plan import Observation, Plan, make_plan
from ansible_collections.community.arize.plugins.module_utils._host.arguments import (
    connection_arguments,
    info_arguments,
    key_arguments,
)
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey, desired_key
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, IssuedKey, Secret
from ansible_collections.community.arize.plugins.module_utils._service.connection import Connection

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CREDENTIAL = "ak-crd" + "C" * 44 + "end"
SPACE_ID = "U3BhY2U6MzEwOmhKNWQ="


def secret_of(tag: str) -> str:
    """A secret in the documented form, for a tag of three letters."""
    return f"ak-{tag}{'0' * 44}{tag[::-1]}"


def redacted(secret: str) -> str:
    """What the service shows of a secret (contract section 7)."""
    return f"{secret[:6]}...{secret[-3:]}"


def api_key(key_id: str = "key-1", **changes: t.Any) -> ApiKey:
    """A live service key without an expiry, issued ten days ago; `tag` makes its redaction."""
    tag = changes.pop("tag", "abc")
    values: dict[str, t.Any] = {
        "key_id": key_id,
        "name": "ingest",
        "key_type": "service",
        "status": "active",
        "redacted_key": redacted(secret_of(tag)),
        "created_at": NOW - 10 * DAY,
    }
    return ApiKey(**{**values, **changes})


def issued_key(key_id: str = "key-1", tag: str = "abc", **changes: t.Any) -> IssuedKey:
    """A key with its secret."""
    return IssuedKey(api_key(key_id, tag=tag, **changes), Secret(secret_of(tag)))


def wire_key(key_id: str = "key-1", **changes: t.Any) -> dict[str, t.Any]:
    """A key as the service sends it; None removes a field."""
    row = {
        "id": key_id,
        "name": "ingest",
        "key_type": "SERVICE",
        "status": "ACTIVE",
        "redacted_key": "ak-abc...cba",
        "created_at": "2026-11-14T12:00:00Z",
        "created_by_user_id": "VXNlcjo5MDA6a0Y2Yw==",
    }
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def wire_page(collection: str, rows: t.Sequence[t.Any], next_cursor: str | None = None) -> dict[str, t.Any]:
    """A page of a listing."""
    pagination: dict[str, t.Any] = {"has_more": next_cursor is not None}
    if next_cursor is not None:
        pagination["next_cursor"] = next_cursor
    return {collection: list(rows), "pagination": pagination}


def key_options(**changes: t.Any) -> dict[str, t.Any]:
    """Options of arize_api_key for a service key, as validated by the module's own specification."""
    return _validated(key_arguments(), {"name": "ingest", "space": SPACE_ID, **changes})


def info_options(**changes: t.Any) -> dict[str, t.Any]:
    """Options of arize_api_key_info."""
    return _validated(info_arguments(), changes)


def connection_options(**changes: t.Any) -> dict[str, t.Any]:
    """The options of the connection."""
    return _validated(connection_arguments(), {"api_key": CREDENTIAL, **changes})


def _validated(specification: dict[str, t.Any], options: dict[str, t.Any]) -> dict[str, t.Any]:
    given = {name: value for name, value in options.items() if value is not None}
    outcome = ArgumentSpecValidator(**specification).validate(given)
    if outcome.error_messages:
        raise ValueError("; ".join(outcome.error_messages))
    parameters: dict[str, t.Any] = outcome.validated_parameters
    return parameters


def desired(**changes: t.Any) -> DesiredKey:
    """The service key C(ingest) of one space, declared with these options beside."""
    return desired_key(key_options(**changes))


def connection(**changes: t.Any) -> Connection:
    """A connection to a host that does not exist."""
    values: dict[str, t.Any] = {
        "base_url": "https://arize.example",
        "credential": Secret(CREDENTIAL),
        "verify": True,
        "proxy": None,
        "no_proxy": None,
        "timeout": 30.0,
        "max_retries": 4,
        "dialect": "current",
    }
    return Connection(**{**values, **changes})


def observed(*keys: ApiKey, now: datetime = NOW, **changes: t.Any) -> Observation:
    """What the observer would make of a listing; `stored` is the secret in dest, `dest` says whether there is a dest.

    Expired and revoked keys are left out, as the observer does.
    """
    has_dest = changes.pop("dest", "stored" in changes)
    value = changes.pop("stored", None)
    exists = changes.pop("exists", value is not None)
    partial = changes.pop("partial", ())
    stored = StoredSecret(None if value is None else Secret(value), exists) if has_dest else None
    matches = classify([key for key in keys if key.is_live(now)], now, stored, partial)
    return Observation(now, Secret(changes.pop("credential", CREDENTIAL)), matches, **changes)


def planned(*keys: ApiKey, options: dict[str, t.Any] | None = None, **seen: t.Any) -> Plan:
    """The plan for the key declared with `options`, when `keys` are listed."""
    return make_plan(desired(**(options or {})), observed(*keys, **seen))
