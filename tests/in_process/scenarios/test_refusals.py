# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the state found forbids a change, the task fails, says why and what to do, and nothing is touched."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest

from in_process.scenarios.conftest import World
from simulator import Fault


@dataclasses.dataclass
class Refusal:
    """Keys that are there (see `test_present_table.Row`), what is declared, and words of the message."""

    seeds: t.Sequence[tuple[float, float | None]]
    options: dict[str, t.Any]
    words: t.Sequence[str]
    dest: bool = False
    stored: int | None = None
    maximum_lifetime_days: int | None = None
    names_ids: bool = True


REFUSALS = {
    "description drifts": Refusal([(10, None)], {"description": "new"}, ["description", "'new'", "on_drift"]),
    "expiry drifts": Refusal(
        [(10, None)], {"expires_at": "2099-01-01T00:00:00Z"}, ["never expires", "2099", "on_drift"]
    ),
    "drift while due": Refusal([(40, None)], {"description": "new", "max_age": "30d"}, ["description", "on_drift"]),
    "lost secret": Refusal([(10, None)], {}, ["does not exist", "on_lost_secret", "reissue"], dest=True),
    "outdated secret": Refusal(
        [(80, 10), (4, 86)], {}, ["about to expire", "on_lost_secret"], dest=True, stored=0, names_ids=False
    ),
    "duplicates when due": Refusal(
        [(60, None), (40, None)], {"max_age": "30d"}, ["2 live keys fit", "Revoke", "exclusive"]
    ),
    "duplicates when absent": Refusal([(60, None), (40, None)], {"state": "absent"}, ["2 live keys fit", "exclusive"]),
    "duplicates when refreshed": Refusal([(60, None), (40, None)], {"state": "refreshed"}, ["2 live keys fit"]),
    "young key of another run": Refusal(
        [(0.001, None)],
        {"on_lost_secret": "reissue"},
        ["within the last 10 minutes", "Another run may be about to", "run again after"],
        dest=True,
    ),
    "young key of another run beside ours": Refusal(
        [(30, None), (0.001, None)],
        {"exclusive": True, "on_lost_secret": "reissue"},
        ["Another run may be about to"],
        dest=True,
        stored=0,
        names_ids=False,
    ),
    "refreshed to a later expiry": Refusal(
        [(10, 20)], {"state": "refreshed", "expires_in": "90d"}, ["later expiry", "state=present"]
    ),
    "grace that can't be kept": Refusal(
        [(10, None)],
        {"description": "new", "on_drift": "replace", "grace_period": "1h"},
        ["grace_period", "can't be kept", "replaced", "exclusive"],
    ),
    "beyond the account's maximum": Refusal(
        [], {"expires_in": "90d"}, ["422", "maximum"], maximum_lifetime_days=60, names_ids=False
    ),
    "issued_after in the future": Refusal(
        [(10, None)], {"issued_after": "2099-01-01T00:00:00Z"}, ["issued_after", "future"], names_ids=False
    ),
    "expiry in the past": Refusal([], {"expires_at": "2020-01-01T00:00:00Z"}, ["expires_at", "not in the future"]),
    "nothing to refresh": Refusal([], {"state": "refreshed"}, ["There is no live service key", "state=present"]),
}


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "real"])
@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_refusal(world: World, refusal: Refusal, check: bool) -> None:
    seeded = [world.seed(age, expires) for age, expires in refusal.seeds]
    options = dict(refusal.options)
    if refusal.maximum_lifetime_days is not None:
        world.simulator.account.maximum_key_lifetime = refusal.maximum_lifetime_days * 86_400
    if refusal.dest:
        options["dest"] = str(world.dest)
        if refusal.stored is not None:
            world.dest.write_text(seeded[refusal.stored].secret)
    before, file_before = world.simulator.keys(), world.delivered

    outcome = world.run(check=check, **options)

    only_the_service_knows = refusal.maximum_lifetime_days is not None
    if check and only_the_service_knows:
        assert not outcome.failed
        return
    assert outcome.failed
    assert "\n" not in outcome.message
    for word in refusal.words:
        assert word in outcome.message
    if refusal.names_ids:
        assert all(key.id in outcome.message for key in seeded)
    assert world.simulator.keys() == before
    assert world.delivered == file_before
    assert world.no_leftovers()
    assert len(world.simulator.writes) == (1 if only_the_service_knows else 0)


def test_the_credential_itself_is_not_cut_off(make_world: t.Callable[..., World]) -> None:
    """A key can't revoke or refresh itself without the operator's word."""
    world = make_world(credentials_listed=True)
    own = world.run(key_type="user", name="automation", space=None)
    credential = own["key"]
    for options in ({"state": "absent"}, {"state": "refreshed"}, {"issued_after": "now", "grace_period": "0"}):
        given: dict[str, t.Any] = dict(options)
        if given.get("issued_after") == "now":
            world.simulator.clock.advance(seconds=5)
            given["issued_after"] = world.simulator.clock.now().isoformat()
            world.simulator.clock.advance(seconds=5)
        refused = world.run(key_type="user", name="automation", space=None, api_key=credential, **given)
        assert refused.failed
        assert "allow_self" in refused.message
        assert credential not in str(refused.result)
        assert world.simulator.secret_is_valid(credential)
    overlapping = world.run(
        key_type="user", name="automation", space=None, api_key=credential, state="refreshed", grace_period="1h"
    )
    assert not overlapping.failed, overlapping.message
    itself = world.run(
        key_type="user", name="automation", space=None, api_key=overlapping["key"], state="refreshed", allow_self=True
    )
    assert not itself.failed, itself.message
    assert not world.simulator.secret_is_valid(overlapping["key"])
    allowed = world.run(
        key_type="user", name="automation", space=None, api_key=itself["key"], state="absent", allow_self=True
    )
    assert not allowed.failed, allowed.message
    assert world.simulator.keys(name="automation", live=True) == []


