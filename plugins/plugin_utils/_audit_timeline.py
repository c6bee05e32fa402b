# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The time line of the report: when keys expire, as columns of marks. Pure. Lengths are per cent of the width."""

from __future__ import annotations

import typing as t
from datetime import date, timedelta

Key = t.Mapping[str, t.Any]

# Left of the axis are the keys that have expired, right of it those that expire beyond its end.
FIRST, LAST = 10.0, 90.0
# More keys in one column make each mark stand for several.
HIGHEST = 18
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The worst first: it decides the colour of a mark that stands for several keys.
_TONES = ("overdue", "soon", "good")


def timeline(keys: t.Sequence[Key], today: date, months: int) -> dict[str, t.Any]:
    """Columns of marks, the names of the months and a table that says the same in words.

    `keys` have C(name), C(live), C(findings) and C(expires_on), a date or None.
    """
    end = _month(today, months)
    weeks = -(-(end - today).days // 7)
    width = (LAST - FIRST) / weeks
    columns: dict[int, list[Key]] = {}
    for key in sorted(keys, key=lambda each: (each["expires_on"] or date.max, each["name"])):
        if key["expires_on"] is None:
            continue
        if not key["live"]:
            column = -1
        elif key["expires_on"] >= end:
            column = weeks
        else:
            column = max((key["expires_on"] - today).days, 0) // 7
        columns.setdefault(column, []).append(key)
    tallest = max((len(column) for column in columns.values()), default=0)
    share = max(1, -(-tallest // HIGHEST))
    return {
        "columns": [_column(number, columns[number], weeks, width, share) for number in sorted(columns)],
        "mark_width": round(width * 0.76, 3),
        "rows": -(-tallest // share),
        "share": share,
        "ticks": _ticks(today, end),
        "table": _table(keys, today, end),
    }


def _column(number: int, keys: t.Sequence[Key], weeks: int, width: float, share: int) -> dict[str, t.Any]:
    if number < 0:
        left = (FIRST - 1) / 2 - width * 0.38
    elif number >= weeks:
        left = (101 + LAST) / 2 - width * 0.38
    else:
        left = FIRST + number * width + width * 0.12
    ordered = sorted(keys, key=lambda key: _TONES.index(_tone(key)))
    marks = []
    for row, start in enumerate(range(0, len(ordered), share)):
        marked = ordered[start : start + share]
        title = "; ".join(f"{key['name']}, {key['expires_on'].isoformat()}" for key in marked[:5])
        if len(marked) > 5:
            title += f"; and {len(marked) - 5} more"
        marks.append({"row": row, "tone": _tone(marked[0]), "title": title})
    return {"left": round(left, 3), "marks": marks}


def _tone(key: Key) -> str:
    if not key["live"]:
        return "overdue"
    return "soon" if "expires_soon" in key["findings"] or "expires_soon" in key.get("accepted", ()) else "good"


def _month(day: date, later: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + later, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _firsts(today: date, end: date) -> list[date]:
    """The first days of the months after today, up to the end."""
    found = []
    day = _month(today.replace(day=1), 1)
    while day < end:
        found.append(day)
        day = _month(day, 1)
    return found


def _ticks(today: date, end: date) -> list[dict[str, t.Any]]:
    total = (end - today).days
    return [
        {
            "left": round(FIRST + (LAST - FIRST) * (day - today).days / total, 3),
            "label": _MONTHS[day.month - 1],
            "year": day.year if day.month == 1 else None,
        }
        for day in _firsts(today, end)
    ]


def _table(keys: t.Sequence[Key], today: date, end: date) -> list[dict[str, t.Any]]:
    """How many keys expire in which month; months without any are left out."""
    bounds = [today, *_firsts(today, end), end]
    rows = [("expired", [key for key in keys if key["expires_on"] is not None and not key["live"]])]
    coming = [key for key in keys if key["expires_on"] is not None and key["live"]]
    for start, stop in zip(bounds, bounds[1:]):
        month = f"{_MONTHS[start.month - 1]} {start.year}"
        # A key that expires later on the same day is still live.
        within = [key for key in coming if start <= max(key["expires_on"], today) < stop]
        rows.append((month, within))
    rows.append(("later", [key for key in coming if key["expires_on"] >= end]))
    rows.append(("never", [key for key in keys if key["expires_on"] is None]))
    return [
        {"when": when, "count": len(found), "names": sorted({key["name"] for key in found})}
        for when, found in rows
        if found
    ]
