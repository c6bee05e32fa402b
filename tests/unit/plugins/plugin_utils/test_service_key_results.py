# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what tasks registered to what became of each key."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.arize.plugins.plugin_utils._service_key_results import key_results

PLACE = {"identity": "s: key-n", "label": "/d", "path": "/d"}
ENTRY: dict[str, t.Any] = {
    "identity": "s: key-n",
    "team": "t",
    "space": "s",
    "name": "key-n",
    "state": "present",
    "sharing": "per_host",
    "dest": "/d",
    "services": [],
    "leader": "a",
}


@pytest.mark.parametrize(
    ("entry_more", "result", "copy", "expected"),
    [
        (
            {},
            {"action": "created", "changed": True},
            {},
            {"renewed": True, "changed": True, "failed": False, "msg": None},
        ),
        ({}, {"action": "revoked", "changed": True}, {}, {"renewed": False, "changed": True}),
        (
            {},
            {"failed": True, "msg": "key-n: no"},
            {},
            {"action": "failed", "failed": True, "msg": "key-n: no", "renewed": False},
        ),
        ({}, {"failed": True, "msg": "no"}, {}, {"msg": "key-n of space s: no"}),
        ({"sharing": "shared"}, {"action": "created"}, {"changed": False}, {"renewed": False, "failed": False}),
        ({"sharing": "shared"}, {"action": "none"}, {"changed": True}, {"renewed": True, "changed": True}),
        (
            {"sharing": "shared", "keeper": "k"},
            {"unreachable": True, "msg": "no route"},
            {},
            {"action": "failed", "failed": True, "msg": "key-n of space s: no route on k"},
        ),
        (
            {},
            {"failed": True, "msg": "No Arize API key on host web1", "option": "api_key"},
            {},
            {
                "msg": "key-n of space s: No Arize API key on host web1. For the role, set "
                "service_keys_api_key, or ARIZE_API_KEY on the controller"
            },
        ),
        ({"state": "forgotten"}, {}, {}, {"action": "none", "failed": False}),
    ],
)
def test_results(entry_more: t.Any, result: t.Any, copy: t.Any, expected: dict[str, t.Any]) -> None:
    (row,) = key_results([{**ENTRY, **entry_more}], [{**result, "item": ENTRY}], [{**copy, "item": PLACE}])
    assert {name: row[name] for name in expected} == expected


def test_a_key_that_nobody_saw_to_is_a_failure() -> None:
    (row,) = key_results([ENTRY], [])
    assert row["failed"]
    assert "a manages this key" in row["msg"]


def test_a_secret_in_a_failed_result_goes_no_further() -> None:
    (row,) = key_results(
        [ENTRY], [{"item": ENTRY, "failed": True, "msg": "key-n", "key": "ak-FAKE", "invocation": "ak-FAKE"}]
    )
    assert "ak-FAKE" not in str(row)


def failures(*steps: tuple[str, dict[str, t.Any]], entry: t.Any = None, result: t.Any = None) -> t.Any:
    (row,) = key_results(
        [{**ENTRY, **(entry or {})}],
        [] if result is None else [{**result, "item": ENTRY}],
        steps={doing: [{"item": PLACE, **found}] for doing, found in steps},
    )
    assert row["failed"] is (row["msg"] is not None)
    return row["msg"]


def test_a_step_that_stops_a_key_is_told_of_it() -> None:
    """Whatever the step, and also when the host could not be reached or the place is no regular file."""
    done = {"action": "none"}
    assert failures(("make", {"skipped": True}), ("write", {"changed": True}), result=done) is None
    assert failures(("make", {"failed": True, "msg": "full"})) == "key-n of space s: can't make /d: full"
    assert failures(("read", {"unreachable": True, "msg": "no route"})) == "key-n of space s: can't read /d: no route"
    for found, kind in (
        ({"isdir": True}, "a folder"),
        ({"islnk": True}, "a symbolic link"),
        ({}, "not a regular file"),
    ):
        told = failures(("look at", {"stat": {"exists": True, "isreg": False, **found}}), result=done)
        assert f"/d is {kind} and is left alone" in told
    assert failures(("look at", {"stat": {"exists": True, "isreg": True}}), result=done) is None
    folder = {**PLACE, "identities": [ENTRY["identity"]], "issued": []}
    assert failures(("look", {"item": folder, "stat": {"exists": True, "isdir": True}}), result=done) is None
    assert "a folder is needed there" in failures(("look", {"item": folder, "stat": {"exists": True, "isdir": False}}))
    missing = {"item": {**folder, "issued": [ENTRY["identity"]]}, "stat": {"exists": False}}
    assert "its secret is lost" in failures(("look", missing), result=done), "check mode foresees it"
    assert failures(("look", missing), result={"action": "created"}) is None
    assert failures(("look", missing), entry={"options": {"on_lost_secret": "reissue"}}, result=done) is None
    deeper = {"item": {"item": PLACE, "stat": {}}, "failed": True, "msg": "busy"}
    assert "can't remove /d: busy" in failures(("remove", deeper), result=done)


def test_a_forgotten_key_needs_nobody() -> None:
    assert failures(entry={"state": "forgotten"}) is None
    for said in ({"msg": "Space 's' not found", "option": "space"}, {"msg": "not found", "request": {"status": 404}}):
        assert "set state to forgotten" in failures(entry={"state": "absent"}, result={"failed": True, **said})


def test_two_declarations_of_one_key_are_told() -> None:
    """A space once by name and once by id."""
    entries = [{**ENTRY, "space": space, "identity": space} for space in ("s", "U3BhY2U6MQ==", "r")]
    keys = [{"id": "QXBpS2V5OjE="}, {"id": "QXBpS2V5OjE="}, {"id": "QXBpS2V5OjI="}]
    rows = key_results(
        entries, [{"action": "none", "api_key": k, "item": e} for k, e in zip(keys, entries, strict=True)]
    )
    assert [row["failed"] for row in rows] == [False, True, False]
    assert "also declares for space s" in rows[1]["msg"]
    in_use = {
        "failed": True,
        "msg": "key-n (id QXBpS2V5OjE=) has been issued within the last 10 minutes",
        "item": entries[1],
    }
    rows = key_results(entries[:2], [{"action": "created", "api_key": keys[0], "item": entries[0]}, in_use])
    assert [row["failed"] for row in rows] == [False, True]
    assert "also declares for space s" in rows[1]["msg"], "and not that another run may be at work"
