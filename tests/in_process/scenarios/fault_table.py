# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault against every request that the module sends, and what came of it: rows for the documentation."""

from __future__ import annotations

import dataclasses
import itertools
import platform
import re
import time
import typing as t

from support.in_process import Outcome

from in_process.scenarios.conftest import NAME, World
from simulator import Fault

Values = dict[str, t.Any]
BLOCKED: Values = {
    "kind": "status",
    "commit": True,
    "body": "<html><h1>Blocked</h1></html>",
    "content_type": "text/html",
}
ELSEWHERE = "https://elsewhere.invalid/"

# What happens to a request that issues a key or revokes one: rows of the page, each with the faults that are tried.
# `switches` are those of the simulator.
WRITE_FAULTS: dict[str, dict[str, Values]] = {
    "The request does not reach the service, or the service fails before it acts": {
        "connection reset before the commit": {"kind": "reset", "commit": False},
        "502 before the commit": {"kind": "status", "status": 502, "commit": False},
        "no answer within the time-out, not committed": {"kind": "stall", "commit": False, "seconds": 3.0},
    },
    "The service acts, and its answer gets lost or damaged": {
        "connection reset after the commit": {"kind": "reset", "commit": True},
        "connection closed after the commit": {"kind": "close", "commit": True},
        "502 after the commit": {"kind": "status", "status": 502, "commit": True},
        "503 after the commit": {"kind": "status", "status": 503, "commit": True},
        "504 after the commit": {"kind": "status", "status": 504, "commit": True},
        "no answer within the time-out, committed": {"kind": "stall", "commit": True, "seconds": 3.0},
        "body truncated": {"kind": "truncate"},
        "wrong Content-Length": {"kind": "wrong_length"},
        "gzip garbage": {"kind": "garbage_gzip"},
    },
    "The service acts, and a proxy or firewall answers in its place": {
        "HTML page after the commit": {"kind": "html", "commit": True, "status": 200},
        "interim answer after the commit": {"kind": "status", "status": 103, "commit": True},
        "redirect after the commit": {"kind": "redirect", "location": ELSEWHERE, "commit": True},
        "403 of a proxy after the commit": {**BLOCKED, "status": 403},
        "404 of a proxy after the commit": {**BLOCKED, "status": 404},
        "429 of a proxy after the commit": {**BLOCKED, "status": 429},
        "500 after the commit": {"kind": "status", "status": 500, "commit": True},
    },
    "The service does not act, and a proxy or firewall answers in its place": {
        "HTML page before the commit": {"kind": "html", "commit": False, "status": 200},
        "redirect to another host": {"kind": "redirect", "location": ELSEWHERE},
        "403 of a proxy before the commit": {**BLOCKED, "status": 403, "commit": False},
    },
    "A proxy masks or changes the new secret": {
        "masked secret": {"kind": "edit", "body": {"key": "********"}},
        "secret of another key": {"kind": "edit", "body": {"key": "ak-zzzFAKE" + 40 * "0" + "zzz"}},
    },
    "The answer has another id than the listing": {
        "another id": {"kind": "edit", "body": {"id": "QXBpS2V5OjE6WFhYWA=="}},
    },
    "The service acts after the module has given up": {
        "commit after the client gave up": {"kind": "late_commit"},
    },
    "A proxy sends the request twice": {
        "request sent twice by a proxy": {"kind": "replay"},
    },
    "The service refuses": {
        "403 of the service": {"kind": "status", "status": 403},
        "422 of the service": {"kind": "status", "status": 422},
    },
    "The service asks to wait for seconds": {
        "429 without Retry-After": {"kind": "status", "status": 429},
        "429 with Retry-After in seconds": {"kind": "status", "status": 429, "retry_after": "3"},
    },
    "The service asks to wait longer than a task does": {
        "429 with Retry-After of a week": {"kind": "status", "status": 429, "retry_after": "604800"},
    },
    "Listings are five seconds late": {
        "listing that lags": {"switches": {"list_lag_seconds": 5.0}},
    },
    "The clocks of the service and of the host differ by more than a day": {
        "clocks that differ by two days": {"switches": {"date_skew_seconds": 172_800.0}},
    },
}
# What happens to a listing.
READ_FAULTS: dict[str, dict[str, Values]] = {
    "It fails once": {
        "connection reset": {"kind": "reset"},
        "502": {"kind": "status", "status": 502},
        "no answer within the time-out": {"kind": "stall", "seconds": 3.0},
        "429 with Retry-After as a date": {"kind": "status", "status": 429, "retry_after": "date"},
    },
    "It fails each time, or a proxy or firewall answers in the service's place": {
        "502 on every attempt": {"kind": "status", "status": 502, "times": -1},
        "body truncated": {"kind": "truncate", "times": -1},
        "HTML page": {"kind": "html"},
        "gzip garbage": {"kind": "garbage_gzip", "times": -1},
        "429 with Retry-After of a week": {"kind": "status", "status": 429, "retry_after": "604800"},
        "redirect to another host": {"kind": "redirect", "location": ELSEWHERE},
    },
    "A page is empty or comes twice": {
        "empty page before the last": {"kind": "empty_page"},
        "page sent twice": {"kind": "duplicate_page"},
    },
    "Its pages have no end": {
        "page that says there are more, without saying where": {"kind": "missing_cursor"},
        "page that leads back to itself": {"kind": "repeat_cursor", "times": -1},
    },
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
# Columns of the page; that of an unbounded key is told in a sentence.
LISTING_TASKS = ("list", "list, after issuing")
# Who holds the secret, where it is not simply `dest`.
NOBODY_NAMED = "nobody; the failure names the key"
NOBODY_TO_LOOK_FOR = "nobody; the failure says what to look for"
DEST_FOR_NOW = "dest has the old one, which works for now; the failure names the new key"
DEST_TO_LOOK_FOR = "dest has the old one, which works for now; the failure says what to look for"
LOOK_FOR = re.compile("Should another .* show up")
FAILED_RESULT = "the failed result"
LISTING = Job(LISTING_TASKS[0], ((80, 10),), {"expires_in": "90d", "renew_before": "14d"}, "GET", "/api-keys$")
SETTLING = dataclasses.replace(LISTING, request=LISTING_TASKS[1])


@dataclasses.dataclass(frozen=True)
class Row:
    fault: str
    task: str
    on_lost_secret: str
    outcome: str
    live: int
    holder: str
    # Whether `dest` has a secret that was issued now.
    is_new: bool
    message: str


def run_row(world: World, fault: str, task: str, job: Job, values: Values, on_lost: str, nth: int = 1) -> Row:
    """Run one task under one fault in a fresh world."""
    seeded = [world.seed(age, expires) for age, expires in job.seeds]
    if seeded:
        world.dest.write_text(seeded[-1].secret)
        world.dest.chmod(0o600)
    if values.get("retry_after") == "date":
        at = world.simulator.clock.now().timestamp() + 5
        values = {**values, "retry_after": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at))}
    world.simulator.switches.change(values.get("switches", {}))
    if values.get("kind") in ("missing_cursor", "repeat_cursor", "empty_page", "duplicate_page"):
        world.simulator.switches.page_size_max = 1
        world.seed(100, 5, name="other")
    if "kind" in values:
        world.simulator.faults.add(Fault(**{"method": job.method, "path": job.path, "nth": nth, **values}))
    outcome = world.run(dest=str(world.dest), on_lost_secret=on_lost, timeout=1, **job.options)
    world.simulator.faults.commit_late()
    words = "failed" if outcome.failed else outcome["action"]
    is_new = world.file_holds_valid_secret() and world.delivered not in [key.secret for key in seeded]
    holder, message = holder_of_all(world, outcome), shortened(outcome, world)
    return Row(fault, task, on_lost, words, len(world.live), holder, is_new, message)


