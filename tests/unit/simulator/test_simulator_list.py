# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters, pages and forms of the listings."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import Switches

SPACE = "U3BhY2U6MTpYWFhY"


def test_default_is_the_callers_active_user_keys(world: Any) -> None:
    mine = world.admin.create(key_type="USER", name="mine")
    dead = world.admin.create(key_type="USER", name="dead")
    world.admin.revoke(dead["id"])
    world.service()
    world.person().create(key_type="USER", name="theirs")
    assert world.admin.listed() == [mine["id"]]
    assert world.admin.listed(status="REVOKED") == [dead["id"]]


def test_space_listing_shows_any_creator_and_hides_bindings(world: Any) -> None:
    person = world.person()
    first = world.service()
    second = world.service(client=person)
    world.service(world.ingest)
    both = world.service(world.analytics, world.ingest)
    rows = world.admin.get("/api-keys", space_id=world.analytics.id).json()["api_keys"]
    assert {row["id"] for row in rows} == {first["id"], second["id"], both["id"]}
    assert all(row["bot_user"]["organizations"] == [] for row in rows)
    assert not any("key" in row for row in rows)
    creator = second["created_by_user_id"]
    assert person.listed(space_id=world.analytics.id, user_id=creator) == [second["id"]]
    unscoped = world.admin.get("/api-keys", key_type="SERVICE").json()["api_keys"]
    assert all(len(row["bot_user"]["organizations"]) == 1 for row in unscoped)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"space_id": SPACE}, 404),
        ({"space_id": "spc_001"}, 400),
        ({"user_id": "VXNlcjoxOlhYWFg="}, 404),
        ({"key_type": "service"}, 400),
        ({"status": "active"}, 400),
        ({"status": "DELETED"}, 400),
        ({"limit": 0}, 400),
        ({"limit": 101}, 400),
        ({"limit": "x"}, 400),
        ({"cursor": "nonsense"}, 400),
        ({"name": "x"}, 400),
    ],
)
def test_refused_queries(world: Any, query: Any, status: Any) -> None:
    assert world.admin.get("/api-keys", **query).status_code == status


def test_visibility_of_space_and_user_listings(world: Any) -> None:
    person = world.person("READ_ONLY")
    assert person.get("/api-keys", space_id=world.analytics.id).status_code == 403
    assert person.get("/api-keys", space_id=world.ingest.id).status_code == 404
    own = world.simulator.requests[-1].caller
    assert person.get("/api-keys", user_id=own).status_code == 403
    key = person.create(key_type="USER", name="mine")
    assert world.admin.listed(user_id=own) == [key["id"]]
    other = world.simulator.add_account("Other")
    assert world.client(other.credential).get("/api-keys", space_id=world.analytics.id).status_code == 404


def test_open_questions_of_listing(world: Any) -> None:
    switches = world.simulator.switches
    world.service()
    world.admin.create(key_type="USER", name="mine")
    switches.list_without_type = "both"
    assert len(world.admin.listed()) == 2
    assert world.admin.listed(space_id=world.analytics.id, key_type="USER") == []
    switches.user_list_in_space = "rejected"
    assert world.admin.get("/api-keys", space_id=world.analytics.id, key_type="USER").status_code == 400
    switches.credentials_listed = True
    assert len(world.admin.listed(key_type="USER")) == 2


