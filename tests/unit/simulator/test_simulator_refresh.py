# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refresh under both id switches, and revoke."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from dateutil.parser import isoparse

LATER = "2099-01-01T00:00:00Z"
SOONER = "2098-01-01T00:00:00Z"


def parsed(text: str) -> datetime:
    return isoparse(text)


def test_grace_never_extends_the_old_key(world: Any) -> None:
    soon = (world.simulator.clock.now() + timedelta(seconds=100)).isoformat()
    old = world.service(expires_at=soon)
    world.admin.refresh(old["id"], expires_at=soon, grace_period_seconds=86400)
    assert [key.expires_at for key in list(world.simulator.keys())] == [parsed(soon)] * 2


@pytest.mark.parametrize("keeps_id", [False, True])
@pytest.mark.parametrize("keeps_created_at", [False, True])
def test_creation_time_after_refresh(world: Any, keeps_id: Any, keeps_created_at: Any) -> None:
    world.simulator.switches.refresh_keeps_id = keeps_id
    world.simulator.switches.refresh_keeps_created_at = keeps_created_at
    old = world.service()
    world.simulator.clock.advance(days=1)
    fresh = world.admin.refresh(old["id"]).json()
    assert (fresh["created_at"] == old["created_at"]) == keeps_created_at


@pytest.mark.parametrize(
    ("expires_at", "body", "status"),
    [
        (None, {}, 200),
        (None, {"expires_at": LATER}, 200),
        (LATER, {}, 422),
        (LATER, {"expires_at": LATER}, 200),
        (LATER, {"expires_at": "2099-01-01T01:00:00+01:00"}, 200),
        (LATER, {"expires_at": SOONER}, 200),
        (SOONER, {"expires_at": LATER}, 422),
        (LATER, {"expires_at": "2020-01-01T00:00:00Z"}, 422),
        (None, {"expires_at": None}, 400),
        (None, {"grace_period_seconds": 86400}, 200),
        (None, {"grace_period_seconds": 86401}, 400),
        (None, {"grace_period_seconds": -1}, 400),
        (None, {"grace_period_seconds": True}, 400),
        (None, {"grace_period_seconds": 1.5}, 400),
        (None, {"name": "other"}, 400),
    ],
)
def test_refresh_rules(world: Any, expires_at: Any, body: Any, status: Any) -> None:
    old = world.service(**({"expires_at": expires_at} if expires_at else {}))
    before = world.simulator.keys()
    answer = world.admin.refresh(old["id"], **body)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert world.simulator.keys() == before
    elif "expires_at" in body:
        assert parsed(answer.json()["expires_at"]) == parsed(body["expires_at"])


def test_account_maximum_bounds_a_refresh(world: Any) -> None:
    old = world.service(expires_at=LATER)
    unbounded = world.service()
    world.simulator.account.maximum_key_lifetime = 86400
    assert world.admin.refresh(old["id"], expires_at=LATER).status_code == 422
    compliant = (datetime.now(timezone.utc) + timedelta(hours=2)).isoformat()
    assert world.admin.refresh(old["id"], expires_at=compliant).status_code == 200
    assert "expires_at" in world.admin.refresh(unbounded["id"]).json()


def test_dead_keys_are_not_refreshed(world: Any) -> None:
    revoked = world.service()
    world.admin.revoke(revoked["id"])
    assert world.admin.refresh(revoked["id"]).status_code == 404
    world.simulator.switches.refresh_of_dead_key_status = 422
    assert world.admin.refresh(revoked["id"]).status_code == 422
    expired = world.simulator.seed_key(name="k", space_id=world.analytics.id, expires_at="2020-01-01T00:00:00Z")
    assert world.admin.refresh(expired.id, expires_at="2020-01-01T00:00:00Z").status_code == 422
    assert world.admin.refresh("QXBpS2V5OjE6WFhYWA==").status_code == 404
    assert world.admin.refresh("no-id").status_code == 400


def test_who_may_refresh(world: Any) -> None:
    key = world.service()
    member = world.person("MEMBER")
    assert member.refresh(key["id"]).status_code == 403
    own = world.service(client=member)
    assert member.refresh(own["id"]).status_code == 200
    assert world.person("ADMIN").refresh(key["id"]).status_code == 200
    personal = world.admin.create(key_type="USER", name="mine")
    assert world.person("ADMIN").refresh(personal["id"]).status_code == 404
    theirs = member.create(key_type="USER", name="theirs")
    fresh = world.admin.refresh(theirs["id"]).json()
    assert fresh["created_by_user_id"] == theirs["created_by_user_id"]


@pytest.mark.parametrize(("setting", "status"), [("of_all_spaces", 403), ("of_one_space", 200)])
def test_an_admin_of_one_of_two_spaces(world: Any, setting: str, status: int) -> None:
    world.simulator.switches.refresh_by_space_admin = setting
    key = world.service(world.analytics, world.ingest)
    assert world.person("ADMIN").refresh(key["id"]).status_code == status


def test_revoke_is_at_once_idempotent_and_empty(world: Any) -> None:
    key = world.service()
    for _count in range(2):
        answer = world.admin.revoke(key["id"])
        assert answer.status_code == 204
        assert answer.content == b""
        assert "Content-Type" not in answer.headers
    assert world.client(key["key"]).get("/spaces").status_code == 401


def test_who_may_revoke(world: Any) -> None:
    def key(*spaces: Any, **options: Any) -> Any:
        return world.service(*spaces, **options)["id"]

    here, both = key(), key(world.analytics, world.ingest)
    member, space_admin = world.person("MEMBER"), world.person("ADMIN")
    assert member.revoke(here).status_code == 403
    assert member.revoke(key(world.ingest)).status_code == 404
    assert space_admin.revoke(both).status_code == 403
    assert space_admin.revoke(here).status_code == 204
    assert member.revoke(key(client=member)).status_code == 204
    assert world.admin.revoke(both).status_code == 204
    personal = member.create(key_type="USER", name="theirs")["id"]
    assert space_admin.revoke(personal).status_code == 404
    assert member.revoke(personal).status_code == 204
    assert world.admin.revoke("QXBpS2V5OjE6WFhYWA==").status_code == 404
    outsider = world.simulator.add_account("Other")
    assert world.client(outsider.credential).revoke(both).status_code == 404


def test_creator_without_the_permission_may_not_revoke(world: Any) -> None:
    role = world.simulator.add_role("Issuer", permissions=["SPACE_READ", "SERVICE_KEY_CREATE"])
    person = world.person(role.id)
    body = {
        "name": "k",
        "organizations": world.bindings(space_role={"type": "PREDEFINED", "name": "READ_ONLY"}),
    }
    key = world.service(client=person, **body)
    assert person.revoke(key["id"]).status_code == 403
    assert person.refresh(key["id"]).status_code == 200
