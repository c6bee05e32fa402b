# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ax CLI 0.39 against the simulator, beside what test_migration.py runs: failures, prompts, spaces."""

from __future__ import annotations

import dataclasses
import json

from clients.conftest import MakeAx

from simulator import Simulator


def test_failures_and_exit_codes(simulator: Simulator, make_ax: MakeAx) -> None:
    """4 for whatever the API refused, a wrong credential included (contract section 8 speaks of 3 for that)."""
    key = simulator.seed_key(name="mine", key_type="USER")
    ax = make_ax("current", simulator)
    unknown = ax.run("api-keys", "revoke", simulator.spaces[0].id, "--force")
    assert unknown.returncode == 4
    assert "404" in unknown.stdout + unknown.stderr
    bounded = simulator.seed_key(name="bounded", key_type="USER", expires_at="2099-01-01T00:00:00Z")
    longer = ax.run("api-keys", "refresh", bounded.id, "--expires-at", "2099-06-01T00:00:00")
    assert longer.returncode == 4
    assert "422" in longer.stdout + longer.stderr
    # Not asked at a terminal and not forced: nothing happens.
    assert "Goodbye" in ax.run("api-keys", "revoke", key.id).stderr
    assert simulator.secret_is_valid(key.secret)
    stranger = dataclasses.replace(ax, credential="ak-no-such-credential")
    stranger.write_profile()
    refused = stranger.run("api-keys", "list")
    assert refused.returncode == 4
    assert "401" in refused.stdout + refused.stderr


def test_all_pages_of_keys_and_spaces(simulator: Simulator, make_ax: MakeAx) -> None:
    simulator.switches.page_size_max = 2
    wanted = {simulator.seed_key(name=f"mine {number}", key_type="USER").id for number in range(3)}
    ax = make_ax("current", simulator)
    first = json.loads(ax.run("api-keys", "list", "--key-type", "USER", "--limit", "2").stdout)
    cursor = first["pagination"]["next_cursor"]
    second = json.loads(ax.run("api-keys", "list", "--key-type", "USER", "--limit", "2", "--cursor", cursor).stdout)
    found = [key["actual_instance"]["id"] for page in (first, second) for key in page["api_keys"]]
    assert len(found) == 3
    assert set(found) == wanted
    spaces = json.loads(ax.run("spaces", "list", "--limit", "2").stdout)
    assert len(spaces["spaces"]) == 2
    assert spaces["pagination"]["has_more"]
    (space,) = [space for space in simulator.spaces if space.name == "support"]
    assert json.loads(ax.run("spaces", "get", "support").stdout)["id"] == space.id
