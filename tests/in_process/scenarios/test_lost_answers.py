# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request that issues a key is carried out, and something else than the service's answer comes back.

Whatever it is, each key that is live afterwards has a holder, or the failure names it. Some statuses of each class are
tried here, and all of them, 100 to 599, with ARIZE_TEST_SWEEP=full (`make nightly`).
"""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

import pytest
from support.in_process import Outcome

from in_process.scenarios.conftest import World
from simulator import Fault

FULL = os.environ.get("ARIZE_TEST_SWEEP") == "full"
# Those that a client treats in a way of its own, and others; each comes in one of the forms of its class.
SOME = (100, 101, 199, 200, 201, 202, 204, 302, 304, 307, 400, 401, 403, 404, 407, 409, 422, 429, 500, 502, 503, 599)
ELSEWHERE = "https://elsewhere.invalid/"
BLOCKED: dict[str, dict[str, t.Any]] = {
    "html": {"body": "<html><h1>Blocked</h1></html>", "content_type": "text/html"},
    "text": {"body": "blocked by policy", "content_type": "text/plain"},
    "json": {"body": {"error": "blocked"}, "content_type": "application/json"},
    "nothing": {"body": ""},
    "a redirect": {"body": "", "location": ELSEWHERE},
    "a problem": {},
}
# With a 4xx, a problem document of the service's own would say that nothing was done.
FORMS = {
    1: ("nothing",),
    2: ("html", "json", "nothing"),
    3: ("html", "a redirect"),
    4: ("html", "text", "json", "nothing"),
    5: ("html", "a problem"),
}
# A secret that fits no redacted_key; an id that the service never lists.
MASK = "********"
ANOTHER_SECRET = "ak-zzzFAKE0000000000000000000000000000000000000000zzz"
ANOTHER_ID = "QXBpS2V5OjE6WFhYWA=="
EDITS: dict[str, dict[str, t.Any]] = {
    "a masked secret": {"key": MASK},
    "another secret": {"key": ANOTHER_SECRET},
    "another id": {"id": ANOTHER_ID},
    "no secret": {"key": None},
}


@dataclasses.dataclass(frozen=True)
class Job:
    """Options of a task, the path of the request that issues a key, and how the key that is there came to be."""

    options: dict[str, t.Any]
    path: str = "/api-keys$"
    seed: tuple[float, float | None] | None = None
    switches: dict[str, t.Any] = dataclasses.field(default_factory=dict)


REFRESH = "/refresh$"
JOBS = {
    "create": Job({"expires_in": "90d"}),
    "create, unbounded": Job({}),
    "refresh": Job({"max_age": "30d"}, REFRESH, (31, None)),
    "refresh without an overlap": Job({"max_age": "30d", "grace_period": "0", "exclusive": True}, REFRESH, (31, None)),
    "refresh, bounded": Job({"max_age": "30d", "expires_in": "30d"}, REFRESH, (31, 60)),
    "refresh in place": Job({"max_age": "30d"}, REFRESH, (31, None), {"refresh_keeps_id": True}),
    "state refreshed": Job({"state": "refreshed"}, REFRESH, (31, 60)),
    "replace": Job({"expires_in": "90d", "renew_before": "14d"}, seed=(80, 10)),
    "replace and revoke": Job(
        {"expires_in": "90d", "renew_before": "14d", "exclusive": True, "grace_period": "0"}, seed=(80, 10)
    ),
}


def answers() -> t.Iterator[tuple[str, Fault]]:
    for status in range(100, 600) if FULL else SOME:
        forms = FORMS[status // 100]
        for form in forms if FULL else forms[status % len(forms) :][:1]:
            yield f"{status} {form}", Fault(kind="status", status=status, commit=True, **BLOCKED[form])
    for name, members in EDITS.items():
        yield name, Fault(kind="edit", body=members)


def silent_keys(world: World, outcome: Outcome, held_before: set[str]) -> list[str]:
    """Ids of live keys whose secret nobody has and that neither result nor warnings name."""
    held = held_before | {world.delivered, outcome.get("key")}
    told = f"{outcome.result} {outcome.warnings}"
    return [key.id for key in world.live if key.secret not in held and key.id not in told]


@pytest.mark.parametrize("dest", [True, False], ids=["dest", "no dest"])
@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS.keys())
def test_no_answer_makes_a_key_silent(
    world: World, job: Job, dest: bool, record_property: t.Callable[[str, object], None]
) -> None:
    silent, tried = [], 0
    for answer, fault in answers():
        for on_lost in ("fail", "reissue"):
            world.simulator.reset()
            world.simulator.switches.change(job.switches)
            world.space_id = world.simulator.add_space("analytics").id
            world.dest.unlink(missing_ok=True)
            held = set()
            if job.seed is not None:
                held = {world.seed(*job.seed).secret}
                if dest:
                    world.dest.write_text(*held)
                    world.dest.chmod(0o600)
            world.simulator.faults.add(dataclasses.replace(fault, method="POST", path=job.path))
            outcome = world.run(on_lost_secret=on_lost, dest=str(world.dest) if dest else None, **job.options)
            tried += 1
            assert any(re.search(job.path, request.path) for request in world.simulator.writes), outcome.message
            case = f"{answer}, {on_lost}: {outcome.get('action')} {outcome.message}"
            delivered = world.delivered if dest else outcome.get("key")
            if silent_keys(world, outcome, held):
                silent.append(case)
            elif not outcome.failed and not world.simulator.secret_is_valid(delivered or ""):
                silent.append(f"ends well with a secret that does not serve: {case}")
            elif (
                job.path != REFRESH and held and not any(map(world.simulator.secret_is_valid, {*held, delivered or ""}))
            ):
                silent.append(f"the old secret died before the new one was delivered: {case}")
    record_property("answers", tried)
    record_property("silent", len(silent))
    assert silent == [], f"{len(silent)} of {tried}"


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "lost"])
def test_a_look_at_the_listing_that_a_proxy_answers_with_404(world: World, lost: bool) -> None:
    """The space was listed a moment ago: this is no reason to call it unknown, and the new key must be told."""
    if lost:
        world.simulator.faults.add(Fault(method="POST", kind="reset", commit=True))
    world.simulator.faults.add(Fault(method="GET", nth=3, times=-1, kind="status", status=404, **BLOCKED["html"]))
    outcome = world.run(expires_in="90d")
    (key,) = world.live
    assert outcome.failed
    assert "nobody holds its secret" in outcome.message
    assert lost or (key.id in outcome.message and key.secret == outcome["key"])
