# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball that `make build` left in dist, and the collection as it installs from it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import typing as t

import pytest
from support.playbooks import NOT_INHERITED, ROOT

Command = t.Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def tarball() -> pathlib.Path:
    (path,) = (ROOT / "dist").glob("*.tar.gz")
    return path


@pytest.fixture
def command(tmp_path: pathlib.Path) -> Command:
    """Runs a command that has to succeed, in a folder of its own, where Ansible sees `collections` alone."""

    def run(*words: str | pathlib.Path, path: pathlib.Path | None = None) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(NOT_INHERITED)}
        environment = {
            **kept,
            "PATH": os.pathsep.join(str(folder) for folder in (path, os.environ["PATH"]) if folder),
            "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections"),
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_NOCOLOR": "1",
        }
        done = subprocess.run(
            [str(word) for word in words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def installed(tarball: pathlib.Path, command: Command, tmp_path: pathlib.Path) -> pathlib.Path:
    """The collection, installed offline into a path that was empty."""
    command("ansible-galaxy", "collection", "install", "--offline", tarball)
    return tmp_path / "collections/ansible_collections/community/arize"
