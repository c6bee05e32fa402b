# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From teams to what a host does: layers, names, files, who leads, and what is refused."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest

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
    return plan([{"name": "t", "spaces": list(spaces), **team}], DEFAULTS, Play(host, batch, GROUPS), {}, {})


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


def test_names_and_files() -> None:
    assert entry({"space": "s"})["name"] == "t-s-b"
    assert entry({"space": "s", "name": "{host}.x"})["name"] == "b.x"
    assert entry({"space": "s"}, sharing="shared")["name"] == "t-s"
    assert entry({"space": "../../a b"})["dest"] == "/etc/arize/t-_.._a_b.key"
    assert entry({"space": "s", "dest": "/srv//x/../{host}"})["dest"] == "/srv/b"


def test_who_gets_and_who_leads_a_shared_key() -> None:
    shared = {"space": "s", "hosts": ["pair"]}
    assert planned(shared, host="a", sharing="shared")["entries"] == []
    for host, batch, leader in (("b", "abc", "b"), ("c", "abc", "b"), ("c", "c", "c")):
        made = entry(shared, host=host, batch=list(batch), sharing="shared")
        assert (made["leader"], made["keeper"], made["keeper_file"]) == (leader, "localhost", "/keep/s-t-s.key")
        assert made["options"]["dest"] == "/keep/s-t-s.key"
        assert "mode" not in made["options"], "the file on the keeper is private, whatever the copies are"
        (copy,) = planned(shared, host=host, batch=list(batch), sharing="shared")["copies"]
        assert (copy["mode"], copy["owner"], copy["path"]) == ("0600", None, "/etc/arize/t-s.key")
    assert entry(shared, host="c")["leader"] == "c"


def test_an_absent_key_has_only_what_names_it() -> None:
    made = entry({"space": "s", "exclusive": True, "grace_period": "1h"}, state="absent")
    assert made["options"] == {"name": "t-s-b", "space": "s", "state": "absent", "exclusive": True}
    assert entry({"space": "s", "dest": ""}, state="absent")["dest"] is None


@pytest.mark.parametrize(
    ("spaces", "team", "words"),
    [
        ([{"space": "s"}, {"space": "s"}], {}, "t-s-a is declared twice"),
        ([{"space": "s"}, {"space": "s", "name": "t-s-{host}", "dest": "/x"}], {}, "t-s-a is declared twice"),
        ([{"space": "s"}, {"space": "s", "name": "n"}], {}, "s.key on a is also the file of"),
        ([{"space": "s", "dest": "/x"}, {"space": "r", "dest": "/x", "dest_format": "dotenv"}], {}, "/x on a"),
        ([{"space": "s", "dest": "/x/a"}, {"space": "r", "dest": "/x//./a"}], {}, "/x/a on a is also"),
        (
            [{"space": each, "dest": "/x", "dest_variable": each, "mode": f"06{each}0"} for each in "04"],
            {"dest_format": "dotenv"},
            "a different owner, group or mode",
        ),
        ([{"space": "s", "dest": "/srv/"}], {}, "/srv/ is a folder"),
        ([{"space": "s", "dest": "/"}], {"state": "absent"}, "/ is a folder"),
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
        ([{"space": "s", "dest_variable": ".*"}], {"dest_format": "dotenv", "state": "absent"}, "dest_variable"),
        ([{"space": "s", "dest_variable": "A|B"}], {"dest_format": "dotenv", "state": "forgotten"}, "dest_variable"),
        (
            [
                {"space": each, "dest": "/x", "dest_variable": name}
                for each, name in (("s", ""), ("r", "ARIZE_API_KEY"))
            ],
            {"dest_format": "dotenv"},
            "/x on a is also the file of",
        ),
        ([{"space": "s", "state": "present"}], {"state": "absent"}, "can't be present"),
        ([{"space": "s", "state": "present"}], {"state": "forgotten"}, "can't be present"),
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
    made = plan(
        [{"name": "t", "spaces": [{"space": "s"}]}], DEFAULTS, Play("localhost", ["localhost"], {"all": []}), {}, {}
    )
    assert made["entries"][0]["name"] == "t-s-localhost"


def test_values_become_what_their_options_ask_for() -> None:
    """The roles' argument validation hands on what was written, and set_fact of ansible-core 2.16 no dates."""
    made = entry(
        {
            "space": "s",
            "hosts": "b",
            "services": "one, two",
            "issued_after": datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.timezone.utc),
            "exclusive": "yes",
            "grace_period": 0,
        }
    )
    assert made["services"] == ["one", "two"]
    assert made["options"]["issued_after"] == "2026-11-20T12:00:00+00:00"
    assert made["options"]["exclusive"] is True
    assert made["options"]["grace_period"] == "0"
    json.dumps(planned({"space": "s", "expires_at": datetime.datetime(2031, 1, 1), "mode": 0o640}, sharing="shared"))


@pytest.mark.parametrize("sharing", ["per_host", "shared"])
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (0o640, "0640"),
        ("640", "0640"),
        ("0600", "0600"),
        ("", "0600"),
        (None, "0600"),
        ("rw", None),
        (0o1000, None),
        (640, None),
        ("416", None),
    ],
)
def test_modes_mean_the_same_for_all_keys(mode: t.Any, sharing: str, expected: str | None) -> None:
    made = planned({"space": "s", "mode": mode}, sharing=sharing)
    if expected is None:
        assert "team t, space s: mode" in made["problems"][0]
        return
    assert made["problems"] == []
    shown = made["copies"][0]["mode"] if sharing == "shared" else made["entries"][0]["options"].get("mode", "0600")
    assert shown == expected


