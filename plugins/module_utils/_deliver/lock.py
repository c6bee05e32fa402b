# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""A lock for one file among the runs on a host."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import typing as t

from ansible_collections.community.arize.plugins.module_utils._deliver.access import user_name
from ansible_collections.community.arize.plugins.module_utils._deliver.place import TEMPORARY_SUFFIX, Place
from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError

# Seconds that a run waits for another one that writes the same file.
LOCK_TIMEOUT = 300.0
_POLL_SECONDS = 0.05


@contextlib.contextmanager
def locked_file(place: Place, sleep: t.Callable[[float], None]) -> t.Iterator[None]:
    """Hold the lock of a file, which is another file beside it that is gone afterwards.

    With the lock held, temporary files of runs that were killed are removed; they may hold a secret.
    Raises SecretFileError when the lock can't be made or is held by others for LOCK_TIMEOUT seconds.
    """
    descriptor = _acquired(place, sleep)
    try:
        _remove_leftovers(place)
        yield
    finally:
        with contextlib.suppress(OSError):
            place.unlink(place.lock_name)
        os.close(descriptor)


def _acquired(place: Place, sleep: t.Callable[[float], None]) -> int:
    waited = 0.0
    while True:
        try:
            descriptor = place.open(place.lock_name, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise _lock_refused(place, error) from None
        try:
            is_ours = _locked(descriptor) and _is_file(place, descriptor)
        except OSError as error:
            os.close(descriptor)
            raise SecretFileError(
                f"dest {place.path} can't be locked against other runs: {error.strerror}. Its file system may not "
                "support locks, as some network file systems don't: choose a path on a local one",
            ) from None
        if is_ours:
            return descriptor
        # Held by another run, or that one has removed the file and this descriptor locks what nobody else sees.
        os.close(descriptor)
        if waited >= LOCK_TIMEOUT:
            raise SecretFileError(
                f"dest {place.path} has been locked by another run on this host for more than {LOCK_TIMEOUT:.0f} s; "
                "see whether that run hangs, and run again",
            )
        sleep(_POLL_SECONDS)
        waited += _POLL_SECONDS


def _lock_refused(place: Place, error: OSError) -> SecretFileError:
    found = None
    with contextlib.suppress(OSError):
        found = place.stat(place.lock_name)
    if found is None:
        return SecretFileError(f"dest {place.path} can't be written: no lock file can be created: {error.strerror}")
    lock_path = os.path.join(os.path.dirname(place.path), place.lock_name)
    return SecretFileError(
        f"dest {place.path} can't be written: its lock file {lock_path} can't be opened ({error.strerror}). It belongs "
        f"to {user_name(found.st_uid)}. Run as that user, or remove the lock file if no such run is active",
    )


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_file(place: Place, descriptor: int) -> bool:
    at_path = place.stat(place.lock_name)
    return at_path is not None and os.path.samestat(at_path, os.fstat(descriptor))


def _remove_leftovers(place: Place) -> None:
    leftover = re.compile(rf"\.{re.escape(place.name)}\.[a-z0-9_]{{8}}{re.escape(TEMPORARY_SUFFIX)}")
    names: list[str] = []
    # A folder may be writable and not readable; then there is no telling.
    with contextlib.suppress(OSError):
        names = os.listdir(place.folder)
    for name in names:
        if leftover.fullmatch(name):
            with contextlib.suppress(OSError):
                place.unlink(name)
