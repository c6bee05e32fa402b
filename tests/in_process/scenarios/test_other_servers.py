# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that lack an operation, or pass over what they do not know: no success is reported that is none."""

from __future__ import annotations

import typing as t

import pytest
from support.in_process import run_key

from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect
from in_process.scenarios.conftest import NAME, World
from simulator import Fault

# As a server of before SDK 8.35 answers, or a gateway that lets no PUT pass.
NO_REVOCATION = Fault(kind="status", method="PUT", status=404, times=-1)
DRIFT: dict[str, t.Any] = {"description": "new", "on_drift": "replace"}
DAY = 86_400


def test_a_key_that_lives_on_is_not_called_revoked(world: World) -> None:
    key = world.seed(10)
    world.simulator.faults.add(NO_REVOCATION)
    outcome = world.run(state="absent")
    assert outcome.failed
    for word in (key.id, "404", "still listed as live", "PUT"):
        assert word in outcome.message
    assert [orphan["id"] for orphan in outcome["orphans"]] == [key.id]
    assert outcome["changed"] is False


def test_a_key_that_lives_on_beside_its_successor_is_told(world: World) -> None:
    old = world.seed(10)
    world.simulator.faults.add(NO_REVOCATION)
    outcome = world.run(dest=str(world.dest), on_lost_secret="reissue", **DRIFT)
    assert outcome.failed
    assert world.file_holds_valid_secret()
    assert {key.id for key in world.live} == {old.id, outcome["api_key"]["id"]}
    assert [orphan["id"] for orphan in outcome["orphans"]] == [old.id]


def test_a_key_that_is_gone_counts_as_revoked(world: World) -> None:
    key = world.seed(10)
    world.simulator.faults.add(Fault(kind="status", method="PUT", status=404, commit=True))
    outcome = world.run(state="absent")
    assert not outcome.failed
    assert [revoked["id"] for revoked in outcome["revoked"]] == [key.id]


@pytest.mark.parametrize("dest", [True, False])
def test_a_key_of_another_kind_is_revoked_again(world: World, monkeypatch: pytest.MonkeyPatch, dest: bool) -> None:
    """An older server might pass over a key type that it does not know, and issue a user key, its default."""
    monkeypatch.setattr(Dialect, "create_body", lambda _self, desired, *_: {"key_type": "USER", "name": desired.name})
    outcome = world.run(dest=str(world.dest) if dest else None)
    assert outcome.failed
    (made,) = world.simulator.keys(name=NAME)
    for word in (made.id, "issued user key", "revoked again", "api_dialect"):
        assert word in outcome.message
    assert world.live == []
    assert not world.dest.exists()
    assert "key" not in outcome.result


def test_an_overlap_that_is_not_given_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of before SDK 8.31 know no grace period."""
    refresh = ArizeClient.refresh_key

    def without_grace(client: ArizeClient, key_id: str, expires_at: t.Any, _grace_seconds: int) -> t.Any:
        return refresh(client, key_id, expires_at, 0)

    old = world.seed(40)
    monkeypatch.setattr(ArizeClient, "refresh_key", without_grace)
    outcome = world.run(max_age="30d", grace_period="2h")
    assert outcome["action"] == "refreshed"
    (warning,) = outcome.warnings
    assert old.id in warning
    assert "7200 seconds" in warning


@pytest.mark.parametrize("grace_period", ["2h", "0"])
def test_an_overlap_as_asked_for_needs_no_words(world: World, grace_period: str) -> None:
    world.seed(40)
    outcome = world.run(max_age="30d", grace_period=grace_period)
    assert outcome["action"] == "refreshed"
    assert outcome.warnings == []


@pytest.mark.parametrize("legacy", [True, False])
def test_who_may_revoke(make_world: t.Callable[..., World], legacy: bool) -> None:
    """Before SDK 8.41 account admins only (contract section 2.1); now an admin of the space, too."""
    world = make_world(legacy=legacy)
    admin = world.simulator.add_user("Admin", spaces={world.space_id: "ADMIN"})
    key = world.seed(10)
    outcome = world.run(state="absent", api_key=admin.credential)
    assert outcome.failed is legacy
    assert (key in world.live) is legacy
    assert ("only account admins revoke" in outcome.message) is legacy


def test_an_unknown_id_on_a_server_that_lists_service_keys_by_space_only(world: World) -> None:
    """Listings of spaces are answers, although the one without a space is refused."""
    gone = world.seed(10)
    world.simulator.reset()
    world.simulator.add_space("analytics", "Example Org")
    world.simulator.switches.service_list_without_space = "rejected"
    outcome = run_key(world.simulator, id=gone.id, state="absent")
    assert not outcome.failed, outcome.message
    assert outcome["changed"] is False
