# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `state: present` does in each situation: the rows of the table in the documentation, which the tests hold."""

from __future__ import annotations

import dataclasses
import typing as t

SWITCHES: dict[str, dict[str, t.Any]] = {
    "most likely": {},
    "refresh keeps the id": {"refresh_keeps_id": True},
    "expired keys not listed": {"expired_keys_listed": False},
    "microseconds": {"created_at_resolution": "microsecond"},
    "two to a page": {"page_size_max": 2},
    "expiry in whole seconds": {"expires_at_resolution": "second"},
    "older form of the API": {"legacy": True},
}


@dataclasses.dataclass
class Row:
    """What lies there before, what is declared, and what must come of it.

    `seeds` are (age in days, days until it expires) of live keys, oldest first. `stored`: which of them `dest` holds.
    `writes`: the requests that change something. `live`: how many keys are live afterwards.
    """

    seeds: t.Sequence[tuple[float, float | None]]
    options: dict[str, t.Any]
    action: str
    writes: t.Sequence[str] = ()
    live: int = 1
    grace: int | None = None
    stored: int | None = None
    dest: bool = False
    reasons: int | None = None
    description: str | None = None
    sends_expiry: bool = False
    old_serves: bool | None = None


ROWS = {
    "nothing there": Row([], {}, "created", ["create"], sends_expiry=False),
    "nothing there, bounded": Row([], {"expires_in": "90d"}, "created", ["create"], sends_expiry=True),
    "only an expired one": Row([(100, -1)], {"expires_in": "90d"}, "created", ["create"], sends_expiry=True),
    "nothing due": Row([(10, 80)], {"expires_in": "90d", "renew_before": "14d"}, "none"),
    "retiring beside it": Row([(80, 10), (4, 86)], {"expires_in": "90d", "renew_before": "14d"}, "none", live=2),
    "max_age, unbounded": Row(
        [(31, None)], {"max_age": "30d"}, "refreshed", ["refresh"], live=2, grace=3600, old_serves=True
    ),
    "max_age, no overlap": Row(
        [(31, None)], {"max_age": "30d", "grace_period": "0"}, "refreshed", ["refresh"], grace=0, old_serves=False
    ),
    "issued_after": Row(
        [(2, None)],
        {"issued_after": "yesterday", "grace_period": "2h"},
        "refreshed",
        ["refresh"],
        live=2,
        grace=7200,
        old_serves=True,
    ),
    "max_age, unbounded becomes bounded": Row(
        [(31, None)],
        {"max_age": "30d", "expires_in": "60d"},
        "refreshed",
        ["refresh"],
        live=2,
        grace=3600,
        sends_expiry=True,
        old_serves=True,
    ),
    "max_age, wanted expiry sooner": Row(
        [(31, 300)],
        {"max_age": "30d", "expires_in": "60d"},
        "refreshed",
        ["refresh"],
        live=2,
        grace=3600,
        sends_expiry=True,
        old_serves=True,
    ),
    "renew_before": Row(
        [(80, 10)],
        {"expires_in": "90d", "renew_before": "14d"},
        "replaced",
        ["create"],
        live=2,
        sends_expiry=True,
        old_serves=True,
    ),
    "renew_before, no overlap": Row(
        [(80, 10)],
        {"expires_in": "90d", "renew_before": "14d", "grace_period": "0"},
        "replaced",
        ["create", "revoke"],
        sends_expiry=True,
        old_serves=False,
    ),
    "issued_after, bounded, no overlap": Row(
        [(10, 80)],
        {"expires_in": "90d", "issued_after": "yesterday", "grace_period": "0"},
        "replaced",
        ["create", "revoke"],
        sends_expiry=True,
        old_serves=False,
    ),
    "renew_before, exclusive": Row(
        [(80, 10)],
        {"expires_in": "90d", "renew_before": "14d", "exclusive": True},
        "replaced",
        ["create"],
        live=2,
        sends_expiry=True,
        old_serves=True,
    ),
    "renew_before, exclusive, no overlap": Row(
        [(80, 10)],
        {"expires_in": "90d", "renew_before": "14d", "exclusive": True, "grace_period": "0"},
        "replaced",
        ["create", "revoke"],
        sends_expiry=True,
        old_serves=False,
    ),
    "bounded, none declared": Row([(31, 10)], {"max_age": "30d"}, "replaced", ["create"], live=2, old_serves=True),
    "exclusive, grace over": Row([(80, 10), (4, 86)], {"exclusive": True}, "revoked", ["revoke"]),
    "exclusive, duplicate": Row([(80, None), (4, None)], {"exclusive": True}, "revoked", ["revoke"]),
    "exclusive, within the grace": Row([(80, 10), (0.01, 90)], {"exclusive": True}, "none", live=2),
    "description drifts": Row(
        [(10, None)],
        {"description": "new", "on_drift": "replace"},
        "replaced",
        ["create", "revoke"],
        description="new",
        old_serves=False,
    ),
    "description drifts, ignored": Row([(10, None)], {"description": "new", "on_drift": "ignore"}, "none"),
    "expiry shortens": Row(
        [(10, None)],
        {"expires_at": "2099-01-01T00:00:00Z", "on_drift": "replace"},
        "refreshed",
        ["refresh"],
        live=2,
        grace=3600,
        sends_expiry=True,
        old_serves=True,
    ),
    "expiry gets longer": Row(
        [(10, 10)],
        {"expires_at": "2099-01-01T00:00:00Z", "on_drift": "replace"},
        "replaced",
        ["create", "revoke"],
        sends_expiry=True,
        old_serves=False,
    ),
    "dest missing, reissue": Row(
        [(10, None)],
        {"on_lost_secret": "reissue"},
        "refreshed",
        ["refresh"],
        grace=0,
        dest=True,
        old_serves=False,
    ),
    "dest missing, reissue, bounded": Row(
        [(10, 80)],
        {"on_lost_secret": "reissue", "expires_in": "90d"},
        "refreshed",
        ["refresh"],
        grace=0,
        dest=True,
        sends_expiry=True,
        old_serves=False,
    ),
    "dest fits, nothing due": Row([(10, None)], {}, "none", dest=True, stored=0),
    "dest is outdated, reissue": Row(
        [(80, 10), (4, 86)],
        {"on_lost_secret": "reissue"},
        "refreshed",
        ["refresh"],
        live=2,
        grace=0,
        dest=True,
        stored=0,
        sends_expiry=True,
    ),
    "several reasons": Row(
        [(80, 10)],
        {
            "expires_in": "90d",
            "renew_before": "14d",
            "max_age": "30d",
            "description": "new",
            "on_drift": "replace",
            "on_lost_secret": "reissue",
        },
        "replaced",
        ["create", "revoke"],
        dest=True,
        reasons=4,
        sends_expiry=True,
        description="new",
        old_serves=False,
    ),
}


