# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `present` refuses, and the edges of its conditions."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import timedelta

import pytest
from unit.plugins.builders import (
    CREDENTIAL,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    api_key,
    desired,
    observed,
    planned,
    redacted,
    secret_of,
)

from ansible_collections.community.arize.plugins.module_utils._decide.matches import StoredSecret, classify
from ansible_collections.community.arize.plugins.module_utils._decide.plan import make_plan, seconds_to_wait
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import Observation
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, Refused
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, Secret

LATER = format_instant(NOW + 14 * DAY)
UNBOUNDED = api_key("current")
BOUNDED = api_key("current", expires_at=NOW + 7 * DAY)
DUPLICATE = api_key("twin", created_at=NOW - 20 * DAY, tag="twi")
DRIFT = {"description": "other", "on_drift": "replace"}
REISSUE = {"dest": "/d", "on_lost_secret": "reissue"}
LOST = {"dest": True}


@dataclasses.dataclass
class Refusal:
    """A situation that is refused, with words of the message."""

    name: str
    options: dict[str, t.Any]
    keys: tuple[ApiKey, ...]
    words: str
    kind: type[Exception] = Refused
    seen: dict[str, t.Any] = dataclasses.field(default_factory=dict)


SELF = api_key("self", redacted_key=redacted(CREDENTIAL))
YOUNG = api_key("young", created_at=NOW - 9 * MINUTE, tag="you")
PARTIAL = api_key("part")

