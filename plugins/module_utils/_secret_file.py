# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The file that receives a secret: read it, lock it, prove that it can be written, replace it at one stroke.

Ansible's own `atomic_move` is not used, because it gives a new file 0644 even from a temporary file with 0600
(measured on ansible-core 2.19). All errors are SecretFileError, with the path and what to do.
"""

from __future__ import annotations

import contextlib
import dataclasses
import grp
import os
import pwd
import stat
import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.community.arize.plugins.module_utils._desired import Destination
from ansible_collections.community.arize.plugins.module_utils._errors import InvalidOption, SecretFileError
from ansible_collections.community.arize.plugins.module_utils._file_lock import locked_file, temporary_beside
from ansible_collections.community.arize.plugins.module_utils._models import IssuedKey
from ansible_collections.community.arize.plugins.module_utils._secret_text import stored_secret, with_secret

_LARGEST_FILE = 1024 * 1024
# Bytes that are reserved on the disk for a secret before it is issued, beside the present content.
_RESERVED = 4096
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclasses.dataclass(frozen=True)
class FileState:
    """What lies at the path: its content (None: no file), mode bits, owner, and when it was written."""

    content: bytes | None = dataclasses.field(repr=False)
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    # By the host's clock. None for a file whose time is beyond what a datetime can hold, too.
    modified_at: datetime | None = None


class SecretFile:
    """One destination. Nothing is written before `prepared()`."""

    def __init__(self, destination: Destination) -> None:
        """Raises InvalidOption for a mode, owner or group that does not exist on this host."""
        self.path = os.path.abspath(os.path.expanduser(destination.path))
        self.mode = _mode(destination.mode)
        self._format = destination.file_format
        self._variable = destination.variable
        self._uid = None if destination.owner is None else _user_id(destination.owner)
        self._gid = None if destination.group is None else _group_id(destination.group)

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    def state(self) -> FileState:
        """What lies there now. Refuses symbolic links and everything that is not a regular file."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            self._check_folder()
            return FileState(None)
        except OSError as error:
            if os.path.islink(self.path):
                raise self._error(
                    "is a symbolic link, which is not followed; give the path of the file itself"
                ) from None
            raise self._error(f"can't be read: {error.strerror}") from None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                kind = "a directory" if stat.S_ISDIR(found.st_mode) else "no regular file"
                raise self._error(f"is {kind}; give the path of a file")
            if found.st_size > _LARGEST_FILE:
                raise self._error("is larger than 1 MiB, so it is no secret file; give another path")
            content = os.read(descriptor, _LARGEST_FILE + 1)
        finally:
            os.close(descriptor)
        return FileState(
            content,
            stat.S_IMODE(found.st_mode),
            found.st_uid,
            found.st_gid,
            _instant(found.st_mtime_ns),
        )

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        """Hold off other runs on this host that write the same file; they queue up."""
        self.check_writable()
        with locked_file(self.path):
            yield

    def check_writable(self) -> None:
        """Refuse a folder in which no file can be made; writes nothing, so that check mode can ask, too."""
        self._check_folder()
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise self._error("can't be written, for its folder is read-only for this user; use become or another path")

    def secret_in(self, state: FileState) -> str | None:
        """The secret in the file, None where there is none."""
        if state.content is None:
            return None
        try:
            return stored_secret(state.content, self._format, self._variable)
        except SecretFileError as error:
            raise self._error(f"{error}.") from None

    def attributes_differ(self, state: FileState) -> bool:
        """Whether an existing file has another mode, owner or group than declared."""
        if state.content is None:
            return False
        return (
            state.mode != self.mode
            or (self._uid is not None and state.uid != self._uid)
            or (self._gid is not None and state.gid != self._gid)
        )

    def correct_attributes(self) -> None:
        """Give an existing file the declared mode, owner and group, its content untouched."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                self._own(descriptor, None, None)
                os.fchmod(descriptor, self.mode)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._error(f"can't be given its mode, owner or group: {error.strerror}") from None

    @contextlib.contextmanager
    def prepared(self, before: FileState) -> t.Iterator[PreparedFile]:
        """A temporary file beside the destination with room on the disk and the final owner, before a secret exists.

        Leaving the context without a commit removes it.
        """
        size = _RESERVED + (0 if before.content is None else len(before.content))
        try:
            descriptor, path = temporary_beside(self.path)
        except OSError as error:
            self._check_folder()
            raise self._error(f"can't be written, for its folder can't: {error.strerror}") from None
        temporary = PreparedFile(self, before, descriptor, path)
        try:
            try:
                self._own(descriptor, before.uid, before.gid)
                _write_all(descriptor, b"\0" * size)
                os.fsync(descriptor)
            except OSError as error:
                raise self._error(f"can't be written: {error.strerror}") from None
            yield temporary
        finally:
            os.close(descriptor)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def content_for(self, before: FileState, issued: IssuedKey) -> bytes:
        """The file's new content."""
        name = os.path.basename(self.path)
        try:
            return with_secret(
                before.content,
                issued.secret.reveal(),
                issued.api_key,
                self._format,
                self._variable,
                name,
            )
        except SecretFileError as error:
            raise self._error(f"{error}.") from None

    def _own(self, descriptor: int, uid: int | None, gid: int | None) -> None:
        """Set the declared owner and group, or keep those of the file that is replaced."""
        wanted_uid = self._uid if self._uid is not None else uid
        wanted_gid = self._gid if self._gid is not None else gid
        found = os.fstat(descriptor)
        if (wanted_uid not in (None, found.st_uid)) or (wanted_gid not in (None, found.st_gid)):
            try:
                os.fchown(
                    descriptor,
                    -1 if wanted_uid is None else wanted_uid,
                    -1 if wanted_gid is None else wanted_gid,
                )
            except PermissionError:
                raise self._error(
                    "belongs to another user or group, or shall, and only root can give a file away; "
                    "use become, or another owner and group",
                ) from None

    def has_folder(self) -> bool:
        return os.path.isdir(self.folder)

    def _check_folder(self) -> None:
        if not self.has_folder():
            raise self._error("lies in a folder that does not exist; create it first with ansible.builtin.file")

    def _error(self, problem: str) -> SecretFileError:
        return SecretFileError(f"dest {self.path} {problem}")


