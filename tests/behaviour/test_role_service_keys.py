# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role service_keys as a platform team runs it: teams, spaces and hosts, from the first key to the last one."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from support.role_plays import Played, RolePlayer

from simulator import Fault, Simulator

GROUPS = {"ingest_hosts": ["ingest1", "ingest2"], "web_hosts": ["web1"]}
ISSUED, NOTHING, REVOKED = "POST", None, "PUT"
SERVICE_MODULE = """#!/usr/bin/python
# Stands in for the module that restarts services: it notes what it was asked for.
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({"name": {}, "state": {}}, supports_check_mode=True)
if not module.check_mode:
    with open("RESTARTS", "a") as log:
        log.write(module.params["name"] + "\\n")
module.exit_json(changed=True)
"""


@pytest.fixture
def player(simulator: Simulator, tmp_path: pathlib.Path) -> RolePlayer:
    return RolePlayer(simulator, tmp_path, "service_keys", GROUPS)


def declared(folder: pathlib.Path, **more: t.Any) -> dict[str, t.Any]:
    """Three teams: own keys on two hosts, a variable in a file with other settings, and a shared key."""
    return {
        "service_keys_dest": f"{folder}/{{host}}/{{team}}-{{space}}.key",
        "service_keys_keeper_folder": f"{folder}/keeper",
        "service_keys_teams": [
            {"name": "search", "spaces": [{"space": "ingest", "hosts": ["ingest_hosts"]}]},
            {
                "name": "web",
                "expires_in": "30d",
                "renew_before": "5d",
                "spaces": [
                    {
                        "space": "analytics",
                        "hosts": ["web1"],
                        "dest": f"{folder}/web1/app.env",
                        "dest_format": "dotenv",
                        "name": "website-{host}",
                    }
                ],
            },
            {
                "name": "support",
                "sharing": "shared",
                "spaces": [{"space": "support", "dest_format": "json", "mode": "0640", "space_role": "read-only"}],
            },
        ],
        **more,
    }


def secret_of(path: pathlib.Path) -> str:
    """The secret in a file of any format."""
    text = path.read_text()
    if text.startswith("{"):
        return str(json.loads(text)["key"])
    (line,) = [line for line in text.splitlines() if "OTHER" not in line]
    return line.rpartition("=")[2]


def consequences(player: RolePlayer, variables: dict[str, t.Any], method: str | None, count: int) -> Played:
    """Check mode predicts a run, the run sends so many writes, and another run changes nothing."""
    predicted = player.check(variables)
    player.simulator.requests_clear()
    done = player.play(variables)
    assert not done.failed, done.run.stdout[-3000:] + done.run.stderr
    assert [record.method for record in player.simulator.writes] == [method] * count
    assert predicted.changed == done.changed
    again = player.play(variables)
    assert set(again.changed.values()) == {0}, again.run.stdout[-3000:]
    return done


