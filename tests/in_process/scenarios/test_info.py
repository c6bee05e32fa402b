# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings show exactly the keys asked for, in check mode, too, and never a secret."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from support.in_process import run_info
from support.rows import seed, space_id

from simulator import Simulator

Options = dict[str, t.Any]
MANY = 250


@dataclasses.dataclass
class Listings:
    """All listings, and what was there."""

    simulator: Simulator
    results: dict[str, dict[str, t.Any]]

    def ids(self, name: str) -> list[str]:
        """The ids that a listing shows."""
        return [key["id"] for key in self.results[name]["api_keys"]]


def populate(simulator: Simulator) -> str:
    """Keys of both types, statuses and two creators in three spaces; returns the other creator's id."""
    analytics, ingest = space_id(simulator), space_id(simulator, "ingest")
    other = simulator.add_user("Other person", account_role="ADMIN")
    seed(simulator, "alpha", description="First", expires_in_days=3)
    seed(simulator, "beta", age_days=2)
    seed(simulator, "beta", age_days=1, created_by=other)
    seed(simulator, "both spaces", space_ids=[analytics, ingest])
    seed(simulator, "gone", status="REVOKED")
    seed(simulator, "expired", age_days=9, expires_in_days=-1)
    for number in range(5):
        seed(simulator, f"user {number}", age_days=number, key_type="USER")
    seed(simulator, "gone user", key_type="USER", status="REVOKED")
    seed(simulator, "not mine", key_type="USER", created_by=other)
    for number in range(MANY):
        seed(simulator, f"one of many {number}", space_id=space_id(simulator, "support"))
    return other.id


def wanted_listings(simulator: Simulator, other_id: str) -> dict[str, Options]:
    """The options of each listing."""
    return {
        "users": {"key_type": "user"},
        "services": {"key_type": "service"},
        "no type": {},
        "revoked": {"key_type": "service", "status": "revoked", "space": "analytics"},
        "all": {"space": "analytics", "status": "all"},
        "space by name": {"space": "analytics"},
        "space by id": {"space": space_id(simulator)},
        "all spaces": {"all_spaces": True, "name": "both spaces"},
        "by user": {"user_id": other_id, "space": "analytics"},
        "users of another": {"user_id": other_id, "key_type": "user"},
        "by name": {"space": "analytics", "name": "beta"},
        "by id": {"key_type": "user", "id": simulator.keys(name="user 3")[0].id},
        "limited": {"key_type": "user", "limit": 2},
        "first page": {"key_type": "user", "limit": 3},
        "many": {"space": space_id(simulator, "support")},
        "none": {"space": "ingest", "name": "unheard of"},
    }


@pytest.fixture(scope="module", params=[False, True], ids=["run", "check"])
def listings(request: pytest.FixtureRequest) -> t.Iterator[Listings]:
    """All listings, once in check mode."""
    with Simulator(spaces=("analytics", "ingest", "support")) as simulator:
        results = {
            name: run_info(simulator, request.param, **options).result
            for name, options in wanted_listings(simulator, populate(simulator)).items()
        }
        cursor = results["first page"]["pagination"]["next_cursor"]
        results["second page"] = run_info(simulator, request.param, key_type="user", limit=3, cursor=cursor).result
        yield Listings(simulator, results)