def holder_of_all(world: World, outcome: Outcome) -> str:
    """Who holds the secret of the key that serves: the reader wants to know that nobody is locked out unawares."""
    if world.file_holds_valid_secret():
        return holder_beside_dest(world, outcome)
    if outcome.get("key") and world.simulator.secret_is_valid(outcome["key"]):
        return FAILED_RESULT
    if not world.live:
        return "nothing was issued"
    if outcome.failed and all(key.id in str(outcome.result) for key in world.live):
        return NOBODY_NAMED
    if outcome.failed and LOOK_FOR.search(outcome.message):
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
    return DEST_TO_LOOK_FOR if LOOK_FOR.search(outcome.message) else "lost"


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
        (rf"\bon {re.escape(platform.node())}\b", "on NODE"),
        (re.escape(NAME), NAME),
    ):
        text = re.sub(pattern, word, text)
    sentences = re.split(r"(?<=[a-z)D])\. ", text)
    return ". ".join(sentences[:2]).rstrip(".") + "." if text else ""


MESSAGES = "tables/fault-messages.md"
# The words of the cells, and what they mean.
DONE, NOTHING, ORPHAN, OLD = "done", "no change", "orphan", "orphan, old secret works"
LATER, OLD_LATER = "may appear", "may appear, old secret works"
NEW, REVOKED = "new key", "revoked"
MEANINGS = {
    DONE: "The task succeeds as it would without the fault. `dest` has the secret of the current key.",
    NOTHING: "The task fails. Nothing was issued or revoked. Run it again when the cause is gone.",
    ORPHAN: "The task fails. A new key is live, and nobody has its secret. The message and `orphans` name it, with the "
    "commands that give it a new secret or revoke it.",
    OLD: "As `orphan`, but the secret in `dest` still works, until the grace period ends or the old key expires.",
    LATER: "The task fails. No new key is visible, but one may appear later. The message says how to recognise it.",
    OLD_LATER: "As `may appear`, but the secret in `dest` still works for now.",
    NEW: "The task fails, but a new key is issued and its secret is in `dest`. The message says what to check.",
    REVOKED: "The task fails, but the key is revoked.",
}
SHORT = {NOBODY_NAMED: ORPHAN, NOBODY_TO_LOOK_FOR: LATER, DEST_FOR_NOW: OLD, DEST_TO_LOOK_FOR: OLD_LATER}


