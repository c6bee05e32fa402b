# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what tasks registered to what became of each key."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.arize.plugins.plugin_utils._service_key_results import key_results
from ansible_collections.community.arize.plugins.plugin_utils._service_key_work import work

SEEN = (
    *("folders", "made", "keeper_folders", "keeper_made", "own", "led"),
    *("secrets", "receiving", "former_copies", "ready", "copies"),
    *("left", "keeper_left", "former", "keeper_former", "removed", "keeper_removed", "taken_out"),
)
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
    "options": {"name": "key-n"},
}


def planned(*entries: dict[str, t.Any], **places: t.Any) -> dict[str, t.Any]:
    return {
        "host": "a",
        "entries": [dict(entry) for entry in entries],
        "copies": [PLACE],
        "removals": [PLACE],
        **places,
    }


def seen(**results: t.Any) -> dict[str, t.Any]:
    return {**dict.fromkeys(SEEN, ()), **results}


def of_module(entry: dict[str, t.Any], result: dict[str, t.Any] | None) -> dict[str, t.Any]:
    """What the task for own keys, or the one for shared keys, has registered."""
    if result is None:
        return {}
    whole = result if "unreachable" in result else {"api_keys": [{"failed": False, **result}]}
    if "keeper" in entry:
        return {"led": [{**whole, "item": {"keeper": entry["keeper"], "identities": [entry["identity"]]}}]}
    return {"own": [whole]}


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
    entry = {**ENTRY, **entry_more}
    (row,) = key_results(planned(entry), seen(**of_module(entry, result or None), copies=[{**copy, "item": PLACE}]))
    assert {name: row[name] for name in expected} == expected


def test_a_key_that_nobody_saw_to_is_a_failure() -> None:
    (row,) = key_results(planned(ENTRY), seen())
    assert row["failed"]
    assert "a manages this key" in row["msg"]


def test_a_task_that_was_refused_fails_for_each_of_its_keys() -> None:
    entries = [{**ENTRY, "identity": identity} for identity in "xy"]
    rows = key_results(planned(*entries), seen(own=[{"failed": True, "msg": "declared twice"}]))
    assert [row["msg"] for row in rows] == ["key-n of space s: declared twice"] * 2


def test_a_secret_in_a_failed_result_goes_no_further() -> None:
    result = {"failed": True, "msg": "key-n", "key": "ak-FAKE", "invocation": "ak-FAKE"}
    (row,) = key_results(planned(ENTRY), seen(**of_module(ENTRY, result)))
    assert "ak-FAKE" not in str(row)


def test_each_key_has_its_own_result() -> None:
    """Without the keys whose folder could not be made, which are not asked for."""
    entries = [{**ENTRY, "identity": identity, "name": identity, "options": {"name": identity}} for identity in "xyz"]
    bad = {"item": {"label": "/d", "identities": ["y"], "issued": ["y"]}, "failed": True, "msg": "full"}
    before = work(planned(*entries), seen(made=[bad]))
    assert before["own"] == [{"name": "x"}, {"name": "z"}]
    done = seen(made=[bad], own=[{"api_keys": [{"action": "created"}, {"action": "none"}]}])
    rows = key_results(planned(*entries), done)
    assert [(row["action"], row["msg"]) for row in rows] == [
        ("created", None),
        ("failed", "y of space s: can't create the folder /d: full"),
        ("none", None),
    ]


def test_what_an_earlier_use_of_the_role_registered_is_not_looked_at() -> None:
    failed = [{"item": PLACE, "failed": True, "msg": "old"}]
    old = seen(**of_module(ENTRY, {"action": "none"}), secrets=failed, removed=failed)
    (row,) = key_results(planned(ENTRY, copies=[], removals=[]), old)
    assert row["msg"] is None


def failures(*steps: tuple[str, dict[str, t.Any]], entry: t.Any = None, result: t.Any = None) -> t.Any:
    declared = {**ENTRY, **(entry or {})}
    found = {name: [{"item": PLACE, **registered}] for name, registered in steps}
    (row,) = key_results(planned(declared), seen(**of_module(declared, result), **found))
    assert row["failed"] is (row["msg"] is not None)
    return row["msg"]


def test_a_step_that_stops_a_key_is_told_of_it() -> None:
    """Whatever the step, and also when the host could not be reached or the place is no regular file."""
    done = {"action": "none"}
    assert failures(("secrets", {"skipped": True}), ("copies", {"changed": True}), result=done) is None
    assert failures(("ready", {"failed": True, "msg": "full"})) == "key-n of space s: can't create the file /d: full"
    assert (
        failures(("former_copies", {"unreachable": True, "msg": "no route"}))
        == "key-n of space s: can't read /d: no route"
    )
    for found, kind in (
        ({"isdir": True}, "a folder"),
        ({"islnk": True}, "a symbolic link"),
        ({}, "not a regular file"),
    ):
        told = failures(("receiving", {"stat": {"exists": True, "isreg": False, **found}}), result=done)
        assert f"/d is {kind} and is left alone" in told
    assert failures(("receiving", {"stat": {"exists": True, "isreg": True}}), result=done) is None
    folder = {**PLACE, "identities": [ENTRY["identity"]], "issued": []}
    assert failures(("folders", {"item": folder, "stat": {"exists": True, "isdir": True}}), result=done) is None
    assert "a folder is needed there" in failures(
        ("folders", {"item": folder, "stat": {"exists": True, "isdir": False}})
    )
    deeper = {"item": {"item": PLACE, "stat": {}}, "failed": True, "msg": "busy"}
    assert "can't remove the secret file /d: busy" in failures(("removed", deeper), result=done)


def test_a_forgotten_key_needs_nobody() -> None:
    assert failures(entry={"state": "forgotten"}) is None
    for said in ({"msg": "Space 's' not found", "option": "space"}, {"msg": "not found", "request": {"status": 404}}):
        assert "set state to forgotten" in failures(entry={"state": "absent"}, result={"failed": True, **said})
