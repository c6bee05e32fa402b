# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of what `state: present` does, in check mode and for real, under each switch that matters."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from scenarios.conftest import NAME, World

SWITCHES: dict[str, dict[str, t.Any]] = {
    "as the contract suggests": {},
    "refresh keeps the id": {"refresh_keeps_id": True},
    "lapsed keys not listed": {"lapsed_keys_listed": False},
    "microseconds": {"created_at_resolution": "microsecond"},
    "two to a page": {"page_size_max": 2},
    "expiry in whole seconds": {"expires_at_resolution": "second"},
    "older form of the API": {"legacy": True},
}


@dataclasses.dataclass
class Row:
    """What lies there before, what is declared, and what must come of it.

    `seeds` are (age in days, days until it lapses) of live keys, oldest first. `stored`: which of them `dest` holds.
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
    "only a lapsed one": Row([(100, -1)], {"expires_in": "90d"}, "created", ["create"], sends_expiry=True),
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


def prepare(world: World, row: Row) -> dict[str, t.Any]:
    """Seed the keys and the file; return the options."""
    seeded = [world.seed(age, lapses) for age, lapses in row.seeds]
    options = dict(row.options)
    if options.get("issued_after") == "yesterday":
        options["issued_after"] = (world.simulator.clock.now().isoformat()[:10]) + "T00:00:00Z"
    if row.dest:
        options["dest"] = str(world.dest)
        if row.stored is not None:
            world.dest.write_text(seeded[row.stored].secret + "\n")
            world.dest.chmod(0o600)
    return options


def kinds_of(writes: t.Iterable[t.Any]) -> list[str]:
    """The written requests by kind, in order."""
    return [
        "revoke" if record.method == "PUT" else "refresh" if record.path.endswith("/refresh") else "create"
        for record in writes
    ]


@pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES.keys())
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_row(make_world: t.Callable[..., World], row: Row, switches: dict[str, t.Any]) -> None:
    world = make_world(**switches)
    options = prepare(world, row)
    live_before = world.live
    file_before = world.delivered

    predicted = world.run(check=True, **options)
    assert not predicted.failed, predicted.message
    assert world.simulator.writes == [], "check mode sent something else than GET"
    assert world.live == live_before
    assert world.delivered == file_before
    assert world.no_leftovers()

    world.simulator.requests_clear()
    done = world.run(**options)
    assert not done.failed, done.message
    assert done["action"] == row.action
    assert kinds_of(world.simulator.writes) == list(row.writes)
    check_prediction(predicted.result, done.result)
    check_issue(world, row, done.result, live_before)
    one_row = switches.get("refresh_keeps_id") and row.action == "refreshed"
    retired_by_refresh = one_row and row.grace
    assert len(world.live) == row.live - (1 if retired_by_refresh else 0)
    check_requests(world, row)

    world.simulator.requests_clear()
    again = world.run(**options)
    assert not again.failed, again.message
    assert again["action"] == "none", again["reasons"]
    assert not again["changed"]
    assert world.simulator.writes == []


def check_prediction(predicted: dict[str, t.Any], done: dict[str, t.Any]) -> None:
    """Check mode said, field by field, what then happened; what only the service can know was null."""
    assert predicted["changed"] == done["changed"]
    for name in ("action", "reasons", "orphans", "not_compared"):
        assert predicted[name] == done[name], name
    assert [key["id"] for key in predicted["revoked"]] == [key["id"] for key in done["revoked"]]
    assert "key" not in predicted
    for name, value in predicted["api_key"].items():
        if name == "expires_at" and value is not None:
            assert value[:15] == done["api_key"][name][:15], name
        elif value is not None:
            assert value == done["api_key"][name], name
    assert predicted["diff"]["before"] == done["diff"]["before"]
    assert predicted["diff"]["after"].keys() == done["diff"]["after"].keys()
    would = predicted["diff"]["after"].get("dest", {})
    assert {**would, "state": would.get("state", "").replace("would be ", "")} == {
        "state": "",
        **done["diff"]["after"].get("dest", {}),
    }
    assert (predicted["next_rotation_at"] is None) == (done["next_rotation_at"] is None)


def check_issue(world: World, row: Row, result: dict[str, t.Any], live_before: list[t.Any]) -> None:
    """The secret arrived where it belongs, the body was right, and the old one serves or not."""
    posts = [record for record in world.simulator.writes if record.method == "POST"]
    assert len(posts) == (1 if row.action in ("created", "refreshed", "replaced") else 0)
    if row.reasons is not None:
        assert len(result["reasons"]) == row.reasons
    if not posts:
        assert "key" not in result
        return
    body = posts[0].body
    assert ("expires_at" in body) == row.sends_expiry
    if row.grace is not None:
        assert body["grace_period_seconds"] == row.grace
    if row.description is not None:
        assert body["description"] == row.description
    secret = world.delivered if row.dest else result["key"]
    assert secret is not None
    assert world.simulator.secret_is_valid(secret)
    assert world.simulator.key_of_secret(secret).id == result["api_key"]["id"]
    assert ("key" in result) != row.dest
    if row.dest:
        assert world.dest.stat().st_mode & 0o777 == 0o600
        assert world.no_leftovers()
    if row.old_serves is not None and live_before:
        assert world.simulator.secret_is_valid(live_before[-1].secret) == row.old_serves


def check_requests(world: World, row: Row) -> None:
    """No request more than needed: the space is given by id, so listing, POST, settle, and one for each revocation."""
    switches = world.simulator.switches
    pages = max(1, -(-len(row.seeds) // 2)) if switches.page_size_max == 2 else 1
    # An older server is recognised by one listing that it calls malformed.
    assert [record.status for record in world.simulator.requests].count(400) == int(switches.legacy)
    requests = [record for record in world.simulator.requests if record.status != 400]
    expected = pages + len(row.writes)
    if row.action in ("created", "refreshed", "replaced"):
        settle_pages = len([record for record in requests if record.path.endswith("/api-keys")])
        expected = settle_pages + sum(kind != "create" for kind in row.writes)
        if "create" in row.writes and not switches.legacy:
            expected += 1  # the organization of the space
        assert settle_pages <= 3 + pages
    assert len(requests) == expected
    names = {record.query.get("limit") for record in world.simulator.requests if record.path.endswith("/api-keys")}
    assert names <= {"100", None}
    assert all(NAME not in record.path for record in world.simulator.requests)
