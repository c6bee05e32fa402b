# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of create, and the form of its answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from simulator.identifiers import type_of_identifier

ADMIN = {"type": "PREDEFINED", "name": "ADMIN"}
MEMBER = {"type": "PREDEFINED", "name": "MEMBER"}
READ_ONLY = {"type": "PREDEFINED", "name": "READ_ONLY"}
ANNOTATOR = {"type": "PREDEFINED", "name": "ANNOTATOR"}


def test_service_key_answer_has_the_documented_form(world: Any) -> None:
    world.simulator.clock.set(datetime(2026, 11, 20, 9, 15))
    key = world.service(world.analytics, world.ingest, description="d", expires_at="2027-03-31T02:00:00+02:00")
    assert set(key) == {
        "id", "name", "description", "key_type", "status", "redacted_key", "created_at", "expires_at",
        "created_by_user_id", "bot_user", "key",
    }  # fmt: skip
    assert type_of_identifier(key["id"]) == "ApiKey"
    assert key["created_at"] == "2026-11-20T09:15:00Z"
    assert key["expires_at"] == "2027-03-31T00:00:00Z"
    assert len(key["key"]) == 53
    assert "FAKE" in key["key"]
    assert key["redacted_key"] == f"ak-{key['key'][3:6]}...{key['key'][-3:]}"
    bot_user = key["bot_user"]
    assert bot_user["name"] == "ingest-prod"
    assert bot_user["account_role"] == MEMBER
    assert bot_user["organizations"] == [
        {
            "org_id": world.analytics.organization_id,
            "role": READ_ONLY,
            "spaces": [
                {"space_id": world.analytics.id, "role": MEMBER},
                {"space_id": world.ingest.id, "role": MEMBER},
            ],
        }
    ]


def test_user_key_leaves_absent_fields_out(world: Any) -> None:
    key = world.admin.create(key_type="USER", name="mine")
    assert not {"description", "expires_at", "bot_user", "last_used_at"} & set(key)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": None}, 400),
        ({"name": ""}, 400),
        ({"name": "x" * 257}, 400),
        ({"name": "x" * 256}, 201),
        ({"name": 7}, 400),
        ({"description": "x" * 1001}, 400),
        ({"description": "x" * 1000}, 201),
        ({"description": 1}, 400),
        ({"key_type": "service"}, 400),
        ({"surprise": 1}, 400),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422),
        ({"expires_at": "2099-01-01T00:00:00"}, 400),
        ({"expires_at": "tomorrow"}, 400),
        ({"expires_at": "2099-13-01T00:00:00Z"}, 400),
        ({"expires_at": 4070908800}, 400),
        ({"expires_at": "2099-01-01T00:00:00.5+05:00"}, 201),
        ({"organizations": []}, 400),
        ({"organizations": {}}, 400),
        ({"organizations": [{}] * 101}, 400),
        ({"organizations": ["x"]}, 400),
        ({"account_role": ADMIN}, 201),
        ({"account_role": "ADMIN"}, 400),
        ({"account_role": {"name": "ADMIN"}}, 400),
        ({"account_role": {"type": "PREDEFINED", "name": "member"}}, 400),
        ({"account_role": {"type": "PREDEFINED", "name": "MEMBER_UI_ONLY"}}, 400),
        ({"account_role": ANNOTATOR}, 400),
        ({"account_role": {"type": "CUSTOM", "id": "Um9sZTo1Om1EN3k="}}, 422),
        ({"account_role": {"type": "PREDEFINED", "name": "MEMBER", "id": "x"}}, 400),
    ],
)  # fmt: skip
def test_field_rules(world: Any, changes: dict[str, Any], status: int) -> None:
    body = {"key_type": "SERVICE", "name": "k", "organizations": world.bindings(), **changes}
    body = {name: value for name, value in body.items() if name != "name" or value is not None}
    answer = world.admin.post("/api-keys", body)
    assert answer.status_code == status, answer.text
    assert len(world.simulator.keys()) == (1 if status == 201 else 0)


def test_servers_before_october_2026_refuse_an_account_role_with_422(world: Any) -> None:
    world.simulator.switches.bad_account_role_status = 422
    body = {"key_type": "SERVICE", "name": "k", "organizations": world.bindings(), "account_role": ANNOTATOR}
    assert world.admin.post("/api-keys", body).status_code == 422


@pytest.mark.parametrize(
    ("role", "space_role", "status"),
    [
        (MEMBER, ADMIN, 201),
        (ANNOTATOR, None, 422),
        ({"type": "CUSTOM", "id": "Um9sZTo1Om1EN3k="}, None, 422),
        ("MEMBER", None, 400),
        (None, ANNOTATOR, 422),
        (None, {"type": "CUSTOM"}, 400),
        (None, {"type": "CUSTOM", "id": "no id"}, 400),
        (None, {"type": "CUSTOM", "id": "Um9sZTo1Om1EN3k="}, 404),
        (None, {"type": "PREDEFINED", "name": "OWNER"}, 400),
    ],
)
def test_role_rules(world: Any, role: Any, space_role: Any, status: int) -> None:
    organizations = world.bindings(role=role, space_role=space_role)
    answer = world.admin.post("/api-keys", {"key_type": "SERVICE", "name": "k", "organizations": organizations})
    assert answer.status_code == status, answer.text


