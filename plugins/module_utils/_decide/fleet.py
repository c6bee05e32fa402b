# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What concerns several keys of a fleet: clashes between declarations, and what may be pruned. Pure."""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, Secret, secret_fits


@dataclasses.dataclass(frozen=True)
class Entry:
    """One declared key, and where it stands among the options, such as C(api_keys[2])."""

    place: str
    desired: DesiredKey

    @property
    def label(self) -> str:
        return f"{self.place} ({self.desired.label})"


def check_destinations(entries: t.Sequence[Entry]) -> None:
    """Raises InvalidOption where two keys would be written to the same file, or variable of a dotenv file."""
    first: dict[str, dict[str | None, Entry]] = {}
    for entry in entries:
        destination = entry.desired.destination
        if destination is None or entry.desired.state == "absent":
            continue
        path = os.path.abspath(destination.path)
        variable = destination.variable if destination.file_format == "dotenv" else None
        holders = first.setdefault(path, {})
        for name, other in holders.items():
            if None in (name, variable) or name == variable:
                raise InvalidOption(
                    "dest",
                    f"{other.label} and {entry.label} have the same dest {path}: each key needs a file of its own, for "
                    "example with {space} in dest, or a dest_variable of its own in a dotenv file",
                )
        holders[variable] = entry


def check_identities(entries: t.Sequence[Entry], space_ids: t.Sequence[t.Sequence[str]]) -> None:
    """Raises InvalidOption where two entries declare the same key; `space_ids` are those of each entry."""
    first: dict[t.Any, Entry] = {}
    for entry, spaces in zip(entries, space_ids):
        desired = entry.desired
        identities: list[t.Any] = [desired.key_id]
        if desired.key_id is None:
            identities = [(desired.key_type, desired.name, space_id) for space_id in spaces or ("",)]
        for identity in identities:
            if identity in first:
                raise InvalidOption(
                    "api_keys",
                    f"{first[identity].label} and {entry.label} declare the same key: declare each once, or give them "
                    "different names",
                )
            first[identity] = entry


@dataclasses.dataclass(frozen=True)
class Pruning:
    """Which keys of which spaces may go. `space_ids` are resolved; `exclude` are patterns of names."""

    space_ids: tuple[str, ...]
    exclude: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Prunable:
    """The keys that are to be revoked, and what the operator should know of those that are spared."""

    keys: tuple[ApiKey, ...]
    warnings: tuple[str, ...]


def undeclared(
    pruning: Pruning,
    listed: t.Mapping[str, t.Sequence[ApiKey]],
    declared: t.Collection[tuple[str, str]],
    credential: Secret,
) -> Prunable:
    """The live keys by space id that nobody declares. `declared` are pairs of space id and name.

    All keys of a declared name are spared, retiring ones and duplicates included: `exclusive` deals with these.
    """
    names = {key.name for keys in listed.values() for key in keys}
    idle = [pattern for pattern in pruning.exclude if not any(fnmatch.fnmatchcase(name, pattern) for name in names)]
    found: dict[str, ApiKey] = {}
    spared: set[str] = set()
    warnings = [f"prune_exclude: the pattern {pattern!r} matches no key." for pattern in idle]
    for space_id, keys in listed.items():
        for key in keys:
            excluded = any(fnmatch.fnmatchcase(key.name, pattern) for pattern in pruning.exclude)
            own = secret_fits(credential.reveal(), key.redacted_key) is not False
            if (space_id, key.name) in declared or excluded or own:
                spared.add(key.key_id)
            else:
                found[key.key_id] = key
    return Prunable(tuple(key for key_id, key in found.items() if key_id not in spared), tuple(warnings))