REFUSALS = [
    Refusal("drift", {"description": "o"}, (UNBOUNDED,), "description is '', the task declares 'o'"),
    Refusal("drift of expiry", {"expires_at": LATER}, (BOUNDED,), "It expires 2026-12-01"),
    Refusal("drift of an unbounded key", {"expires_at": LATER}, (UNBOUNDED,), "It never expires"),
    Refusal("lost", {"dest": "/d"}, (UNBOUNDED,), "shows a secret only once", seen=LOST),
    Refusal("duplicates", {"max_age": "1d"}, (UNBOUNDED, DUPLICATE), "2 live keys fit.*id twin.*id current"),
    Refusal("past", {"expires_at": format_instant(NOW)}, (), r"expires_at: .* not in the future", InvalidOption),
    Refusal("partial", {}, (), "bound to some of the declared spaces", seen={"partial": (PARTIAL,)}),
    Refusal("self refreshed", {"max_age": "1d", "grace_period": "0"}, (SELF,), "this task authenticates with"),
    Refusal("self replaced", DRIFT, (SELF,), "this task authenticates with"),
    Refusal(
        "self pruned",
        {"exclusive": True},
        (api_key("new", created_at=NOW - DAY), SELF),
        "this task authenticates with",
    ),
    Refusal(
        "an overlap that nobody ends",
        {**DRIFT, "grace_period": "1h"},
        (UNBOUNDED,),
        "grace_period: can't be kept",
        InvalidOption,
    ),
    Refusal(
        "an overlap for the store that nobody ends",
        {**DRIFT, "held_secret": secret_of("abc")},
        (UNBOUNDED,),
        "grace_period: can't be kept",
        InvalidOption,
        seen={"stored": secret_of("abc")},
    ),
    Refusal("quarantine, nothing in dest", REISSUE, (YOUNG,), "within the last 10 minutes", seen=LOST),
    Refusal(
        "quarantine, older in dest",
        REISSUE,
        (UNBOUNDED, YOUNG),
        "holds the secret of the older key current",
        seen={"stored": secret_of("abc")},
    ),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_refused(refusal: Refusal) -> None:
    with pytest.raises(refusal.kind, match=refusal.words):
        planned(*refusal.keys, options=refusal.options, **refusal.seen)


@pytest.mark.parametrize(
    "options", [{"max_age": "1d", "grace_period": "0"}, DRIFT, {"max_age": "1d", "grace_period": "1h"}]
)
def test_self_may_go_when_told_or_with_an_overlap(options: dict[str, t.Any]) -> None:
    allowed = options.get("grace_period") == "1h"
    assert planned(SELF, options={**options, "allow_self": not allowed}).changes
    if not allowed:
        with pytest.raises(Refused) as caught:
            planned(SELF, options=options)
        assert [key["id"] for key in caught.value.details()["candidates"]] == [SELF.key_id]


def test_quarantine_is_over_after_ten_minutes() -> None:
    key = api_key(created_at=NOW - 10 * MINUTE)
    assert planned(key, options=REISSUE, **LOST).action == "refreshed"


def test_lost_secret_names_the_orphan() -> None:
    with pytest.raises(Refused) as caught:
        planned(UNBOUNDED, options={"dest": "/d"}, **LOST)
    assert [key["id"] for key in caught.value.details()["orphans"]] == ["current"]


def test_edges_of_the_conditions() -> None:
    assert planned(api_key(created_at=NOW - 10 * DAY + MINUTE), options={"max_age": "10d"}).action == "none"
    assert planned(api_key(expires_at=NOW + DAY + MINUTE), options={"renew_before": "1d"}).action == "none"
    assert planned(api_key(expires_at=NOW + DAY), options={"renew_before": "1d"}).action == "replaced"
    issued = {"issued_after": format_instant(UNBOUNDED.created_at)}
    assert planned(UNBOUNDED, options=issued).action == "none"
    half_a_second_later = UNBOUNDED.created_at.replace(microsecond=500_000)
    assert planned(UNBOUNDED, options={"issued_after": format_instant(half_a_second_later)}).action == "none"
    assert planned(api_key(expires_at=NOW + HOUR), options={"expires_at": "2026-11-24T13:00:00.9Z"}).action == "none"


@pytest.mark.parametrize(("seconds", "waited"), [(-1.0, 0.0), (0.0, 0.0), (0.5, 0.5), (5.0, 5.0)])
def test_issued_after_a_moment_ahead_is_waited_for(seconds: float, waited: float) -> None:
    """The Date header has whole seconds, so an issued_after of this very second may seem to lie ahead."""
    ahead = format_instant(NOW + timedelta(seconds=seconds))
    assert seconds_to_wait(desired(issued_after=ahead), NOW) == waited


def test_issued_after_in_the_future_is_refused() -> None:
    with pytest.raises(InvalidOption, match=r"issued_after: .*is in the future.*12:00:00Z"):
        seconds_to_wait(desired(issued_after=format_instant(NOW + timedelta(seconds=6))), NOW)


def young_secret(age: timedelta | None) -> StoredSecret:
    return StoredSecret(Secret(secret_of("xyz")), True, "dest /d on web1", age)


@pytest.mark.parametrize("keys", [(), (UNBOUNDED,)], ids=["create", "reissue"])
def test_a_secret_of_another_key_in_dest_is_not_overwritten_while_it_is_young(keys: tuple[ApiKey, ...]) -> None:
    options = {"dest": "/d", "on_lost_secret": "reissue"}
    seen = Observation(NOW, Secret(CREDENTIAL), classify(keys, NOW, young_secret(9 * MINUTE)))
    with pytest.raises(Refused, match=r"dest /d on web1 was written within .*do several keys share this dest\?"):
        make_plan(desired(**options), seen)
    for age in (10 * MINUTE, None):
        seen = Observation(NOW, Secret(CREDENTIAL), classify(keys, NOW, young_secret(age)))
        plan = make_plan(desired(**options), seen)
        assert plan.issue is not None
        assert "dest /d on web1 belonged to no live service key 'ingest'" in plan.warnings[0]


@pytest.mark.parametrize(
    ("skew", "warned", "refused"),
    [
        (None, False, False),
        (5 * MINUTE, False, False),
        (-6 * MINUTE, True, False),
        (23 * HOUR, True, False),
        (25 * HOUR, True, True),
        (-100 * DAY, True, True),
    ],
)
def test_clocks_that_differ(skew: timedelta | None, warned: bool, refused: bool) -> None:
    kept = make_plan(desired(), observed(UNBOUNDED, clock_skew=skew))
    assert bool(kept.warnings) is warned
    if warned and skew is not None:
        for clock in (NOW, NOW - skew):
            assert format_instant(clock) in kept.warnings[0]
    for options, keys in (({}, ()), ({"max_age": "1d"}, (UNBOUNDED,)), ({"exclusive": True}, (UNBOUNDED, DUPLICATE))):
        seen = observed(*keys, clock_skew=skew)
        if refused:
            with pytest.raises(Refused, match="wrong by more than a day, so nothing was changed"):
                make_plan(desired(**options), seen)
        else:
            assert make_plan(desired(**options), seen).changes
    assert make_plan(desired(state="absent"), observed(UNBOUNDED, clock_skew=skew)).changes


def test_own_credential_goes_last() -> None:
    current = api_key("new", created_at=NOW - DAY)
    options = {"exclusive": True, "allow_self": True}
    assert [key.key_id for key in planned(SELF, DUPLICATE, current, options=options).revoke] == ["twin", "self"]
    absent = planned(SELF, current, options={**options, "state": "absent"})
    assert [key.key_id for key in absent.revoke] == ["new", "self"]
