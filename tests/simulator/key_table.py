# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All keys with the indices that keep a request's cost independent of how many there are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence

from .entities import StoredKey

# (microseconds of creation, sequence): no two keys have the same.
Age = tuple[int, int]


def age_of(key: StoredKey) -> Age:
    """A key's place in the order of creation."""
    return int(key.created_at.timestamp() * 1_000_000), key.sequence


class Shelf:
    """Keys in the order of creation."""

    def __init__(self) -> None:
        self._ages: list[Age] = []
        self._keys: dict[Age, StoredKey] = {}

    def add(self, key: StoredKey) -> None:
        """Take a key in."""
        age = age_of(key)
        insort(self._ages, age)
        self._keys[age] = key

    def remove(self, age: Age) -> None:
        """Give away the key of this age."""
        del self._ages[bisect_left(self._ages, age)]
        del self._keys[age]

    def __iter__(self) -> Iterator[StoredKey]:
        """All, in no order."""
        return iter(self._keys.values())

    def after(self, age: Age | None) -> Iterator[StoredKey]:
        """The keys that are younger, oldest first."""
        start = 0 if age is None else bisect_right(self._ages, age)
        return (self._keys[self._ages[index]] for index in range(start, len(self._ages)))

    def before(self, age: Age | None) -> Iterator[StoredKey]:
        """The keys that are older, newest first."""
        end = len(self._ages) if age is None else bisect_left(self._ages, age)
        return (self._keys[self._ages[index]] for index in range(end - 1, -1, -1))


class KeyTable:
    """Every key, by id, by secret, and in order of creation: of all, of a space, of a creator."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredKey] = {}
        self._by_secret: dict[str, StoredKey] = {}
        self._all = Shelf()
        self._of_space: dict[str, Shelf] = {}
        self._of_creator: dict[str, Shelf] = {}

    def __iter__(self) -> Iterator[StoredKey]:
        """All, in the order in which they were stored."""
        return iter(self.by_id.values())

    def add(self, key: StoredKey) -> None:
        """Store a new key."""
        self.by_id[key.id] = key
        self.note_secret(key)
        for shelf in self._shelves(key):
            shelf.add(key)

    def note_secret(self, key: StoredKey) -> None:
        """Call this when a key has another secret."""
        for secret in (key.secret, *(earlier for earlier, _until in key.earlier_secrets)):
            self._by_secret[secret] = key

    def moved(self, key: StoredKey, former: Age) -> None:
        """Call this when a key's creation time has changed."""
        for shelf in self._shelves(key):
            shelf.remove(former)
            shelf.add(key)

    def with_secret(self, secret: str) -> StoredKey | None:
        """The key that has this secret, or keeps it for a grace period."""
        key = self._by_secret.get(secret)
        if key is None or secret in {key.secret, *(earlier for earlier, _until in key.earlier_secrets)}:
            return key
        return None

    def shelf(self, space_id: str | None = None, creator_id: str | None = None) -> Shelf:
        """The keys of a space or a creator, or all."""
        if space_id is not None:
            return self._of_space.get(space_id) or Shelf()
        if creator_id is not None:
            return self._of_creator.get(creator_id) or Shelf()
        return self._all

    def _shelves(self, key: StoredKey) -> Sequence[Shelf]:
        creator = self._of_creator.setdefault(key.created_by_user_id, Shelf())
        return [self._all, creator, *(self._of_space.setdefault(space, Shelf()) for space in key.space_ids)]
