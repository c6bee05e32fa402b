# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault against every request that the module sends, and what came of it: rows for the documentation."""

from __future__ import annotations

import dataclasses
import itertools
import re
import time
import typing as t

from support.in_process import Outcome

from scenarios.conftest import NAME, World
from simulator import Fault

# Faults of a request that issues a key, or revokes one.
WRITE_FAULTS: dict[str, dict[str, t.Any]] = {
    "connection reset before the commit": {"kind": "reset", "commit": False},
    "connection reset after the commit": {"kind": "reset", "commit": True},
    "connection closed after the commit": {"kind": "close", "commit": True},
    "500 after the commit": {"kind": "status", "status": 500, "commit": True},
    "502 before the commit": {"kind": "status", "status": 502, "commit": False},
    "502 after the commit": {"kind": "status", "status": 502, "commit": True},
    "503 after the commit": {"kind": "status", "status": 503, "commit": True},
    "504 after the commit": {"kind": "status", "status": 504, "commit": True},
    "no answer within the time-out, committed": {"kind": "stall", "commit": True, "seconds": 3.0},
    "no answer within the time-out, not committed": {"kind": "stall", "commit": False, "seconds": 3.0},
    "commit after the client gave up": {"kind": "late_commit"},
    "body truncated": {"kind": "truncate"},
    "wrong Content-Length": {"kind": "wrong_length"},
    "HTML page after the commit": {"kind": "html", "commit": True, "status": 200},
    "HTML page before the commit": {"kind": "html", "commit": False, "status": 200},
    "gzip garbage": {"kind": "garbage_gzip"},
    "429 without Retry-After": {"kind": "status", "status": 429},
    "429 with Retry-After in seconds": {"kind": "status", "status": 429, "retry_after": "3"},
    "429 with Retry-After of a week": {"kind": "status", "status": 429, "retry_after": "604800"},
    "redirect to another host": {"kind": "redirect", "location": "https://elsewhere.invalid/"},
    "request sent twice by a proxy": {"kind": "replay"},
}
# Faults of a listing.
READ_FAULTS: dict[str, dict[str, t.Any]] = {
    "connection reset": {"kind": "reset"},
    "502": {"kind": "status", "status": 502},
    "502 on every attempt": {"kind": "status", "status": 502, "times": -1},
    "no answer within the time-out": {"kind": "stall", "seconds": 3.0},
    "body truncated": {"kind": "truncate", "times": -1},
    "HTML page": {"kind": "html"},
    "gzip garbage": {"kind": "garbage_gzip", "times": -1},
    "429 with Retry-After as a date": {"kind": "status", "status": 429, "retry_after": "date"},
    "429 with Retry-After of a week": {"kind": "status", "status": 429, "retry_after": "604800"},
    "redirect to another host": {"kind": "redirect", "location": "https://elsewhere.invalid/"},
    "page without a cursor": {"kind": "missing_cursor"},
    "the same cursor twice": {"kind": "repeat_cursor", "times": -1},
    "empty page that goes on": {"kind": "empty_page"},
    "page sent twice": {"kind": "duplicate_page"},
}


@dataclasses.dataclass(frozen=True)
class Job:
    """A task, the request that the fault hits, and the keys that are there before."""

    request: str
    seeds: tuple[tuple[float, float | None], ...]
    options: dict[str, t.Any]
    method: str
    path: str


JOBS = {
    "create": Job("create", (), {"expires_in": "90d"}, "POST", "/api-keys$"),
    "create, unbounded": Job("create", (), {}, "POST", "/api-keys$"),
    "refresh with an overlap": Job("refresh", ((31, None),), {"max_age": "30d"}, "POST", "/refresh$"),
    "refresh without an overlap": Job(
        "refresh", ((31, None),), {"max_age": "30d", "grace_period": "0", "exclusive": True}, "POST", "/refresh$"
    ),
    "replace": Job("create", ((80, 10),), {"expires_in": "90d", "renew_before": "14d"}, "POST", "/api-keys$"),
    "revoke": Job("revoke", ((80, 10), (4, 86)), {"exclusive": True, "expires_in": "90d"}, "PUT", "/revoke$"),
}
LISTING = Job("list", ((80, 10),), {"expires_in": "90d", "renew_before": "14d"}, "GET", "/api-keys$")
SETTLING = dataclasses.replace(LISTING, request="list, after issuing")


