# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault: what the client sees and what the server did."""

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


@pytest.mark.parametrize(("commit", "count"), [(None, 0), (False, 0), (True, 1)])
@pytest.mark.parametrize("kind", ["reset", "close"])
def test_broken_connection(world: Any, kind: Any, commit: Any, count: Any) -> None:
    world.simulator.faults.add(Fault(kind=kind, method="POST", commit=commit))
    with pytest.raises(BROKEN) as caught:
        attempt(world)
    assert ("reset by peer" in str(caught.value)) == (kind == "reset")
    assert stored(world) == count
    assert world.simulator.requests[-1].status == 0
    assert attempt(world).status_code == 201


@pytest.mark.parametrize(("commit", "count"), [(False, 0), (True, 1)])
def test_status(world: Any, commit: Any, count: Any) -> None:
    world.simulator.faults.add(Fault(kind="status", status=502, commit=commit))
    answer = attempt(world)
    assert answer.status_code == 502
    assert answer.json()["status"] == 502
    assert stored(world) == count
    assert world.simulator.writes[-1].status == 502


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


@pytest.mark.parametrize("status", [101, 103, 199])
def test_interim_answer_and_no_other(world: Any, status: Any) -> None:
    world.simulator.faults.add(Fault(kind="status", status=status, commit=True))
    answer = attempt(world)
    assert (answer.status_code, answer.content) == (status, b"")
    world.simulator.faults.add(Fault(kind="status", status=100, commit=True))
    with pytest.raises(BROKEN):
        attempt(world)
    assert stored(world) == 2


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body_keep_the_connection(world: Any, status: Any) -> None:
    world.simulator.faults.add(Fault(kind="status", status=status, commit=True))
    assert attempt(world).status_code == status
    assert attempt(world).status_code == 201


def test_status_with_a_location(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="status", status=303, location="https://elsewhere.invalid/", commit=True))
    answer = world.admin.post("/api-keys", {"key_type": "USER", "name": "k"}, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://elsewhere.invalid/")
    assert stored(world) == 1


def test_edited_answer(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="edit", body={"key": "********"}))
    answer = attempt(world)
    assert answer.status_code == 201
    assert answer.json()["key"] == "********"
    assert answer.json()["id"] == world.simulator.keys()[-1].id
    assert attempt(world).json()["key"].startswith("ak-")


@pytest.mark.parametrize(("commit", "count"), [(None, 1), (False, 0)])
def test_truncated_body(world: Any, commit: Any, count: Any) -> None:
    world.simulator.faults.add(Fault(kind="truncate", commit=commit))
    with pytest.raises(BROKEN):
        attempt(world)
    assert stored(world) == count


def test_wrong_length(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="wrong_length"))
    answer = attempt(world)
    assert answer.status_code == 201
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert attempt(world).status_code == 201


@pytest.mark.parametrize(("commit", "status", "count"), [(None, 200, 0), (True, 201, 1)])
def test_html(world: Any, commit: Any, status: Any, count: Any) -> None:
    world.simulator.faults.add(Fault(kind="html", commit=commit))
    answer = attempt(world)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<html>" in answer.text
    assert stored(world) == count


def test_garbage_gzip(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="garbage_gzip"))
    with pytest.raises(requests.exceptions.ContentDecodingError):
        attempt(world)
    assert stored(world) == 1


def test_redirect(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="redirect", location="https://elsewhere.example/", status=307))
    answer = world.admin.post("/api-keys", {"key_type": "USER", "name": "k"}, allow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["Location"] == "https://elsewhere.example/"
    assert stored(world) == 0


def test_body(world: Any) -> None:
    hostile = '{"api_keys": {"not": "a list"}}'
    world.simulator.faults.add(Fault(kind="body", body=hostile))
    assert world.admin.get("/api-keys").text == hostile
    world.simulator.faults.add(Fault(kind="body", body=[1], status=201, content_type="text/plain"))
    answer = attempt(world)
    assert answer.json() == [1]
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(("commit", "count"), [(None, 1), (False, 0)])
def test_delay(world: Any, commit: Any, count: Any) -> None:
    world.simulator.faults.add(Fault(kind="delay", seconds=0.2, commit=commit))
    started = time.monotonic()
    if count:
        assert attempt(world).status_code == 201
    else:
        with pytest.raises(BROKEN):
            attempt(world)
    assert time.monotonic() - started >= 0.2
    assert stored(world) == count


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


def test_late_commit(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="late_commit"))
    with pytest.raises(BROKEN):
        attempt(world)
    assert stored(world) == 0
    for _twice in range(2):
        world.simulator.faults.commit_late()
        assert stored(world) == 1
    assert len(world.simulator.writes) == 1


def test_replay(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="replay"))
    answer = attempt(world)
    assert stored(world) == 2
    assert answer.json()["id"] == world.simulator.keys()[-1].id


def pages(world: Any, limit: int = 2) -> list[tuple[list[str], dict[str, Any]]]:
    """At most eight pages, as a client that believes has_more sees them."""
    result = []
    cursor: dict[str, str] = {}
    for _count in range(8):
        document = world.admin.get("/api-keys", space_id=world.analytics.id, limit=limit, **cursor).json()
        result.append(([row["name"] for row in document["api_keys"]], document["pagination"]))
        if not document["pagination"]["has_more"] or "next_cursor" not in document["pagination"]:
            break
        cursor = {"cursor": document["pagination"]["next_cursor"]}
    return result


@pytest.fixture
def four_keys(world: Any) -> Any:
    world.simulator.switches.ordering = "oldest"
    for name in "abcd":
        world.simulator.seed_key(name=name, space_id=world.analytics.id)
    return world


@pytest.mark.parametrize("nth", [1, 2])
def test_missing_cursor(four_keys: Any, nth: Any) -> None:
    four_keys.simulator.faults.add(Fault(kind="missing_cursor", method="GET", nth=nth))
    seen = pages(four_keys)
    assert len(seen) == nth
    assert seen[-1][1] == {"has_more": True}


def test_repeated_cursor(four_keys: Any) -> None:
    four_keys.simulator.faults.add(Fault(kind="repeat_cursor", nth=2, times=-1))
    seen = pages(four_keys)
    assert len(seen) == 8
    assert len({page[1]["next_cursor"] for page in seen}) == 1


@pytest.mark.parametrize("nth", [1, 2])
def test_empty_page(four_keys: Any, nth: Any) -> None:
    four_keys.simulator.faults.add(Fault(kind="empty_page", nth=nth))
    names = [page[0] for page in pages(four_keys)]
    assert names == ([[], ["a", "b"], ["c", "d"]] if nth == 1 else [["a", "b"], [], ["c", "d"]])


def test_duplicate_page(four_keys: Any) -> None:
    four_keys.simulator.faults.add(Fault(kind="duplicate_page"))
    assert [page[0] for page in pages(four_keys)] == [["a", "b"], ["a", "b"], ["c", "d"]]


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
