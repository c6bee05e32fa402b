# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role key_audit: what its variables may be, and where it asks and writes."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from support.role_plays import RolePlayer

from simulator import Simulator


@pytest.fixture
def player(simulator: Simulator, tmp_path: pathlib.Path) -> RolePlayer:
    return RolePlayer(simulator, tmp_path, "key_audit", {"auditors": ["auditor"]})


def test_what_is_refused_is_refused_without_a_request(player: RolePlayer) -> None:
    """By type and choice, and because variables contradict each other; each is named with what to do."""
    cases: dict[str, tuple[dict[str, t.Any], t.Sequence[str]]] = {
        "format": ({"key_audit_formats": ["pdf"]}, ["key_audit_formats"]),
        "a plan": ({"key_audit_months": 0}, ["No request was sent to the service", "key_audit_months is 0"]),
    }
    messages = player.refusals({name: variables for name, (variables, _words) in cases.items()})
    for name, (_variables, words) in cases.items():
        for word in words:
            assert word in messages[name], (name, messages[name])
    assert player.simulator.requests == []


def test_an_audit_that_reads_nothing_says_why_once(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """The causes are in the message that ends the play, one for each space, and nothing is written."""
    variables = {"key_audit_folder": str(tmp_path / "reports"), "key_audit_spaces": ["nowhere", "elsewhere"]}
    (message,) = player.refusals({"unread": variables}).values()
    told = json.loads(message)
    assert told[0].startswith("No space could be read")
    assert [line.partition(":")[0] for line in told[1:]] == ["nowhere", "elsewhere"]
    assert all("not found" in line for line in told[1:])
    assert not (tmp_path / "reports").exists()


def test_a_region_that_is_set_beats_the_url_of_the_environment(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """As in the modules, where an option beats the environment."""
    variables = {"key_audit_folder": str(tmp_path / "reports"), "key_audit_region": "eu"}
    # Nothing listens at port 9, so no request leaves this machine.
    played = player.play(variables, ARIZE_PROXY_URL="http://127.0.0.1:9", module_defaults={"max_retries": 0})
    assert played.failed
    assert "api.eu-west-1a.arize.com" in played.run.stdout
    assert player.simulator.requests == []


def test_the_default_folder_is_that_of_the_user_on_the_host(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Not that of the user on the controller."""
    shell = tmp_path / "shell"
    shell.write_text(f'#!/bin/sh\nHOME={tmp_path}/host exec /bin/sh "$@"\n', encoding="utf-8")
    shell.chmod(0o755)
    for home in ("host", "controller"):
        (tmp_path / home).mkdir()
    played = player.play({}, HOME=str(tmp_path / "controller"), ANSIBLE_EXECUTABLE=str(shell))
    assert not played.failed, played.run.stdout[-3000:]
    assert sorted(path.suffix for path in (tmp_path / "host" / "arize-audit").iterdir()) == [".csv", ".html", ".json"]
    assert not (tmp_path / "controller" / "arize-audit").exists()
