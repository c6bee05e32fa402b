# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""A lock for one file among the runs on a host, and the names of the temporary files beside it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
import time
import typing as t

from ansible_collections.community.arize.plugins.module_utils._errors import SecretFileError

# Seconds that a run waits for another one that writes the same file.
LOCK_TIMEOUT = 300.0
_POLL_SECONDS = 0.05
_TEMPORARY_SUFFIX = ".new"


def temporary_beside(path: str) -> tuple[int, str]:
    """Make an empty temporary file (0600) in the folder of `path`; its descriptor and path. Raises OSError."""
    return tempfile.mkstemp(_TEMPORARY_SUFFIX, f".{os.path.basename(path)}.", os.path.dirname(path))


@contextlib.contextmanager
def locked_file(path: str) -> t.Iterator[None]:
    """Hold the lock of `path`, which is a file beside it that is gone afterwards.

    With the lock held, temporary files of runs that were killed are removed; they may hold a secret.
    Raises SecretFileError when the lock can't be made or is held by others for LOCK_TIMEOUT seconds.
    """
    lock_path = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.lock")
    descriptor = _acquired(path, lock_path)
    try:
        _remove_leftovers(path)
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(lock_path)
        os.close(descriptor)


def _acquired(path: str, lock_path: str) -> int:
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SecretFileError(f"dest {path} can't be written, for its folder can't: {error.strerror}") from None
        if _locked(descriptor) and _is_file(lock_path, descriptor):
            return descriptor
        # Held by another run, or that one has removed the file and this descriptor locks what nobody else sees.
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise SecretFileError(
                f"dest {path} has been locked by another run on this host for more than {LOCK_TIMEOUT:.0f} s; "
                "see whether that run hangs, and run again",
            )
        time.sleep(_POLL_SECONDS)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_file(path: str, descriptor: int) -> bool:
    try:
        at_path = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(at_path, os.fstat(descriptor))


def _remove_leftovers(path: str) -> None:
    leftover = re.compile(rf"\.{re.escape(os.path.basename(path))}\.[a-z0-9_]{{8}}{re.escape(_TEMPORARY_SUFFIX)}")
    names: list[str] = []
    # A folder may be writable and not readable; then there is no telling.
    with contextlib.suppress(OSError):
        names = os.listdir(os.path.dirname(path))
    for name in names:
        if leftover.fullmatch(name):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(os.path.dirname(path), name))
