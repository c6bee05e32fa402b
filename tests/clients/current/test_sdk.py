# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest SDK does with the simulator what it does with the service, under each reading of what is contradicted.

The switches are those of contract sections 3.1 (id of a refreshed key), 4 (expired keys, service keys without a space,
keys of both types) and 12 (an expiry that is left out of a refresh).
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from support.sdk import Sdk, SdkError

from simulator import Fault, Simulator, Switches

READINGS: dict[str, dict[str, t.Any]] = {
    "as the contract suggests": {},
    "refresh keeps the id": {"refresh_keeps_id": True},
    "expired keys not listed": {"expired_keys_listed": False},
    "service keys of the account without a space": {"service_list_without_space": "account"},
    "no service keys without a space": {"service_list_without_space": "empty"},
    "both types without a filter": {"list_without_type": "both"},
    "a refresh inherits the expiry": {"refresh_without_expiry": "inherited"},
    "microseconds": {"created_at_resolution": "microsecond"},
    "no bot user on lists": {"bot_user_on_list": False},
    "spaces without their organization": {"space_organization_id": False},
}


@pytest.fixture(params=list(READINGS.values()), ids=list(READINGS))
def service(request: pytest.FixtureRequest) -> t.Iterator[Simulator]:
    with Simulator(Switches(**request.param), spaces=("analytics", "ingest")) as simulator:
        yield simulator


@pytest.fixture
def ask(current_sdk: Sdk, service: Simulator) -> t.Callable[..., t.Any]:
    def call(method: str, **arguments: t.Any) -> t.Any:
        return current_sdk.call(service, method, **arguments)

    return call


def later(days: float) -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=days)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_user_key(service: Simulator, ask: t.Callable[..., t.Any]) -> None:
    expires_at = later(30)
    created = ask("api_keys.create", name="mine", description="d", expires_at=expires_at)
    assert service.secret_is_valid(created["key"])
    assert (created["key_type"], created["status"], created["description"]) == ("USER", "ACTIVE", "d")
    assert instant(created["expires_at"]) == expires_at
    listed = ask("api_keys.list", key_type="USER")["api_keys"]
    assert [key["id"] for key in listed] == [created["id"]]
    assert listed[0]["redacted_key"] == created["redacted_key"]
    ask("api_keys.revoke", api_key_id=created["id"])
    # Again is no error.
    ask("api_keys.revoke", api_key_id=created["id"])
    assert not service.secret_is_valid(created["key"])
    assert [key["id"] for key in ask("api_keys.list", status="REVOKED")["api_keys"]] == [created["id"]]


def test_service_key_with_roles(service: Simulator, ask: t.Callable[..., t.Any]) -> None:
    role = service.add_role("Reader", ["SPACE_READ"])
    organization, other = service.default_organization, service.add_organization("Other Org")
    far = service.add_space("far", other)
    created = ask(
        "api_keys.create_service_key",
        name="ingest",
        account_role={"type": "PREDEFINED", "name": "ADMIN"},
        orgs=[
            {
                "org_id": organization.id,
                "role": {"type": "PREDEFINED", "name": "MEMBER"},
                # Only spaces take names there.
                "spaces": [
                    {"space": "analytics", "role": {"type": "PREDEFINED", "name": "READ_ONLY"}},
                    {"space": "ingest", "role": {"type": "CUSTOM", "id": role.id}},
                ],
            },
            {"org_id": other.id, "spaces": [{"space": far.id}]},
        ],
    )
    assert service.secret_is_valid(created["key"])
    bindings = created["bot_user"]["organizations"]
    assert [(entry["org_id"], entry["role"]["name"]) for entry in bindings] == [
        (organization.id, "MEMBER"),
        (other.id, "READ_ONLY"),
    ]
    assert [space["role"].get("name") for entry in bindings for space in entry["spaces"]] == [
        "READ_ONLY",
        "Reader",
        "MEMBER",
    ]
    listed = ask("api_keys.list", key_type="SERVICE", space="ingest")["api_keys"]
    assert [key["id"] for key in listed] == [created["id"]]
    if service.switches.bot_user_on_list:
        # Bindings are hidden in a listing of one space (contract section 1.2).
        assert listed[0]["bot_user"]["organizations"] == []


def test_listing_service_keys_without_a_space(service: Simulator, ask: t.Callable[..., t.Any]) -> None:
    """Contract section 4: whose keys are meant is not described."""
    space = service.spaces[0].id
    service.seed_key(name="mine", space_id=space)
    service.seed_key(name="another's", space_id=space, created_by=service.add_user("Other", account_role="ADMIN"))
    names = {key["name"] for key in ask("api_keys.list", key_type="SERVICE")["api_keys"]}
    reading = service.switches.service_list_without_space
    assert names == {"created_by_caller": {"mine"}, "account": {"mine", "another's"}, "empty": set()}[reading]
    unfiltered = {key["name"] for key in ask("api_keys.list")["api_keys"]}
    assert unfiltered == ({"mine"} if service.switches.list_without_type == "both" else set())


