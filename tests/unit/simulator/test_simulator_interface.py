# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python interface: clock, log, seeds, snapshots, reset, TLS and parallel requests."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from simulator import Fault, Simulator, Switches


def test_date_header_follows_the_clock(world: Any) -> None:
    world.simulator.clock.set(datetime(2031, 5, 6, 7, 8, 9, tzinfo=timezone.utc))
    answer = world.admin.get("/spaces")
    shown = parsedate_to_datetime(answer.headers["Date"])
    assert timedelta(0) <= shown - datetime(2031, 5, 6, 7, 8, 9, tzinfo=timezone.utc) < timedelta(seconds=3)
    world.simulator.clock.advance(days=1, seconds=60)
    later = parsedate_to_datetime(world.admin.get("/spaces").headers["Date"])
    assert later - shown >= timedelta(days=1, seconds=59)
    # requests folds repeated headers into one with a comma: there is one only.
    assert answer.headers["Date"].count(",") == 1
    world.simulator.switches.date_skew_seconds = -7200
    skewed = parsedate_to_datetime(world.admin.get("/spaces").headers["Date"])
    assert timedelta(0) <= later - skewed - timedelta(seconds=7195) < timedelta(seconds=10)
    world.simulator.switches.date_header = False
    assert "Date" not in world.admin.get("/spaces").headers


def test_error_codes_by_switch(world: Any) -> None:
    world.simulator.faults.add(Fault(kind="status", status=503, nth=2))
    assert "error_code" not in world.admin.get("/nowhere").json()
    world.simulator.switches.error_codes = True
    codes = [world.admin.get("/nowhere").json()["error_code"] for _count in range(2)]
    assert codes == ["SERVICE_UNAVAILABLE", "RESOURCE_NOT_FOUND"]
    world.simulator.switches.legacy = True
    assert "error_code" not in world.admin.get("/nowhere").json()


def test_keys_age_while_the_clock_stands(world: Any) -> None:
    """Creation, expiry, grace and what a lagging listing shows move together; secrets and ids stay."""
    simulator = world.simulator
    simulator.switches.refresh_keeps_id = True
    key = world.admin.create(key_type="USER", name="k", expires_at="2099-01-01T00:00:00Z")
    fresh = world.admin.refresh(key["id"], expires_at="2098-01-01T00:00:00Z", grace_period_seconds=7200).json()
    before = simulator.keys()[0]
    simulator.age(seconds=3600)
    (after,) = simulator.keys()
    assert after.created_at == before.created_at - timedelta(hours=1)
    assert after.expires_at == before.expires_at - timedelta(hours=1)
    assert simulator.secret_is_valid(key["key"])
    simulator.age(seconds=3601)
    assert not simulator.secret_is_valid(key["key"])
    assert simulator.secret_is_valid(fresh["key"])
    simulator.switches.list_lag_seconds = 60
    assert world.admin.listed() == [key["id"]]


def test_work_does_not_grow_with_the_number_of_keys(world: Any) -> None:
    """A page, a request's authentication and a look by secret, among six thousand keys and among thirty."""

    def seconds() -> float:
        def once() -> float:
            started = time.perf_counter()
            assert len(world.admin.get("/api-keys", space_id=world.analytics.id, limit=10).json()["api_keys"]) == 10
            assert world.simulator.key_of_secret(last.secret) is not None
            return time.perf_counter() - started

        return min(once() for _count in range(20))

    measured = []
    for count in (30, 6_000):
        for number in range(count):
            last = world.simulator.seed_key(name=f"k{number}", space_id=world.analytics.id)
        measured.append(seconds())
    assert measured[1] < 3 * measured[0], measured


def test_clock_runs_or_stands_still() -> None:
    with Simulator(frozen=True) as still, Simulator() as running:
        before = still.clock.now(), running.clock.now()
        time.sleep(0.01)
        assert still.clock.now() == before[0]
        assert running.clock.now() > before[1]
        still.clock.advance(seconds=5)
        assert still.clock.now() == before[0] + timedelta(seconds=5)
        assert before[0].tzinfo is not None


