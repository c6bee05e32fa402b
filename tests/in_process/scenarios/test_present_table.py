# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of what `state: present` does, in check mode and for real, under each switch that matters."""

from __future__ import annotations

import typing as t

import pytest
from support.rows import ONLY_THE_SERVICE_KNOWS
from support.tables import check_table

from in_process.scenarios import present_table
from in_process.scenarios.conftest import NAME, World
from in_process.scenarios.present_table import ROWS, SWITCHES, Row


def prepare(world: World, row: Row) -> dict[str, t.Any]:
    """Seed the keys and the file; return the options."""
    seeded = [world.seed(age, expires) for age, expires in row.seeds]
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


def test_the_table() -> None:
    check_table("tables/present.md", present_table.markdown())


def check_prediction(predicted: dict[str, t.Any], done: dict[str, t.Any]) -> None:
    """Check mode said, field by field, what then happened; what only the service can know was null."""
    assert predicted["changed"] == done["changed"]
    for name in ("action", "reasons", "orphans", "not_compared"):
        assert predicted[name] == done[name], name
    assert [key["id"] for key in predicted["revoked"]] == [key["id"] for key in done["revoked"]]
    assert "key" not in predicted
    issued = done["action"] in {"created", "refreshed", "replaced"}
    assert predicted["api_key"].keys() == done["api_key"].keys()
    for name, value in predicted["api_key"].items():
        if issued and name in ONLY_THE_SERVICE_KNOWS:
            assert value is None, name
        elif name == "expires_at" and value is not None:
            assert value[:15] == done["api_key"][name][:15], name
        else:
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
    stored = world.simulator.key_of_secret(secret)
    assert stored is not None
    assert stored.id == result["api_key"]["id"]
    assert ("key" in result) != row.dest
    if row.dest:
        assert world.dest.stat().st_mode & 0o777 == 0o600
        assert world.no_leftovers()
    if row.old_serves is not None and live_before:
        assert world.simulator.secret_is_valid(live_before[-1].secret) == row.old_serves


def check_requests(world: World, row: Row) -> None:
    """No request more than needed: the space is given by id, so listing, POST, settle, revocations, and their proof."""
    switches = world.simulator.switches
    pages = max(1, -(-len(row.seeds) // 2)) if switches.page_size_max == 2 else 1
    requests = world.simulator.requests
    proof = pages if "revoke" in row.writes else 0
    expected = pages + len(row.writes) + proof
    if row.action in ("created", "refreshed", "replaced"):
        settle_pages = len([record for record in requests if record.path.endswith("/api-keys")])
        expected = settle_pages + sum(kind != "create" for kind in row.writes)
        if "create" in row.writes and not switches.legacy:
            expected += 1  # the organization of the space
        assert settle_pages <= 3 + pages + proof
    assert len(requests) == expected
    names = {record.query.get("limit") for record in world.simulator.requests if record.path.endswith("/api-keys")}
    assert names <= {"100", None}
    assert all(NAME not in record.path for record in world.simulator.requests)
