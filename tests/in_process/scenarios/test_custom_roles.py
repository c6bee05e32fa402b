# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom roles in a space, declared by name or by id, in a real run and in check mode."""

from __future__ import annotations

import typing as t

import pytest

from in_process.scenarios.conftest import World

CHECK = pytest.mark.parametrize("check", [False, True], ids=["real", "check"])


def scope(world: World, several: bool, role: str) -> dict[str, t.Any]:
    """The role in the options for one space, or in those for several."""
    if not several:
        return {"space_role": role}
    organizations = [{"name": "Example Org", "spaces": [{"space": world.space_id, "role": role}]}]
    return {"space": None, "organizations": organizations}


@pytest.mark.parametrize("several", [False, True], ids=["space", "organizations"])
@pytest.mark.parametrize("by", ["name", "id"])
@CHECK
def test_a_custom_role(world: World, by: str, several: bool, check: bool) -> None:
    role = world.simulator.add_role("Reader", ["SPACE_READ"])
    outcome = world.run(check, **scope(world, several, getattr(role, by)))
    assert outcome["action"] == "created", outcome.message
    assert outcome["api_key"]["spaces"][0]["role"] in ("Reader", f"custom role {role.id}")
    lookups = [request for request in world.simulator.requests if request.path.startswith("/v2/roles")]
    assert len(lookups) == (by == "name")
    if check:
        assert world.simulator.writes == []
        return
    (key,) = world.live
    assert key.bot_user.bindings[0].spaces[0].role.id == role.id
    world.simulator.requests_clear()
    again = world.run(**scope(world, several, getattr(role, by)))
    assert again["action"] == "none", again["reasons"]
    assert again["not_compared"] == []
    other = world.simulator.add_role("Writer", ["SPACE_READ"])
    drifted = world.run(check, **scope(world, several, other.name))
    assert drifted.failed
    assert role.id in drifted.message
    assert other.id in drifted.message


@pytest.mark.parametrize("several", [False, True], ids=["space", "organizations"])
@pytest.mark.parametrize(("name", "near"), [("reader", "'Reader'"), ("menber", "'member'"), ("zzz", None)])
@CHECK
def test_a_role_that_is_not_there(world: World, name: str, near: str | None, several: bool, check: bool) -> None:
    world.simulator.add_role("Reader", ["SPACE_READ"])
    outcome = world.run(check, **scope(world, several, name))
    assert outcome.failed
    assert f"Role {name!r}" in outcome.message
    assert (f"Did you mean {near}?" in outcome.message) if near else "Did you mean" not in outcome.message
    assert outcome["option"] == ("organizations" if several else "space_role")
    assert world.simulator.writes == []


@CHECK
def test_a_predefined_role_is_not_looked_up(world: World, check: bool) -> None:
    world.simulator.add_role("member", ["SPACE_READ"])
    assert world.run(check, space_role="member")["action"] == "created"
    assert not [request for request in world.simulator.requests if request.path.startswith("/v2/roles")]


@CHECK
def test_a_caller_who_may_not_list_roles(world: World, check: bool) -> None:
    role = world.simulator.add_role("Issuer", ["SPACE_READ", "SERVICE_KEY_READ", "SERVICE_KEY_CREATE"])
    caller = world.simulator.add_user("Caller", account_role="MEMBER_UI_ONLY", spaces={world.space_id: role.id})
    outcome = world.run(check, api_key=caller.credential, space_role="Issuer")
    assert outcome.failed
    assert "'Issuer'" in outcome.message
    assert "by its id" in outcome.message
    assert world.simulator.writes == []