EXPECTED = {
    "users": {"user 0", "user 1", "user 2", "user 3", "user 4"},
    "no type": {"user 0", "user 1", "user 2", "user 3", "user 4"},
    "revoked": {"gone"},
    "all": {"alpha", "beta", "both spaces", "gone", "expired"},
    "space by name": {"alpha", "beta", "both spaces", "expired"},
    "space by id": {"alpha", "beta", "both spaces", "expired"},
    "all spaces": {"both spaces"},
    "by user": {"beta"},
    "users of another": {"not mine"},
    "by name": {"beta"},
    "by id": {"user 3"},
    "none": set(),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_listing_shows_the_keys_asked_for(listings: Listings, name: str) -> None:
    """By name all that fit, and each key once."""
    result = listings.results[name]
    assert not result.get("failed"), result
    assert result["changed"] is False
    assert {key["name"] for key in result["api_keys"]} == EXPECTED[name]
    assert len(set(listings.ids(name))) == len(result["api_keys"]) == result["summary"]["total"]
    assert result["pagination"] == {"has_more": False, "next_cursor": None}
    assert result["summary"]["complete"] is True


def test_the_fields_are_those_of_the_service(listings: Listings) -> None:
    """Each field is what the service has, and none holds a secret."""
    assert listings.results["space by id"]["api_url"] == listings.simulator.url
    (shown,) = [key for key in listings.results["space by id"]["api_keys"] if key["name"] == "alpha"]
    (stored,) = listings.simulator.keys(name="alpha")
    assert shown["id"] == stored.id
    assert shown["description"] == "First"
    assert (shown["key_type"], shown["status"], shown["live"]) == ("service", "active", True)
    assert shown["redacted_key"] == stored.redacted_key
    assert shown["created_by_user_id"] == stored.created_by_user_id
    assert shown["space_ids"] == [space_id(listings.simulator)]
    assert "key" not in shown
    for secret in listings.simulator.secrets:
        assert secret not in json.dumps(listings.results)


def test_an_expired_key_is_not_live(listings: Listings) -> None:
    """Even where the service lists it as active."""
    by_name = {key["name"]: key["live"] for key in listings.results["all"]["api_keys"]}
    assert by_name == {"alpha": True, "beta": True, "both spaces": True, "gone": False, "expired": False}


def test_a_key_of_two_spaces_is_listed_once_with_both(listings: Listings) -> None:
    """Over all spaces each key appears once."""
    (key,) = listings.results["all spaces"]["api_keys"]
    assert set(key["space_ids"]) == {space_id(listings.simulator), space_id(listings.simulator, "ingest")}


def test_a_creator_is_told_from_another(listings: Listings) -> None:
    """`user_id` goes by who issued the key, not by its name."""
    (key,) = listings.results["by user"]["api_keys"]
    (other,) = listings.simulator.keys(name="not mine")
    assert key["created_by_user_id"] == other.created_by_user_id


def test_two_pages_join_to_the_whole(listings: Listings) -> None:
    """`limit` and `cursor` cut the listing into parts that neither overlap nor leave a key out."""
    first, second = listings.results["first page"], listings.results["second page"]
    assert first["pagination"]["has_more"] is True
    assert len(first["api_keys"]) == 3
    assert second["pagination"] == {"has_more": False, "next_cursor": None}
    assert listings.ids("first page") + listings.ids("second page") == listings.ids("users")


def test_services_without_a_space_are_those_of_the_caller(listings: Listings) -> None:
    """The service's choice, which is passed on as it is."""
    (other,) = listings.simulator.keys(name="not mine")
    keys = [key for key in listings.simulator.keys(name=None) if key.key_type == "SERVICE" and key.status == "ACTIVE"]
    mine = {key.id for key in keys if key.created_by_user_id != other.created_by_user_id}
    assert set(listings.ids("services")) == mine


def test_a_limit_says_that_there_is_more(listings: Listings) -> None:
    """The first keys of the whole, and that the list is not complete."""
    assert listings.ids("limited") == listings.ids("users")[:2]
    assert listings.results["limited"]["pagination"]["has_more"] is True
    assert listings.results["limited"]["summary"]["complete"] is False


def test_all_pages_are_read(listings: Listings) -> None:
    """A space with more keys than a page holds is shown whole."""
    assert {key["name"] for key in listings.results["many"]["api_keys"]} == {f"one of many {n}" for n in range(MANY)}


def test_a_listing_sends_only_get(listings: Listings) -> None:
    """No listing writes."""
    assert listings.simulator.writes == []