class PreparedFile:
    """A temporary file that is ready to become the destination."""

    def __init__(self, target: SecretFile, before: FileState, descriptor: int, path: str) -> None:
        self._target = target
        self._before = before
        self._descriptor = descriptor
        self._path = path

    def commit(self, issued: IssuedKey) -> None:
        """Put the new secret in place of the old content, at one stroke and on the disk."""
        self._replace(self._target.content_for(self._before, issued), self._target.mode)

    def put_back(self, content: bytes) -> None:
        """Put back what was there before. It is as old as it was: the next run judges the secret by its age."""
        mode = self._target.mode if self._before.mode is None else self._before.mode
        self._replace(content, mode, self._before.modified_at)

    def _replace(self, content: bytes, mode: int, modified_at: datetime | None = None) -> None:
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            _write_all(self._descriptor, content)
            os.ftruncate(self._descriptor, len(content))
            os.fchmod(self._descriptor, mode)
            if modified_at is not None:
                nanoseconds = (modified_at - _EPOCH) // timedelta(microseconds=1) * 1000
                os.utime(self._descriptor, ns=(nanoseconds, nanoseconds))
            os.fsync(self._descriptor)
            os.replace(self._path, self._target.path)
            _sync_folder(self._target.folder)
        except OSError as error:
            raise SecretFileError(f"dest {self._target.path} can't be written: {error.strerror}") from None


def restore(target: SecretFile, before: FileState) -> None:
    """Bring back what lay at the destination before this run. Raises SecretFileError."""
    if before.content is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(target.path)
        return
    with target.prepared(before) as prepared:
        prepared.put_back(before.content)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: str) -> None:
    """Make the rename durable, where the file system can: the secret is in place in any case."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _instant(nanoseconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return None


def _mode(value: t.Any) -> int:
    # YAML reads 0600 without quotes as the number 384, which is the mode that was meant.
    try:
        mode = value if isinstance(value, int) and not isinstance(value, bool) else int(str(value), 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o777:
        raise InvalidOption("mode", f"{value!r} is no mode in octal, such as '0600'; put it in quotes")
    return mode


def _user_id(name: str) -> int:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name).pw_uid
    if name.isdigit():
        return int(name)
    raise InvalidOption("owner", f"there is no user {name!r} on the host where the module runs")


def _group_id(name: str) -> int:
    with contextlib.suppress(KeyError):
        return grp.getgrnam(name).gr_gid
    if name.isdigit():
        return int(name)
    raise InvalidOption("group", f"there is no group {name!r} on the host where the module runs")
