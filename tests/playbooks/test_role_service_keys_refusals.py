# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role service_keys refuses before anything is asked of the service."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from support.role_plays import RolePlayer
from support.service_key_plays import GROUPS, teams

from simulator import Simulator


@pytest.fixture
def player(simulator: Simulator, tmp_path: pathlib.Path) -> RolePlayer:
    return RolePlayer(simulator, tmp_path, "service_keys", GROUPS)


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
    "two expiries": (
        teams({**INGEST, "expires_in": "90d", "expires_at": "2031-01-01T00:00:00Z"}),
        ("expires_in", "mutually exclusive"),
    ),
    "a duration that is none": (teams({**INGEST, "expires_in": "soon"}), ("team search, space ingest", "'soon'")),
    "rotation at each run": (teams({**INGEST, "renew_before": "90d"}), ("team search, space ingest", "renew_before")),
    "the same key twice": (
        teams(INGEST, {**INGEST, "dest": "/srv/other"}),
        ("search-ingest-", "declared twice", "more"),
    ),
    "the same file twice": (teams(INGEST, {**INGEST, "name": "x"}), ("/etc/arize/search-ingest.key on ", "dest")),
    "an unknown host": (teams({**INGEST, "hosts": ["wbe1"]}), ("wbe1", "inventory")),
    "an unknown keeper": (teams(INGEST, sharing="shared", keeper="gone"), ("keeper", "'gone'")),
    "a shared key with a name for each host": (
        teams({**INGEST, "name": "x-{host}"}, sharing="shared"),
        ("shared key", "{host}"),
    ),
    "an unknown placeholder": (teams({**INGEST, "dest": "/srv/{stage}"}), ("{stage}", "placeholder")),
    "a relative path": (teams({**INGEST, "dest": "arize.key"}), ("absolute", "arize.key")),
    "nowhere to put the secret": (teams({**INGEST, "dest": ""}), ("dest is empty", "would be lost")),
    "a present space of an absent team": (teams({**INGEST, "state": "present"}, state="absent"), ("absent", "present")),
    "a space of a forgotten team": (
        teams({**INGEST, "state": "present"}, state="forgotten"),
        ("forgotten", "present"),
    ),
    "a team named nothing": ({"service_keys_teams": [{"name": "", "spaces": [INGEST]}]}, ("team 1: name is empty",)),
    "a space named nothing": (teams(INGEST, {"space": ""}), ("team search: space 2 is empty",)),
    "the same file in two spellings": (
        teams({**INGEST, "dest": "/x/a"}, {**INGEST, "dest": "/x//a", "name": "b"}),
        ("/x/a on ", "also the file of"),
    ),
    "a file with two modes": (
        teams(
            {**INGEST, "dest_variable": "A"},
            {**INGEST, "dest_variable": "B", "mode": "0640", "name": "b"},
            dest_format="dotenv",
        ),
        ("a different owner, group or mode", "declare the same"),
    ),
    "a folder to remove": (teams({**INGEST, "dest": "/srv/"}, state="absent"), ("/srv/", "folder")),
    "a mode that is none": (teams({**INGEST, "mode": "rw"}, sharing="shared"), ("team search, space ingest", "'rw'")),
    "a mode of folders that is none": ({**teams(INGEST), "service_keys_folder_mode": "zz"}, ("folder_mode", "octal")),
    "a region that is none": (
        {**teams(INGEST), "service_keys_region": "mars"},
        ("service_keys_region: unknown region 'mars'",),
    ),
    "a region and a URL": (
        {**teams(INGEST), "service_keys_region": "eu", "service_keys_api_url": "https://localhost"},
        ("service_keys_api_url and service_keys_region exclude each other",),
    ),
    "a credential that is none": ({**teams(INGEST), "service_keys_api_key": "abc"}, ("service_keys_api_key", "fewer")),
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
