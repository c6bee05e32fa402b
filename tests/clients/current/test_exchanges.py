# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request of the modules is one that the newest SDK would send, and it understands every answer wholly."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from support.in_process import run_info, run_key
from support.official_clients import CHECKOUT
from support.sdk import Sdk
from support.tables import check_table

from simulator import Simulator, Switches

# Written by `make integration`, in which real playbooks run the modules.
CAPTURED = CHECKOUT / ".cache" / "exchanges" / ".venv.jsonl"
# The least that the integration targets send of each endpoint, so that an empty capture is no success.
LEAST = {
    "GET /v2/api-keys": 40,
    "POST /v2/api-keys": 4,
    "POST /v2/api-keys/{api_key_id}/refresh": 1,
    "PUT /v2/api-keys/{api_key_id}/revoke": 5,
    "GET /v2/spaces": 20,
}


def read(path: pathlib.Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def of_the_modules(exchanges: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Without those that a target sends itself, to look at what is stored."""
    return [exchange for exchange in exchanges if "community.arize" in exchange["headers"].get("User-Agent", "")]


def markdown(counts: dict[str, int]) -> str:
    """The table of the documentation."""
    lines = [
        "# What the official clients judged",
        "",
        "The integration targets run the modules by real playbooks. Each request that the modules send there is sent",
        "again by the generated code of the newest official SDK, which must take its parameters and send the same. The",
        "answer to it must be understood by the models of the SDK, to the last field.",
        "",
        "| Endpoint | Exchanges |",
        "|---|---:|",
    ]
    rows = [f"| `{endpoint}` | {counts[endpoint]} |" for endpoint in sorted(counts)]
    return "\n".join([*lines, *rows, f"| all | {sum(counts.values())} |", ""])


def test_the_table_of_what_the_integration_targets_exchanged(current_sdk: Sdk) -> None:
    exchanges = of_the_modules(read(CAPTURED))
    found = current_sdk.validate(exchanges)
    assert not found["problems"], "\n".join(found["problems"])
    assert sum(found["counts"].values()) == len(exchanges)
    for endpoint, least in LEAST.items():
        assert found["counts"].get(endpoint, 0) >= least, found["counts"]
    check_table("tables/clients.md", markdown(found["counts"]))


def run_every_shape(simulator: Simulator) -> None:
    """One run of each form that a request can have."""
    spaces = {space.name: space.id for space in simulator.spaces}
    role = simulator.add_role("Reader", ["SPACE_READ"])
    other = simulator.add_organization("Other Org")
    far = simulator.add_space("far", other)
    runs: list[dict[str, t.Any]] = [
        {"name": "least", "space": "analytics"},
        {"name": "roles", "space": spaces["ingest"], "space_role": "read-only", "org_role": "member"},
        {"name": "custom", "space": "ingest", "space_role": role.id, "account_role": "admin"},
        {"name": "all", "space": "ingest", "description": "d", "expires_in": "90d"},
        {
            "name": "several",
            "organizations": [
                {"name": "Example Org", "role": "admin", "spaces": [{"space": "analytics"}, {"space": "ingest"}]},
                {"id": other.id, "spaces": [{"space": far.id, "role": "admin"}]},
            ],
        },
        {"name": "mine", "key_type": "user", "expires_at": "2099-01-01T00:00:00+02:00"},
        {"name": "all", "space": "ingest", "state": "refreshed", "grace_period": "1h"},
        {"name": "least", "space": "analytics", "state": "refreshed"},
        {
            "name": "roles",
            "space": spaces["ingest"],
            "space_role": "admin",
            "compare_roles": True,
            "on_drift": "replace",
        },
        {"name": "mine", "key_type": "user", "state": "absent"},
        {"name": "several", "space": "far", "state": "absent", "exclusive": True},
    ]
    for options in runs:
        outcome = run_key(simulator, **options)
        assert not outcome.failed, outcome.message
    for filters in ({"all_spaces": True}, {"key_type": "user", "status": "all"}, {"space": "ingest", "limit": 1}):
        assert not run_info(simulator, **filters).failed
    # What is refused, too.
    assert run_key(simulator, name="x", space=role.id[:-4] + "AAA=").failed
    assert run_key(simulator, id=role.id, state="refreshed").failed


@pytest.mark.parametrize(
    "switches", [{}, {"refresh_keeps_id": True}, {"page_size_max": 1}, {"bot_user_resolved": False}]
)
def test_every_shape(current_sdk: Sdk, tmp_path: pathlib.Path, switches: dict[str, t.Any]) -> None:
    captured = tmp_path / "exchanges.jsonl"
    with Simulator(Switches(**switches), spaces=("analytics", "ingest"), exchanges=captured) as simulator:
        run_every_shape(simulator)
    assert captured.stat().st_mode & 0o777 == 0o600
    found = current_sdk.validate(read(captured))
    assert not found["problems"], "\n".join(found["problems"])
    assert found["counts"]["POST /v2/api-keys"] >= 6
    assert found["counts"]["POST /v2/api-keys/{api_key_id}/refresh"] == 2


def spoil_create(exchange: dict[str, t.Any]) -> None:
    exchange["body"]["expires_on"] = "2099-01-01T00:00:00Z"


def spoil_enumeration(exchange: dict[str, t.Any]) -> None:
    exchange["body"]["organizations"][0]["spaces"][0]["role"]["name"] = "member"


def spoil_answer(exchange: dict[str, t.Any]) -> None:
    exchange["answer"] = exchange["answer"].replace('"created_at"', '"createdAt"')


def without(name: str) -> t.Callable[[dict[str, t.Any]], None]:
    """Take a field, wherever it is, from an answer: the models of the SDK take it for optional."""

    def spoil(exchange: dict[str, t.Any]) -> None:
        def keep(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
            return {key: value for key, value in pairs if key != name}

        exchange["answer"] = json.dumps(json.loads(exchange["answer"], object_pairs_hook=keep))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (spoil_create, "POST /v2/api-keys (201): expires_on"),
        (spoil_enumeration, "POST /v2/api-keys (201): name"),
        (spoil_answer, "POST /v2/api-keys (201): answer.createdAt is not known to the SDK"),
        (without("created_by_user_id"), "POST /v2/api-keys (201): answer.created_by_user_id is missing"),
        (without("redacted_key"), "POST /v2/api-keys (201): answer.redacted_key is missing"),
        (without("bot_user"), "POST /v2/api-keys (201): answer.bot_user is missing"),
        (without("organizations"), "POST /v2/api-keys (201): answer.bot_user.organizations is missing"),
    ],
)
def test_a_spoiled_exchange_is_found_and_its_field_named(
    current_sdk: Sdk, tmp_path: pathlib.Path, spoil: t.Callable[[dict[str, t.Any]], None], named: str
) -> None:
    captured = tmp_path / "exchanges.jsonl"
    with Simulator(spaces=("analytics",), exchanges=captured) as simulator:
        assert not run_key(simulator, name="a", space="analytics", space_role="member").failed
    exchanges = read(captured)
    spoil(next(exchange for exchange in exchanges if exchange["method"] == "POST"))
    problems = current_sdk.validate(exchanges)["problems"]
    method_and_status, _colon, field = named.partition(": ")
    assert any(problem.startswith(method_and_status) and field.strip(".*") in problem for problem in problems), problems
