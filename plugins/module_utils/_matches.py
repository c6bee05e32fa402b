# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Which of the listed keys is the current one, which are retiring, which are duplicates. Pure.

The words are those of the guide: a match has the declared type and name in the declared scope; live is ACTIVE and
not lapsed; the current key is the newest live match; retiring is an older one that lapses no later; any other older
one is a duplicate. A secret in `dest` can make an older match the current one, for it is the one in use.
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.community.arize.plugins.module_utils._errors import Refused
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey, secret_fits
from ansible_collections.community.arize.plugins.module_utils._time import SAME_INSTANT, format_instant

# A key younger than this whose secret is not in dest may be the work of a run that has not finished.
QUARANTINE = timedelta(minutes=10)
_FAR = datetime.max.replace(tzinfo=timezone.utc)


@dataclasses.dataclass(frozen=True)
class Matches:
    """All live matches. `lost` says why the current key's secret is not held; None when it is, or nobody asks."""

    current: ApiKey | None = None
    retiring: tuple[ApiKey, ...] = ()
    duplicates: tuple[ApiKey, ...] = ()
    lost: str | None = None
    # Keys of the declared name that are bound to some, but not to all declared spaces.
    partial: tuple[ApiKey, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[ApiKey, ...]:
        return self.retiring + self.duplicates


@dataclasses.dataclass(frozen=True)
class StoredSecret:
    """What `dest` holds: the raw secret, or None for a missing file or one without a secret."""

    value: str | None = dataclasses.field(repr=False)
    exists: bool


def age_order(key: ApiKey) -> tuple[datetime, datetime, str]:
    """Order of age. Where a refresh keeps created_at, the one that was cut short is the older one."""
    return (key.created_at, key.expires_at or _FAR, key.key_id)


def describe(key: ApiKey) -> str:
    """A key in a message: name, id, and when it lapses."""
    lapses = "never lapses" if key.expires_at is None else f"lapses {format_instant(key.expires_at)}"
    return f"{key.key_type} key {key.name!r} (id {key.key_id}, issued {format_instant(key.created_at)}, {lapses})"


def describe_all(keys: t.Iterable[ApiKey]) -> str:
    return "; ".join(describe(key) for key in sorted(keys, key=age_order))


def lapses_no_later(key: ApiKey, other: ApiKey) -> bool:
    """Whether a key lapses, and not after the other one."""
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

    `stored` is None when the task has no `dest`. Raises Refused when a newer key may be another run's work, or when
    the stored secret fits several keys.
    """
    if not live:
        return Matches(partial=tuple(partial))
    newest = max(live, key=age_order)
    if stored is None:
        return _around(newest, live, partial=partial)
    if stored.value is not None and any(secret_fits(stored.value, key.redacted_key) is None for key in live):
        return dataclasses.replace(
            _around(newest, live, partial=partial),
            warnings=(
                "The service shows redacted_key in a form that can't be held against the secret in dest, so the "
                "secret is taken to be that of the newest key.",
            ),
        )
    fitting = [key for key in live if stored.value is not None and secret_fits(stored.value, key.redacted_key)]
    if len(fitting) > 1:
        if newest in fitting:
            return _around(newest, live, partial=partial)
        raise Refused(
            f"The secret in dest fits several live keys: {describe_all(fitting)}. Revoke the superfluous ones by id.",
            [key.public() for key in fitting],
        )
    held = fitting[0] if fitting else None
    if held is newest:
        return _around(newest, live, partial=partial)
    _check_quarantine(held, newest, now)
    if held is not None and not _is_retiring(held, newest):
        return _around(held, live, partial=partial)
    if held is not None:
        lost = f"it holds the secret of the key {held.key_id}, which is about to lapse"
    elif stored.value is not None:
        lost = "what it holds fits no live key"
    else:
        lost = "the file holds no secret" if stored.exists else "the file does not exist"
    return _around(newest, live, lost, partial)


def _around(
    current: ApiKey,
    live: t.Sequence[ApiKey],
    lost: str | None = None,
    partial: t.Sequence[ApiKey] = (),
) -> Matches:
    others = sorted((key for key in live if key.key_id != current.key_id), key=age_order)
    retiring = tuple(key for key in others if _is_retiring(key, current))
    duplicates = tuple(key for key in others if not _is_retiring(key, current))
    return Matches(current, retiring, duplicates, lost, tuple(partial))


def _is_retiring(key: ApiKey, current: ApiKey) -> bool:
    return age_order(key) <= age_order(current) and lapses_no_later(key, current)


def _check_quarantine(held: ApiKey | None, newest: ApiKey, now: datetime) -> None:
    """Refuse while the newest key, whose secret is not in dest, is so young that another run may be at work."""
    ends = newest.created_at + QUARANTINE
    if now >= ends:
        return
    where = "dest holds no secret of it" if held is None else f"dest holds the secret of the older key {held.key_id}"
    raise Refused(
        f"{describe(newest)} has been issued within the last {QUARANTINE.seconds // 60} minutes, and {where}: another "
        f"run may be at work. Wait for it, or run again after {format_instant(ends)}.",
        [newest.public()],
    )
