# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages and opaque cursors (contract section 4)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from .problems import Problem

Item = TypeVar("Item")
Position = tuple[int, ...]


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page and where the next one begins."""

    items: list[Item]
    has_more: bool
    next_cursor: str | None

    def pagination(self) -> dict[str, object]:
        """The `pagination` object of an answer."""
        document: dict[str, object] = {"has_more": self.has_more}
        if self.next_cursor is not None:
            document["next_cursor"] = self.next_cursor
        return document


class Cursors:
    """Signed cursors that name the last row seen, so that rows added meanwhile do not shift the pages."""

    def __init__(self, key: bytes, scope: dict[str, list[str]]) -> None:
        self._key = key
        self._scope = hashlib.sha256(json.dumps(scope, sort_keys=True).encode()).hexdigest()[:16]

    def encode(self, position: Position | None, nonce: str = "") -> str:
        """A cursor that continues behind `position`, or starts over with None."""
        content = json.dumps([self._scope, position, nonce]).encode()
        return base64.urlsafe_b64encode(self._signature(content) + content).decode()

    def decode(self, cursor: str) -> Position | None:
        """The position in a cursor; 400 for one that is damaged or belongs to other filters."""
        try:
            raw = base64.urlsafe_b64decode(cursor)
        except (binascii.Error, ValueError) as error:
            raise Problem(400, "cursor is not valid") from error
        signature, content = raw[:8], raw[8:]
        if not hmac.compare_digest(signature, self._signature(content)):
            raise Problem(400, "cursor is not valid")
        scope, position, _salt = json.loads(content)
        if scope != self._scope:
            raise Problem(400, "cursor belongs to a request with other filters")
        return None if position is None else tuple(position)

    def _signature(self, content: bytes) -> bytes:
        return hmac.new(self._key, content, hashlib.sha256).digest()[:8]


def sorted_rows(rows: Iterable[tuple[Position, Item]]) -> Callable[[Position | None], Iterable[tuple[Position, Item]]]:
    """Rows in any order, in the form that `page_of` takes."""
    ordered = sorted(rows, key=lambda row: row[0])
    return lambda after: (row for row in ordered if after is None or row[0] > after)


def page_of(
    rows_after: Callable[[Position | None], Iterable[tuple[Position, Item]]],
    size: int,
    cursor: str | None,
    cursors: Cursors,
    distortion: str | None = None,
) -> Page[Item]:
    """One page of rows that each carry their place in the order; only as many are read as the page needs."""
    after = cursors.decode(cursor) if cursor is not None else None
    remaining = list(islice(rows_after(after), size + 1))
    items = [item for _position, item in remaining[:size]]
    has_more = len(remaining) > size
    honest = Page(items, has_more, cursors.encode(remaining[size - 1][0]) if has_more else None)
    # The cursor of this very page: asking with it again yields the same rows.
    same = cursor if cursor is not None else cursors.encode(None)
    if distortion == "missing_cursor":
        return Page(items, True, None)
    if distortion == "repeat_cursor":
        return Page(items, True, same)
    if distortion == "duplicate_page":
        return Page(items, True, cursors.encode(after, nonce=secrets.token_hex(4)))
    if distortion == "empty_page":
        return Page([], True, cursors.encode(after, nonce=secrets.token_hex(4)))
    return honest