def test_custom_space_role_is_named_in_the_answer_and_bound(world: Any) -> None:
    role = world.simulator.add_role("Ingest only", permissions=["PROJECT_SPAN_CREATE"])
    key = world.service(organizations=world.bindings(space_role={"type": "CUSTOM", "id": role.id}))
    space = key["bot_user"]["organizations"][0]["spaces"][0]
    assert space["role"] == {"type": "CUSTOM", "id": role.id, "name": "Ingest only"}
    rows = world.admin.get("/role-bindings", resource_type="SPACE", user_id=key["bot_user"]["id"]).json()
    assert [(row["role_id"], row["resource_id"]) for row in rows["role_bindings"]] == [(role.id, world.analytics.id)]


def test_space_rules(world: Any) -> None:
    def status(org_id: str, *space_ids: str) -> int:
        spaces = [{"space_id": space_id} for space_id in space_ids]
        body = {"key_type": "SERVICE", "name": "k", "organizations": [{"org_id": org_id, "spaces": spaces}]}
        return world.admin.post("/api-keys", body).status_code

    org_id = world.analytics.organization_id
    assert status(org_id, world.elsewhere.id) == 422
    assert status(org_id) == 400
    assert status(org_id, "spc_001") == 400
    assert status(org_id, "U3BhY2U6MTpYWFhY") == 404
    assert status("T3JnYW5pemF0aW9uOjE6WFhYWA==", world.analytics.id) == 404
    assert status(org_id, *[world.analytics.id] * 101) == 400


def test_user_key_takes_no_service_fields(world: Any) -> None:
    answer = world.admin.post("/api-keys", {"key_type": "USER", "name": "k", "organizations": world.bindings()})
    assert answer.status_code == 400


def test_key_type_is_required(world: Any) -> None:
    assert world.admin.post("/api-keys", {"name": "k"}).status_code == 400


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"{}", None),
        (b"{}", "text/plain"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"", None),
    ],
)
def test_body_must_be_a_json_object_with_its_type(world: Any, raw: bytes, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = world.admin.post("/api-keys", data=raw, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == 400
    assert document["request_id"].startswith("req_")
    assert document["type"].endswith("#invalid-request")
    assert document["instance"] == "/v2/api-keys"


def test_roles_above_the_callers_own_are_refused(world: Any) -> None:
    person = world.person("MEMBER")
    for changes in (
        {"account_role": ADMIN},
        {"organizations": world.bindings(role=ADMIN)},
        {"organizations": world.bindings(space_role=ADMIN)},
    ):
        body = {"key_type": "SERVICE", "name": "k", "organizations": world.bindings(), **changes}
        assert person.post("/api-keys", body).status_code == 422
    world.service(client=person)


def test_permission_in_every_space_is_needed(world: Any) -> None:
    body = {"key_type": "SERVICE", "name": "k", "organizations": world.bindings()}
    assert world.person("READ_ONLY").post("/api-keys", body).status_code == 403
    invisible = {**body, "organizations": world.bindings(world.analytics, world.ingest)}
    assert world.person("ADMIN").post("/api-keys", invisible).status_code == 404
    assert world.person("READ_ONLY").post("/api-keys", {"key_type": "USER", "name": "k"}).status_code == 201


def test_past_expiry_and_duplicate_names_by_switch(world: Any) -> None:
    world.simulator.switches.past_expiry_status = 400
    past = {"key_type": "USER", "name": "k", "expires_at": "2020-01-01T00:00:00Z"}
    assert world.admin.post("/api-keys", past).status_code == 400
    world.service()
    world.service()
    world.simulator.switches.duplicate_names = "rejected"
    body = {"key_type": "SERVICE", "name": "ingest-prod", "organizations": world.bindings()}
    assert world.admin.post("/api-keys", body).status_code == 409
    world.service(world.ingest)


def test_issued_keys_are_credentials(world: Any) -> None:
    user_key = world.client(world.admin.create(key_type="USER", name="mine")["key"])
    service = world.service()
    bot = world.client(service["key"])
    assert user_key.get("/spaces").json()["spaces"][0]["name"] == "analytics"
    assert [space["id"] for space in bot.get("/spaces").json()["spaces"]] == [world.analytics.id]
    made = bot.create(key_type="SERVICE", name="by bot", organizations=world.bindings())
    assert made["created_by_user_id"] == service["bot_user"]["id"]
    row = world.admin.get("/api-keys", space_id=world.analytics.id).json()["api_keys"][-1]
    assert row["last_used_at"]
    assert world.simulator.requests[-2].caller == service["bot_user"]["id"]


def test_predefined_roles_as_bindings_by_switch(world: Any) -> None:
    world.service()
    assert world.admin.get("/role-bindings", resource_type="SPACE").json()["role_bindings"] == []
    world.simulator.switches.predefined_roles_as_bindings = True
    world.service()
    assert len(world.admin.get("/role-bindings", resource_type="SPACE").json()["role_bindings"]) == 1
    assert world.admin.get("/role-bindings").status_code == 400