@pytest.mark.parametrize("ordering", ["newest", "oldest", "random"])
def test_pages_in_every_order(world: Any, ordering: Any) -> None:
    world.simulator.switches.ordering = ordering
    world.simulator.switches.page_size_max = 2
    made = [world.simulator.seed_key(name=f"k{i}", space_id=world.analytics.id).id for i in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    sizes = []
    while True:
        document = world.admin.get("/api-keys", space_id=world.analytics.id, limit=100, **cursor).json()
        sizes.append(len(document["api_keys"]))
        seen += [row["id"] for row in document["api_keys"]]
        pagination = document["pagination"]
        assert ("next_cursor" in pagination) == pagination["has_more"]
        if not pagination["has_more"]:
            break
        cursor = {"cursor": pagination["next_cursor"]}
    assert sizes == [2, 2, 1]
    assert sorted(seen) == sorted(made)
    if ordering != "random":
        assert seen == (made if ordering == "oldest" else made[::-1])
    assert world.admin.get("/api-keys", space_id=world.ingest.id, **cursor).status_code == 400


def test_lagging_listing(world: Any) -> None:
    switches = world.simulator.switches
    old = world.simulator.seed_key(name="old", space_id=world.analytics.id)
    switches.list_lag_seconds = 60
    new = world.service()
    assert world.admin.revoke(old.id).status_code == 204
    assert world.admin.listed(space_id=world.analytics.id) == [old.id]
    assert not world.simulator.secret_is_valid(old.secret)
    world.simulator.clock.advance(seconds=61)
    assert world.admin.listed(space_id=world.analytics.id) == [new["id"]]


@pytest.mark.parametrize("scoped", [True, False])
@pytest.mark.parametrize("keeps_id", [True, False])
def test_a_refresh_shows_late(world: Any, scoped: bool, keeps_id: bool) -> None:
    """By space or by caller, a lagging listing goes on to show what was there before."""

    def redactions() -> Any:
        scope = {"space_id": world.analytics.id} if scoped else {"key_type": "SERVICE"}
        return [row["redacted_key"] for row in world.admin.get("/api-keys", **scope).json()["api_keys"]]

    key = world.service()
    world.simulator.clock.advance(seconds=10)
    world.simulator.switches.change({"list_lag_seconds": 8, "refresh_keeps_id": keeps_id})
    fresh = world.admin.refresh(key["id"]).json()
    assert redactions() == [key["redacted_key"]]
    world.simulator.clock.advance(seconds=7)
    assert redactions() == [key["redacted_key"]]
    world.simulator.clock.advance(seconds=2)
    assert redactions() == [fresh["redacted_key"]]


def test_older_servers_and_redaction(world: Any) -> None:
    world.service()
    world.simulator.switches.change(
        {"bot_user_on_list": False, "space_organization_id": False, "redacted_form": "stars"}
    )
    row = world.admin.get("/api-keys", key_type="SERVICE").json()["api_keys"][0]
    assert "bot_user" not in row
    assert row["redacted_key"] == "ak-********"
    assert "organization_id" not in world.admin.get(f"/spaces/{world.analytics.id}").json()
    world.simulator.switches.change({"bot_user_on_list": True, "bot_user_resolved": False})
    row = world.admin.get("/api-keys", key_type="SERVICE").json()["api_keys"][0]
    assert row["bot_user"]["name"] == ""
    assert row["bot_user"]["organizations"] == []


def test_switches_refuse_mistakes() -> None:
    switches = Switches()
    with pytest.raises(ValueError, match="ordering"):
        switches.ordering = "sideways"
    with pytest.raises(ValueError, match="refresh_keeps_id"):
        switches.refresh_keeps_id = "yes"
    with pytest.raises(AttributeError):
        switches.refresh_keep_id = True
    with pytest.raises(ValueError, match="nonsense"):
        switches.change({"nonsense": 1})


def test_spaces(world: Any) -> None:
    def names(**query: Any) -> Any:
        return [space["name"] for space in world.admin.get("/spaces", **query).json()["spaces"]]

    assert names() == ["analytics", "ingest", "analytics"]
    assert names(name="ANALYT") == ["analytics", "analytics"]
    assert names(org_id=world.elsewhere.organization_id) == ["analytics"]
    assert world.admin.get("/spaces", org_id="T3JnYW5pemF0aW9uOjE6WFhYWA==").status_code == 404
    space = world.admin.get(f"/spaces/{world.ingest.id}").json()
    assert space["organization_id"] == world.ingest.organization_id
    assert space["is_private"] is False
    person = world.person()
    assert [row["id"] for row in person.get("/spaces").json()["spaces"]] == [world.analytics.id]
    assert person.get(f"/spaces/{world.ingest.id}").status_code == 404
    assert person.get("/spaces/analytics").status_code == 400


def test_organizations_roles_and_users(world: Any) -> None:
    organizations = world.admin.get("/organizations", name="other").json()["organizations"]
    assert [row["name"] for row in organizations] == ["Other Org"]
    assert world.admin.get(f"/organizations/{organizations[0]['id']}").json() == organizations[0]
    assert world.person().get(f"/organizations/{organizations[0]['id']}").status_code == 404
    role = world.simulator.add_role("Ingest only", permissions=["PROJECT_SPAN_CREATE"])
    custom = world.admin.get("/roles", is_predefined="false").json()["roles"]
    assert [row["id"] for row in custom] == [role.id]
    assert world.admin.get(f"/roles/{role.id}").json()["permissions"] == ["PROJECT_SPAN_CREATE"]
    assert world.person("ANNOTATOR").get("/roles").status_code == 200
    onlooker = world.person("ANNOTATOR", account_role="MEMBER_UI_ONLY")
    assert onlooker.get("/roles").status_code == 403
    users = world.admin.get("/users", status=["ACTIVE"]).json()["users"]
    assert users[0]["role"]["name"] == "ADMIN"
    assert world.admin.get(f"/users/{users[0]['id']}").json() == users[0]
    assert world.person().get("/users").status_code == 200
    assert onlooker.get("/users").status_code == 403
    assert onlooker.get(f"/users/{users[0]['id']}").status_code == 404


@pytest.mark.parametrize("header", [None, "", "ak-FAKE", "Bearer", "Bearer ", "Bearer ak-none", "bearer x"])
def test_credentials_are_checked(world: Any, header: Any) -> None:
    world.admin.session.headers.pop("Authorization")
    if header is not None:
        world.admin.session.headers["Authorization"] = header
    answer = world.admin.get("/spaces")
    assert answer.status_code == 401
    assert answer.json()["title"] == "Authentication required"
    assert world.admin.get("/nowhere").status_code == 401


def test_there_is_no_get_patch_or_delete_of_a_key(world: Any) -> None:
    key = world.service()
    assert world.admin.get(f"/api-keys/{key['id']}").status_code == 404
    answer = world.admin.session.delete(f"{world.simulator.url}/v2/api-keys", timeout=5)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
