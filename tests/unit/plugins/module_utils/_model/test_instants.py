# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants, durations and the service's clock."""

from __future__ import annotations

import builtins
import typing as t
from datetime import datetime, timedelta, timezone

import hypothesis
import hypothesis.strategies as st
import pytest
from dateutil.parser import isoparse

from ansible_collections.community.arize.plugins.module_utils._model.errors import MissingLibrary
from ansible_collections.community.arize.plugins.module_utils._model.instants import (
    ServerClock,
    format_instant,
    parse_duration,
    parse_http_date,
    parse_instant,
    parse_rfc3339,
)

UTC = timezone.utc
LAST = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("90d", {"days": 90}),
        ("12h", {"hours": 12}),
        ("2w", {"weeks": 2}),
        ("6mo", {"months": 6}),
        ("1y", {"years": 1}),
        ("30m", {"minutes": 30}),
        ("45s", {"seconds": 45}),
        ("1d12h", {"days": 1, "hours": 12}),
        ("1y6mo", {"years": 1, "months": 6}),
        (" 10d ", {"days": 10}),
        ("P90D", {"days": 90}),
        ("P1Y2M", {"years": 1, "months": 2}),
        ("PT12H", {"hours": 12}),
        ("P1W", {"weeks": 1}),
        ("P1DT1H1M1S", {"days": 1, "hours": 1, "minutes": 1, "seconds": 1}),
        ("p1dt2m", {"days": 1, "minutes": 2}),
    ],
)
def test_durations(text: str, parts: dict[str, int]) -> None:
    duration = parse_duration(text)
    assert duration.parts == parts
    assert str(duration) == text.strip()


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), (" 86400 ", 86_400)])
def test_number_without_a_unit_is_seconds_only_where_that_is_meant(text: str, seconds: int) -> None:
    assert parse_duration(text, bare_seconds=True).parts == {"seconds": seconds}
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


# fmt: off
NO_DURATIONS = [
    "", " ", "\n", "d", "P", "PT", "P1", "P1H", "P1DT", "PT1D", "P-1D", "P1.5D", "P1M1Y", "P٣D", "-1d", "+1d", "1.5h",
    "1,5h", "1x", "1d2d", "1d 12", "1d12", "1d 12h", "1d;", "d1", "1e3", "٣", "٣d", "ninety days", "9999999999d",
]
NO_INSTANTS = [
    "", "soon", "2027-03-31", "20270331", "2027-13-01T00:00:00Z", "2027-02-30T00:00:00Z", "2027-03-31T25:00:00Z",
    "9999-12-31T23:59:59-01:00", "9999-12-31T23:59-01:00", "0001-01-01T00:00:00+01:00", "2027-03-31T00:00:00 Mars",
]
NO_TIMESTAMPS = [
    "2027-03-31T00:00:00", "2027-03-31", "2027-03-31T00:00Z", "2027-03-31T00:00:00.Z", "2027-3-31T00:00:00Z", "Z",
    "2027-03-31T00:00:00+0200", "2027-03-31T00:00:00Z ", "2027-03-31T00:00:00Z\n", "2027-03-31T24:00:01Z",
    "2027-03-31T00:00:00+24:00", "2027-03-31T00:00:00+01:60",
]
# fmt: on


@pytest.mark.parametrize("text", NO_DURATIONS)
def test_texts_that_are_no_duration(text: str) -> None:
    for bare_seconds in (False, True):
        with pytest.raises(ValueError, match=r"."):
            parse_duration(text, bare_seconds)


