# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/migration.md: each command of ax and the task that follows it do the same to a service, and say the same.

The commands and tasks are those of the page itself. Each pair gets two services with equal contents.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import typing as t
from datetime import datetime, timezone

import pytest
import requests
import yaml
from clients.conftest import MakeAx
from support.official_clients import CHECKOUT
from support.playbooks import PlaybookRunner

from ansible_collections.community.arize.plugins.module_utils._host import arguments as _arguments
from simulator import Simulator

PAGE = (CHECKOUT / "docs" / "migration.md").read_text(encoding="utf-8")
COMMANDS = ("list", "create", "create-service-key", "refresh", "revoke")
_SECTION = re.compile(r"^## ax api-keys (\S+)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_PAIR = re.compile(r"^```shell\n(.*?)^```$\n\s*^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The rows of the table of options: what `ax api-keys` takes, and what a task has in its place.
_TABLE = re.compile(r"^\| `ax api-keys` \| Option of `arize_api_key` \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
ROWS = [
    (row.split("|")[1].strip().strip("`"), row.split("|")[2].strip()) for row in _TABLE.findall(PAGE)[0].splitlines()
]
# An option of every command, without effect on what a command does.
NOT_SHOWN = "--verbose"
OPTIONS = {
    "arize_api_key": _arguments.key_arguments()["argument_spec"],
    "arize_api_key_info": _arguments.info_arguments()["argument_spec"],
}


@dataclasses.dataclass(frozen=True)
class Pair:
    """A command of ax and the task in its place."""

    label: str
    command: str
    task: dict[str, t.Any]


def pairs() -> list[Pair]:
    found = []
    for name, text in _SECTION.findall(PAGE):
        for number, (command, block) in enumerate(_PAIR.findall(text), 1):
            (task,) = yaml.safe_load(block)
            found.append(Pair(f"{name} {number}", command, task))
    return found


PAIRS = pairs()
# The same instant for both ways, and near enough to the clock of this host for the modules.
NOW = datetime.now(timezone.utc).replace(microsecond=0)


def service() -> Simulator:
    """The contents that the page's commands speak of, at the same instant for all."""
    simulator = Simulator(spaces=("analytics", "ingest"), frozen=True).__enter__()
    simulator.clock.set(NOW)
    role = simulator.add_role("Ingest only", ["SPACE_READ"])
    space = simulator.spaces[0].id
    simulator.seed_key(name="ingest", space_id=space, expires_at="2099-06-30T00:00:00Z", description="old")
    for number in range(2):
        simulator.seed_key(name=f"mine {number}", key_type="USER")
    simulator.role_id = role.id  # type: ignore[attr-defined]
    return simulator


@pytest.fixture
def by_ax() -> t.Iterator[Simulator]:
    simulator = service()
    yield simulator
    simulator.stop()


@pytest.fixture
def by_task() -> t.Iterator[Simulator]:
    simulator = service()
    yield simulator
    simulator.stop()


def variables(simulator: Simulator, filters: str) -> dict[str, str]:
    """What the page writes as $NAME and as {{ name }}. A cursor belongs to the filters of its listing."""
    first = requests.get(
        f"{simulator.url}/v2/api-keys?key_type=USER&limit=1{filters}",
        headers={"Authorization": f"Bearer {simulator.credential}"},
        timeout=10,
    ).json()
    simulator.requests_clear()
    return {
        "ORG_ID": simulator.default_organization.id,
        "ROLE_ID": simulator.role_id,  # type: ignore[attr-defined]
        "KEY_ID": simulator.keys(name="ingest")[0].id,
        "CURSOR": first["pagination"]["next_cursor"],
    }


def contents(simulator: Simulator) -> list[tuple[t.Any, ...]]:
    """The keys of a service without what differs from one to the other: ids and secrets."""
    names = {space.id: space.name for space in simulator.spaces}
    found = []
    for key in simulator.keys(name=None):
        bindings = [
            (binding.role.name, names[space.space_id], space.role.name or "custom")
            for binding in (key.bot_user.bindings if key.bot_user else ())
            for space in binding.spaces
        ]
        account_role = key.bot_user.account_role if key.bot_user else None
        found.append((key.name, key.key_type, key.status, key.description, key.expires_at, account_role, bindings))
    return sorted(found, key=str)


@dataclasses.dataclass
class Ran:
    """What one way printed or registered, and the file it wrote."""

    answer: dict[str, t.Any]
    file: str | None


def run_ax(make_ax: MakeAx, simulator: Simulator, command: str) -> Ran:
    ax = make_ax("current", simulator)
    done = ax.shell(command, **variables(simulator, ""))
    assert done.returncode == 0, done.stderr
    file = ax.home / ".env"
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    return Ran(answer, file.read_text() if file.exists() else None)


def run_task(simulator: Simulator, folder: pathlib.Path, task: dict[str, t.Any]) -> Ran:
    runner = PlaybookRunner(simulator, folder)
    known = {name.lower(): value for name, value in variables(simulator, "&status=ACTIVE").items()}
    task = {**task, "vars": {**known, "project": str(folder)}}
    (done,) = runner.run_tasks(task).results
    assert not done.get("failed"), done
    file = folder / ".env"
    return Ran(done, file.read_text() if file.exists() else None)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.label)
def test_both_ways(pair: Pair, make_ax: MakeAx, by_ax: Simulator, by_task: Simulator, tmp_path: pathlib.Path) -> None:
    command = run_ax(make_ax, by_ax, pair.command)
    task = run_task(by_task, tmp_path, pair.task)
    assert contents(by_ax) == contents(by_task)
    listed = command.answer.get("api_keys")
    if listed is not None:
        # ax prints the wrapper of its models around each key.
        assert {key["actual_instance"]["name"] for key in listed} == {key["name"] for key in task.answer["api_keys"]}
        assert command.answer["pagination"]["has_more"] == task.answer["pagination"]["has_more"]
        return
    assert task.answer["changed"]
    for simulator, secret, file in (
        (by_ax, command.answer.get("key"), command.file),
        (by_task, task.answer.get("key"), task.file),
    ):
        if file is not None:
            (secret,) = re.fullmatch(r"ARIZE_API_KEY=(\S+)\n", file).groups()  # type: ignore[union-attr]
        if "revoke" not in pair.command:
            assert simulator.secret_is_valid(str(secret))
    assert (command.file is None) == (task.file is None)
    old = by_ax.keys(name="ingest")[0].secret, by_task.keys(name="ingest")[0].secret
    assert by_ax.secret_is_valid(old[0]) == by_task.secret_is_valid(old[1])


def test_every_command_has_a_pair() -> None:
    assert {pair.label.split()[0] for pair in PAIRS} == set(COMMANDS)
    # The command that each block shows is that of its section.
    for pair in PAIRS:
        assert f"ax api-keys {pair.label.split()[0]} " in pair.command


def test_the_table_has_every_command_and_option_of_ax(make_ax: MakeAx, by_ax: Simulator) -> None:
    ax = make_ax("current", by_ax)

    def help_page(*command: str) -> str:
        return ax.run("api-keys", *command, "--help", COLUMNS="200").stdout

    listed = re.findall(r"^│ (\S+)  +\S", help_page(), re.MULTILINE)
    assert {name for name in listed if not name.startswith("-")} == set(COMMANDS)
    table = [entry for entry, _option in ROWS]
    everywhere = {entry for entry in table if entry.startswith("--")} | {"--help"}
    for command in COMMANDS:
        offered = set(re.findall(r"^│ +\*? +(--[a-z-]+)|^│ (--[a-z-]+)", help_page(command), re.MULTILINE))
        options = {first or second for first, second in offered}
        assert options, command
        shown = {entry.removeprefix(f"{command} ") for entry in table if entry.startswith(f"{command} ")} - {"ID"}
        assert options - everywhere == shown, command


def test_the_page_names_the_version_of_ax() -> None:
    constraints = (CHECKOUT / "tests" / "clients" / "current" / "constraints.txt").read_text(encoding="utf-8")
    (version,) = re.findall(r"^arize-ax-cli==(\S+)", constraints, re.MULTILINE)
    assert f"`ax` {version}, " in PAGE


@pytest.mark.parametrize("cell", [cell for _entry, cell in ROWS], ids=[entry for entry, _cell in ROWS])
def test_the_table_names_options_that_a_task_has(cell: str) -> None:
    named = re.findall(r"`([^`]*)`", cell)
    module = "arize_api_key_info" if "of `arize_api_key_info`" in cell else "arize_api_key"
    for name, colon, value in (word.partition(": ") for word in named if word not in (module, "register")):
        assert name in OPTIONS[module]
        assert not colon or value in OPTIONS[module][name]["choices"]


@pytest.mark.parametrize(("entry", "cell"), ROWS, ids=[entry for entry, _cell in ROWS])
def test_a_pair_shows_each_row_of_the_table(entry: str, cell: str) -> None:
    command, _blank, option = entry.rpartition(" ")
    if entry == NOT_SHOWN or option == "ID":
        return
    shown = [
        pair
        for pair in PAIRS
        if command in ("", pair.label.split()[0]) and re.search(rf"{option}(?![a-z-])", pair.command)
    ]
    assert shown
    first = re.match(r"`(\w+)", cell)
    if first and first[1] != "register":
        assert any(first[1] in options for pair in shown for options in pair.task.values() if isinstance(options, dict))
