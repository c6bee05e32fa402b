# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused as a secret file, before anything is written."""

from __future__ import annotations

import contextlib
import os
import pathlib
import typing as t

import pytest
from unit.plugins.secret_files import deliver, names, secret_file

from ansible_collections.community.arize.plugins.module_utils._deliver.secret_file import SecretFile
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, SecretFileError

NO_IDS = ["²", "9" * 30, "9" * 5000, str(2**32 - 1), "-1", "a\0b", "\ud800", "", " 5", "٣"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": "rw"}, "mode: 'rw' is not a valid mode"),
        ({"mode": "u=rw"}, "'u=rw' is not a valid mode"),
        ({"mode": "0888"}, "not a valid mode"),
        ({"mode": "1777"}, "not a valid mode"),
        ({"mode": -1}, "not a valid mode"),
        ({"mode": None}, "not a valid mode"),
        ({"mode": True}, "not a valid mode"),
        ({"mode": ""}, "not a valid mode"),
        ({"mode": "²"}, "not a valid mode"),
        ({"mode": 0o1600}, "not a valid mode"),
        ({"mode": 400}, "write mode: '0400'"),
        ({"mode": 440}, "write mode: '0440'"),
        ({"mode": 444}, "write mode: '0444'"),
        ({"mode": 500}, "write mode: '0500'"),
        ({"mode": 600}, "write mode: '0600'"),
        ({"mode": 640}, "write mode: '0640'"),
        ({"mode": 0o777}, "write mode: '0511'"),
        ({"mode": "420"}, "with a leading zero and in quotes"),
        ({"owner": "no-such-user"}, "owner: there is no user"),
        ({"group": "no-such-group"}, "group: there is no group"),
        *[({"owner": name}, "owner: there is no user") for name in NO_IDS],
        *[({"group": name}, "group: there is no group") for name in NO_IDS],
        *[({"path": path}, "dest: .* no path can have") for path in ("/x\0y", "/x\ud800")],
    ],
)
def test_attributes_that_do_not_exist(changes: dict[str, t.Any], words: str) -> None:
    with pytest.raises(InvalidOption, match=words):
        secret_file(changes.pop("path", "/x"), **changes)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o660, 0o400, 0o440, 0o700, 0o750, 0o755, 0o040, 0])
def test_what_yaml_makes_of_a_mode_without_quotes_is_that_mode(mode: int) -> None:
    assert secret_file("/x", mode=mode).mode == mode


def test_any_mode_in_quotes_with_a_leading_zero_is_that_mode() -> None:
    assert [secret_file("/x", mode=f"0{mode:o}").mode for mode in range(0o1000)] == list(range(0o1000))


def make_fifo(path: pathlib.Path) -> None:
    os.mkfifo(path)


def make_link(path: pathlib.Path) -> None:
    path.with_name("target").write_bytes(b"precious")
    path.symlink_to("target")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pathlib.Path.mkdir, "is a directory"),
        (make_fifo, "not a regular file"),
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


def test_no_write_permission_for_the_folder(tmp_path: pathlib.Path) -> None:
    with as_other_user(tmp_path, 0o755) as folder:
        with pytest.raises(SecretFileError, match="this user has no write permission for its folder"):
            secret_file(folder / "secret").check_writable()


def test_a_file_that_this_user_can_not_replace_is_refused_before_a_key_is_issued(tmp_path: pathlib.Path) -> None:
    """In a sticky folder the rename would fail, when the secret exists already."""
    with as_other_user(tmp_path, 0o1777) as folder:
        path = folder / "secret"
        os.seteuid(0)
        path.write_bytes(b"x")
        path.chmod(0o644)
        os.chown(path, 0, 0)
        os.seteuid(65534)
        with pytest.raises(SecretFileError, match="only root can replace it"):
            secret_file(path, owner="65534").state()


def test_who_can_not_give_a_file_away_is_told_what_to_do(tmp_path: pathlib.Path) -> None:
    with as_other_user(tmp_path, 0o777) as folder:
        for changes, what in (({"owner": "root"}, "owner"), ({"group": "0"}, "group")):
            target = secret_file(folder / "secret", **changes)
            words = f"Can't change the {what} of .*/secret to root without root permissions: use become"
            with pytest.raises(SecretFileError, match=words), target.prepared(target.state()):
                pytest.fail("a secret would be issued now")
        assert names(folder) == []


@contextlib.contextmanager
def as_other_user(tmp_path: pathlib.Path, mode: int) -> t.Iterator[pathlib.Path]:
    """A folder of root's, and within the context the rights of nobody. Skips where this process is not root."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(mode)
    hidden = [parent for parent in folder.parents if not parent.stat().st_mode & 0o001]
    for parent in hidden:
        parent.chmod(parent.stat().st_mode | 0o011)
    os.setegid(65534)
    # The real one, too, which os.access goes by; the saved one leads back.
    os.setresuid(65534, 65534, 0)
    try:
        yield folder
    finally:
        os.setresuid(0, 0, 0)
        os.setegid(0)
        for parent in hidden:
            parent.chmod(parent.stat().st_mode & ~0o011)
