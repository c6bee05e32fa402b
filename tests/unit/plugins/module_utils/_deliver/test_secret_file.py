# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that receives a secret, on a real file system: never readable by others, whole or untouched."""

from __future__ import annotations

import errno
import grp
import os
import pathlib
import pwd
import stat
import subprocess
import time
import typing as t
from datetime import datetime, timezone

import pytest
from unit.plugins.builders import secret_of
from unit.plugins.secret_files import ISSUED, deliver, names, secret_file

from ansible_collections.community.arize.plugins.module_utils._deliver import state as _file_state
from ansible_collections.community.arize.plugins.module_utils._deliver.state import FileState
from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError

CONTENT = f"{secret_of('new')}\n".encode()
NEED_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away and mount")


@pytest.fixture(autouse=True)
def open_umask() -> t.Iterator[None]:
    """With this umask nothing but the code itself keeps a file from others."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    made = tmp_path / "folder"
    made.mkdir(0o755)
    return made


@pytest.mark.parametrize("before", [None, b"old-secret\n"])
@pytest.mark.parametrize("mode", ["0600", "0640", "400", 0o600])
def test_delivery(folder: pathlib.Path, before: bytes | None, mode: t.Any) -> None:
    path = folder / "secret"
    if before is not None:
        path.write_bytes(before)
        path.chmod(0o644)
    deliver(secret_file(path, mode=mode))
    assert path.read_bytes() == CONTENT
    assert stat.S_IMODE(path.stat().st_mode) == (mode if isinstance(mode, int) else int(mode, 8))
    assert names(folder) == ["secret"]


def test_no_file_is_ever_readable_by_others(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    def spied(function: t.Any) -> t.Any:
        def spy(*arguments: t.Any, **keywords: t.Any) -> t.Any:
            result = function(*arguments, **keywords)
            seen.extend((name, stat.S_IMODE(os.lstat(folder / name).st_mode)) for name in names(folder))
            return result

        return spy

    for name in ("open", "write", "fchmod", "ftruncate", "replace", "fsync", "lseek"):
        monkeypatch.setattr(os, name, spied(getattr(os, name)))
    deliver(secret_file(folder / "secret"))
    monkeypatch.undo()
    assert {name.split(".")[-1] for name, _mode in seen} == {"lock", "new", "secret"}
    assert {mode for _name, mode in seen} == {0o600}


def test_wide_mode_is_set_only_when_the_content_is_whole(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def note(name: str) -> None:
        call = getattr(os, name)

        def noted(*arguments: t.Any, **keywords: t.Any) -> t.Any:
            order.append(name)
            return call(*arguments, **keywords)

        monkeypatch.setattr(os, name, noted)

    for name in ("write", "ftruncate", "fchmod", "fsync", "replace"):
        note(name)
    target = secret_file(folder / "secret", mode="0644")
    with target.prepared(target.state()) as prepared:
        assert order == ["write", "fsync"]
        order.clear()
        prepared.commit(ISSUED)
    assert order == ["write", "ftruncate", "fchmod", "fsync", "replace", "fsync"]


@NEED_ROOT
def test_owner_and_group(folder: pathlib.Path) -> None:
    path = folder / "secret"
    deliver(secret_file(path, owner="nobody", group="12345"))
    found = path.stat()
    assert (found.st_uid, found.st_gid) == (pwd.getpwnam("nobody").pw_uid, 12345)
    deliver(secret_file(path))
    found = path.stat()
    assert (found.st_uid, found.st_gid) == (pwd.getpwnam("nobody").pw_uid, 12345)
    deliver(secret_file(path, group=grp.getgrgid(0).gr_name))
    assert path.stat().st_gid == 0


@NEED_ROOT
def test_attributes_are_compared_and_corrected(folder: pathlib.Path) -> None:
    path = folder / "secret"
    path.write_bytes(b"x")
    path.chmod(0o644)
    target = secret_file(path, owner="65534", group="65533")
    assert target.attributes_differ(target.state())
    assert not target.attributes_differ(FileState(None))
    target.correct_attributes()
    assert not target.attributes_differ(target.state())
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"x", 0o600)
    for changes in ({"mode": "0601"}, {"owner": "65533"}, {"group": "65534"}):
        assert secret_file(path, **{"owner": "65534", "group": "65533", **changes}).attributes_differ(target.state())


def no_room(*_arguments: t.Any, **_keywords: t.Any) -> t.NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


STEPS = [("prepare", "write"), ("prepare", "fsync")]
STEPS += [("commit", name) for name in ("write", "fsync", "fchmod", "ftruncate", "replace", "lseek")]


@pytest.mark.parametrize("before", [None, b"old-secret\n"])
@pytest.mark.parametrize(("stage", "name"), STEPS)
def test_failure_at_any_step_leaves_what_was_there(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch, stage: str, name: str, before: bytes | None
) -> None:
    path = folder / "secret"
    if before is not None:
        path.write_bytes(before)

    def run_into_it() -> None:
        target = secret_file(path)
        with target.locked(time.sleep):
            if stage == "prepare":
                monkeypatch.setattr(os, name, no_room)
            with target.prepared(target.state()) as prepared:
                monkeypatch.setattr(os, name, no_room)
                prepared.commit(ISSUED)

    with pytest.raises(SecretFileError, match="can't be written: No space left") as caught:
        run_into_it()
    monkeypatch.undo()
    assert secret_of("new") not in str(caught.value)
    assert names(folder) == ([] if before is None else ["secret"])
    assert before is None or path.read_bytes() == before


def test_fsync_of_the_folder_is_not_vital(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the rename the secret is in place: a complaint then would make the run revoke the key."""
    target = secret_file(folder / "secret")
    original = os.fsync

    def no_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        original(descriptor)

    with target.prepared(target.state()) as prepared:
        monkeypatch.setattr(os, "fsync", no_folders)
        prepared.commit(ISSUED)
    assert (folder / "secret").read_bytes() == CONTENT


