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


@contextlib.contextmanager
def signals_held() -> t.Iterator[t.Callable[[], None]]:
    """Yields what lets SIGINT, SIGTERM and SIGHUP pass without effect from its call to the end of the context.

    That comes soon, since every request has a deadline. The handlers found are restored. Only the main thread may
    set handlers: in another one nothing is held.
    """
    found: dict[int, t.Any] = {}

    def hold() -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                found.setdefault(number, signal.signal(number, signal.SIG_IGN))

    try:
        yield hold
    finally:
        for number, handler in found.items():
            signal.signal(number, handler)
