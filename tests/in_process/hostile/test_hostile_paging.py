# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An incomplete listing is never taken for a complete one, and an endless one is not followed for ever."""

from __future__ import annotations

import itertools
import json
import typing as t

import pytest
from support.in_process import Outcome, run_info, run_key

from ansible_collections.community.arize.plugins.module_utils._service import client as _client
from in_process.hostile.conftest import NAME, Service, assert_refused, assert_sound
from simulator import Fault

LISTINGS = {"api_keys": "^/v2/api-keys$", "spaces": "^/v2/spaces$", "organizations": "^/v2/organizations$"}


@pytest.fixture
def paged(service: Service) -> Service:
    """One row on a page; the key that is declared is on the last page, and due."""
    service.simulator.switches.page_size_max = 1
    service.simulator.add_space("analytics too", "Other Org")
    for name in (NAME, "other", "third"):
        service.seed(name=name)
    return service


def run(service: Service, listing: str, **options: t.Any) -> Outcome:
    """A task that reads this listing first."""
    space = {"space": service.space_id if listing == "api_keys" else "analytics"}
    if listing == "organizations":
        space = {"organizations": [{"name": "Example Org", "spaces": [{"space": "analytics"}]}]}  # type: ignore[dict-item]
    return run_key(service.simulator, name=NAME, **{**space, "max_age": "1d", **options})


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("kind", ["missing_cursor", "repeat_cursor"])
def test_listing_without_a_way_on(paged: Service, kind: str, listing: str) -> None:
    """It says that there is more, and gives no cursor, or the one that was used already."""
    paged.simulator.faults.add(Fault(kind=kind, method="GET", path=LISTINGS[listing], times=-1))
    outcome = run(paged, listing)
    assert_refused(outcome, paged.simulator, "cursor")
    assert paged.simulator.writes == []


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("kind", ["empty_page", "duplicate_page"])
def test_odd_page_is_no_end(paged: Service, kind: str, listing: str) -> None:
    """An empty page with more to come, or the same page twice: the key behind it is found all the same."""
    paged.simulator.faults.add(Fault(kind=kind, method="GET", path=LISTINGS[listing], times=1))
    outcome = run(paged, listing)
    assert_sound(outcome, paged.simulator)
    assert not outcome.failed, outcome.message
    assert outcome["action"] == "refreshed"


@pytest.mark.parametrize("module", ["key", "info"])
def test_pages_without_end(paged: Service, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """Each with a new cursor; the limit is lower here, to save time."""
    assert _client._MOST_PAGES <= 10_000
    monkeypatch.setattr(_client, "_MOST_PAGES", 20)
    counter = itertools.count()

    def further(_body: bytes) -> bytes:
        row = {"id": "QXBpS2V5OjE6YQ==", "name": "x", "key_type": "SERVICE", "status": "ACTIVE"}
        row |= {"redacted_key": "ak-abc...xyz", "created_at": "2026-01-01T00:00:00Z"}
        pagination = {"has_more": True, "next_cursor": f"c{next(counter)}"}
        return json.dumps({"api_keys": [row], "pagination": pagination}).encode()

    with paged.spoiling("GET", LISTINGS["api_keys"], further, times=-1, status=200):
        outcome = run(paged, "api_keys") if module == "key" else run_info(paged.simulator, space=paged.space_id)
    assert_refused(outcome, paged.simulator, "cursor")
    assert len(paged.spoiled) == 21
    assert paged.simulator.writes == []


@pytest.mark.parametrize("listing", LISTINGS)
def test_large_pages_without_end(paged: Service, monkeypatch: pytest.MonkeyPatch, listing: str) -> None:
    """Memory is bounded by all pages together; the limit is lower here, to save time."""
    assert _client._MOST_BYTES <= 256 * 2**20
    monkeypatch.setattr(_client, "_MOST_BYTES", 2**20)
    # It ends, so that a client that sets no bound fails here instead of running on.
    cursors = iter([f"c{number}" for number in range(30)])

    def further(_body: bytes) -> bytes:
        cursor = next(cursors, None)
        pagination = {"has_more": cursor is not None, "next_cursor": cursor}
        return json.dumps({listing: [], "pagination": pagination}).encode() + b" " * 100_000

    with paged.spoiling("GET", LISTINGS[listing], further, times=-1, status=200):
        outcome = run(paged, listing)
    assert_refused(outcome, paged.simulator, "the listing is longer than 1 MiB")
    assert len(paged.spoiled) == 11
    assert paged.simulator.writes == []