@pytest.mark.parametrize(
    ("start", "text", "after"),
    [
        ("2026-01-31T10:00:00Z", "1mo", "2026-02-28T10:00:00Z"),
        ("2024-01-31T10:00:00Z", "1mo", "2024-02-29T10:00:00Z"),
        ("2024-02-29T10:00:00Z", "1y", "2025-02-28T10:00:00Z"),
        ("2026-11-24T10:00:00Z", "P1Y2M", "2028-01-24T10:00:00Z"),
        ("2026-11-24T10:00:00Z", "1mo1d", "2026-12-25T10:00:00Z"),
        ("2026-11-24T10:00:00Z", "90d", "2027-02-22T10:00:00Z"),
        ("2026-11-24T10:00:00.5Z", "1h30m", "2026-11-24T11:30:00.5Z"),
        ("9999-12-01T00:00:00Z", "90d", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-01T00:00:00Z", "1mo", "9999-12-31T23:59:59.999999Z"),
        ("2026-11-24T10:00:00Z", "1000000000y", "9999-12-31T23:59:59.999999Z"),
        ("2026-11-24T10:00:00Z", "1000000000w", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_after(start: str, text: str, after: str) -> None:
    assert parse_duration(text).after(parse_rfc3339(start)) == parse_rfc3339(after)


def test_before() -> None:
    assert parse_duration("1mo").before(parse_rfc3339("2026-03-31T00:00:00Z")) == parse_rfc3339("2026-02-28T00:00:00Z")
    for text in ("800000d", "3000y"):
        assert parse_duration(text).before(datetime(2026, 1, 1, tzinfo=UTC)) == datetime.min.replace(tzinfo=UTC)


def test_length_in_seconds_depends_on_the_calendar() -> None:
    assert parse_duration("1mo").seconds_from(datetime(2026, 2, 1, tzinfo=UTC)) == 28 * 86400
    assert parse_duration("1mo").seconds_from(datetime(2026, 1, 1, tzinfo=UTC)) == 31 * 86400


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-03-31T00:00:00Z", datetime(2027, 3, 31, tzinfo=UTC)),
        ("2027-03-31t00:00:00z", datetime(2027, 3, 31, tzinfo=UTC)),
        (" 2027-03-31T00:00:00 ", datetime(2027, 3, 31, tzinfo=UTC)),
        ("2027-03-31 12:30", datetime(2027, 3, 31, 12, 30, tzinfo=UTC)),
        ("2027-03-31T12", datetime(2027, 3, 31, 12, tzinfo=UTC)),
        ("2027-03-31T02:00:00+02:00", datetime(2027, 3, 31, tzinfo=UTC)),
        ("2027-03-30T18:30:00-05:30", datetime(2027, 3, 31, tzinfo=UTC)),
        ("2027-03-31T02:00+02", datetime(2027, 3, 31, tzinfo=UTC)),
        ("20270331T000000Z", datetime(2027, 3, 31, tzinfo=UTC)),
        ("2027-03-31T00:00:00.25Z", datetime(2027, 3, 31, 0, 0, 0, 250_000, tzinfo=UTC)),
        ("2027-03-31T00:00:00.123456789Z", datetime(2027, 3, 31, 0, 0, 0, 123_456, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_instants(text: str, instant: datetime) -> None:
    found = parse_instant(text)
    assert found == instant
    assert found.tzinfo is UTC or found.utcoffset() == timedelta()


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_texts_that_are_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@pytest.mark.parametrize("text", NO_TIMESTAMPS)
def test_texts_that_are_no_timestamp_of_the_service(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rfc3339(text)


offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@hypothesis.given(st.datetimes(timezones=offsets), st.sampled_from("T t"), st.booleans())
def test_timestamps_are_read_like_dateutil_reads_them(instant: datetime, separator: str, short: bool) -> None:
    text = instant.isoformat()
    if short and text.endswith("+00:00"):
        text = text[:-6] + "Z"
    try:
        expected = isoparse(text).astimezone(UTC)
    except OverflowError:
        with pytest.raises(ValueError, match="out of range"):
            parse_rfc3339(text)
        return
    assert parse_rfc3339(text.replace("T", separator)) == expected == parse_instant(text)


@hypothesis.given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_back(instant: datetime) -> None:
    text = format_instant(instant)
    assert text.endswith("Z")
    assert parse_rfc3339(text) == instant


@hypothesis.given(st.text())
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    for parse in (parse_rfc3339, parse_instant, parse_duration):
        try:
            parse(text)
        except ValueError:
            continue


def test_dateutil_is_needed_only_for_rarer_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without_dateutil(name: str, *rest: t.Any) -> t.Any:
        if name.startswith("dateutil"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_dateutil)
    assert parse_instant("2027-03-31T00:00:00Z").year == 2027
    assert parse_duration("90d").after(datetime(2026, 1, 1, tzinfo=UTC)).month == 4
    with pytest.raises(MissingLibrary):
        parse_instant("2027-03-31T00:00")
    with pytest.raises(MissingLibrary):
        parse_duration("1mo").after(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("text", [None, "", "soon", "Tue, 99 Nov 2026 12:00:00 GMT", "2026-11-24T12:00:00Z"])
def test_http_date_that_is_none(text: str | None) -> None:
    assert parse_http_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 24 Nov 2026 12:00:00 GMT",
        "Tue, 24 Nov 2026 12:00:00 -0000",
        "Tuesday, 24-Nov-26 12:00:00 GMT",
        "Tue, 24 Nov 2026 13:00:00 +0100",
    ],
)
def test_http_date(text: str) -> None:
    assert parse_http_date(text) == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_server_clock() -> None:
    passed = [100.0]
    clock = ServerClock(lambda: passed[0])
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.learn("Tue, 24 Nov 2020 12:00:00 GMT")
    passed[0] += 90.5
    assert clock.now() == datetime(2020, 11, 24, 12, 1, 30, 500_000, tzinfo=UTC)
    for nothing in (None, "", "garbage"):
        clock.learn(nothing)
    assert clock.now() == datetime(2020, 11, 24, 12, 1, 30, 500_000, tzinfo=UTC)
    clock.learn("Tue, 24 Nov 2026 12:00:00 GMT")
    assert clock.now() == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_last_instant_is_the_edge() -> None:
    assert parse_duration("9000y").after(LAST) == LAST
