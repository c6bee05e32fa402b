# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests each job takes: an operator pays for them with time and with the service's rate limit."""

from __future__ import annotations

import typing as t

import pytest
from support.in_process import run_info, run_key
from support.rows import Options, seed, space_id

from simulator import RequestRecord, Simulator

Prepare = t.Callable[[Simulator], Options]


def seeded(by_name: bool, **options: t.Any) -> Prepare:
    """A task for a key that is there."""

    def prepare(simulator: Simulator) -> Options:
        seed(simulator, "a key")
        return {"name": "a key", "space": "analytics" if by_name else space_id(simulator), **options}

    return prepare


def created(by_name: bool) -> Prepare:
    """A task for a key that is missing."""
    return lambda simulator: {"name": "a key", "space": "analytics" if by_name else space_id(simulator)}


def created_by_ids(simulator: Simulator) -> Options:
    """Organization and space by id: nothing is left to look up."""
    spaces = [{"space": space_id(simulator)}]
    return {"name": "a key", "organizations": [{"id": simulator.default_organization.id, "spaces": spaces}]}


def refreshed_by_id(simulator: Simulator) -> Options:
    """By id, in a space given by id."""
    return {"id": seed(simulator, "a key").id, "space": space_id(simulator), "state": "refreshed"}


def revoked_by_id(simulator: Simulator) -> Options:
    """By id, in a space given by id."""
    return {"id": seed(simulator, "a key").id, "space": space_id(simulator), "state": "absent"}


CASES: dict[str, tuple[Prepare, int]] = {
    "nothing to do, space by id": (seeded(False), 1),
    "nothing to do, space by name": (seeded(True), 2),
    "create, space by name": (created(True), 4),
    "create, space by id": (created(False), 4),
    "create, all by id": (created_by_ids, 3),
    "create a user key": (lambda _simulator: {"name": "a key", "key_type": "user"}, 3),
    "refresh, space by id": (seeded(False, state="refreshed"), 3),
    "refresh, space by name": (seeded(True, state="refreshed"), 4),
    "refresh by id": (refreshed_by_id, 3),
    "revoke by id": (revoked_by_id, 3),
}


@pytest.fixture(scope="module")
def requests() -> dict[str, list[RequestRecord]]:
    """The requests of each case, and of one listing over three pages."""
    found: dict[str, list[RequestRecord]] = {}
    for name, (prepare, _expected) in CASES.items():
        with Simulator(spaces=("analytics", "ingest")) as simulator:
            outcome = run_key(simulator, **prepare(simulator))
            assert not outcome.failed, outcome.message
            found[name] = simulator.requests
    with Simulator(spaces=("analytics",)) as simulator:
        for number in range(201):
            seed(simulator, f"key {number}")
        assert not run_info(simulator, space=space_id(simulator)).failed
        found["listing"] = simulator.requests
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_job_takes_as_few_requests_as_promised(requests: dict[str, list[RequestRecord]], name: str) -> None:
    """Not one more, and none of them failed."""
    sent = [f"{record.method} {record.path} {record.query}" for record in requests[name]]
    assert len(sent) == CASES[name][1], sent
    assert all(200 <= record.status < 300 for record in requests[name])


def test_a_listing_asks_for_the_largest_page_and_no_more_pages_than_there_are(
    requests: dict[str, list[RequestRecord]],
) -> None:
    """201 keys are three pages of 100."""
    assert [record.query["limit"] for record in requests["listing"]] == ["100", "100", "100"]
    assert ["cursor" in record.query for record in requests["listing"]] == [False, True, True]
