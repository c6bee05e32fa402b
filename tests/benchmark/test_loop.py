# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an item of a looped task costs, measured in one run and printed as ratios; never a reason to fail."""

from __future__ import annotations

import datetime
import itertools
import pathlib
import re

import yaml
from support.playbooks import PlaybookRunner

from simulator import Simulator

ITEMS = 20
COMMAND, URI, KEY = "ansible.builtin.command", "ansible.builtin.uri", "community.arize.arize_api_key"


def test_cost_of_an_item(tmp_path: pathlib.Path) -> None:
    """A loop over `command: true`, over `uri` with one GET, and over a key with nothing to do."""
    with Simulator(spaces=["analytics"]) as simulator:
        space_id = simulator.spaces[0].id
        simulator.seed_key(name="ingest", space_id=space_id)
        bearer = {"Authorization": f"Bearer {simulator.credential}"}
        connection = {"api_key": simulator.credential, "api_url": simulator.url}
        arguments = {
            COMMAND: {"cmd": "true"},
            URI: {"url": f"{simulator.url}/v2/spaces?limit=1", "headers": bearer},
            KEY: {"name": "ingest", "space": space_id, **connection},
        }
        tasks = [
            {"name": name, name: values, "loop": f"{{{{ range({ITEMS}) | list }}}}"}
            for name, values in arguments.items()
        ]
        tasks.append({"name": "end", "ansible.builtin.debug": {"msg": "end"}})
        playbook = tmp_path / "loop.yml"
        playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        run = PlaybookRunner(simulator, tmp_path).run_playbook(playbook)
        assert run.returncode == 0, run.stdout
        assert len([record for record in simulator.requests if record.path.endswith("/api-keys")]) == ITEMS
    costs = seconds_per_item(run.log)
    print()
    for name in arguments:
        print(f"{name:40} {costs[name] * 1000:6.0f} ms an item, {costs[name] / costs[COMMAND]:4.2f} times command")


def seconds_per_item(log: str) -> dict[str, float]:
    """From the time stamps of the log: each task lasts until the next one begins."""
    starts = [
        (found.group(2), datetime.datetime.strptime(found.group(1), "%Y-%m-%d %H:%M:%S,%f"))
        for found in re.finditer(r"^(\S+ \S+) .*TASK \[(\S+)\]", log, re.MULTILINE)
    ]
    return {
        name: (following - begin).total_seconds() / ITEMS
        for (name, begin), (_next, following) in itertools.pairwise(starts)
    }
