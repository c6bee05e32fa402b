# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a key differs from its declaration."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from unit.plugins.builders import DAY, NOW, api_key, desired

from ansible_collections.community.arize.plugins.module_utils._decide import drift as _drift
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    BotUser,
    OrganizationBinding,
    RoleAssignment,
    SpaceBinding,
)

MEMBER = RoleAssignment("member")
ADMIN = RoleAssignment("admin")
CUSTOM = RoleAssignment(role_id="r-1")
BOUNDED = api_key(expires_at=NOW + DAY, description="d")


@pytest.mark.parametrize(
    ("options", "compare_expiry", "count", "needs_new_key"),
    [
        ({}, True, 0, False),
        ({"description": "d"}, True, 0, False),
        ({"description": "D"}, True, 1, True),
        ({"description": ""}, True, 1, True),
        ({"expires_at": format_instant(NOW + DAY)}, True, 0, False),
        ({"expires_at": format_instant(NOW + DAY + timedelta(seconds=1))}, True, 0, False),
        ({"expires_at": format_instant(NOW + DAY + timedelta(seconds=2))}, True, 1, True),
        ({"expires_at": "2026-11-25T13:00:00+01:00"}, True, 0, False),
        ({"expires_at": format_instant(NOW)}, True, 1, False),
        ({"expires_at": format_instant(NOW + 2 * DAY)}, False, 0, False),
        ({"expires_at": format_instant(NOW), "description": "e"}, True, 2, True),
        ({"expires_in": "5d"}, True, 0, False),
    ],
)
def test_of_options(options: dict[str, t.Any], compare_expiry: bool, count: int, needs_new_key: bool) -> None:
    drift = _drift.find(desired(**options), BOUNDED, _drift.RoleDrift(), compare_expiry)
    assert (len(drift.reasons), drift.needs_new_key) == (count, needs_new_key)


def test_an_expiry_for_an_unbounded_key_needs_no_new_one() -> None:
    drift = _drift.find(desired(expires_at="2027-01-01T00:00:00Z"), api_key(), _drift.RoleDrift(), True)
    assert drift == _drift.Drift(("It never expires, the task declares 2027-01-01T00:00:00Z.",), False)


def test_roles_need_a_new_key() -> None:
    drift = _drift.find(desired(), api_key(), _drift.RoleDrift(("A role.",), ("Another.",)), True)
    assert drift == _drift.Drift(("A role.",), True)


def bot(*spaces: tuple[str, RoleAssignment | None], role: RoleAssignment | None = MEMBER) -> BotUser:
    bindings = tuple(SpaceBinding(space_id, assigned) for space_id, assigned in spaces)
    return BotUser("u", "ingest", MEMBER, (OrganizationBinding("o-1", role, bindings),))


def declared(*spaces: tuple[str, RoleAssignment | None], role: RoleAssignment | None = None) -> OrganizationBinding:
    return OrganizationBinding("", role, tuple(SpaceBinding(space_id, wanted) for space_id, wanted in spaces))


@pytest.mark.parametrize(
    ("wanted", "found", "words"),
    [
        (declared(("s", None)), bot(("s", ADMIN)), []),
        (declared(("s", MEMBER)), bot(("s", MEMBER)), []),
        (declared(("s", CUSTOM)), bot(("s", RoleAssignment("Shown name", "r-1"))), []),
        (declared(("s", MEMBER)), bot(("s", ADMIN)), ["role in the space s is admin, the task declares member"]),
        (declared(("s", MEMBER)), bot(("s", CUSTOM)), ["is custom role r-1, the task declares member"]),
        (
            declared(("s", CUSTOM)),
            bot(("s", RoleAssignment(role_id="r-2"))),
            ["r-2, the task declares custom role r-1"],
        ),
        (declared(("s", MEMBER)), bot(("s", None)), ["is None, the task declares member"]),
        (
            declared(("s", None)),
            bot(("s", None), ("x", None)),
            ["space x, which the task does not declare"],
        ),
        (declared(("s", None), ("t", None)), bot(("s", None)), ["not bound to the space t"]),
        (
            declared(("s", None), role=ADMIN),
            bot(("s", None)),
            ["o-1 is member, the task declares admin"],
        ),
        (declared(("s", None), ("t", None), role=ADMIN), bot(("s", None), ("t", None)), ["organization o-1"]),
        (declared(("s", None), role=MEMBER), bot(("s", None)), []),
    ],
)
def test_of_roles(wanted: OrganizationBinding, found: BotUser, words: list[str]) -> None:
    drift = _drift.of_roles(None, [wanted], found)
    assert len(drift.reasons) == len(words)
    for reason, part in zip(drift.reasons, words, strict=True):
        assert part in reason
    assert drift.not_compared == ()


def test_of_account_role() -> None:
    assert _drift.of_roles(MEMBER, [declared(("s", None))], bot(("s", None))).reasons == ()
    (reason,) = _drift.of_roles(ADMIN, [declared(("s", None))], bot(("s", None))).reasons
    assert reason == "Its account role is member, the task declares admin."


@pytest.mark.parametrize("found", [None, BotUser("u", "", MEMBER, ()), BotUser("u", "ingest", MEMBER, ())])
def test_hidden_roles_are_not_compared_and_never_equal(found: BotUser | None) -> None:
    drift = _drift.of_roles(ADMIN, [declared(("s", ADMIN))], found)
    assert drift.reasons == ()
    assert len(drift.not_compared) == 1
