# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What was found at the path of a secret file."""

from __future__ import annotations

import dataclasses
import os
import stat
from datetime import datetime, timedelta, timezone

LARGEST_FILE = 1024 * 1024
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


def read_state(descriptor: int, found: os.stat_result) -> FileState:
    """The state of an open file. Raises OSError."""
    return FileState(
        os.read(descriptor, LARGEST_FILE + 1),
        stat.S_IMODE(found.st_mode),
        found.st_uid,
        found.st_gid,
        instant(found.st_mtime_ns),
    )


def set_time(descriptor: int, modified_at: datetime) -> None:
    """Make an open file as old as it says. Raises OSError."""
    nanoseconds = (modified_at - _EPOCH) // timedelta(microseconds=1) * 1000
    os.utime(descriptor, ns=(nanoseconds, nanoseconds))


def instant(nanoseconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return None
