# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a client's virtual environment: calls the SDK as told on standard input, one line of JSON a call.

usage: sdk_server.py ENVIRONMENT

`support.sdk` is the other end. Importing the SDK takes seconds, so one process serves many calls.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from datetime import datetime
from importlib import import_module
from urllib.parse import urlsplit

import exchange_check
from arize import ArizeClient
from arize.api_keys import types
from models import as_json


def arguments_of(given: dict[str, t.Any]) -> dict[str, t.Any]:
    """The arguments as the SDK takes them: instants, and the classes of its bindings."""
    return {name: organizations(value) if name == "orgs" else decoded(value) for name, value in given.items()}


def decoded(value: t.Any) -> t.Any:
    if isinstance(value, dict) and set(value) == {"instant"}:
        return datetime.fromisoformat(value["instant"])
    if isinstance(value, dict) and "type" in value:
        return types.UserRoleAssignmentRequest.from_dict(value)
    return value


def organizations(given: list[dict[str, t.Any]]) -> list[t.Any]:
    """`orgs` of create_service_key: [{org_id, role, spaces: [{space, role}]}] with roles in their write form."""
    return [
        types.OrgBinding(
            org_id=item["org_id"],
            role=role(types.OrganizationRoleAssignmentRequest, item),
            spaces=[
                types.SpaceBinding(space=space["space"], role=role(types.SpaceRoleAssignmentRequest, space))
                for space in item["spaces"]
            ],
        )
        for item in given
    ]


def role(kind: t.Any, item: dict[str, t.Any]) -> t.Any:
    return kind.from_dict(item["role"]) if "role" in item else None


def call(request: dict[str, t.Any]) -> t.Any:
    address = urlsplit(request["url"])
    client = ArizeClient(api_key=request["credential"], api_host=address.netloc, api_scheme=address.scheme)
    target: t.Any = client
    for name in request["method"].split("."):
        target = getattr(target, name)
    return as_json(target(**arguments_of(request["arguments"])))


def answer(environment: str, request: dict[str, t.Any]) -> dict[str, t.Any]:
    try:
        if "exchanges" in request:
            operations = import_module(f"operations_{environment}").OPERATIONS
            return {"result": exchange_check.check(operations, request["exchanges"])}
        return {"result": call(request)}
    except Exception as error:
        return {
            "error": {"kind": type(error).__name__, "status": getattr(error, "status", None), "message": str(error)}
        }


def main() -> None:
    # The SDK writes notices of beta endpoints to standard output, which here is for answers alone.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(answer(sys.argv[1], json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