@dataclasses.dataclass(frozen=True)
class Row:
    fault: str
    task: str
    on_lost_secret: str
    outcome: str
    live: int
    holder: str
    message: str


def run_row(world: World, fault: str, task: str, job: Job, values: dict[str, t.Any], on_lost: str, nth: int = 1) -> Row:
    """Run one task under one fault in a fresh world."""
    seeded = [world.seed(age, lapses) for age, lapses in job.seeds]
    if seeded:
        world.dest.write_text(seeded[-1].secret)
        world.dest.chmod(0o600)
    if values.get("retry_after") == "date":
        at = world.simulator.clock.now().timestamp() + 5
        values = {**values, "retry_after": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at))}
    if values["kind"] in ("missing_cursor", "repeat_cursor", "empty_page", "duplicate_page"):
        world.simulator.switches.page_size_max = 1
        world.seed(100, 5, name="other")
    world.simulator.faults.add(Fault(**{"method": job.method, "path": job.path, "nth": nth, **values}))
    outcome = world.run(dest=str(world.dest), on_lost_secret=on_lost, timeout=1, **job.options)
    world.simulator.faults.commit_late()
    words = "failed" if outcome.failed else outcome["action"]
    return Row(fault, task, on_lost, words, len(world.live), holder_of_all(world, outcome), shortened(outcome, world))


def holder_of_all(world: World, outcome: Outcome) -> str:
    """Who holds the secret of the key that serves: the reader wants to know that nobody is locked out unawares."""
    if world.file_holds_valid_secret():
        unheld = [key for key in world.live if key.secret != world.delivered]
        named = [key for key in unheld if key.id in f"{outcome.result}{outcome.warnings}" or key.expires_at is not None]
        if len(named) == len(unheld):
            return "dest"
        return "dest; the failure says what to look for" if "Should another key" in outcome.message else "lost"
    if outcome.get("key") and world.simulator.secret_is_valid(outcome["key"]):
        return "the failed result"
    if not world.live:
        return "nothing was issued"
    if outcome.failed and all(key.id in str(outcome.result) for key in world.live):
        return "nobody; the failure names the key and what to do"
    if outcome.failed and "Should another key show up" in outcome.message:
        return "nobody; the failure says what to look for"
    return "lost"


def shortened(outcome: Outcome, world: World) -> str:
    """The first sentence of the message or reason, without what differs from run to run."""
    text = outcome.message if outcome.failed else " ".join(outcome["reasons"])
    for pattern, word in (
        (re.escape(str(world.dest)), "DEST"),
        (re.escape(world.space_id), "SPACE"),
        (r"QXBpS2V5\S*?(?:==|%3D%3D|(?=[\s,);/]))", "ID"),
        (r"127\.0\.0\.1:\d+", "HOST"),
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME"),
        (r"req_\w+", "REQUEST"),
        (re.escape(NAME), NAME),
    ):
        text = re.sub(pattern, word, text)
    sentences = re.split(r"(?<=[a-z)D])\. ", text)
    return ". ".join(sentences[:2]).rstrip(".") + "." if text else ""


def heading_of(row: Row) -> str:
    """Faults of a listing have the names of faults of other requests."""
    return f"In a listing: {row.fault}" if row.task.startswith("list") else row.fault[0].upper() + row.fault[1:]


def markdown(rows: t.Sequence[Row]) -> str:
    """The page: a section for each fault; rows that differ only in `on_lost_secret` are one."""
    lines = [
        "# What each fault leads to",
        "",
        "Made by `make tables`, and compared with what the code does by each test run. A task that keeps a key in",
        '`dest` meets one fault at the request named. "Secret held by" is who holds the secret of the key that serves',
        "afterwards; keys that lapse by themselves after a rotation are not counted against it.",
    ]
    for heading, of_fault in itertools.groupby(rows, key=heading_of):
        lines += [
            "",
            f"## {heading}",
            "",
            "| task | `on_lost_secret` | outcome | keys live | secret held by | message or reason |",
            "|---|---|---|---|---|---|",
        ]
        merged: dict[tuple[str, ...], list[str]] = {}
        for row in of_fault:
            cells = (row.task, row.outcome, str(row.live), row.holder, row.message)
            merged.setdefault(cells, []).append(row.on_lost_secret)
        for (task, *others), on_lost in merged.items():
            texts = (task, " or ".join(on_lost), *others)
            lines.append("| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |")
    return "\n".join(lines) + "\n"
