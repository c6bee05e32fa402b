# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of the older form prove the simulator's `legacy` switch, and the modules' requests under it."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
import yaml
from clients.conftest import MakeAx
from support.in_process import run_info, run_key
from support.official_clients import CHECKOUT
from support.sdk import Sdk, SdkError

from simulator import Simulator, Switches


@pytest.fixture
def service(tmp_path: pathlib.Path) -> t.Iterator[Simulator]:
    exchanges = tmp_path / "exchanges.jsonl"
    with Simulator(Switches(legacy=True), spaces=("analytics", "ingest"), exchanges=exchanges) as simulator:
        yield simulator


def later(days: float) -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=days)


def test_sdk(service: Simulator, legacy_sdk: Sdk) -> None:
    def ask(method: str, **arguments: t.Any) -> t.Any:
        return legacy_sdk.call(service, method, **arguments)

    mine = ask("api_keys.create", name="mine", description="d", expires_at=later(30))
    assert (mine["key_type"], mine["status"]) == ("user", "active")
    assert service.secret_is_valid(mine["key"])
    roles = {"space_role": "read-only", "org_role": "member", "account_role": "admin"}
    ours = ask("api_keys.create_service_key", name="ours", space="analytics", **roles)
    (stored,) = service.keys(name="ours")
    assert stored.bot_user is not None
    assert (stored.id, stored.bot_user.account_role) == (ours["id"], "ADMIN")
    assert stored.bot_user.bindings[0].spaces[0].role.name == "READ_ONLY"
    listed = ask("api_keys.list", key_type="service", space="analytics", status="active")["api_keys"]
    assert [key["id"] for key in listed] == [ours["id"]]
    # An expiry that is left out of a refresh means none there (contract section 2).
    fresh = ask("api_keys.refresh", api_key_id=mine["id"], grace_period_seconds=600)
    assert "expires_at" not in fresh
    assert service.secret_is_valid(mine["key"])
    assert service.secret_is_valid(fresh["key"])
    later_than_before = later(90)
    again = ask("api_keys.refresh", api_key_id=fresh["id"], expires_at=later_than_before)
    assert datetime.fromisoformat(again["expires_at"]) == later_than_before
    ask("api_keys.revoke", api_key_id=ours["id"])
    assert [key["id"] for key in ask("api_keys.list", key_type="service", status="revoked")["api_keys"]] == [ours["id"]]
    (space,) = ask("spaces.list", name="ingest")["spaces"]
    assert set(space) == {"id", "name", "description", "created_at"}
    assert len(ask("organizations.list")["organizations"]) == 1
    member = service.add_user("Member", spaces={service.spaces[0].id: "MEMBER"})
    with pytest.raises(SdkError) as caught:
        legacy_sdk.call(
            service,
            "api_keys.create_service_key",
            credential=member.credential,
            name="above",
            space="analytics",
            space_role="admin",
        )
    # 422 since July 2026 (contract section 2.1).
    assert caught.value.status == 400


def test_the_present_form_does_not_satisfy_the_older_sdk(legacy_sdk: Sdk) -> None:
    """So the proof can fail."""
    with Simulator(spaces=("analytics",)) as simulator:
        simulator.seed_key(name="mine", key_type="USER")
        with pytest.raises(SdkError, match="USER"):
            legacy_sdk.call(simulator, "api_keys.list")
        with pytest.raises(SdkError) as caught:
            legacy_sdk.call(simulator, "api_keys.create", name="new")
        assert caught.value.status == 400


