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
# One of each kind: all of them are in tests/unit/plugins/plugin_utils/test_role_refusals.py.
REFUSED: dict[str, tuple[dict[str, t.Any], tuple[str, ...]]] = {
    "no teams": ({}, ("service_keys_teams", "missing required")),
    "an option that is not there": (teams({**INGEST, "expires": "90d"}), ("expires", "Supported")),
    "two expiries": (
        teams({**INGEST, "expires_in": "90d", "expires_at": "2031-01-01T00:00:00Z"}),
        ("expires_in", "mutually exclusive"),
    ),
    "the same key twice": (
        teams(INGEST, {**INGEST, "dest": "/srv/other"}),
        ("search-ingest-", "declared twice", "more"),
    ),
}


def test_what_is_refused_is_refused_without_a_request(player: RolePlayer) -> None:
    """One clear message each, which names the entry."""
    cases = {name: variables for name, (variables, _words) in REFUSED.items()}
    messages = player.refusals(cases, "--limit", "web1")
    assert player.simulator.requests == []
    for name, (_variables, words) in REFUSED.items():
        for word in words:
            assert word in messages[name], f"{name}: {messages[name]}"
