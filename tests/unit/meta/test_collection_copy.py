# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of the checkout is a repository of its own, wherever it is made from."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from tools import collection_copy


@pytest.fixture
def checkout(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A checkout of one file."""
    made = tmp_path / "checkout"
    made.mkdir()
    (made / "galaxy.yml").touch()
    collection_copy.git(made, "init", "--quiet")
    monkeypatch.setattr(collection_copy, "CHECKOUT", made)
    return made


def test_a_copy_from_a_hook_of_git(
    checkout: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(checkout / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(checkout / ".git" / "index"))
    copy = collection_copy.copy_collection(tmp_path / "copy")
    assert (copy / ".git").is_dir()
    assert collection_copy.git(copy, "ls-files") == "galaxy.yml\n"
    assert collection_copy.git(checkout, "ls-files") == ""


def test_the_reason_of_git_is_shown(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere", encoding="utf-8")
    monkeypatch.setattr(collection_copy, "CHECKOUT", tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        collection_copy.copy_collection(tmp_path / "copy")
    assert "fatal: " in capfd.readouterr().err