def test_ax(service: Simulator, make_ax: MakeAx) -> None:
    ax = make_ax("legacy", service)

    def run(*arguments: str) -> t.Any:
        done = ax.run(*arguments, "--output", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    # This version sends an instant without an offset as it is, which is no RFC 3339.
    created = run("api-keys", "create", "--name", "mine", "--expires-at", "2099-12-31T23:59:59+00:00")
    assert service.secret_is_valid(created["key"])
    scoped = run(
        *("api-keys", "create-service-key", "--name", "ours", "--space", "analytics"),
        *("--space-role", "read-only", "--org-role", "read-only", "--account-role", "member"),
    )
    assert service.secret_is_valid(scoped["key"])
    listed = run("api-keys", "list", "--key-type", "service", "--status", "active", "--limit", "1")
    assert [key["id"] for key in listed["api_keys"]] == [scoped["id"]]
    fresh = run("api-keys", "refresh", scoped["id"], "--grace-period-seconds", "600")
    assert service.secret_is_valid(scoped["key"])
    assert service.secret_is_valid(fresh["key"])
    done = ax.run("api-keys", "revoke", created["id"], "--force")
    assert done.returncode == 0, done.stderr
    assert not service.secret_is_valid(created["key"])
    assert {space["name"] for space in run("spaces", "list")["spaces"]} == {"analytics", "ingest"}


def test_the_migration_page_has_what_older_scripts_say(service: Simulator, make_ax: MakeAx) -> None:
    """Each option of 0.25.1 is in one of the tables of docs/migration.md, and the example does what the task does."""
    page = (CHECKOUT / "docs" / "migration.md").read_text(encoding="utf-8")
    section = page.partition("\n## Older scripts\n")[2].partition("\n## ")[0]
    ax = make_ax("legacy", service)
    told = ax.run("api-keys", "create-service-key", "--help", COLUMNS="200").stdout
    offered = set(re.findall(r"^│ +\*? +(--[a-z-]+)", told, re.MULTILINE)) - {"--help", "--output", "--verbose"}
    older = set(re.findall(r"^\| `ax api-keys create-service-key (--[a-z-]+)`", section, re.MULTILINE))
    present = set(re.findall(r"^\| `create-service-key (--[a-z-]+)`", page, re.MULTILINE))
    assert older
    assert older == offered - present

    (command,) = re.findall(r"^```shell\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    (task,) = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[0])
    done = ax.shell(command)
    assert done.returncode == 0, done.stderr
    options = task["community.arize.arize_api_key"]
    outcome = run_key(service, api_dialect="legacy", **{**options, "name": "by task"})
    assert not outcome.failed, outcome.message
    by_ax, by_task = (
        (key.bot_user.account_role, key.bot_user.bindings) for key in service.keys(name=None) if key.bot_user
    )
    assert by_ax == by_task


def test_requests_of_the_modules_and_answers_to_them(
    service: Simulator, legacy_sdk: Sdk, tmp_path: pathlib.Path
) -> None:
    runs: list[dict[str, t.Any]] = [
        {"name": "least", "space": "analytics"},
        {"name": "all", "space": "ingest", "space_role": "read-only", "org_role": "member", "account_role": "admin"},
        {"name": "bounded", "space": "ingest", "description": "d", "expires_in": "90d"},
        {"name": "within", "organizations": [{"name": "Example Org", "spaces": [{"space": "ingest"}]}]},
        {"name": "mine", "key_type": "user"},
        {"name": "bounded", "space": "ingest", "state": "refreshed", "grace_period": "1h"},
        {"name": "least", "space": "analytics", "state": "absent"},
    ]
    for options in runs:
        outcome = run_key(service, api_dialect="legacy", **options)
        assert not outcome.failed, outcome.message
    assert not run_info(service, api_dialect="legacy", all_spaces=True, status="all").failed
    # What is refused, too: SDK 8.35 takes no member too many in a problem.
    key = service.keys(name="mine")[0].id
    assert run_key(service, name="x", space=key.replace("Q", "U", 1), api_dialect="legacy").failed
    lines = (tmp_path / "exchanges.jsonl").read_text(encoding="utf-8").splitlines()
    found = legacy_sdk.validate([json.loads(line) for line in lines])
    assert not found["problems"], "\n".join(found["problems"])
    assert found["counts"]["POST /v2/api-keys"] == 5
    assert found["counts"]["POST /v2/api-keys/{api_key_id}/refresh"] == 1
    assert found["counts"]["PUT /v2/api-keys/{api_key_id}/revoke"] == 1
