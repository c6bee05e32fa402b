# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each playbook of docs/stores.md: it issues, leaves alone, rotates, heals, and shows no secret."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml
from support.pages import DOCS
from support.playbooks import PlaybookRunner

from simulator import Simulator
from stores.conftest import CALLBACKS, TASK, VENV, Store
from stores.kv import TOKEN, KeyValueStore, serving

PAGE = (DOCS / "stores.md").read_text()
LONGEST = 30
TEN_MINUTES = 601


def recipe(heading: str) -> str:
    """The playbook below a heading."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("```yaml\n")[2].partition("```\n")[0]


class Playbook:
    """A playbook of the page and the service. Whatever it printed, also to its log, is kept."""

    def __init__(self, simulator: Simulator, heading: str, folder: pathlib.Path, environment: t.Mapping[str, str]):
        self.simulator = simulator
        self._runner = PlaybookRunner(simulator, folder, str(VENV / "bin" / "python"))
        self._playbook = folder / "playbook.yml"
        self._playbook.write_text(recipe(heading))
        self._environment = {
            "ARIZE_API_KEY": simulator.credential,
            "ARIZE_BASE_URL": simulator.url,
            "HOME": str(folder),
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "before_task",
            **environment,
        }
        self.printed = ""

    def run(self, *arguments: str, before_writing: str = "true") -> int:
        """The exit status, negative after a signal."""
        between = {"BEFORE_TASK_NAME": TASK, "BEFORE_TASK_COMMAND": before_writing}
        done = self._runner.run_playbook(self._playbook, ["-vvv", "--diff", *arguments], **self._environment, **between)
        self.printed += done.everything_printed
        return done.returncode

    def assert_nothing_leaked(self) -> None:
        leaked = [secret for secret in self.simulator.secrets if secret in self.printed]
        assert not leaked


@pytest.fixture
def simulator() -> t.Iterator[Simulator]:
    with Simulator(spaces=["analytics", "ingest", "support"]) as started:
        yield started


def test_a_playbook_with_a_store(simulator: Simulator, store: Store) -> None:
    playbook = Playbook(simulator, store.heading, store.folder, store.environment)
    away = pathlib.Path(f"{store.broken}.away")

    def stored() -> str:
        """The secret in the store, which works, of a key whose id it is."""
        secret = store.read()
        assert simulator.secret_is_valid(secret), playbook.printed
        return secret

    def writes() -> int:
        return len(simulator.writes)

    # Check mode only looks.
    assert playbook.run("--check") == 0, playbook.printed
    assert (writes(), store.read()) == (0, "")
    # Issue, and then nothing.
    assert playbook.run() == 0, playbook.printed
    first, sent = stored(), writes()
    assert playbook.run() == 0, playbook.printed
    assert (stored(), writes()) == (first, sent)
    # Rotate when it is due; the old secret still works.
    simulator.age(days=77)
    assert playbook.run() == 0, playbook.printed
    assert stored() != first
    assert simulator.secret_is_valid(first)
    # A write fails, and the job is killed before the next one.
    for failure in (f"mv {store.broken} {away}; mkdir {store.broken}", "kill -9 $PPID"):
        simulator.age(days=77)
        before = stored()
        assert playbook.run(before_writing=f"({failure}) 2>/dev/null") != 0
        if store.broken.is_dir():
            store.broken.rmdir()
        if away.exists():
            away.rename(store.broken)
        assert stored() == before
        simulator.age(seconds=TEN_MINUTES)
        assert playbook.run() == 0, playbook.printed
        assert stored() != before
    playbook.assert_nothing_leaked()


def test_a_playbook_for_many_keys(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    store = KeyValueStore()
    spaces = ["analytics", "ingest", "support"]
    with serving(store) as url:
        playbook = Playbook(simulator, "Many keys", tmp_path, {"VAULT_ADDR": url, "VAULT_TOKEN": TOKEN})
        assert playbook.run("--check") == 0, playbook.printed
        assert simulator.writes == []
        assert playbook.run() == 0, playbook.printed
        # One is lost, and another one can't be reissued: the lost one reaches the store all the same.
        store.data["arize/ingest"].clear()
        store.data["arize/support"].append({"key": "no secret"})
        simulator.age(seconds=TEN_MINUTES)
        assert playbook.run() != 0
        assert "is not the secret of an API key" in playbook.printed
        store.data["arize/support"].pop()
        assert playbook.run() == 0, playbook.printed
        for space in spaces:
            secret = store.data[f"arize/{space}"][-1]["key"]
            key = simulator.key_of_secret(secret)
            assert key is not None
            assert (key.name, simulator.secret_is_valid(secret)) == (f"{space}-ingest", True)
    playbook.assert_nothing_leaked()


@pytest.mark.parametrize(
    "heading", [text for text in PAGE.split("\n## ")[1:] if "```yaml" in text], ids=lambda text: text.partition("\n")[0]
)
def test_a_playbook_is_short(heading: str) -> None:
    text = recipe(heading.partition("\n")[0])
    assert sum(bool(line) for line in text.splitlines()) <= LONGEST
    assert [play["hosts"] for play in yaml.safe_load(text)] == ["localhost"]
