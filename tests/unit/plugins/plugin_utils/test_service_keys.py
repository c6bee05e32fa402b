# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From teams to what a host does: layers, names, files, who leads, and what is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.arize.plugins.plugin_utils._service_key_results import key_results
from ansible_collections.community.arize.plugins.plugin_utils._service_keys import Play, plan

GROUPS = {"all": ["a", "b", "c"], "pair": ["b", "c"]}
DEFAULTS = {
    "name": "{team}-{space}",
    "hosts": ["all"],
    "sharing": "per_host",
    "keeper": "localhost",
    "keeper_folder": "/keep",
    "expires_in": "90d",
    "renew_before": "14d",
    "space_role": "",
    "exclusive": False,
    "dest": "/etc/arize/{team}-{space}.key",
    "dest_format": "raw",
    "dest_variable": "ARIZE_API_KEY",
    "mode": "0600",
    "services": [],
}


def planned(
    *spaces: dict[str, t.Any], host: str = "b", batch: t.Sequence[str] = ("a", "b", "c"), **team: t.Any
) -> t.Any:
    return plan([{"name": "t", "spaces": list(spaces), **team}], DEFAULTS, Play(host, batch, GROUPS))


def entry(*spaces: dict[str, t.Any], **more: t.Any) -> t.Any:
    made = planned(*spaces, **more)
    assert made["problems"] == []
    (only,) = made["entries"]
    return only


def test_inner_values_count_and_empty_ones_take_back() -> None:
    options = entry({"space": "s", "max_age": "5d"}, max_age="9d", renew_before="", description="ours")["options"]
    assert (options["max_age"], options["description"], options["expires_in"]) == ("5d", "ours", "90d")
    assert "renew_before" not in options
    assert "space_role" not in options
    assert options["exclusive"] is False


def test_one_of_a_pair_does_away_with_the_outer_other() -> None:
    options = entry({"space": "s", "expires_at": "2031-01-01T00:00:00Z"}, renew_before="")["options"]
    assert "expires_in" not in options
    options = entry({"space": "s", "space_role_id": "role"}, space_role="admin")["options"]
    assert "space_role" not in options


def test_names_and_files() -> None:
    assert entry({"space": "s"})["name"] == "t-s-b"
    assert entry({"space": "s", "name": "{host}.x"})["name"] == "b.x"
    assert entry({"space": "s"}, sharing="shared")["name"] == "t-s"
    assert entry({"space": "../../a b"})["dest"] == "/etc/arize/t-_.._a_b.key"
    assert entry({"space": "s", "dest": "/srv/{host}"})["folder"] == "/srv"


def test_who_gets_and_who_leads_a_shared_key() -> None:
    shared = {"space": "s", "hosts": ["pair"]}
    assert planned(shared, host="a", sharing="shared")["entries"] == []
    for host, batch, leader in (("b", "abc", "b"), ("c", "abc", "b"), ("c", "c", "c")):
        made = entry(shared, host=host, batch=list(batch), sharing="shared")
        assert (made["leader"], made["keeper"], made["keeper_file"]) == (leader, "localhost", "/keep/s-t-s.key")
        assert made["options"]["dest"] == "/keep/s-t-s.key"
        assert "mode" not in made["options"], "the file on the keeper is private, whatever the copies are"
        assert made["file"] == {"mode": "0600"}
    assert entry(shared, host="c")["leader"] == "c"


def test_an_absent_key_has_only_what_names_it() -> None:
    made = entry({"space": "s", "exclusive": True, "grace_period": "1h"}, state="absent")
    assert made["options"] == {"name": "t-s-b", "space": "s", "state": "absent", "exclusive": True}
    assert entry({"space": "s", "dest": ""}, state="absent")["dest"] is None


@pytest.mark.parametrize(
    ("spaces", "team", "words"),
    [
        ([{"space": "s"}, {"space": "s"}], {}, "t-s-a is declared twice"),
        ([{"space": "s"}, {"space": "s", "name": "t-s-{host}", "dest": "/x"}], {}, "t-s-c is declared twice"),
        ([{"space": "s"}, {"space": "s", "name": "n"}], {}, "s.key on a is also the file of"),
        ([{"space": "s", "dest": "/x"}, {"space": "r", "dest": "/x", "dest_format": "dotenv"}], {}, "/x on a"),
        (
            [{"space": each, "dest": f"/{each}", "name": "n", "dest_format": "dotenv"} for each in ("a b", "a_b")],
            {"sharing": "shared"},
            "a_b-n.key on localhost",
        ),
        ([{"space": "s", "name": "n" * 255}], {}, "257 characters"),
        ([{"space": "s", "hosts": []}], {}, "hosts is empty"),
        ([{"space": "s", "hosts": ["d"]}], {}, "neither a host nor a group"),
        ([{"space": "s"}], {"sharing": "shared", "keeper": "pair"}, "keeper must be"),
        ([{"space": "s"}], {"sharing": "shared", "keeper_folder": "keep"}, "keeper_folder must be"),
        ([{"space": "s", "dest_variable": "1 X"}], {"dest_format": "dotenv"}, "dest_variable"),
        ([{"space": "s", "state": "present"}], {"state": "absent"}, "can't be present"),
        ([{"space": "s", "on_drift": "perhaps"}], {}, "on_drift"),
    ],
)
def test_refusals_name_the_entry(spaces: list[dict[str, t.Any]], team: dict[str, t.Any], words: str) -> None:
    made = planned(*spaces, **team)
    assert words in " ".join(made["problems"])
    assert made["problems"][0].startswith("team t, space ")
    assert made["entries"] == []


def test_all_problems_are_told_once() -> None:
    made = planned(
        {"space": "s", "expires_in": "soon"}, {"space": "r", "max_age": "never"}, {"space": "q", "hosts": ["d"]}
    )
    assert len(made["problems"]) == 3


def test_variables_live_side_by_side_in_one_file() -> None:
    spaces = [{"space": each, "dest": "/x.env", "dest_format": "dotenv", "dest_variable": each} for each in ("A", "B")]
    assert planned(*spaces)["problems"] == []
    assert planned(*spaces, sharing="shared")["problems"] != [], "a shared file is copied as a whole"


def test_an_implicit_localhost_is_a_host() -> None:
    made = plan([{"name": "t", "spaces": [{"space": "s"}]}], DEFAULTS, Play("localhost", ["localhost"], {"all": []}))
    assert made["entries"][0]["name"] == "t-s-localhost"


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
        ({"sharing": "shared", "keeper": "k"}, {"action": "none"}, {"skipped": True}, {"failed": True}),
        ({"sharing": "shared", "keeper": "k"}, {"action": "none"}, {"failed": True, "msg": "full"}, {"failed": True}),
    ],
)
def test_results(entry_more: t.Any, result: t.Any, copy: t.Any, expected: dict[str, t.Any]) -> None:
    (row,) = key_results([{**ENTRY, **entry_more}], [{**result, "item": ENTRY}], [{**copy, "item": ENTRY}])
    assert {name: row[name] for name in expected} == expected


def test_a_key_that_nobody_saw_to_is_a_failure() -> None:
    (row,) = key_results([ENTRY], [])
    assert row["failed"]
    assert "a was to see to this key" in row["msg"]


def test_a_secret_in_a_failed_result_goes_no_further() -> None:
    (row,) = key_results(
        [ENTRY], [{"item": ENTRY, "failed": True, "msg": "key-n", "key": "ak-FAKE", "invocation": "ak-FAKE"}]
    )
    assert "ak-FAKE" not in str(row)
