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
    "page that says there are more, without saying where": {"kind": "missing_cursor"},
    "page that leads back to itself": {"kind": "repeat_cursor", "times": -1},
    "empty page before the last": {"kind": "empty_page"},
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
# Who holds the secret, where it is not simply `dest`.
NOBODY_NAMED = "nobody; the failure names the key and what to do"
NOBODY_TO_LOOK_FOR = "nobody; the failure says what to look for"
DEST_FOR_NOW = "dest, until the overlap ends; nobody holds the new key, which the failure names"
DEST_TO_LOOK_FOR = "dest, until the overlap ends; nobody holds the new key, and the failure says what to look for"
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
        return holder_beside_dest(world, outcome)
    if outcome.get("key") and world.simulator.secret_is_valid(outcome["key"]):
        return "the failed result"
    if not world.live:
        return "nothing was issued"
    if outcome.failed and all(key.id in str(outcome.result) for key in world.live):
        return NOBODY_NAMED
    if outcome.failed and "Should another key show up" in outcome.message:
        return NOBODY_TO_LOOK_FOR
    return "lost"


def holder_beside_dest(world: World, outcome: Outcome) -> str:
    """The same where `dest` holds a secret that serves, maybe that of a key whose end is set, beside a newer key."""
    held = world.simulator.key_of_secret(world.delivered or "")
    assert held is not None
    others = [key for key in world.live if key.id != held.id]
    newer = [key for key in others if key.sequence > held.sequence]
    if not newer:
        # Older keys that expire by themselves are the rest of a rotation.
        return "dest" if all(key.expires_at is not None for key in others) else "lost"
    if all(key.id in f"{outcome.result}{outcome.warnings}" for key in newer):
        return DEST_FOR_NOW
    return DEST_TO_LOOK_FOR if "Should another key" in outcome.message else "lost"


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


# How the summary says what came of a fault.
SHORT = {
    NOBODY_NAMED: "fails; nobody holds the key, which is named",
    NOBODY_TO_LOOK_FOR: "fails; says what to look for",
    DEST_FOR_NOW: "fails; `dest` serves until the overlap ends",
    DEST_TO_LOOK_FOR: "fails; `dest` serves until the overlap ends; says what to look for",
}
MESSAGES = "tables/fault-messages.md"


def heading_of(row: Row) -> str:
    """Faults of a listing have the names of faults of other requests."""
    return f"In a listing: {row.fault}" if row.task.startswith("list") else row.fault[0].upper() + row.fault[1:]


def in_short(row: Row) -> str:
    """Outcome and holder in a few words."""
    if row.outcome != "failed":
        return "done"
    if row.holder in SHORT:
        return SHORT[row.holder]
    if row.task == SETTLING.request and row.live > 1:
        return "fails; a new key is in `dest`"
    if row.task == "revoke" and row.live == 1:
        return "fails, though the key is revoked"
    return "fails; nothing done"


def summary(rows: t.Sequence[Row]) -> str:
    """The page for operators: faults that lead to the same for every task share a row."""
    lines = [
        "# What each fault leads to",
        "",
        "Made by `make tables`, and compared with what the code does by each test run. A task that keeps a key in",
        "`dest` meets one fault at one request. The commit is the moment at which the service carries a request out. A",
        "cell says what came of it, after the repeats and looks that the module makes by itself:",
        "",
        "- **done**: the task ends as it would have without the fault. `dest` holds the secret of the current key.",
        "- **fails; nothing done**: what served before serves on, and running again is safe.",
        "- **fails; nobody holds the key, which is named**: a key is live whose secret nobody holds. The failure names",
        "  it in `orphans`, and says how to take it over or revoke it.",
        "- **fails; `dest` serves until the overlap ends**: there is such a key, too, but the older secret in `dest`",
        "  is still good: after a refresh for `grace_period`, when a key is replaced until the old one expires.",
        "- **fails; says what to look for**: a key may show up later. The failure says by what to know it.",
        "",
        "Where `on_lost_secret` matters, both outcomes are given. What was not tried is left empty.",
        f"[Messages by fault]({MESSAGES}) has each outcome with its message.",
        "",
        "## Faults of a request that changes something",
        "",
        *matrix([row for row in rows if not row.task.startswith("list")], list(JOBS)),
        "",
        "## Faults of a listing",
        "",
        "A listing comes before each task, and once more after a key was issued, lest another run has issued one, too.",
        "",
        *matrix([row for row in rows if row.task.startswith("list")], ["list", SETTLING.request]),
    ]
    return "\n".join(lines) + "\n"


def matrix(rows: t.Sequence[Row], tasks: t.Sequence[str]) -> list[str]:
    """A table of faults by tasks."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for fault in dict.fromkeys(row.fault for row in rows):
        cells: list[str] = []
        for task in tasks:
            found = {row.on_lost_secret: in_short(row) for row in rows if (row.fault, row.task) == (fault, task)}
            if len(set(found.values())) > 1:
                cells.append("<br>".join(f"`{setting}`: {words}" for setting, words in found.items()))
            else:
                cells.append("".join(set(found.values())))
        alike.setdefault(tuple(cells), []).append(fault)
    lines = ["| fault | " + " | ".join(tasks) + " |", "|---" * (len(tasks) + 1) + "|"]
    for row_cells, faults in alike.items():
        lines.append("| " + "; ".join(faults) + " | " + " | ".join(row_cells) + " |")
    return lines


def messages(rows: t.Sequence[Row]) -> str:
    """The page with every outcome: a section for each fault; rows that differ only in `on_lost_secret` are one."""
    lines = [
        "# Messages by fault",
        "",
        "Made by `make tables`, and compared with what the code does by each test run.",
        "[What each fault leads to](../faults.md) is the summary.",
        "",
        '"Keys live" counts those of the declared name afterwards. "Secret held by" is who holds the secret of the',
        "newest one. A message is cut after its second sentence, and ids, times, hosts and spaces stand in capitals.",
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