def test_request_log(world: Any) -> None:
    simulator = world.simulator
    world.admin.get("/spaces", name="x", limit=3)
    world.admin.create(key_type="USER", name="k")
    get, post = simulator.requests
    assert (get.method, get.path, get.query) == ("GET", "/v2/spaces", {"name": "x", "limit": "3"})
    assert get.caller == simulator.account.admin.id
    assert get.status == 200
    assert get.at.tzinfo is not None
    assert post.body == {"key_type": "USER", "name": "k"}
    assert post.status == 201
    assert post.headers["Content-Type"] == "application/json"
    assert simulator.writes == [post]
    world.client("ak-unknown").get("/spaces")
    assert simulator.requests[-1].caller is None
    assert simulator.requests[-1].status == 401
    text = repr(simulator.requests)
    assert not any(secret in text for secret in simulator.secrets)
    assert "ak-unknown" not in text
    simulator.requests_clear()
    assert simulator.requests == []


def test_secrets_and_lookups(world: Any) -> None:
    simulator = world.simulator
    assert simulator.credential.startswith("ak-FAKE")
    assert simulator.keys() == []
    old = world.service()
    fresh = world.admin.refresh(old["id"]).json()
    user = simulator.add_user("Person")
    assert {old["key"], fresh["key"], user.credential, simulator.credential} <= simulator.secrets
    assert simulator.key_of_secret(old["key"]).status == "REVOKED"
    assert simulator.key_of_secret(fresh["key"]).id == fresh["id"]
    assert simulator.key_of_secret("ak-unknown") is None
    assert simulator.secret_is_valid(user.credential)
    assert not simulator.secret_is_valid("ak-unknown")
    (live,) = simulator.keys(name="ingest-prod", live=True, space_id=world.analytics.id)
    assert live.space_ids == [world.analytics.id]
    assert live.bot_user.name == "ingest-prod"
    assert simulator.keys(space_id=world.ingest.id) == []


def test_keys_are_snapshots(world: Any) -> None:
    key = world.service()
    before = world.simulator.keys()
    world.admin.revoke(key["id"])
    assert before != world.simulator.keys()
    assert before[0].status == "ACTIVE"
    assert world.simulator.keys() == world.simulator.keys()


def test_seeded_keys(world: Any) -> None:
    simulator = world.simulator
    person = simulator.add_user("Person", spaces={world.analytics.id: "ADMIN"})
    key = simulator.seed_key(
        name="old",
        space_ids=[world.analytics.id, world.elsewhere.id],
        created_at=datetime(2020, 1, 1),
        expires_at="2099-01-01T00:00:00Z",
        description="d",
        created_by=person,
        last_used_at=datetime(2021, 1, 1, tzinfo=timezone.utc),
        account_role="ADMIN",
        org_role="MEMBER",
        space_role="ADMIN",
    )
    row = world.admin.get("/api-keys", space_id=world.elsewhere.id).json()["api_keys"][0]
    assert row["created_at"] == "2020-01-01T00:00:00Z"
    assert row["last_used_at"] == "2021-01-01T00:00:00Z"
    assert row["created_by_user_id"] == person.id
    assert row["bot_user"]["account_role"]["name"] == "ADMIN"
    assert len(key.bot_user.bindings) == 2
    assert simulator.secret_is_valid(key.secret)
    mine = simulator.seed_key(name="mine", key_type="USER", status="REVOKED")
    assert not simulator.secret_is_valid(mine.secret)
    for wrong in ({"key_type": "USER", "space_id": world.analytics.id}, {}, {"status": "EXPIRED"}):
        with pytest.raises(ValueError, match=r"."):
            simulator.seed_key(name="k", **wrong)


