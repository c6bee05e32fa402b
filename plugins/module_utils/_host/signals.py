# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Signals that must not end a process between the issue of a secret and its delivery."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t

Told = t.Callable[[], None]
# Called with what is to happen on a signal.
Hold = t.Callable[[Told], None]


@contextlib.contextmanager
def signals_held() -> t.Iterator[Hold]:
    """Yields what keeps SIGINT, SIGTERM and SIGHUP from ending the process, from its call to the end of the context.

    The handlers found are restored. Only the main thread may set handlers: in another one nothing is held.
    """
    found: dict[int, t.Any] = {}

    def hold(told: Told) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                if number not in found:
                    found[number] = signal.signal(number, lambda _number, _frame: told())

    try:
        yield hold
    finally:
        for number, handler in found.items():
            signal.signal(number, handler)
