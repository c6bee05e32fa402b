# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""A file in a folder that is held open: the owner of a parent folder can put another one at the path at any time."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption

TEMPORARY_SUFFIX = ".new"
# Only what is needed to reach the files in a folder, which may be searched and written but not listed.
_SEARCH_ONLY = getattr(os, "O_PATH", os.O_RDONLY)


@dataclasses.dataclass(frozen=True)
class Place:
    """A file by its folder's descriptor and its name: the same file, whatever becomes of the path meanwhile."""

    path: str
    folder: int

    @property
    def name(self) -> str:
        return os.path.basename(self.path)

    @property
    def lock_name(self) -> str:
        return f".{self.name}.lock"

    def open(self, name: str, flags: int) -> int:
        """Open a file of the folder, never through a symbolic link. Raises OSError."""
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=self.folder)

    def stat(self, name: str) -> os.stat_result | None:
        """A file of the folder as it is, None when there is none. Raises OSError."""
        try:
            return os.stat(name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def unlink(self, name: str) -> None:
        """Raises OSError, but not when there is no such file."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.folder)

    def replace_by(self, name: str) -> None:
        """Rename a file of the folder to this one, and make that durable where the file system can. Raises OSError."""
        os.replace(name, self.name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        # The file is in place in any case.
        with contextlib.suppress(OSError):
            os.fsync(self.folder)

    def temporary(self) -> tuple[int, str]:
        """Create an empty temporary file (0600) beside this one; its descriptor and name. Raises OSError."""
        name = f".{self.name}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
        return self.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL), name

    def is_where_it_was(self) -> bool:
        """Whether the path still leads into the folder that is held."""
        try:
            return os.path.samestat(os.stat(os.path.dirname(self.path)), os.fstat(self.folder))
        except OSError:
            return False


@contextlib.contextmanager
def held_place(path: str) -> t.Iterator[Place]:
    """Hold the folder of an absolute path open. Raises OSError."""
    folder = os.path.dirname(path)
    flags = os.O_DIRECTORY | os.O_CLOEXEC
    try:
        descriptor = os.open(folder, os.O_RDONLY | flags)
    except PermissionError:
        descriptor = os.open(folder, _SEARCH_ONLY | flags)
    try:
        yield Place(path, descriptor)
    finally:
        os.close(descriptor)


def absolute_path(path: str) -> str:
    absolute = os.path.abspath(path)
    try:
        usable = b"\0" not in os.fsencode(absolute)
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise InvalidOption("dest", "holds a character that no path can have")
    return absolute