def test_accounts_are_apart(world: Any) -> None:
    other = world.simulator.add_account("Other", maximum_key_lifetime=60)
    client = world.client(other.credential)
    assert client.get("/spaces").json()["spaces"] == []
    assert client.create(key_type="USER", name="k")["expires_at"]
    assert client.get(f"/spaces/{world.analytics.id}").status_code == 404
    assert client.get("/role-bindings", resource_type="SPACE", user_id=other.admin.id).status_code == 200
    assert world.admin.get(f"/users/{other.admin.id}").status_code == 404


def test_reset_brings_back_the_beginning() -> None:
    with Simulator(switches=Switches(ordering="oldest"), spaces=["analytics"]) as simulator:
        credential, spaces = simulator.credential, simulator.spaces
        simulator.switches.ordering = "random"
        simulator.account.developer_access = False
        simulator.clock.advance(days=9)
        simulator.faults.add(Fault(kind="reset", times=-1))
        stale = simulator.seed_key(name="k", space_id=spaces[0].id)
        simulator.add_space("more")
        simulator.reset()
        assert simulator.switches.ordering == "oldest"
        assert simulator.account.developer_access
        assert simulator.keys() == []
        assert simulator.requests == []
        assert (simulator.credential, simulator.spaces) == (credential, spaces)
        assert not simulator.secret_is_valid(stale.secret)
        assert stale.secret not in simulator.secrets
        fresh = simulator.seed_key(name="k", space_id=spaces[0].id)
        assert fresh.id != stale.id
        assert fresh.secret != stale.secret
        headers = {"Authorization": f"Bearer {credential}"}
        assert requests.get(f"{simulator.url}/v2/spaces", headers=headers, timeout=5).status_code == 200
        assert abs(simulator.clock.now() - datetime.now(timezone.utc)) < timedelta(seconds=5)


def test_connections_are_kept_open_through_every_kind_of_answer(world: Any) -> None:
    key = world.service()
    world.admin.refresh(key["id"])
    world.admin.revoke(key["id"])
    world.admin.get("/nowhere")
    world.admin.post("/api-keys", data=b"{", headers={"Content-Type": "application/json"})
    world.admin.session.head(f"{world.simulator.url}/v2/spaces", timeout=5)
    pools = world.admin.session.get_adapter("http://").poolmanager.pools
    (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118
    assert (pool.num_connections, pool.num_requests) == (1, 6)


def test_tls() -> None:
    with Simulator(tls=True) as simulator:
        headers = {"Authorization": f"Bearer {simulator.credential}"}
        url = f"{simulator.url}/v2/spaces"
        assert url.startswith("https://127.0.0.1:")
        with requests.Session() as session:
            session.headers.update(headers)
            assert session.get(url, verify=simulator.ca_path, timeout=5).status_code == 200
            for kind in ("reset", "close", "truncate"):
                simulator.faults.add(Fault(kind=kind))
                with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
                    session.get(url, verify=simulator.ca_path, timeout=5)
            assert session.get(url, verify=simulator.ca_path, timeout=5).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, headers=headers, timeout=5)


def test_parallel_requests_have_one_order(world: Any) -> None:
    key = world.service()
    clients = [world.client(world.simulator.credential) for _count in range(8)]
    barrier = threading.Barrier(len(clients))

    def refresh(client: Any) -> Any:
        barrier.wait()
        return client.refresh(key["id"]).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        statuses = list(pool.map(refresh, clients))
    assert sorted(statuses) == [200] + [404] * 7
    assert len(world.simulator.keys(live=True)) == 1


def test_nothing_outlives_the_stop() -> None:
    before = set(threading.enumerate())
    simulator = Simulator()
    simulator.start()
    url = simulator.url
    with requests.Session() as session:
        session.get(f"{url}/v2/spaces", timeout=5)
        started = time.monotonic()
        simulator.stop()
        assert time.monotonic() - started < 20
        with pytest.raises(requests.ConnectionError):
            session.get(f"{url}/v2/spaces", timeout=1)
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= before
    with pytest.raises(RuntimeError):
        simulator.url  # noqa: B018
