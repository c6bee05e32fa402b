# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults by verb, path and occurrence: what a network, a proxy or a busy service does to a client."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

KINDS = (
    "status",
    "delay",
    "reset",
    "close",
    "truncate",
    "wrong_length",
    "html",
    "garbage_gzip",
    "redirect",
    "stall",
    "late_commit",
    "replay",
    "missing_cursor",
    "repeat_cursor",
    "empty_page",
    "duplicate_page",
    "body",
    "edit",
)
PAGE_KINDS = frozenset({"missing_cursor", "repeat_cursor", "empty_page", "duplicate_page"})
# Kinds that need the work done to have an answer to spoil, or that only make it slow.
_COMMITS_BY_DEFAULT = frozenset({"delay", "truncate", "wrong_length", "garbage_gzip", "replay", "edit", *PAGE_KINDS})


@dataclass(kw_only=True)
class Fault:
    """One thing that goes wrong.

    `method` and `path` (a regular expression, searched in the path) choose requests; the fault hits the
    `nth` of them and the `times` - 1 that follow (-1: all that follow), each with `probability`.
    `commit` says whether the request is carried out; unset, it is for the kinds that spoil or delay a real
    answer, and is not for the others. A request that meets `late_commit` is carried out by `FaultPlan.commit_late`.
    `edit` lays the members of `body` over those of the real answer: a proxy that masks the secret, or another id.
    """

    kind: str
    method: str | None = None
    path: str | None = None
    nth: int = 1
    times: int = 1
    probability: float = 1.0
    commit: bool | None = None
    status: int | None = None
    retry_after: str | int | None = None
    body: str | Mapping[str, object] | list[object] | None = None
    content_type: str | None = None
    location: str | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault of kind {self.kind!r}; known: {', '.join(KINDS)}")
        if self.nth < 1 or self.times == 0 or self.times < -1:
            raise ValueError("nth counts from 1, and times is positive or -1")
        if self.kind == "status" and self.status is None:
            raise ValueError("a fault of kind status needs a status")
        if self.status is not None and not 100 <= self.status <= 599:
            raise ValueError("a status is a number from 100 to 599")
        if self.kind == "edit" and not isinstance(self.body, Mapping):
            raise ValueError("a fault of kind edit needs a body, the members to change")
        if self.kind == "redirect" and self.location is None:
            raise ValueError("a fault of kind redirect needs a location")
        if self.path is not None:
            re.compile(self.path)

    @property
    def commits(self) -> bool:
        """Whether the request is carried out."""
        return self.kind in _COMMITS_BY_DEFAULT if self.commit is None else self.commit

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is one of those that the fault counts."""
        if self.method is not None and self.method.upper() != method:
            return False
        return self.path is None or re.search(self.path, path) is not None


def fault_from_json(document: object) -> Fault:
    """A fault as the control interface takes it."""
    names = {entry.name for entry in fields(Fault)}
    if not isinstance(document, dict) or not set(document) <= names or "kind" not in document:
        raise ValueError(f"a fault is an object with kind and any of: {', '.join(sorted(names))}")
    return Fault(**document)


class FaultPlan:
    """The faults in force, and how often each has been met."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._entries: list[tuple[Fault, list[int]]] = []
        self._late: list[Callable[[], object]] = []

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force; it starts counting now."""
        with self._lock:
            self._entries.append((fault, [0]))
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._entries.clear()

    def hold(self, request: Callable[[], object]) -> None:
        """Keep a request whose client has given up until `commit_late`."""
        with self._lock:
            self._late.append(request)

    def commit_late(self) -> None:
        """Carry out the requests that were held, whose clients have given up."""
        with self._lock:
            held, self._late = self._late, []
        for request in held:
            request()

    def next_for(self, method: str, path: str) -> Fault | None:
        """Count a request against every fault, and name the first that hits it."""
        with self._lock:
            hit: Fault | None = None
            for fault, count in self._entries:
                if not fault.concerns(method, path):
                    continue
                count[0] += 1
                last = fault.nth + fault.times - 1
                in_range = count[0] >= fault.nth and (fault.times == -1 or count[0] <= last)
                if in_range and hit is None and self._source.random() < fault.probability:
                    hit = fault
            return hit