def heading_of(row: Row) -> str:
    """Faults of a listing have the names of faults of other requests."""
    is_listing = row.task in LISTING_TASKS
    return f"In a listing: {row.fault}" if is_listing else row.fault[0].upper() + row.fault[1:]


def in_short(row: Row) -> str:
    """Outcome and holder in a few words."""
    if row.outcome != "failed":
        return DONE
    if row.holder in SHORT:
        return SHORT[row.holder]
    if row.is_new or row.holder == FAILED_RESULT:
        return NEW
    return REVOKED if row.task == "revoke" and row.live == 1 else NOTHING


def summary(rows: t.Sequence[Row]) -> str:
    """The page for operators."""
    writing = [row for row in rows if row.task not in LISTING_TASKS]
    listing = [row for row in rows if row.task in LISTING_TASKS]
    used = {in_short(row) for row in rows}
    lines = [
        "# What each fault leads to",
        "",
        "This page is made by `make tables` from what the tests find. Each task keeps its key in `dest` and meets one",
        "fault. A cell says how the task ends after its own retries. If a new key is live and nobody has its secret,",
        "the failure names the key or says how to recognise it.",
        "",
        "| cell | meaning |",
        "|---|---|",
        *(f"| **{words}** | {meaning} |" for words, meaning in MEANINGS.items() if words in used),
        "",
        "Where `on_lost_secret: reissue` ends better than the default, the cell says so. An empty cell was not tried.",
        f"[Messages by fault]({MESSAGES}) has the message of each case.",
        "",
        "## While a key is issued or revoked",
        "",
        *matrix(writing, WRITE_FAULTS, list(JOBS)),
        "",
        "## While keys are listed",
        "",
        "A task lists the keys before it changes anything. After it has issued a key it lists them once more, to find",
        "out whether another run has issued one at the same time.",
        "",
        *matrix(listing, READ_FAULTS, LISTING_TASKS),
    ]
    return "\n".join(lines) + "\n"


def cell(rows: t.Sequence[Row]) -> str:
    """What a fault leads to in one task, for each setting of `on_lost_secret`."""
    found = {row.on_lost_secret: in_short(row) for row in rows}
    if len(set(found.values())) < 2:
        return "".join(set(found.values()))
    return f"{found['fail']}; `reissue`: {found['reissue']}"


def matrix(rows: t.Sequence[Row], happenings: t.Mapping[str, t.Collection[str]], tasks: t.Sequence[str]) -> list[str]:
    """A table of what happens by tasks. Faults of one kind that lead to different ends have rows of their own."""
    lines = ["| what happens | " + " | ".join(tasks) + " |", "|---" * (len(tasks) + 1) + "|"]
    for words, faults in happenings.items():
        ends: list[tuple[list[str], list[str]]] = []
        for fault in faults:
            cells = [cell([row for row in rows if (row.fault, row.task) == (fault, task)]) for task in tasks]
            join(ends, cells, fault)
        most = max(ends, key=lambda end: len(end[1]))
        for end in sorted(ends, key=lambda end: end is not most):
            which = "" if end is most else f": {', '.join(end[1])}"
            lines.append(f"| {words}{which} | " + " | ".join(end[0]) + " |")
    return lines


def join(ends: list[tuple[list[str], list[str]]], cells: list[str], fault: str) -> None:
    """Put a fault into the row whose cells are the same where both were tried, or into a row of its own."""
    for known, faults in ends:
        if all(not own or not other or own == other for own, other in zip(cells, known, strict=True)):
            known[:] = [own or other for own, other in zip(cells, known, strict=True)]
            faults.append(fault)
            return
    ends.append((cells, [fault]))


def messages(rows: t.Sequence[Row]) -> str:
    """The page with every outcome: a section for each fault; rows that differ only in `on_lost_secret` are one."""
    lines = [
        "# Messages by fault",
        "",
        "This page is made by `make tables` from what the tests find. [What each fault leads to](../faults.md) is the",
        "summary.",
        "",
        '"Keys live" is the number of live keys of the declared name afterwards. "Secret held by" says who has the',
        "secret of the newest one. Messages are cut after the second sentence. Ids, times, hosts and spaces are in",
        "capitals.",
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
