# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What workers of one task share: when the service, which limits the rate of requests, may be asked again."""

from __future__ import annotations

import random
import threading
import time
import typing as t

# The part of a pause by which workers begin again one after the other, and not all at once.
_SPREAD = 0.25


class Pace:
    """Lets all who share it wait when one of them was told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._not_before = 0.0

    def slow_down(self, seconds: float) -> None:
        """Let nobody send a request for so many seconds."""
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def wait(self, sleep: t.Callable[[float], None]) -> None:
        """Wait as long as need be; `sleep` takes seconds."""
        seconds = self._not_before - time.monotonic()
        if seconds > 0:
            sleep(seconds * random.uniform(1.0, 1.0 + _SPREAD))
