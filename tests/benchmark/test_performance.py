# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks cost, measured in one run: printed beside the goals, and written to docs/performance.md.

Absolute times are never a reason to fail.
"""

from __future__ import annotations

import datetime
import itertools
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import typing as t

import pytest
import yaml
from support.official_clients import AxCli, client_program
from support.playbooks import ROOT, PlaybookRunner
from support.tables import HEAD

from simulator import Fault, Simulator

ITEMS = 20
SPACES = 500
LATENCY = 0.02
CONCURRENCY = 8
KEYS = int(os.environ.get("ARIZE_TEST_KEYS", "100000"))
COMMAND, URI, KEY = "ansible.builtin.command", "ansible.builtin.uri", "community.arize.arize_api_key"
PAGE = ROOT / "docs" / "performance.md"
INTRODUCTION = f"""\
# Performance

`make benchmark` writes this page in one run, with a simulator of the service on the same machine. Compare the ratios:
times depend on the machine. Goals that were missed are marked.

Measured on {datetime.date.today()}: {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}.
"""
Row = tuple[str, ...]


class Page:
    """The tables, in the order in which they were measured."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        # Milliseconds for an item of a loop, by what the item does.
        self.per_item: dict[str, float] = {}

    def add(self, title: str, text: str, rows: t.Sequence[Row]) -> None:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|---" + "|---:" * (len(rows[0]) - 1) + "|")
        self._parts.append(f"## {title}\n\n{text}\n\n" + "\n".join(lines) + "\n")
        print("\n" + self._parts[-1])

    def write(self) -> None:
        PAGE.write_text(HEAD + "\n".join([INTRODUCTION, *self._parts]), encoding="utf-8")


@pytest.fixture(scope="module")
def page() -> t.Iterator[Page]:
    made = Page()
    yield made
    made.write()


def against(goal: float, ratio: float) -> str:
    return f"{goal:g}" if ratio <= goal else f"{goal:g}, missed"


def loop_costs(simulator: Simulator, folder: pathlib.Path, tasks: dict[str, t.Any]) -> dict[str, float]:
    """Milliseconds for an item of each task, from the time stamps of the log: a task lasts until the next begins."""
    looped = {"loop": f"{{{{ range({ITEMS}) | list }}}}", "register": "registered"}
    made = [{"name": name, **looped, **task} for name, task in tasks.items()]
    made.append({"name": "end", "ansible.builtin.debug": {"msg": "end"}})
    playbook = folder / "loop.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": made}], sort_keys=False))
    run = PlaybookRunner(simulator, folder).run_playbook(playbook)
    assert run.returncode == 0, run.stdout[-2000:]
    starts = [
        (found.group(2), datetime.datetime.strptime(found.group(1), "%Y-%m-%d %H:%M:%S,%f"))
        for found in re.finditer(r"^(\S+ \S+) .*TASK \[([^]]+)\]", run.log, re.MULTILINE)
    ]
    return {
        name: (then - begin).total_seconds() / ITEMS * 1000
        for (name, begin), (_next, then) in itertools.pairwise(starts)
    }


def test_an_item_of_a_loop(page: Page, tmp_path: pathlib.Path) -> None:
    costs: dict[str, float] = {}
    for tls in (False, True):
        folder = tmp_path / str(tls)
        folder.mkdir()
        with Simulator(spaces=["analytics"], tls=tls) as simulator:
            space_id = simulator.spaces[0].id
            simulator.seed_key(name="ingest", space_id=space_id)
            bearer = {"Authorization": f"Bearer {simulator.credential}"}
            connection = {"api_key": simulator.credential, "api_url": simulator.url, "ca_path": simulator.ca_path}
            connection = {name: value for name, value in connection.items() if value is not None}
            trusted = {"ca_path": simulator.ca_path} if tls else {}
            wire = "over TLS" if tls else "without TLS"
            key = {KEY: {"name": "ingest", "space": space_id, **connection}}
            created = {
                KEY: {"name": "new-{{ item }}", "space": space_id, "dest": f"{folder}/{{{{ item }}}}", **connection}
            }
            tasks: dict[str, t.Any] = {
                f"`uri`, one GET, {wire}": {
                    URI: {"url": f"{simulator.url}/v2/spaces?limit=1", "headers": bearer, **trusted}
                },
                f"`arize_api_key`, no change, as a module, {wire}": {**key, "vars": {"arize_in_process": False}},
                f"`arize_api_key`, no change, in process, {wire}": key,
            }
            if not tls:
                tasks = {"`command: true`": {COMMAND: {"cmd": "true"}, "changed_when": False}, **tasks}
                tasks["`arize_api_key`, create with `dest`, in process, without TLS"] = created
                ax = client_program("current", "ax")
                AxCli(ax.parent, folder, simulator.url, simulator.credential).write_profile()
                tasks["`command: ax api-keys list`, without TLS"] = {
                    COMMAND: {"argv": [str(ax), "api-keys", "list", "--key-type", "USER", "--limit", "1"]},
                    "environment": {"HOME": str(folder)},
                    "changed_when": False,
                }
            costs.update(loop_costs(simulator, folder, tasks))
    base = costs["`command: true`"]
    goals = {"as a module": 1.5, "no change, in process": 0.05}
    rows: list[Row] = [("Item", "ms", "times `command: true`", "goal")]
    for name, cost in costs.items():
        goal = next((against(value, cost / base) for words, value in goals.items() if words in name), "")
        rows.append((name, f"{cost:.0f}", f"{cost / base:.3f}", goal))
    page.per_item = costs
    page.add(
        "An item of a loop",
        f"The average of {ITEMS} items on localhost. As a module, each item starts a Python that compiles the code of "
        "the collection and imports requests, which alone takes longer than the goal allows. So tasks run in process "
        "where they can.",
        rows,
    )


