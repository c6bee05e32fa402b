# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a client's virtual environment: what the generated code of an SDK can do."""

from __future__ import annotations

import re
import typing as t

Body = t.Callable[[dict[str, t.Any]], dict[str, t.Any]]


class Operation(t.NamedTuple):
    """One endpoint: how it is shown, where it is, the SDK's function for it, and its body by the SDK's model."""

    shown: str
    method: str
    path: re.Pattern[str]
    api: t.Any
    function: str
    body: Body | None = None


def operation(endpoint: str, api: t.Any, function: str, body: Body | None = None) -> Operation:
    """An Operation from an endpoint such as C(GET /v2/spaces/{space_id})."""
    method, _blank, template = endpoint.partition(" ")
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
    return Operation(endpoint, method, re.compile(pattern), api, function, body)
