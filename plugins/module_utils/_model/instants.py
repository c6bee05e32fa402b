# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Instants and durations. All instants are timezone-aware and in UTC."""

from __future__ import annotations

import dataclasses
import email.utils
import re
import time
import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.community.arize.plugins.module_utils._model.errors import MissingLibrary

# Two instants nearer to each other than this are the same: servers may drop fractions of a second.
SAME_INSTANT = timedelta(seconds=1)

_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
_SHORT_DURATION = re.compile(r"(\d+)\s*(s|mo|m|h|d|w|y)", re.ASCII)
_ISO_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_SHORT_UNITS = {
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "mo": "months",
    "y": "years",
}


def parse_rfc3339(text: str) -> datetime:
    """Parse a timestamp of the service (RFC 3339, an offset is mandatory) into a UTC instant.

    The service's form needs no general parser, and importing one costs 50 ms per task.
    Raises ValueError for any other form and for dates that don't exist.
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError("not an RFC 3339 timestamp")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    microsecond = int((found.group(7) or "0")[:6].ljust(6, "0"))
    offset = timedelta()
    if found.group(9):
        offset = timedelta(hours=int(found.group(10)), minutes=int(found.group(11)))
        if found.group(9) == "-":
            offset = -offset
    try:
        return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=timezone.utc) - offset
    except OverflowError as error:
        raise ValueError("out of range") from error


def parse_instant(text: str) -> datetime:
    """Parse an operator's ISO 8601 date and time into a UTC instant; without an offset it is UTC.

    Raises ValueError, also for a date without a time, whose meaning would depend on the reader.
    Raises MissingLibrary when python-dateutil is needed and absent.
    """
    stripped = text.strip()
    if _RFC3339.fullmatch(stripped):
        return parse_rfc3339(stripped)
    if "T" not in stripped and " " not in stripped:
        raise ValueError("has no time of day")
    try:
        from dateutil.parser import isoparse
    except ImportError as error:
        raise MissingLibrary("python-dateutil") from error
    try:
        parsed: datetime = isoparse(stripped)
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=timezone.utc)
        return parsed.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError("out of range") from error


def format_instant(instant: datetime) -> str:
    """Write a UTC instant as RFC 3339 with C(Z); fractions only where there are any."""
    return instant.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def parse_http_date(text: str | None) -> datetime | None:
    """The instant of an HTTP date header (RFC 9110), or None where there is none that can be read."""
    if not text:
        return None
    try:
        parsed = email.utils.parsedate_to_datetime(text)
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=timezone.utc)
        return parsed.astimezone(timezone.utc)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


@dataclasses.dataclass(frozen=True)
class Duration:
    """A span of time as the operator wrote it; months and years go by the calendar."""

    text: str
    parts: t.Mapping[str, int]

    def after(self, instant: datetime) -> datetime:
        """The instant that lies this duration after `instant`; the year 9999 at the latest."""
        return self._moved(instant, 1)

    def before(self, instant: datetime) -> datetime:
        """The instant that lies this duration before `instant`; the year 1 at the earliest."""
        return self._moved(instant, -1)

    def seconds_from(self, instant: datetime) -> int:
        """Its length in seconds when it begins at `instant`."""
        return int((self.after(instant) - instant).total_seconds())

    def _moved(self, instant: datetime, sign: int) -> datetime:
        signed = {unit: sign * count for unit, count in self.parts.items()}
        try:
            if "months" not in signed and "years" not in signed:
                return instant + timedelta(**signed)
            try:
                from dateutil.relativedelta import relativedelta
            except ImportError as error:
                raise MissingLibrary("python-dateutil") from error
            moved: datetime = instant + relativedelta(**signed)  # type: ignore[arg-type]
            return moved
        except (OverflowError, ValueError):
            edge = datetime.max if sign > 0 else datetime.min
            return edge.replace(tzinfo=timezone.utc)

    def __str__(self) -> str:
        return self.text


def parse_duration(text: str, bare_seconds: bool = False) -> Duration:
    """Parse C(90d), C(12h), C(2w), C(6mo), C(1y), C(1d12h) or ISO 8601 C(P90D).

    With `bare_seconds` a number without a unit is seconds; else it is refused, because days may be meant.
    Raises ValueError for anything else.
    """
    stripped = text.strip()
    parts: dict[str, int] = {}
    if bare_seconds and stripped.isascii() and stripped.isdigit():
        parts["seconds"] = int(stripped)
    elif stripped[:1] in ("P", "p"):
        found = _ISO_DURATION.fullmatch(stripped.upper())
        if found is None:
            raise ValueError("not an ISO 8601 duration")
        parts = {unit: int(count) for unit, count in found.groupdict().items() if count is not None}
    else:
        position = 0
        for found in _SHORT_DURATION.finditer(stripped):
            unit = _SHORT_UNITS[found.group(2)]
            if found.start() != position or unit in parts:
                raise ValueError("not a duration")
            parts[unit] = int(found.group(1))
            position = found.end()
        if not parts or position != len(stripped):
            raise ValueError("not a duration")
    if any(count > 10**9 for count in parts.values()):
        raise ValueError("too long")
    return Duration(stripped, parts)


def utc_now() -> datetime:
    """The present UTC instant by the clock of this host."""
    return datetime.now(timezone.utc)


class ServerClock:
    """Now by the service's clock, kept from the `Date` header of its newest answer.

    Until an answer has come, and where a proxy removes the header, it is the local clock.
    """

    def __init__(
        self,
        monotonic: t.Callable[[], float] = time.monotonic,
        local: t.Callable[[], datetime] = utc_now,
    ) -> None:
        self._monotonic = monotonic
        self._local = local
        self._seen: tuple[datetime, float] | None = None
        # How far the service's clock is ahead of the local one; None until a `Date` header has come.
        self.skew: timedelta | None = None

    def learn(self, date_header: str | None) -> None:
        """Take the `Date` header of an answer that has just come in."""
        instant = parse_http_date(date_header)
        # Near the ends of the calendar nothing can be reckoned.
        if instant is not None and 1900 < instant.year < 9000:
            self._seen = (instant, self._monotonic())
            self.skew = instant - self._local()

    def now(self) -> datetime:
        """The present UTC instant."""
        if self._seen is None:
            return self._local()
        instant, at = self._seen
        return instant + timedelta(seconds=self._monotonic() - at)
