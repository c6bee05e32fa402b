# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The file that receives a secret: read it, lock it, prove that it can be written, replace it at one stroke.

Everything goes by the descriptor of its folder, which is held from the lock to the rename.

Ansible's own `atomic_move` is not used, because it gives a new file 0644 even from a temporary file with 0600
(measured on ansible-core 2.19). All errors are SecretFileError, with the path and what to do.
"""

from __future__ import annotations

import contextlib
import os
import stat
import typing as t

from ansible_collections.community.arize.plugins.module_utils._deliver.access import (
    file_mode,
    give_to,
    group_id,
    mode_warnings,
    others_can_write,
    problem_of_file,
    user_id,
)
from ansible_collections.community.arize.plugins.module_utils._deliver.content import stored_secret, with_secret
from ansible_collections.community.arize.plugins.module_utils._deliver.lock import locked_file
from ansible_collections.community.arize.plugins.module_utils._deliver.place import Place, absolute_path, held_place
from ansible_collections.community.arize.plugins.module_utils._deliver.state import FileState, read_state, set_time
from ansible_collections.community.arize.plugins.module_utils._model.declaration import Destination
from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError
from ansible_collections.community.arize.plugins.module_utils._model.keys import IssuedKey

# Bytes that are reserved on the disk for a secret before it is issued, beside the present content.
_RESERVED = 4096


class SecretFile:
    """One destination. Nothing is written before `prepared()`."""

    def __init__(self, destination: Destination) -> None:
        """Raises InvalidOption for a path, mode, owner or group that can't be used on this host."""
        self.path = absolute_path(destination.path)
        self.mode = file_mode(destination.mode)
        self._format = destination.file_format
        self._variable = destination.variable
        self._uid = None if destination.owner is None else user_id(destination.owner)
        self._gid = None if destination.group is None else group_id(destination.group)
        self._held: Place | None = None

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    def warnings(self) -> list[str]:
        """What is unsafe about the folder and the declared mode, in sentences."""
        found = mode_warnings(self.mode)
        with contextlib.suppress(OSError):
            folder = os.stat(self.folder)
            if others_can_write(folder):
                found.append(
                    f"Other users can write to the folder of dest {self.path}, whose mode is "
                    f"{stat.S_IMODE(folder.st_mode):04o}, so they could put a file of theirs in its place. Choose a "
                    "folder that only its owner can write.",
                )
        return found

    def state(self) -> FileState:
        """What lies there now. Refuses symbolic links and everything that is not a regular file."""
        with self._place() as place:
            try:
                descriptor = place.open(place.name, os.O_RDONLY | os.O_NONBLOCK)
            except FileNotFoundError:
                return FileState(None)
            except OSError as error:
                raise self._unreadable(place, error) from None
            try:
                found = os.fstat(descriptor)
                self._check_kind(place, found)
                return read_state(descriptor, found)
            finally:
                os.close(descriptor)

    @contextlib.contextmanager
    def locked(self, sleep: t.Callable[[float], None]) -> t.Iterator[None]:
        """Hold off other runs on this host that write the same file; they queue up.

        Meanwhile the folder is held open. A folder that is put in its place is not written to.
        """
        self.check_writable()
        with self._place() as place, locked_file(place, sleep):
            self._held = place
            try:
                yield
            finally:
                self._held = None

    def check_writable(self) -> None:
        """Refuse a folder in which no file can be made; writes nothing, so that check mode can ask, too."""
        with self._place() as place:
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=place.folder):
                raise self._error(
                    "can't be written: this user has no write permission for its folder; use become or another path",
                )

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
            with self._place() as place:
                descriptor = place.open(place.name, os.O_RDONLY | os.O_NONBLOCK)
                try:
                    self._check_kind(place, os.fstat(descriptor))
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
        with contextlib.ExitStack() as stack:
            place = stack.enter_context(self._place())
            self.check_same_folder(place)
            yield stack.enter_context(self._temporary(place, before))

    def restore(self, before: FileState) -> None:
        """Bring back what lay at the destination before this run. Raises SecretFileError."""
        with self._place() as place:
            if before.content is not None:
                with self._temporary(place, before) as temporary:
                    temporary.put_back(before.content)
                return
            try:
                place.unlink(place.name)
            except OSError as error:
                raise self._error(f"can't be removed again: {error.strerror}") from None

    @contextlib.contextmanager
    def _temporary(self, place: Place, before: FileState) -> t.Iterator[PreparedFile]:
        size = _RESERVED + (0 if before.content is None else len(before.content))
        try:
            descriptor, name = place.temporary()
        except OSError as error:
            raise self._error(f"can't be written: no file can be created in its folder: {error.strerror}") from None
        try:
            try:
                self._own(descriptor, before.uid, before.gid)
                _write_all(descriptor, b"\0" * size)
                os.fsync(descriptor)
            except OSError as error:
                raise self._error(f"can't be written: {error.strerror}") from None
            yield PreparedFile(self, before, place, descriptor, name)
        finally:
            os.close(descriptor)
            place.unlink(name)

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
        give_to(descriptor, self.path, uid if self._uid is None else self._uid, gid if self._gid is None else self._gid)

    def has_folder(self) -> bool:
        return os.path.isdir(self.folder)

    @contextlib.contextmanager
    def _place(self) -> t.Iterator[Place]:
        """The file in its folder: in the one that is held, if any."""
        if self._held is not None:
            yield self._held
            return
        with contextlib.ExitStack() as stack:
            try:
                place = stack.enter_context(held_place(self.path))
            except (FileNotFoundError, NotADirectoryError):
                raise self._error(
                    "lies in a folder that does not exist; create it first with ansible.builtin.file"
                ) from None
            except OSError as error:
                raise self._error(f"can't be read: its folder can't be opened: {error.strerror}") from None
            yield place

    def _unreadable(self, place: Place, error: OSError) -> SecretFileError:
        found = None
        with contextlib.suppress(OSError):
            found = place.stat(place.name)
        if found is not None and stat.S_ISLNK(found.st_mode):
            return self._error("is a symbolic link, which is not followed; give the path of the file itself")
        return self._error(f"can't be read: {error.strerror}")

    def _check_kind(self, place: Place, found: os.stat_result) -> None:
        """Refuse what is not a secret file, and what somebody else may have put there."""
        problem = problem_of_file(found, os.fstat(place.folder), os.geteuid(), self._uid is not None)
        if problem is not None:
            raise self._error(problem)

    def check_same_folder(self, place: Place) -> None:
        """Refuse to go on when the path no longer leads into the folder that is held."""
        if not place.is_where_it_was():
            raise self._error("can't be written: its folder was replaced by another one meanwhile")

    def _error(self, problem: str) -> SecretFileError:
        return SecretFileError(f"dest {self.path} {problem}")