def test_paging(service: Simulator, ask: t.Callable[..., t.Any]) -> None:
    space = service.spaces[0].id
    wanted = {service.seed_key(name=f"key {number}", space_id=space).id for number in range(5)}
    found: list[str] = []
    cursor = None
    for _page in range(3):
        answer = ask("api_keys.list", key_type="SERVICE", space=space, limit=2, cursor=cursor)
        found += [key["id"] for key in answer["api_keys"]]
        cursor = answer["pagination"].get("next_cursor")
        assert answer["pagination"]["has_more"] == (cursor is not None)
    assert cursor is None
    assert len(found) == 5
    assert set(found) == wanted


@pytest.mark.parametrize("grace", [None, 600])
def test_refresh_of_an_unbounded_key(service: Simulator, ask: t.Callable[..., t.Any], grace: int | None) -> None:
    """Contract section 3.1: whether the id is kept is contradicted; the SDK takes both."""
    key = service.seed_key(name="old", space_id=service.spaces[0].id)
    refreshed = ask("api_keys.refresh", api_key_id=key.id, grace_period_seconds=grace)
    assert (refreshed["id"] == key.id) == service.switches.refresh_keeps_id
    assert service.secret_is_valid(refreshed["key"])
    assert service.secret_is_valid(key.secret) == bool(grace)
    assert "expires_at" not in refreshed


def test_refresh_of_a_bounded_key(service: Simulator, ask: t.Callable[..., t.Any]) -> None:
    """Contract section 12: without an expiry it is refused, by another text the old expiry is inherited."""
    expires_at = later(30)
    key = service.seed_key(name="old", space_id=service.spaces[0].id, expires_at=expires_at)
    if service.switches.refresh_without_expiry == "rejected":
        with pytest.raises(SdkError) as caught:
            ask("api_keys.refresh", api_key_id=key.id)
        assert caught.value.status == 422
        sooner = later(20)
        refreshed = ask("api_keys.refresh", api_key_id=key.id, expires_at=sooner)
        assert instant(refreshed["expires_at"]) == sooner
    else:
        assert instant(ask("api_keys.refresh", api_key_id=key.id)["expires_at"]) == expires_at


def test_expired_keys(service: Simulator, ask: t.Callable[..., t.Any]) -> None:
    """Contract section 4: whether an expired key is listed as active is not described."""
    service.seed_key(name="expired", key_type="USER", expires_at=later(-1), created_at=later(-9))
    names = [key["name"] for key in ask("api_keys.list", key_type="USER", status="ACTIVE")["api_keys"]]
    assert names == (["expired"] if service.switches.expired_keys_listed else [])


ERRORS = {401: "Unauthorized", 400: "BadRequest", 404: "NotFound", 422: "UnprocessableEntity", 403: "Forbidden"}


def test_errors(service: Simulator, current_sdk: Sdk) -> None:
    """Each status is an exception of its own."""
    key = service.seed_key(name="bounded", space_id=service.spaces[0].id, expires_at=later(9))
    member = service.add_user("Member")
    cases: dict[int, dict[str, t.Any]] = {
        401: {"method": "api_keys.list", "credential": "ak-no-such-credential"},
        400: {"method": "api_keys.revoke", "api_key_id": "not an id"},
        404: {"method": "api_keys.revoke", "api_key_id": service.spaces[0].id},
        422: {"method": "api_keys.refresh", "api_key_id": key.id, "expires_at": later(99)},
        403: {"method": "api_keys.list", "credential": member.credential, "user_id": member.id},
    }
    for status, arguments in cases.items():
        with pytest.raises(SdkError) as caught:
            current_sdk.call(service, **arguments)
        assert (caught.value.status, caught.value.kind) == (status, f"{ERRORS[status]}Exception")
    service.faults.add(Fault(kind="status", status=429, retry_after=0, method="POST", times=1))
    with pytest.raises(SdkError) as caught:
        current_sdk.call(service, "api_keys.create", name="too fast")
    assert caught.value.status == 429
    assert not service.keys(name="too fast")


def test_directory(service: Simulator, ask: t.Callable[..., t.Any]) -> None:
    spaces = ask("spaces.list", name="ANALYT")["spaces"]
    assert [space["name"] for space in spaces] == ["analytics"]
    (organization,) = ask("organizations.list")["organizations"]
    assert organization["id"] == service.default_organization.id
    assert ("organization_id" in spaces[0]) == service.switches.space_organization_id
    assert ask("spaces.get", space="analytics")["id"] == spaces[0]["id"]
    assert ask("organizations.get", organization=organization["id"])["name"] == "Example Org"
    custom = service.add_role("Reader", ["SPACE_READ"])
    assert custom.id in {role["id"] for role in ask("roles.list")["roles"]}
    assert ask("role_bindings.list", resource_type="SPACE")["role_bindings"] == []
    assert len(ask("users.list")["users"]) == 1
