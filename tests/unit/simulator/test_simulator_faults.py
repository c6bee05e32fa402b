# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of faults the table of faults (in_process) does not show: which requests they hit, and which there can't be."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from simulator import Fault, Simulator

BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def attempt(world: Any) -> requests.Response:
    """Create a user key."""
    return world.admin.post("/api-keys", {"key_type": "USER", "name": "k"})


def stored(world: Any) -> int:
    return len(world.simulator.keys())


def wait_for_keys(world: Any, count: int) -> None:
    deadline = time.monotonic() + 20
    while stored(world) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stored(world) == count


def test_status_with_headers_and_bodies(world: Any) -> None:
    faults = world.simulator.faults
    faults.add(Fault(kind="status", status=429, retry_after="7"))
    answer = attempt(world)
    assert answer.headers["Retry-After"] == "7"
    assert answer.json()["type"].endswith("#rate-limit-exceeded")
    faults.add(Fault(kind="status", status=500, body="oops"))
    assert attempt(world).text == "oops"
    faults.add(Fault(kind="status", status=403, body={"status": 403, "title": "no"}))
    assert attempt(world).json()["title"] == "no"
    world.simulator.switches.retry_after = "3"
    faults.add(Fault(kind="status", status=503))
    assert attempt(world).headers["Retry-After"] == "3"


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body_keep_the_connection(world: Any, status: Any) -> None:
    world.simulator.faults.add(Fault(kind="status", status=status, commit=True))
    assert attempt(world).status_code == status
    assert attempt(world).status_code == 201


def test_delay(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="delay", seconds=0.2))
    started = time.monotonic()
    assert attempt(world).status_code == 201
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(("commit", "count"), [(True, 1), (False, 0)])
def test_stall_does_not_hold_up_the_end(world: Any, commit: Any, count: Any) -> None:
    world.simulator.faults.add(Fault(kind="stall", commit=commit))
    with pytest.raises(requests.ReadTimeout):
        world.admin.session.post(
            f"{world.simulator.url}/v2/api-keys", json={"key_type": "USER", "name": "k"}, timeout=0.2
        )
    wait_for_keys(world, count)
    started = time.monotonic()
    world.simulator.stop()
    assert time.monotonic() - started < 20


def test_choice_of_requests(world: Any) -> None:
    faults = world.simulator.faults
    faults.add(Fault(kind="status", status=500, method="GET", path=r"^/v2/spaces$", nth=2, times=2))
    statuses = [world.admin.get("/spaces").status_code for _count in range(4)]
    assert statuses == [200, 500, 500, 200]
    assert world.admin.get("/organizations").status_code == 200
    faults.add(Fault(kind="status", status=500, times=-1))
    assert {world.admin.get("/roles").status_code for _count in range(3)} == {500}
    faults.clear()
    assert world.admin.get("/roles").status_code == 200


def test_probability_follows_the_seed() -> None:
    def outcome() -> list[int]:
        with Simulator(seed=7) as simulator:
            simulator.faults.add(Fault(kind="status", status=503, times=-1, probability=0.5))
            header = {"Authorization": f"Bearer {simulator.credential}"}
            with requests.Session() as session:
                return [
                    session.get(f"{simulator.url}/v2/spaces", headers=header, timeout=5).status_code
                    for _count in range(20)
                ]

    first = outcome()
    assert set(first) == {200, 503}
    assert first == outcome()


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "earthquake"},
        {"kind": "status"},
        {"kind": "status", "status": 600},
        {"kind": "edit"},
        {"kind": "redirect"},
        {"kind": "reset", "nth": 0},
        {"kind": "reset", "times": 0},
    ],
)
def test_impossible_faults(options: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Fault(**options)