def in_words(row: Row) -> tuple[str, ...]:
    """The cells of a row: keys before, options, dest, action, requests, keys after, old secret."""
    keys = []
    for age, expires in row.seeds:
        issued = "just issued" if age < 1 else f"{age:g} days old"
        end = "unbounded" if expires is None else f"expires in {expires:g} days" if expires > 0 else "expired"
        keys.append(f"{issued}, {end}")
    options = [
        f"`{name}: {str(value).lower() if isinstance(value, bool) else value}`" for name, value in row.options.items()
    ]
    dest = "not set"
    if row.dest:
        newest = len(row.seeds) - 1
        dest = "missing" if row.stored is None else "current" if row.stored == newest else "of an older key"
    old = {None: "", True: "serves on", False: "stops serving"}[row.old_serves]
    if row.grace:
        old = f"serves on for {row.grace // 3600} h"
    return (
        "; ".join(keys) or "none",
        ", ".join(options) or "nothing else",
        dest,
        row.action,
        ", ".join(row.writes) or "none",
        str(row.live),
        old,
    )


def markdown() -> str:
    """The page with the table."""
    lines = [
        "# What present does",
        "",
        "Made by `make tables`. Each row is played in check mode, for real, and again, when nothing must happen; and",
        "all that against simulated services that differ where what Arize publishes leaves it open:",
        ", ".join(SWITCHES) + ".",
        "",
        "| situation | keys before | declared | secret in `dest` | action | requests that write | keys live after "
        "| old secret |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += ["| " + " | ".join((name, *in_words(row))) + " |" for name, row in ROWS.items()]
    return "\n".join(lines) + "\n"
