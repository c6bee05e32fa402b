# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role service_keys as a platform team runs it: teams, spaces and hosts, from the first key to the last one."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from support.role_plays import Played, RolePlayer
from support.service_key_plays import GROUPS, declared, secret_of

from simulator import Simulator

ISSUED, NOTHING, REVOKED = "POST", None, "PUT"


@pytest.fixture
def player(simulator: Simulator, tmp_path: pathlib.Path) -> RolePlayer:
    return RolePlayer(simulator, tmp_path, "service_keys", GROUPS)


def consequences(
    player: RolePlayer, variables: dict[str, t.Any], method: str | None, count: int, again: bool = False
) -> Played:
    """Check mode predicts a run, the run sends so many writes, and another run changes nothing."""
    predicted = player.check(variables)
    player.simulator.requests_clear()
    done = player.play(variables)
    assert not done.failed, done.run.stdout[-3000:] + done.run.stderr
    assert [record.method for record in player.simulator.writes] == [method] * count
    assert predicted.changed == done.changed
    if again:
        at_rest = player.play(variables)
        assert set(at_rest.changed.values()) == {0}, at_rest.run.stdout[-3000:]
    return done


def test_life_of_the_keys_of_three_teams(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Issue, rotate by the clock, offboard a space and a team; each step predicted, done once, and then at rest."""
    simulator, variables = player.simulator, declared(tmp_path)
    (tmp_path / "web1").mkdir()
    (tmp_path / "web1" / "app.env").write_text("OTHER=kept\n")
    done = consequences(player, variables, ISSUED, 4)
    names = {"search-ingest-ingest1", "search-ingest-web1", "website-web1", "support-support"}
    assert {key.name for key in simulator.keys(live=True)} == names
    own = {host: tmp_path / host / "search-ingest.key" for host in GROUPS["ingest_hosts"]}
    shared = {host: tmp_path / host / "support-support.key" for host in GROUPS["ingest_hosts"]}
    env = tmp_path / "web1" / "app.env"
    for path in (*own.values(), *shared.values(), env):
        assert simulator.secret_is_valid(secret_of(path)), path
    assert env.read_text().startswith("OTHER=kept\n")
    assert {path.stat().st_mode & 0o777 for path in own.values()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in shared.values()} == {0o640}
    (kept,) = (tmp_path / "keeper").iterdir()
    assert {path.read_bytes() for path in shared.values()} == {kept.read_bytes()}
    assert (kept.parent.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o700, 0o600)
    rows = {row["name"]: row for row in done.facts["ingest1"]}
    assert set(rows) == {"search-ingest-ingest1", "support-support"}
    assert rows["search-ingest-ingest1"]["action"] == "created"
    assert rows["support-support"]["renewed"] is True
    assert rows["search-ingest-ingest1"]["api_key"]["redacted_key"]
    line = f"search-ingest-ingest1 of space ingest: created; secret written to {own['ingest1']}; next rotation "
    assert line + rows["search-ingest-ingest1"]["next_rotation_at"] in done.run.stdout

    simulator.age(days=26)
    done = consequences(player, variables, ISSUED, 1)
    assert simulator.secret_is_valid(secret_of(env))
    assert [row["action"] for row in done.facts["web1"]] == ["none", "replaced", "none"]

    variables["service_keys_teams"][1]["spaces"][0]["state"] = "absent"
    variables["service_keys_teams"][2]["state"] = "absent"
    # Both generations of the key that was rotated, and the shared one.
    done = consequences(player, variables, REVOKED, 3, again=True)
    assert f"website-web1 of space analytics: revoked; secret removed from {env}" in done.run.stdout
    assert env.read_text() == "OTHER=kept\n"
    assert not any(path.exists() for path in (*shared.values(), kept))
    assert all(simulator.secret_is_valid(secret_of(path)) for path in own.values())
    assert len(simulator.keys(live=True)) == 2


@pytest.mark.nightly
def test_a_host_that_was_not_reached_catches_up(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """A shared key is issued once, whichever hosts are there, and copied to the others later."""
    variables = declared(tmp_path)
    variables["service_keys_teams"] = variables["service_keys_teams"][2:]
    assert not player.play(variables, "--limit", "web1").failed
    player.simulator.requests_clear()
    later = player.play(variables)
    assert player.simulator.writes == []
    assert later.changed["web1"] == 0
    assert later.facts["ingest1"][0]["renewed"]
    files = {(tmp_path / host / "support-support.key").read_text() for host in GROUPS["ingest_hosts"]}
    assert len(files) == 1


def test_nothing_leaks(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Neither the credential, given as a variable, nor a secret, with everything that Ansible can show."""
    variables = declared(tmp_path, service_keys_api_key=player.simulator.credential)
    variables["service_keys_teams"][0]["spaces"].append({"space": "nowhere"})
    tree: dict[str, t.Any] = {
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree",
        "ANSIBLE_CALLBACK_TREE_DIR": str(tmp_path / "tree"),
    }
    played = player.play(variables, "-vvvv", "--diff", ARIZE_API_KEY="", **tree)
    assert "nowhere" in played.run.stdout
    printed = played.run.everything_printed + json.dumps(played.facts)
    printed += "".join(path.read_text() for path in (tmp_path / "tree").iterdir())
    for secret in player.simulator.secrets:
        assert secret not in printed
    assert len(player.simulator.keys(live=True)) == 4