class PreparedFile:
    """A temporary file that is ready to become the destination."""

    def __init__(self, target: SecretFile, before: FileState, place: Place, descriptor: int, name: str) -> None:
        self._target = target
        self._before = before
        self._place = place
        self._descriptor = descriptor
        self._name = name

    def commit(self, issued: IssuedKey) -> None:
        """Put the new secret in place of the old content, at one stroke and on the disk."""
        content = self._target.content_for(self._before, issued)
        with self._failures_told():
            self._write(content, self._target.mode)
            os.fsync(self._descriptor)
            self._target.check_same_folder(self._place)
            self._place.replace_by(self._name)

    def put_back(self, content: bytes) -> None:
        """Put back what was there before. It is as old as it was: the next run judges the secret by its age."""
        with self._failures_told():
            self._write(content, self._target.mode if self._before.mode is None else self._before.mode)
            if self._before.modified_at is not None:
                set_time(self._descriptor, self._before.modified_at)
            os.fsync(self._descriptor)
            self._place.replace_by(self._name)

    def _write(self, content: bytes, mode: int) -> None:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        _write_all(self._descriptor, content)
        os.ftruncate(self._descriptor, len(content))
        os.fchmod(self._descriptor, mode)

    @contextlib.contextmanager
    def _failures_told(self) -> t.Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SecretFileError(f"dest {self._target.path} can't be written: {error.strerror}") from None


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
