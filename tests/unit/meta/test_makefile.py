# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Makefile makes again what is out of date."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[3]
EXCHANGES = ".cache/exchanges/.venv.jsonl"
COMPLETE = ".cache/exchanges/complete"
SOURCES = (
    "plugins/a.py",
    "roles/a/tasks/main.yml",
    "tests/integration/targets/a/tasks/main.yml",
    "tests/simulator/a.py",
)


@pytest.fixture
def checkout(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder in which the integration targets have run."""
    environment = ("tests/requirements.txt", "tests/constraints.txt", ".venv/.ready")
    for moment, name in enumerate((*environment, *SOURCES, EXCHANGES, COMPLETE)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
        os.utime(tmp_path / name, (moment, moment))
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


def make(checkout: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Nothing of a make that runs the tests.
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def runs_integration(checkout: pathlib.Path) -> bool:
    """Whether `make clients` would run the integration targets before it judges what they exchanged."""
    done = make(checkout, "--dry-run", "clients")
    assert done.returncode == 0, done.stderr
    assert "pytest tests/clients" in done.stdout
    return "ansible_test.py integration" in done.stdout.partition("pytest tests/clients")[0]


def test_exchanges_that_are_complete_are_judged(checkout: pathlib.Path) -> None:
    assert not runs_integration(checkout)
    compiled = checkout / "plugins/__pycache__/a.pyc"
    compiled.parent.mkdir()
    compiled.touch()
    assert not runs_integration(checkout)


@pytest.mark.parametrize("name", [*SOURCES, EXCHANGES])
def test_exchanges_are_made_again_after_a_change(checkout: pathlib.Path, name: str) -> None:
    (checkout / name).touch()
    assert runs_integration(checkout)


@pytest.mark.parametrize("name", [EXCHANGES, COMPLETE])
def test_exchanges_that_are_missing_or_not_complete_are_made(checkout: pathlib.Path, name: str) -> None:
    (checkout / name).unlink()
    assert runs_integration(checkout)


@pytest.mark.parametrize("status", [0, 1])
def test_only_a_run_that_passed_is_complete(checkout: pathlib.Path, status: int) -> None:
    program = checkout / ".venv/bin/python"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexit {status}\n", encoding="utf-8")
    program.chmod(0o755)
    done = make(checkout, "integration")
    assert (done.returncode == 0) == (checkout / COMPLETE).exists() == (status == 0)


def test_the_locale_is_one_that_ansible_takes(checkout: pathlib.Path) -> None:
    program = checkout / ".venv/bin/python"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "locale: $LC_ALL"\n', encoding="utf-8")
    program.chmod(0o755)
    assert "locale: C.UTF-8\n" in make(checkout, "integration").stdout
