# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the service or the network can tell is refused with its words and a way out, and nothing is written.

What the state of the keys forbids is in test_refusals.py.
"""

from __future__ import annotations

import contextlib
import socket
import typing as t

import pytest
from support.refusals import Case, Refusal, assert_refused, refuse_all
from support.rows import Options, seed, space_id

from simulator import Fault, Simulator

UNKNOWN_SPACE_ID = "U3BhY2U6OTk5OTk6YWJjZA=="
UNKNOWN_KEY_ID = "QXBpS2V5Ojk5OTk5OmFiY2Q="


def closed_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def key(**options: t.Any) -> Options:
    """A complete task for a service key."""
    return {"name": "a key", "space": "analytics", **options}


def ambiguous_space(simulator: Simulator) -> Options:
    """A space of the same name in another organization."""
    simulator.add_space("analytics", "Other Org")
    return key()


def duplicates(simulator: Simulator) -> Options:
    """Two keys of the same name, of which one would be refreshed."""
    seed(simulator, "a key", age_days=1)
    seed(simulator, "a key", age_days=2)
    return key(state="refreshed")


def revoked_id(simulator: Simulator) -> Options:
    """A revoked key can't be refreshed."""
    return {"id": seed(simulator, "a key", status="REVOKED").id, "space": "analytics", "state": "refreshed"}


def lone_reader(simulator: Simulator) -> Options:
    """Somebody whose role in the space shows no keys."""
    reader = simulator.add_user("Reader", spaces={space_id(simulator): "READ_ONLY"})
    return key(api_key=reader.credential, space=space_id(simulator))


def faulty(fault: Fault) -> t.Callable[[Simulator], Options]:
    """A complete task against a service with a fault in its listing of keys."""

    def prepare(simulator: Simulator) -> Options:
        simulator.faults.add(fault)
        return key(space=space_id(simulator))

    return prepare


CASES: dict[str, Case] = {
    "space unknown": Case(key(space="analytic"), ("not found", "'analytic'", "Did you mean 'analytics'"), 2),
    "space in another case": Case(key(space="Analytics"), ("not found", "'Analytics'", "Did you mean 'analytics'"), 2),
    "space ambiguous": Case(ambiguous_space, ("space", "analytics", "Example Org", "Other Org", "id"), 3),
    "space id unknown": Case(key(space=UNKNOWN_SPACE_ID), ("space", UNKNOWN_SPACE_ID, "not found"), 1),
    "organization unknown": Case(
        {"name": "a key", "organizations": [{"name": "No Org", "spaces": [{"space": "analytics"}]}]},
        ("organization", "'No Org'", "not found"),
        2,
    ),
    "id unknown": Case({"id": UNKNOWN_KEY_ID, "space": "analytics", "state": "refreshed"}, (UNKNOWN_KEY_ID, "id"), 3),
    "id revoked": Case(revoked_id, ("a key", "no longer live"), 3),
    "duplicates": Case(duplicates, ("2 live keys", "a key", "exclusive"), 2),
    "role too low": Case(lone_reader, ("403", "SERVICE_KEY_READ", "credential"), 1),
    "credential unknown": Case(key(api_key="ak-nobody-knows-this-one"), ("401", "api_key", "region"), 1),
    "refused": Case(
        lambda _simulator: key(api_url=f"http://127.0.0.1:{closed_port()}"), ("127.0.0.1", "refused", "api_url")
    ),
    "redirect": Case(
        faulty(Fault(kind="redirect", location="https://login.example/", times=-1)), ("redirect", "api_url"), 1
    ),
    "out of order": Case(faulty(Fault(kind="status", status=503, times=-1)), ("503", "later"), 1),
    "info of an unknown space": Case({"space": "analytic"}, ("space", "'analytic'", "not found"), 2, "info"),
    "info of an unknown space id": Case({"space": UNKNOWN_SPACE_ID}, ("space", "not found"), 1, "info"),
    # Asked in both forms of the API, for the server might be an older one.
    "info with a broken cursor": Case({"key_type": "user", "cursor": "bm9uc2Vuc2U="}, ("cursor", "400"), 2, "info"),
}


@pytest.fixture(scope="module")
def refusals() -> t.Iterator[dict[str, Refusal]]:
    """All cases, run."""
    with contextlib.ExitStack() as stack:
        yield refuse_all(CASES, stack)


@pytest.mark.parametrize("name", CASES)
def test_a_failure_says_what_to_do_and_writes_nothing(refusals: dict[str, Refusal], name: str) -> None:
    """One clear message after no more requests than it takes to know."""
    assert_refused(refusals[name])


def test_an_ambiguous_space_is_listed(refusals: dict[str, Refusal]) -> None:
    """With the ids, to copy one into `space`, in the message and as data."""
    refusal = refusals["space ambiguous"]
    ids = {space.id for space in refusal.simulator.spaces if space.name == "analytics"}
    assert len(ids) == 2
    assert {candidate["id"] for candidate in refusal.result["candidates"]} == ids
    assert all(identifier in refusal.result["msg"] for identifier in ids)


def test_duplicates_are_listed(refusals: dict[str, Refusal]) -> None:
    """With the ids, to revoke one, in the message and as data."""
    refusal = refusals["duplicates"]
    ids = {item.id for item in refusal.simulator.keys(name="a key")}
    assert {candidate["id"] for candidate in refusal.result["candidates"]} == ids
    assert all(identifier in refusal.result["msg"] for identifier in ids)


@pytest.mark.parametrize(
    ("name", "status"), [("credential unknown", 401), ("role too low", 403), ("out of order", 503)]
)
def test_the_request_that_failed_is_in_the_result(refusals: dict[str, Refusal], name: str, status: int) -> None:
    """For a playbook to look at."""
    request = refusals[name].result["request"]
    assert request["method"] == "GET"
    assert request["path"].startswith("/v2/")
    assert request["status"] == status


def test_nothing_goes_to_the_host_of_a_redirect(refusals: dict[str, Refusal]) -> None:
    """The credential would go with it."""
    assert refusals["redirect"].result["request"]["status"] == 302
    assert len(refusals["redirect"].simulator.requests) == 1
