# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of every plan, whatever is declared and found."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta

import hypothesis
import hypothesis.strategies as st
from unit.plugins.builders import NOW, api_key, planned, redacted, secret_of

from ansible_collections.community.arize.plugins.module_utils._decide.plan import Plan
from ansible_collections.community.arize.plugins.module_utils._model.errors import ArizeError
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey

TAGS = ("aaa", "bbb", "ccc", "ddd")
instants_before = st.integers(0, 40 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
instants_after = st.integers(1, 40 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
durations = st.sampled_from(["30m", "1h", "1d", "5d", "10d", "1mo"])


@st.composite
def listings(draw: st.DrawFn) -> list[ApiKey]:
    """Up to four live matches."""
    count = draw(st.integers(0, 4))
    return [
        api_key(
            f"key-{tag}",
            tag=tag,
            # Not in the very instant of the run: what it issues itself is the newest.
            created_at=draw(instants_before) - timedelta(minutes=1),
            expires_at=draw(st.none() | instants_after),
            description=draw(st.sampled_from([None, "d"])),
        )
        for tag in TAGS[:count]
    ]


@st.composite
def declarations(draw: st.DrawFn, state: str | None = None) -> dict[str, t.Any]:
    """Options that are valid together."""
    chosen = state or draw(st.sampled_from(["present", "absent", "refreshed"]))
    options: dict[str, t.Any] = {"state": chosen, "exclusive": draw(st.booleans())}
    if chosen != "absent":
        options["grace_period"] = draw(st.sampled_from([None, "0", "10m", "1h", "24h"]))
        options["description"] = draw(st.sampled_from([None, "d", "e"]))
        expiry = draw(st.sampled_from([None, "expires_at", "expires_in"]))
        if expiry == "expires_at":
            options["expires_at"] = format_instant(draw(instants_after))
        elif expiry == "expires_in":
            options["expires_in"] = draw(st.sampled_from(["40d", "60d"]))
    if chosen == "present":
        options["renew_before"] = draw(st.none() | durations)
        options["max_age"] = draw(st.none() | durations)
        options["issued_after"] = draw(st.none() | instants_before.map(format_instant))
        options["on_drift"] = draw(st.sampled_from(["fail", "ignore", "replace"]))
        if draw(st.booleans()):
            options["dest"] = "/d"
            options["on_lost_secret"] = draw(st.sampled_from(["fail", "reissue"]))
    return options


secrets = st.none() | st.sampled_from([*TAGS, "zzz"]).map(secret_of)


@dataclasses.dataclass
class World:
    """Keys as a perfect service keeps them, and the secret in dest."""

    keys: list[ApiKey]
    now: datetime
    stored: str | None
    dest: bool

    def plan(self, options: dict[str, t.Any]) -> Plan:
        seen: dict[str, t.Any] = {"dest": self.dest, "stored": self.stored, "exists": self.stored is not None}
        return planned(*self.keys, now=self.now, options=options, **seen)

    def apply(self, plan: Plan, options: dict[str, t.Any]) -> None:
        revoked = {key.key_id for key in plan.revoke}
        if plan.issue is not None:
            secret = secret_of("new")
            base = plan.issue.refreshed
            if base is not None:
                ends = self.now + timedelta(seconds=plan.issue.grace_seconds)
                bound = min(ends, base.expires_at or ends)
                self.keys = [dataclasses.replace(key, expires_at=bound) if key is base else key for key in self.keys]
            new = api_key(
                "key-new",
                created_at=self.now,
                redacted_key=redacted(secret),
                expires_at=plan.issue.expires_at,
                description=(options.get("description") if base is None else base.description) or None,
            )
            self.keys.append(new)
            self.stored = secret if self.dest else None
        self.keys = [key for key in self.keys if key.key_id not in revoked and key.is_live(self.now)]


def outcome(world: World, options: dict[str, t.Any]) -> t.Any:
    """The plan, or the error in words."""
    try:
        return world.plan(options)
    except ArizeError as error:
        return type(error), str(error)


@hypothesis.given(listings(), declarations(), secrets, st.randoms())
def test_order_of_the_listing_does_not_matter(
    keys: list[ApiKey], options: dict[str, t.Any], stored: str | None, source: t.Any
) -> None:
    shuffled = source.sample(keys, len(keys))
    first = outcome(World(keys, NOW, stored, "dest" in options), options)
    assert outcome(World(shuffled, NOW, stored, "dest" in options), options) == first


@hypothesis.given(listings(), declarations("present"), secrets)
def test_plan_that_was_carried_out_is_followed_by_one_that_changes_nothing(
    keys: list[ApiKey], options: dict[str, t.Any], stored: str | None
) -> None:
    world = World(keys, NOW, stored, "dest" in options)
    plan = outcome(world, options)
    hypothesis.assume(isinstance(plan, Plan))
    # A key that expires earlier than renew_before asks for is renewed again and again, and a warning says so.
    hypothesis.assume(not any("renew_before" in warning for warning in plan.warnings))
    world.apply(plan, options)
    again = world.plan(options)
    assert not again.changes, again.reasons


@hypothesis.given(listings(), declarations(), secrets)
def test_without_exclusive_only_the_current_key_is_revoked_and_on_absent_the_retiring_ones(
    keys: list[ApiKey], options: dict[str, t.Any], stored: str | None
) -> None:
    plan = outcome(World(keys, NOW, stored, "dest" in options), {**options, "exclusive": False})
    hypothesis.assume(isinstance(plan, Plan))
    allowed = {plan.matches.current}
    if options["state"] == "absent":
        allowed |= set(plan.matches.retiring)
    assert set(plan.revoke) <= allowed


@hypothesis.given(listings(), declarations(), secrets)
def test_current_key_is_revoked_only_when_absent_or_replaced(
    keys: list[ApiKey], options: dict[str, t.Any], stored: str | None
) -> None:
    plan = outcome(World(keys, NOW, stored, "dest" in options), options)
    hypothesis.assume(isinstance(plan, Plan))
    if plan.matches.current in plan.revoke:
        assert options["state"] == "absent" or (plan.action == "replaced" and plan.issue is not None)
        assert plan.issue is None or plan.issue.refreshed is None
    else:
        assert options["state"] != "absent" or not plan.changes


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.filter_too_much])
@hypothesis.given(listings(), declarations(), secrets)
def test_what_is_sent_is_what_the_service_allows(
    keys: list[ApiKey], options: dict[str, t.Any], stored: str | None
) -> None:
    plan = outcome(World(keys, NOW, stored, "dest" in options), options)
    hypothesis.assume(isinstance(plan, Plan) and plan.issue is not None)
    issue = plan.issue
    assert issue.expires_at is None or issue.expires_at > NOW
    assert 0 <= issue.grace_seconds <= 86_400
    old = issue.refreshed
    if old is not None and old.expires_at is not None:
        assert issue.expires_at is not None
        assert issue.expires_at <= old.expires_at
    assert plan.reasons
    assert plan.action in {"created", "refreshed", "replaced"}


@hypothesis.given(listings(), declarations("present"), secrets)
def test_an_old_secret_that_somebody_holds_serves_on_unless_told_otherwise(
    keys: list[ApiKey], options: dict[str, t.Any], stored: str | None
) -> None:
    """A rotation by condition with a grace period neither revokes the current key nor refreshes it without overlap."""
    plan = outcome(World(keys, NOW, stored, "dest" in options), {**options, "grace_period": "1h", "on_drift": "ignore"})
    hypothesis.assume(isinstance(plan, Plan) and plan.issue is not None and plan.matches.lost is None)
    assert plan.matches.current not in plan.revoke
    ends = plan.issue.expires_at
    # No longer than the new key lives, else the old one would be taken for a duplicate.
    overlap = 3600 if ends is None else min(3600, int((ends - NOW).total_seconds()))
    assert plan.issue.refreshed is None or plan.issue.grace_seconds == overlap
