# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine for one key with a secrets store in place of the file.

(g): the store's writes fail, are seen late, or are undone, and the first run after that heals it.
"""

from __future__ import annotations

import functools
import pathlib
import typing as t

from hypothesis import strategies as st
from hypothesis.stateful import rule
from support.in_process import Outcome

from in_process.properties.interleaving import run_interleaved
from in_process.properties.machine import FAULTS, KeyMachine


class StoreMachine(KeyMachine):
    """A playbook of two tasks, the key and the writing of its secret, and a store that is not always well."""

    def __init__(self) -> None:
        super().__init__()
        # What readers of the store see, oldest first.
        self.contents = [""]
        # What was written and is not seen yet.
        self.late: str | None = None
        self.next_write = "works"
        # Whether the newest write has worked.
        self.has_newest = True

    def holder(self, _dest: pathlib.Path | None) -> dict[str, str]:
        return {"held_secret": self.contents[-1]}

    def delivered(self) -> str | None:
        return self.contents[-1] or None

    def file_serves(self) -> bool:
        return not self.has_newest or super().file_serves()

    def run(self, dest: pathlib.Path | None, check: bool = False) -> Outcome:
        outcome = super().run(dest, check)
        if outcome.get("key") and not outcome.failed:
            self.write(outcome["key"])
        return outcome

    def write(self, secret: str) -> None:
        """The task after it."""
        how, self.next_write = self.next_write, "works"
        self.has_newest = how == "works"
        self.late = secret if how == "is late" else None
        if how == "works":
            self.contents.append(secret)

    def arrive(self) -> None:
        if self.late is not None:
            self.contents.append(self.late)
            self.late = None

    def settle(self) -> None:
        super().settle()
        self.arrive()
        self.next_write = "works"

    @rule(faults=st.one_of(st.just([]), FAULTS), write=st.sampled_from(["works", "fails", "fails", "is late"]))
    def run_with_faults(self, faults: list[dict[str, t.Any]], write: str) -> None:
        self.next_write = write
        super().run_with_faults(faults)

    @rule(days=st.sampled_from([31, 77]), write=st.sampled_from(["works", "fails"]))
    def rotation_does_not_arrive(self, days: int, write: str) -> None:
        """Twice: when it is due, and when it is issued again, which is when exclusive must not act yet."""
        for pause, how in ((float(days), "fails"), (0.01, write)):
            self.simulator.clock.advance(days=pause)
            self.next_write = how
            outcome = self.guarded_run([])
            assert outcome is not None
            self.account_for(outcome)

    @rule()
    def late_write_is_seen(self) -> None:
        self.arrive()

    @rule(back=st.integers(1, 3))
    def store_is_rolled_back(self, back: int) -> None:
        self.contents = self.contents[:-back] or [""]
        self.late = None

    @rule()
    def file_is_lost(self) -> None:
        self.contents.append("")

    @rule(count=st.integers(2, 3), order=st.lists(st.integers(0, 2), max_size=30))
    def parallel_runs(self, count: int, order: list[int]) -> None:
        """Several runs of the playbook, each of which read the store before."""
        outcomes = run_interleaved([functools.partial(self.run, None)] * count, order)
        self.held |= {outcome["key"] for outcome in outcomes if outcome.get("key")}
        for outcome in outcomes:
            self.account_for(outcome)

    def converge(self) -> None:
        self.arrive()
        self.next_write = "works"
        super().converge()
        if self.profile.get("exclusive") and self.profile["on_lost_secret"] == "reissue":
            assert self.file_is_valid(), "(g) the store was not healed"