def test_what_is_rarely_meant_is_said() -> None:
    made = plan(
        [
            {
                "name": "t",
                "spaces": [{"space": "s", "hosts": ["nobody"]}, {"space": "r", "mode": "0644", "sharing": "shared"}],
            }
        ],
        DEFAULTS,
        Play("a", ["a"], {"all": ["a"], "nobody": []}),
        {},
        {},
    )
    assert [words.partition(":")[0] for words in made["warnings"]] == ["team t, space s", "team t, space r"]
    assert "hosts (nobody) holds no host" in made["warnings"][0]
    assert "Mode 0644" in made["warnings"][1]
    assert planned({"space": "r", "mode": "0644", "sharing": "shared"}, host="b")["warnings"] == [], (
        "the first host has said it"
    )


@pytest.mark.parametrize(
    ("teams", "words"),
    [
        ([{"name": "", "spaces": [{"space": "s"}]}], "team 1: name is empty"),
        ([{"name": None, "spaces": [{"space": "s"}]}], "team 1: name is empty"),
        ([{"name": "t", "spaces": [{"space": "s"}, {"space": ""}]}], "team t: space 2 is empty"),
        ([{"name": "t", "spaces": [{"space": None}]}], "team t: space 1 is empty"),
        ([{"name": "t", "services": {"a": 1}, "spaces": [{"space": "s"}]}], "team t: argument 'services'"),
    ],
)
def test_nothing_is_named_after_nothing(teams: t.Any, words: str) -> None:
    made = plan(teams, DEFAULTS, Play("a", ["a"], GROUPS), {}, {})
    assert words in made["problems"][0]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"region": "mars"}, ["service_keys_region: unknown region 'mars'"]),
        (
            {"api_url": "ftp://x", "api_key": "s3"},
            ["service_keys_api_url: not a URL", "service_keys_api_key: the cred"],
        ),
        ({"api_key": "has a blank"}, ["service_keys_api_key: the credential contains a space"]),
        ({"folder_mode": "zz"}, ["service_keys_folder_mode: 'zz' is not a valid mode"]),
        ({"api_key": "", "api_url": "", "region": "", "folder_mode": 0o755}, []),
    ],
)
def test_settings_are_checked_before_anything_is_done(settings: dict[str, t.Any], words: list[str]) -> None:
    made = plan([{"name": "t", "spaces": [{"space": "s"}]}], DEFAULTS, Play("a", ["a"], GROUPS), settings, {})
    assert len(made["problems"]) == len(words)
    assert all(problem.startswith(start) for problem, start in zip(made["problems"], words, strict=True))
    assert "s3" not in str(made)
    assert "has a blank" not in str(made)


def test_folders_are_each_looked_for_once() -> None:
    spaces = [{"space": "s"}, {"space": "r"}, {"space": "q", "sharing": "shared"}]
    made = planned(*spaces, host="a")
    folders = {place["label"]: place for place in made["folders"] + made["keeper_folders"]}
    assert [place["keeper"] for place in made["keeper_folders"]] == ["localhost"]
    assert set(folders) == {"/etc/arize", "/keep on localhost"}
    assert folders["/etc/arize"]["identities"] == ["s: t-s-a", "r: t-r-a", "q: t-q"]
    assert folders["/etc/arize"]["issued"] == ["s: t-s-a", "r: t-r-a"]
    assert folders["/keep on localhost"]["issued"] == ["q: t-q"]
    assert planned(*spaces)["keeper_folders"] == [], "b does not lead"


def test_what_goes_with_a_key() -> None:
    dotenv = {"space": "r", "dest": "/x.env", "dest_format": "dotenv"}
    for state in ("absent", "forgotten"):
        made = planned({"space": "s"}, dotenv, host="a", sharing="shared", state=state)
        assert made["copies"] == made["folders"] == []
        gone = [(place["label"], place["format"], place["whole"]) for place in made["removals"]]
        assert gone == [
            ("/etc/arize/t-s.key", "raw", False),
            ("/keep/s-t-s.key on localhost", "raw", True),
            ("/x.env", "dotenv", False),
            ("/keep/r-t-r.key on localhost", "dotenv", True),
        ]
        assert {place["variable"] for place in made["removals"]} == {"ARIZE_API_KEY"}


def test_a_space_listed_twice_is_told_once_for_all_hosts() -> None:
    made = planned({"space": "s"}, {"space": "s"})
    assert made["problems"] == [
        "team t, space s: the key t-s-a is declared twice, also in team t, space s (and 2 more); remove one of the two",
        "team t, space s: /etc/arize/t-s.key on a is also the file of team t, space s (and 2 more); change dest",
    ]
