# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a secret file: runs on one host queue up, and clean up after those that were killed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import multiprocessing
import os
import pathlib
import shutil
import tempfile
import threading
import time
import typing as t

import pytest

from ansible_collections.community.arize.plugins.module_utils._deliver import lock as _file_lock
from ansible_collections.community.arize.plugins.module_utils._deliver.lock import locked_file
from ansible_collections.community.arize.plugins.module_utils._deliver.place import Place, held_place
from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError


@contextlib.contextmanager
def locked(path: pathlib.Path | str, sleep: t.Callable[[float], None] = time.sleep) -> t.Iterator[None]:
    with held_place(str(path)) as place, locked_file(place, sleep):
        yield


def increment(path: str, rounds: int) -> None:
    """Read, dawdle, write: without a lock counts get lost."""
    counter = pathlib.Path(path)
    for _round in range(rounds):
        with locked(path):
            count = int(counter.read_text())
            time.sleep(0.002)
            counter.write_text(str(count + 1))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_runs_queue_up(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(_file_lock, "_POLL_SECONDS", 0.001)
    path = tmp_path / "secret"
    path.write_text("0")
    start: t.Any = threading.Thread if kind == "threads" else multiprocessing.get_context("fork").Process
    workers = [start(target=increment, args=(str(path), 10)) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert path.read_text() == "40"
    assert os.listdir(tmp_path) == ["secret"]


def test_waiting_ends_with_a_message(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "secret"
    pauses: list[float] = []
    with locked(path):
        with pytest.raises(SecretFileError, match="locked by another run"), locked(path, pauses.append):
            pytest.fail("two runs hold the lock")
        assert os.listdir(tmp_path) == [".secret.lock"]
    assert os.listdir(tmp_path) == []
    assert sum(pauses) == pytest.approx(_file_lock.LOCK_TIMEOUT)


@pytest.mark.parametrize("name", ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EIO", "EINVAL"])
def test_a_file_system_without_locks(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A message that says what to do, and no descriptor left behind."""
    number = getattr(errno, name)

    def failing(*_arguments: t.Any) -> t.NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", failing)
    before = os.listdir("/dev/fd")
    with pytest.raises(SecretFileError, match=r"can't be locked.*a path on a local"), locked(tmp_path / "secret"):
        pytest.fail("locked without a lock")
    assert os.listdir("/dev/fd") == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave a lock file of root and run as another user")
def test_the_owner_of_a_lock_file_that_is_left_is_named() -> None:
    place = pathlib.Path(tempfile.mkdtemp())
    try:
        place.chmod(0o777)
        (place / ".secret.lock").touch(0o600)
        os.seteuid(65534)
        with pytest.raises(SecretFileError) as caught, locked(place / "secret"):
            pytest.fail("locked with a file of root")
    finally:
        os.seteuid(0)
        shutil.rmtree(place)
    message = str(caught.value)
    assert f"{place}/.secret.lock" in message
    assert "belongs to root" in message
    assert "remove the lock file" in message


def test_lock_file_of_a_killed_run_is_no_obstacle(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".secret.lock").write_bytes(b"")
    with locked(tmp_path / "secret"):
        assert os.listdir(tmp_path) == [".secret.lock"]
    assert os.listdir(tmp_path) == []


def test_lock_is_not_taken_through_a_symbolic_link(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".secret.lock").symlink_to("elsewhere")
    with pytest.raises(SecretFileError, match="can't be written"), locked(tmp_path / "secret"):
        pytest.fail("locked through a link")
    assert os.listdir(tmp_path) == [".secret.lock"]


def test_lock_that_its_holder_has_removed_is_taken_anew(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A descriptor of a file that is no longer at the path locks what nobody else sees."""
    original = _file_lock._locked
    calls: list[int] = []

    def removed_meanwhile(descriptor: int) -> bool:
        calls.append(descriptor)
        if len(calls) == 1:
            os.unlink(tmp_path / ".secret.lock")
        return original(descriptor)

    monkeypatch.setattr(_file_lock, "_locked", removed_meanwhile)
    with locked(tmp_path / "secret"):
        assert os.listdir(tmp_path) == [".secret.lock"]
    assert len(calls) == 2


def test_leftovers_of_killed_runs_are_removed_and_nothing_else(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "secret"
    with held_place(str(path)) as place:
        descriptor, leftover = place.temporary()
        os.close(descriptor)
    others = [
        ".other.abcdefgh.new",
        ".secret.abcdefgh.old",
        "secret",
        ".secret.new",
        ".secret.ABC.new",
        "x.secret.abcdefgh.new",
    ]
    for name in others:
        (tmp_path / name).write_bytes(b"")
    assert leftover.startswith(".secret.")
    with locked(path):
        assert set(os.listdir(tmp_path)) == {*others, ".secret.lock"}


def test_a_lock_file_that_can_not_be_removed_is_no_error(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is written by then, and the next run takes the lock that is left."""

    def refused(*_arguments: t.Any) -> t.NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patches, locked(tmp_path / "secret"):
        patches.setattr(Place, "unlink", refused)
    assert os.listdir(tmp_path) == [".secret.lock"]


def test_lock_is_free_after_an_error(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "secret"
    for _round in range(2):
        with pytest.raises(KeyError), locked(path):
            raise KeyError
    assert os.listdir(tmp_path) == []


def test_folder_that_can_not_be_listed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with mode 0300 can be written and not listed: that must not end in a traceback."""

    def unlisted(_path: int) -> list[str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "listdir", unlisted)
    try:
        with locked(tmp_path / "secret"):
            pass
    except SecretFileError:
        pass
    monkeypatch.undo()
    assert os.listdir(tmp_path) == []


def test_waiting_holds_no_descriptor(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens the lock file again and again, for up to five minutes: what it leaves open adds up to the limit."""
    monkeypatch.setattr(_file_lock, "LOCK_TIMEOUT", 0.1)
    path = tmp_path / "secret"
    with locked(path):
        before = len(os.listdir("/dev/fd"))
        with pytest.raises(SecretFileError), locked(path):
            pytest.fail("two runs hold the lock")
        assert len(os.listdir("/dev/fd")) == before
