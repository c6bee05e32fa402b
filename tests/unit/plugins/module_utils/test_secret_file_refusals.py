# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused as a secret file, before anything is written."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from unit.plugins.secret_files import deliver, names, secret_file

from ansible_collections.community.arize.plugins.module_utils._errors import InvalidOption, SecretFileError
from ansible_collections.community.arize.plugins.module_utils._secret_file import SecretFile


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": "rw"}, "mode: 'rw' is no mode"),
        ({"mode": "u=rw"}, "no mode in octal"),
        ({"mode": "0888"}, "no mode"),
        ({"mode": "1777"}, "no mode"),
        ({"mode": 600}, "put it in quotes"),
        ({"mode": -1}, "no mode"),
        ({"mode": None}, "no mode"),
        ({"mode": True}, "no mode"),
        ({"mode": ""}, "no mode"),
        ({"owner": "no-such-user"}, "owner: there is no user"),
        ({"group": "no-such-group"}, "group: there is no group"),
    ],
)
def test_attributes_that_do_not_exist(changes: dict[str, t.Any], words: str) -> None:
    with pytest.raises(InvalidOption, match=words):
        secret_file("/x", **changes)


def make_fifo(path: pathlib.Path) -> None:
    os.mkfifo(path)


def make_link(path: pathlib.Path) -> None:
    path.with_name("target").write_bytes(b"precious")
    path.symlink_to("target")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pathlib.Path.mkdir, "is a directory"),
        (make_fifo, "no regular file"),
        (make_link, "is a symbolic link, which is not followed"),
        (lambda path: path.symlink_to("nowhere"), "is a symbolic link"),
        (lambda path: path.write_bytes(b"x" * (1024 * 1024 + 1)), "larger than 1 MiB"),
    ],
)
def test_what_is_no_secret_file_is_left_alone(tmp_path: pathlib.Path, make: t.Any, words: str) -> None:
    path = tmp_path / "secret"
    make(path)
    before = names(tmp_path)
    with pytest.raises(SecretFileError, match=words) as caught:
        deliver(secret_file(path))
    assert str(path) in str(caught.value)
    assert names(tmp_path) == before


@pytest.mark.parametrize("path", ["missing/secret", "file/secret", "file/below/secret"])
def test_folder_that_is_none(tmp_path: pathlib.Path, path: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    for attempt in (SecretFile.state, SecretFile.check_writable, deliver):
        with pytest.raises(SecretFileError, match=r"folder that does not exist|can't be read"):
            attempt(secret_file(tmp_path / path))
    assert names(tmp_path) == ["file"]
