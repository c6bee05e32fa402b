# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Which of the listed keys is the current one, which are retiring, which are duplicates. Pure.

The words are those of the guide: a match has the declared type and name in the declared scope; live is ACTIVE and
not expired; the current key is the newest live match; retiring is an older one that expires no later; any other older
one is a duplicate. The secret that the holder has can make an older match the current one: it is the one in use.
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.community.arize.plugins.module_utils._model.errors import Refused
from ansible_collections.community.arize.plugins.module_utils._model.instants import SAME_INSTANT, format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, Secret, is_secret, secret_fits

# A key younger than this whose secret the holder does not have may be the work of a run that has not finished. A file
# younger than this that has a secret of no live match may be that of another key.
QUARANTINE = timedelta(minutes=10)
# How far ahead the time of a file may be because of another machine's clock.
_LATITUDE = timedelta(minutes=5)
_FAR = datetime.max.replace(tzinfo=timezone.utc)


@dataclasses.dataclass(frozen=True)
class StoredSecret:
    """What the holder has: the secret, or None where there is none.

    `place` is what messages call the holder. `age` is how long ago it was written; None where nobody knows.
    """

    value: Secret | None
    exists: bool
    place: str = "dest"
    age: timedelta | None = None

    def fits(self, key: ApiKey) -> bool | None:
        """Whether this is the secret of `key`; None when the service does not show enough to tell."""
        return False if self.value is None else secret_fits(self.value.reveal(), key.redacted_key)

    @property
    def is_well_formed(self) -> bool:
        """Whether it looks like the secret of some key, and not like a text of another kind."""
        return self.value is not None and is_secret(self.value.reveal())

    @property
    def is_recent(self) -> bool:
        """Whether another run may have written it just now."""
        return self.age is not None and -_LATITUDE < self.age < QUARANTINE


@dataclasses.dataclass(frozen=True)
class Matches:
    """All live matches. `lost` says why the current key's secret is not held; None when it is, or nobody asks."""

    current: ApiKey | None = None
    retiring: tuple[ApiKey, ...] = ()
    duplicates: tuple[ApiKey, ...] = ()
    lost: str | None = None
    # Keys of the declared name that are bound to some, but not to all declared spaces.
    partial: tuple[ApiKey, ...] = ()
    # Keys that the service still lists as ACTIVE although they have expired by its clock.
    expired: tuple[ApiKey, ...] = ()
    # What the holder has, where that is the secret of no live match.
    foreign: StoredSecret | None = None
    warnings: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[ApiKey, ...]:
        return self.retiring + self.duplicates


def age_order(key: ApiKey) -> tuple[datetime, datetime, str]:
    """Order of age. Where a refresh keeps created_at, the one that was cut short is the older one."""
    return (key.created_at, key.expires_at or _FAR, key.key_id)


def describe(key: ApiKey) -> str:
    """A key in a message: name, id, and when it expires."""
    expires = "never expires" if key.expires_at is None else f"expires {format_instant(key.expires_at)}"
    return f"{key.key_type} key {key.name!r} (id {key.key_id}, issued {format_instant(key.created_at)}, {expires})"


def describe_all(keys: t.Iterable[ApiKey]) -> str:
    return "; ".join(describe(key) for key in sorted(keys, key=age_order))


def expires_no_later(key: ApiKey, other: ApiKey) -> bool:
    """Whether a key expires, and not after the other one."""
    if key.expires_at is None:
        return False
    return other.expires_at is None or key.expires_at - SAME_INSTANT <= other.expires_at


def classify(
    live: t.Sequence[ApiKey],
    now: datetime,
    stored: StoredSecret | None,
    partial: t.Sequence[ApiKey] = (),
) -> Matches:
    """Sort live matches into current, retiring and duplicates.

    `stored` is None when the task names no holder. Raises Refused when a newer key may be another run's work, or when
    the stored secret fits several keys.
    """
    fitting = [] if stored is None else [key for key in live if stored.fits(key)]
    foreign = stored if stored is not None and stored.is_well_formed and not fitting else None
    if not live:
        return Matches(partial=tuple(partial), foreign=foreign)
    newest = max(live, key=age_order)
    if stored is None:
        return _around(newest, live, partial=partial)
    if any(stored.fits(key) is None for key in live):
        return dataclasses.replace(
            _around(newest, live, partial=partial),
            warnings=(
                f"The service shows redacted_key in a form that can't be compared with the secret in {stored.place}, "
                "so the secret is assumed to be that of the newest key.",
            ),
        )
    if len(fitting) > 1 and newest not in fitting:
        raise Refused(
            f"The secret in {stored.place} fits several live keys: {describe_all(fitting)}. Revoke those that are no "
            "longer needed, by id.",
            [key.public() for key in fitting],
        )
    if newest in fitting:
        return _around(newest, live, partial=partial)
    held = fitting[0] if fitting else None
    _check_quarantine(held, newest, now, stored.place)
    if held is not None and not is_retiring(held, newest):
        return _around(held, live, partial=partial)
    if held is not None:
        lost = f"{stored.place} holds the secret of the key {held.key_id}, which is about to expire"
    elif stored.value is not None:
        lost = f"what {stored.place} holds fits no live key"
    else:
        lost = f"{stored.place} holds no secret" if stored.exists else f"{stored.place} does not exist"
    return dataclasses.replace(_around(newest, live, lost, partial), foreign=foreign)


def _around(
    current: ApiKey,
    live: t.Sequence[ApiKey],
    lost: str | None = None,
    partial: t.Sequence[ApiKey] = (),
) -> Matches:
    others = sorted((key for key in live if key.key_id != current.key_id), key=age_order)
    retiring = tuple(key for key in others if is_retiring(key, current))
    duplicates = tuple(key for key in others if not is_retiring(key, current))
    return Matches(current, retiring, duplicates, lost, tuple(partial))


def is_retiring(key: ApiKey, current: ApiKey) -> bool:
    """Whether a key is older than the current one and expires by itself, no later than that."""
    return age_order(key) <= age_order(current) and expires_no_later(key, current)


def _check_quarantine(held: ApiKey | None, newest: ApiKey, now: datetime, place: str) -> None:
    """Refuse while the newest key is so young that another run may be about to deliver its secret."""
    ends = newest.created_at + QUARANTINE
    if now >= ends:
        return
    holds = "" if held is None else f", which holds the secret of the older key {held.key_id}"
    raise Refused(
        f"{describe(newest)} was issued within the last {QUARANTINE.seconds // 60} minutes, and its secret is not in "
        f"{place}{holds}. Another run may be about to write it there, or several hosts or loop items share this name. "
        f"Give each of them a name of its own, or one run at a time the task; else run again after "
        f"{format_instant(ends)}.",
        [newest.public()],
    )
