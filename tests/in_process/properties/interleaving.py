# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs at a time, request by request in a given order, so that a failure can be repeated."""

from __future__ import annotations

import threading
import typing as t

from support.hooks import before_each_request
from support.in_process import Outcome

Run = t.Callable[[], Outcome]


class _Turns:
    """Lets one run at a time go on, up to its next request."""

    def __init__(self, count: int, order: t.Sequence[int]) -> None:
        self._condition = threading.Condition()
        self._waiting: set[int] = set()
        self._running = set(range(count))
        self._order = list(order)
        self._turn: int | None = None

    def wait(self, index: int) -> None:
        with self._condition:
            self._waiting.add(index)
            self._choose()
            if not self._condition.wait_for(lambda: self._turn == index, timeout=60):
                raise TimeoutError("no run goes on")
            self._turn = None
            self._waiting.discard(index)

    def finish(self, index: int) -> None:
        with self._condition:
            self._running.discard(index)
            self._choose()

    def _choose(self) -> None:
        """Once every run that is not finished waits, the next in the order may go on."""
        if self._turn is None and self._running and self._waiting >= self._running:
            candidates = sorted(self._waiting)
            number = self._order.pop(0) if self._order else 0
            self._turn = candidates[number % len(candidates)]
            self._condition.notify_all()


def run_interleaved(runs: t.Sequence[Run], order: t.Sequence[int]) -> list[Outcome]:
    """Run all at once; `order` says, request by request, which of the waiting runs goes on."""
    turns = _Turns(len(runs), order)
    outcomes: list[Outcome | None] = [None] * len(runs)
    errors: list[BaseException] = []

    def work(index: int) -> None:
        try:
            with before_each_request(lambda: turns.wait(index)):
                outcomes[index] = runs[index]()
        except BaseException as error:
            errors.append(error)
        finally:
            turns.finish(index)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [outcome for outcome in outcomes if outcome is not None]
