# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated server's clock, which tests can move."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class Clock:
    """Real time plus an offset, or a time that stands still."""

    def __init__(self, frozen: bool = False) -> None:
        self._offset = timedelta(0)
        self._frozen = frozen
        self._frozen_at = datetime.now(timezone.utc)

    def now(self) -> datetime:
        """The server's time, aware, in UTC."""
        if self._frozen:
            return self._frozen_at
        return datetime.now(timezone.utc) + self._offset

    def advance(self, seconds: float = 0, days: float = 0) -> None:
        """Move the clock; negative values move it back."""
        step = timedelta(seconds=seconds, days=days)
        self._offset += step
        self._frozen_at += step

    def set(self, moment: datetime) -> None:
        """Make it `moment` now; a naive value counts as UTC."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        self._frozen_at = moment.astimezone(timezone.utc)
        self._offset = moment - datetime.now(timezone.utc)

    def reset(self) -> None:
        """Back to the real time."""
        self._offset = timedelta(0)
        self._frozen_at = datetime.now(timezone.utc)


def format_instant(moment: datetime) -> str:
    """RFC 3339 in UTC, with a fraction only where there is one."""
    text = moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
    return text + "Z"