def test_a_refresh_that_keeps_created_at_is_noticed(make_world: t.Callable[..., World]) -> None:
    """max_age would rotate for ever; the failed result still carries the secret that was issued."""
    world = make_world(refresh_keeps_created_at=True)
    world.seed(40, None)
    outcome = world.run(max_age="30d")
    assert outcome.failed
    assert "keeps created_at" in outcome.message
    assert "renew_before" in outcome.message
    assert world.simulator.secret_is_valid(outcome["key"])


def test_an_account_maximum_is_told_and_not_fought(world: World) -> None:
    """The service's shorter expiry is accepted; the next run does not rotate because of it."""
    world.simulator.account.maximum_key_lifetime = 60 * 86_400
    created = world.run(renew_before="14d")
    assert any("limits the lifetime" in warning for warning in created.warnings)
    assert created["next_rotation_at"] is not None
    again = world.run(renew_before="14d")
    assert again["action"] == "none"
    world.simulator.account.maximum_key_lifetime = 10 * 86_400
    world.simulator.clock.advance(days=50)
    short = world.run(renew_before="14d")
    assert any("each run would rotate" in warning for warning in short.warnings)


def test_roles_are_compared_and_hidden_ones_are_said_to_be_hidden(make_world: t.Callable[..., World]) -> None:
    world = make_world()
    world.run(space_role="member", account_role="member")
    same = world.run(space_role="member", account_role="member", compare_roles=True)
    assert same["action"] == "none"
    assert same["not_compared"] == []
    differs = world.run(space_role="admin", compare_roles=True)
    assert differs.failed
    assert "role in the space" in differs.message
    replaced = world.run(space_role="admin", compare_roles=True, on_drift="replace")
    assert replaced["action"] == "replaced"
    assert len(world.live) == 1
    assert world.run(space_role="admin", compare_roles=True)["action"] == "none"
    world.simulator.switches.bot_user_on_list = False
    hidden = world.run(space_role="member", compare_roles=True)
    assert hidden["action"] == "none"
    assert hidden["not_compared"] != []


def test_roles_of_a_key_that_serves_more_spaces(world: World) -> None:
    """A binding to a space that is not declared is a difference."""
    other = world.simulator.add_space("support", "Example Org")
    world.seed(1, None, space_ids=[other.id])
    outcome = world.run(compare_roles=True)
    assert outcome.failed
    assert other.id in outcome.message


def test_a_key_in_some_of_the_declared_spaces_is_not_the_declared_one(world: World) -> None:
    other = world.simulator.add_space("support", "Example Org")
    seeded = world.seed(1, None)
    organization = world.simulator.default_organization
    outcome = world.run(
        space=None,
        organizations=[{"id": organization.id, "spaces": [{"space": world.space_id}, {"space": other.id}]}],
    )
    assert outcome.failed
    assert seeded.id in outcome.message
    assert "some of the declared spaces" in outcome.message


def test_server_clock_decides(world: World) -> None:
    """A service two days ahead of this host finds a key due; the local clock is not asked."""
    world.simulator.clock.set(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2000))
    world.seed(31, None)
    assert world.run(max_age="30d", check=True)["action"] == "refreshed"
    assert world.run(max_age="32d", check=True)["action"] == "none"


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "real"])
def test_an_unknown_organization_is_refused_before_anything_is_issued(world: World, check: bool) -> None:
    """The space is given by its id, so that only issuing a key would ask for the organization."""
    outcome = world.run(
        check=check, space=None, organizations=[{"name": "Nowhere Org", "spaces": [{"space": world.space_id}]}]
    )
    assert outcome.failed
    assert "'Nowhere Org'" in outcome.message
    assert world.simulator.writes == []


@pytest.mark.parametrize(
    ("options", "detail", "advised"),
    [
        ({"expires_in": "90d"}, "expires_at is beyond the maximum lifetime", True),
        ({"expires_in": "90d"}, "name is reserved", False),
        ({}, "expires_at is required", False),
    ],
)
def test_an_earlier_expiry_is_advised_only_where_it_helps(
    world: World, options: dict[str, t.Any], detail: str, advised: bool
) -> None:
    body = {"status": 422, "title": "Unprocessable", "detail": detail}
    world.simulator.faults.add(Fault(kind="status", method="POST", status=422, body=body))
    outcome = world.run(**options)
    assert outcome.failed
    assert ("earlier expiry" in outcome.message) is advised