def test_leaving_without_a_commit_removes_the_temporary_file(folder: pathlib.Path) -> None:
    target = secret_file(folder / "secret")

    def leave() -> None:
        with target.locked(time.sleep), target.prepared(target.state()):
            assert len(names(folder)) == 2
            raise KeyError

    with pytest.raises(KeyError):
        leave()
    assert names(folder) == []


def test_room_is_reserved_for_what_is_there_and_a_secret(folder: pathlib.Path) -> None:
    target = secret_file(folder / "settings", file_format="dotenv")
    (folder / "settings").write_bytes(b"A=1\n" * 2000)
    with target.locked(time.sleep), target.prepared(target.state()):
        assert max(path.stat().st_size for path in folder.iterdir()) >= 8000 + 100


@NEED_ROOT
def test_full_disk_is_noticed_before_a_secret_exists(folder: pathlib.Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this container can't mount a tmpfs")
    try:
        (folder / "filler").write_bytes(b"x" * 8192)
        target = secret_file(folder / "secret")
        with pytest.raises(SecretFileError, match="can't be written: No space left"), target.prepared(target.state()):
            pytest.fail("a secret would be issued now")
        assert names(folder) == ["filler"]
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("before", [None, b"old-secret\n"])
def test_restore(folder: pathlib.Path, before: bytes | None) -> None:
    path = folder / "secret"
    if before is not None:
        path.write_bytes(before)
        path.chmod(0o640)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    target = secret_file(path)
    state = target.state()
    deliver(target)
    target.restore(state)
    assert target.state() == state
    assert names(folder) == ([] if before is None else ["secret"])
    if before is None:
        target.restore(state)


def test_when_a_file_was_written(folder: pathlib.Path) -> None:
    path = folder / "secret"
    path.write_bytes(b"x")
    os.utime(path, (0, 1_700_000_000.5))
    assert secret_file(path).state().modified_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=timezone.utc)


def test_a_time_that_no_clock_shows_is_no_error() -> None:
    assert _file_state.instant(10**21) is None


def test_the_secret_in_a_file_is_in_no_repr() -> None:
    assert "ak-" not in repr(FileState(b"ak-x"))


def test_relative_paths(monkeypatch: pytest.MonkeyPatch, folder: pathlib.Path) -> None:
    monkeypatch.chdir(folder)
    assert secret_file("a").path == str(folder / "a")


def test_secret_in_names_the_path(folder: pathlib.Path) -> None:
    target = secret_file(folder / "secret")
    assert target.secret_in(FileState(None)) is None
    assert target.secret_in(FileState(b"ak-x\n")) == "ak-x"
    with pytest.raises(SecretFileError, match=r"^dest .*/secret holds something other"):
        target.secret_in(FileState(b"a b"))


def swap(folder: pathlib.Path) -> pathlib.Path:
    """What the owner of the parent folder can do at any time. Returns where the folder is now."""
    moved = folder.with_name("moved")
    folder.rename(moved)
    folder.mkdir(0o700)
    (folder / "secret").write_bytes(b"precious")
    return moved