def measured(module: str, options: dict[str, t.Any]) -> dict[str, t.Any]:
    """Run a module's work in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.measured_run"],
        input=json.dumps({"module": module, "options": options}),
        env={"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT / '.cache' / 'collections'}", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def test_a_fleet(page: Page, tmp_path: pathlib.Path) -> None:
    spaces = [f"space-{number:03}" for number in range(SPACES)]
    with Simulator(spaces=spaces) as simulator:
        connection = {"api_key": simulator.credential, "api_url": simulator.url}
        defaults = {
            "name": "{space}-ingest",
            "expires_in": "90d",
            "renew_before": "14d",
            "dest": f"{tmp_path}/{{space}}.key",
        }
        fleet = {"spaces": spaces, "defaults": defaults, "concurrency": CONCURRENCY, **connection}
        rows: list[Row] = [("500 keys in 500 spaces", "s", "requests", "times the wire's own time", "goal", "peak MB")]
        loops = {name: cost / 1000 * SPACES for name, cost in page.per_item.items() if "without TLS" in name}
        compared: dict[str, float] = {}

        def bulk(title: str, options: dict[str, t.Any], goal: float) -> None:
            simulator.requests_clear()
            done = measured("arize_api_keys", options)
            wire = len(simulator.requests) * LATENCY / CONCURRENCY
            ratio = done["seconds"] / wire
            compared[title] = done["seconds"]
            rows.append(
                (
                    title,
                    f"{done['seconds']:.1f}",
                    str(len(simulator.requests)),
                    f"{ratio:.2f}",
                    against(goal, ratio),
                    f"{done['megabytes']:.0f}",
                )
            )

        simulator.faults.add(Fault(kind="delay", seconds=LATENCY, times=-1))
        bulk("create with `dest`", fleet, 2)
        bulk("no change", fleet, 1.5)
        simulator.age(days=80)
        bulk("rotate", fleet, 2)
        for space in simulator.spaces[:50]:
            simulator.seed_key(name="stray", space_id=space.id)
        bulk("no change, and 50 strays pruned", {**fleet, "prune_spaces": spaces}, 2)
    page.add(
        "A fleet",
        f"`arize_api_keys` with {CONCURRENCY} workers and {LATENCY * 1000:.0f} ms for each answer. The wire's own time "
        "is requests x latency / workers.",
        rows,
    )
    idle = compared["no change"]
    rows = [("500 times no change", "s", "times the bulk task", "goal")]
    goals = {"as a module": 80, "ax api-keys": 1000}
    for name, seconds in loops.items():
        if not any(words in name for words in ("no change", "ax api-keys")):
            continue
        goal = next((value for words, value in goals.items() if words in name), None)
        marked = "" if goal is None else f"{goal}" if seconds / idle >= goal else f"{goal}, missed"
        # A loop waits for each answer in turn.
        seconds += LATENCY * SPACES
        rows.append(
            (f"a loop over {name.replace(', without TLS', '')}", f"{seconds:.0f}", f"{seconds / idle:.0f}", marked)
        )
    rows.append(("`arize_api_keys`", f"{idle:.1f}", "1", ""))
    page.add(
        "A fleet by a loop",
        f"The items of the first table, and {LATENCY * 1000:.0f} ms for each answer. A faster machine makes `ax` "
        "faster, and not the wire, for which the bulk task waits most of its time.",
        rows,
    )


def test_a_long_listing(page: Page) -> None:
    rows: list[Row] = [("Keys", "s", "pages", "ms per page", "peak MB", "goal, MB")]
    with Simulator(spaces=["analytics"]) as simulator:
        space_id = simulator.spaces[0].id
        for number in range(KEYS):
            simulator.seed_key(name=f"key-{number}", space_id=space_id)
            if number + 1 in (KEYS // 10, KEYS):
                simulator.requests_clear()
                options = {"api_key": simulator.credential, "api_url": simulator.url, "space": space_id}
                done = measured("arize_api_key_info", options)
                pages = len(simulator.requests)
                rows.append(
                    (
                        f"{number + 1:,}",
                        f"{done['seconds']:.1f}",
                        str(pages),
                        f"{done['seconds'] / pages * 1000:.1f}",
                        f"{done['megabytes']:.0f}",
                        against(250, done["megabytes"]),
                    )
                )
    page.add("A long listing", "`arize_api_key_info` of one space.", rows)