def test_life_of_the_keys_of_three_teams(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Issue, rotate by the clock, offboard a space and a team; each step predicted, done once, and then at rest."""
    simulator, variables = player.simulator, declared(tmp_path)
    (tmp_path / "web1").mkdir()
    (tmp_path / "web1" / "app.env").write_text("OTHER=kept\n")
    done = consequences(player, variables, ISSUED, 4)
    names = {"search-ingest-ingest1", "search-ingest-ingest2", "website-web1", "support-support"}
    assert {key.name for key in simulator.keys(live=True)} == names
    own = {host: tmp_path / host / "search-ingest.key" for host in GROUPS["ingest_hosts"]}
    shared = {host: tmp_path / host / "support-support.key" for host in ("ingest1", "ingest2", "web1")}
    env = tmp_path / "web1" / "app.env"
    for path in (*own.values(), *shared.values(), env):
        assert simulator.secret_is_valid(secret_of(path)), path
    assert env.read_text().startswith("OTHER=kept\n")
    assert {path.stat().st_mode & 0o777 for path in own.values()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in shared.values()} == {0o640}
    (kept,) = (tmp_path / "keeper").iterdir()
    assert {path.read_bytes() for path in shared.values()} == {kept.read_bytes()}
    assert (kept.parent.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o700, 0o600)
    rows = {row["name"]: row for row in done.facts["ingest2"]}
    assert set(rows) == {"search-ingest-ingest2", "support-support"}
    assert rows["search-ingest-ingest2"]["action"] == "created"
    assert rows["support-support"]["renewed"] is True
    assert rows["search-ingest-ingest2"]["api_key"]["redacted_key"]

    simulator.clock.advance(days=26)
    done = consequences(player, variables, ISSUED, 1)
    assert simulator.secret_is_valid(secret_of(env))
    assert [row["action"] for row in done.facts["web1"]] == ["replaced", "none"]

    variables["service_keys_teams"][1]["spaces"][0]["state"] = "absent"
    variables["service_keys_teams"][2]["state"] = "absent"
    # Both generations of the key that was rotated, and the shared one.
    consequences(player, variables, REVOKED, 3)
    assert env.read_text() == "OTHER=kept\n"
    assert not any(path.exists() for path in (*shared.values(), kept))
    assert all(simulator.secret_is_valid(secret_of(path)) for path in own.values())
    assert len(simulator.keys(live=True)) == 2


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
    files = {(tmp_path / host / "support-support.key").read_text() for host in ("ingest1", "ingest2", "web1")}
    assert len(files) == 1


def test_one_key_that_fails_leaves_the_others(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """The others are delivered and their consumers restarted; then the role fails and names the key."""
    library = tmp_path / "library"
    library.mkdir()
    for name in ("service", "systemd", "sysvinit"):
        (library / f"{name}.py").write_text(SERVICE_MODULE.replace("RESTARTS", str(tmp_path / "restarts")))
    variables = declared(tmp_path)
    variables["service_keys_teams"] = [
        {
            "name": "a",
            "hosts": ["ingest1"],
            "spaces": [{"space": "nowhere"}, {"space": "ingest", "services": ["one", "two"]}],
        }
    ]
    listening = {
        "name": "Note it",
        "listen": "New Arize service keys",
        "ansible.builtin.copy": {
            "content": "{{ service_keys_renewed | map(attribute='name') | join }}",
            "dest": f"{tmp_path}/heard",
            "mode": "0600",
        },
    }
    foreseen = player.check(variables, handlers=[listening], ANSIBLE_LIBRARY=str(library))
    assert foreseen.failed
    assert not (tmp_path / "restarts").exists()
    played = player.play(variables, handlers=[listening], ANSIBLE_LIBRARY=str(library))
    assert played.failed
    assert "'nowhere'" in played.run.stdout.partition("Name the keys that failed")[2]
    assert [row["action"] for row in played.facts["ingest1"]] == ["failed", "created"]
    assert player.simulator.secret_is_valid((tmp_path / "ingest1" / "a-ingest.key").read_text().strip())
    assert (tmp_path / "restarts").read_text().splitlines() == ["one", "two"]
    assert (tmp_path / "heard").read_text() == "a-ingest-ingest1"


def test_a_file_stays_when_its_key_could_not_be_revoked(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """The secret of a key that still serves is not thrown away."""
    variables = declared(tmp_path)
    variables["service_keys_teams"] = variables["service_keys_teams"][:1]
    assert not player.play(variables).failed
    variables["service_keys_teams"][0]["state"] = "absent"
    player.simulator.faults.add(Fault(method="PUT", kind="status", status=403))
    assert not player.check(variables).failed
    played = player.play(variables)
    assert played.failed
    left = [host for host in GROUPS["ingest_hosts"] if (tmp_path / host / "search-ingest.key").exists()]
    assert len(left) == 1, "one revocation was refused, the other one was not"
    assert player.simulator.secret_is_valid((tmp_path / left[0] / "search-ingest.key").read_text().strip())


def teams(*spaces: dict[str, t.Any], **team: t.Any) -> dict[str, t.Any]:
    """Variables with one team."""
    return {"service_keys_teams": [{"name": "search", "spaces": list(spaces), **team}]}


INGEST: dict[str, t.Any] = {"space": "ingest"}
REFUSED: dict[str, tuple[dict[str, t.Any], tuple[str, ...]]] = {
    "no teams": ({}, ("service_keys_teams", "missing required")),
    "a team without a name": ({"service_keys_teams": [{"spaces": [INGEST]}]}, ("name", "service_keys_teams")),
    "a space without a space": (teams({"name": "x"}), ("space", "spaces")),
    "an option that is not there": (teams({**INGEST, "expires": "90d"}), ("expires", "Supported")),
    "a state that is not there": (teams({**INGEST, "state": "gone"}), ("state", "absent")),
    "hosts of the wrong type": (teams({**INGEST, "hosts": {"a": 1}}), ("hosts", "list")),
    "exclusive of the wrong type": (
        {**teams(INGEST), "service_keys_exclusive": "perhaps"},
        ("service_keys_exclusive",),
    ),
    "two roles of a space": (
        teams({**INGEST, "space_role": "admin", "space_role_id": "x"}),
        ("space_role", "mutually exclusive"),
    ),
    "two expiries": (
        teams({**INGEST, "expires_in": "90d", "expires_at": "2031-01-01T00:00:00Z"}),
        ("expires_in", "mutually exclusive"),
    ),
    "a duration that is none": (teams({**INGEST, "expires_in": "soon"}), ("team search, space ingest", "'soon'")),
    "rotation at each run": (teams({**INGEST, "renew_before": "90d"}), ("team search, space ingest", "renew_before")),
    "the same key twice": (teams(INGEST, {**INGEST, "dest": "/srv/other"}), ("search-ingest-web1", "declared twice")),
    "the same file twice": (teams(INGEST, {**INGEST, "name": "x"}), ("/etc/arize/search-ingest.key on web1", "dest")),
    "an unknown host": (teams({**INGEST, "hosts": ["wbe1"]}), ("wbe1", "inventory")),
    "an unknown keeper": (teams(INGEST, sharing="shared", keeper="gone"), ("keeper", "'gone'")),
    "a shared key with a name for each host": (
        teams({**INGEST, "name": "x-{host}"}, sharing="shared"),
        ("shared key", "{host}"),
    ),
    "an unknown placeholder": (teams({**INGEST, "dest": "/srv/{stage}"}), ("{stage}", "placeholder")),
    "a relative path": (teams({**INGEST, "dest": "arize.key"}), ("absolute", "arize.key")),
    "nowhere to put the secret": (teams({**INGEST, "dest": ""}), ("dest", "nobody")),
    "a present space of an absent team": (teams({**INGEST, "state": "present"}, state="absent"), ("absent", "present")),
    "a grace period that is too long": (teams({**INGEST, "grace_period": "25h"}), ("grace_period", "24h")),
}


@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["run", "check"])
def test_what_is_refused_is_refused_without_a_request(player: RolePlayer, arguments: tuple[str, ...]) -> None:
    """One clear message each, which names the entry."""
    cases = {name: variables for name, (variables, _words) in REFUSED.items()}
    messages = player.refusals(cases, "--limit", "web1", *arguments)
    assert player.simulator.requests == []
    for name, (_variables, words) in REFUSED.items():
        for word in words:
            assert word in messages[name], f"{name}: {messages[name]}"


@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["run", "check"])
def test_nothing_leaks(player: RolePlayer, tmp_path: pathlib.Path, arguments: tuple[str, ...]) -> None:
    """Neither the credential, given as a variable, nor a secret, with everything that Ansible can show."""
    variables = declared(tmp_path, service_keys_api_key=player.simulator.credential)
    variables["service_keys_teams"][0]["spaces"].append({"space": "nowhere"})
    loud = ["-vvvv", "--diff", *arguments]
    tree = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree", "ANSIBLE_CALLBACK_TREE_DIR": str(tmp_path / "tree")}
    for _run in range(1 if arguments else 2):
        played = player.play(variables, *loud, ARIZE_API_KEY="", **tree)
        assert "nowhere" in played.run.stdout
        printed = played.run.everything_printed + json.dumps(played.facts)
        printed += "".join(path.read_text() for path in (tmp_path / "tree").iterdir())
        for secret in player.simulator.secrets:
            assert secret not in printed
    assert len(player.simulator.keys(live=True)) == (0 if arguments else 4)