@pytest.mark.parametrize("when", ["before a key is issued", "after a key is issued"])
def test_a_folder_that_was_put_in_the_place_of_the_first_one_is_not_touched(folder: pathlib.Path, when: str) -> None:
    (folder / "secret").write_bytes(b"old-secret")
    target = secret_file(folder / "secret")

    def run_into_it() -> None:
        with target.locked(time.sleep):
            state = target.state()
            if when == "before a key is issued":
                swap(folder)
            with target.prepared(state) as prepared:
                assert when != "before a key is issued", "a key would be issued now"
                swap(folder)
                assert target.state() == state
                prepared.commit(ISSUED)

    with pytest.raises(SecretFileError, match="its folder was replaced by another one meanwhile"):
        run_into_it()
    assert (names(folder), (folder / "secret").read_bytes()) == (["secret"], b"precious")
    moved = folder.with_name("moved")
    assert (names(moved), (moved / "secret").read_bytes()) == (["secret"], b"old-secret")


@pytest.mark.parametrize("before", [None, b"old-secret"])
def test_what_was_there_is_restored_where_it_was(folder: pathlib.Path, before: bytes | None) -> None:
    """After a lost round, in the folder that was written to, wherever it is now."""
    if before is not None:
        (folder / "secret").write_bytes(before)
    target = secret_file(folder / "secret")
    with target.locked(time.sleep):
        state = target.state()
        with target.prepared(state) as prepared:
            prepared.commit(ISSUED)
        moved = swap(folder)
        target.restore(state)
    assert (names(folder), (folder / "secret").read_bytes()) == (["secret"], b"precious")
    assert names(moved) == ([] if before is None else ["secret"])
    assert before is None or (moved / "secret").read_bytes() == before


def test_a_path_whose_folder_was_moved_away_is_not_followed_for_attributes(folder: pathlib.Path) -> None:
    (folder / "secret").write_bytes(b"x")
    target = secret_file(folder / "secret", mode="0640")
    with target.locked(time.sleep):
        moved = swap(folder)
        mode = (folder / "secret").stat().st_mode
        target.correct_attributes()
    assert (folder / "secret").stat().st_mode == mode
    assert stat.S_IMODE((moved / "secret").stat().st_mode) == 0o640


@NEED_ROOT
@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o2775])
def test_a_secret_is_not_handed_to_somebody_who_put_a_file_there(folder: pathlib.Path, mode: int) -> None:
    path = folder / "secret"
    path.write_bytes(b"old-secret")
    os.chown(path, 65534, 65534)
    os.chown(folder, 0, 12345)
    folder.chmod(mode)
    with pytest.raises(SecretFileError, match=r"belongs to nobody.* Set owner"):
        deliver(secret_file(path))
    assert path.read_bytes() == b"old-secret"
    deliver(secret_file(path, owner="root"))
    assert (path.read_bytes(), path.stat().st_uid) == (CONTENT, 0)


@NEED_ROOT
def test_the_owner_of_a_folder_keeps_the_files_in_it(folder: pathlib.Path) -> None:
    path = folder / "secret"
    path.write_bytes(b"old-secret")
    for shared in (folder, path):
        os.chown(shared, 65534, 12345)
    folder.chmod(0o775)
    deliver(secret_file(path))
    assert (path.read_bytes(), path.stat().st_uid) == (CONTENT, 65534)


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "warned"),
    [
        (0, 0, 0o755, False),
        (0, 0, 0o775, False),
        (0, 0, 0o777, True),
        (0, 0, 0o1777, True),
        (0, 12345, 0o755, False),
        (0, 12345, 0o775, True),
        (65534, pwd.getpwuid(65534).pw_gid, 0o775, False),
        (12345, 12345, 0o775, True),
    ],
)
@NEED_ROOT
def test_a_folder_that_others_can_write_is_warned_about(
    folder: pathlib.Path, uid: int, gid: int, mode: int, warned: bool
) -> None:
    """A group that is its owner's own is not others."""
    os.chown(folder, uid, gid)
    folder.chmod(mode)
    found = secret_file(folder / "secret").warnings()
    assert len(found) == warned
    assert all(str(folder) in warning and f"{mode:04o}" in warning for warning in found)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("0600", None),
        ("0640", None),
        ("0400", None),
        ("0644", "all users"),
        ("0764", "all users"),
        ("0602", "all users"),
        ("0240", "not let the owner"),
    ],
)
def test_a_mode_that_lets_others_in_or_its_owner_out_is_warned_about(mode: str, words: str | None) -> None:
    """A folder that does not exist yet is told by others."""
    found = secret_file("/nowhere/secret", mode=mode).warnings()
    assert [words is not None and words in warning and mode in warning for warning in found] == [True] * bool(words)
