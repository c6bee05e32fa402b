# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit asks and looks for, and which variables of the role contradict each other."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS
from ansible_collections.community.arize.plugins.plugin_utils._audit_plan import SPECIFICATION, THRESHOLDS, plan

ROOT = pathlib.Path(__file__).parents[4]
DEFAULTS = yaml.safe_load((ROOT / "roles/key_audit/defaults/main.yml").read_text(encoding="utf-8"))
NOTHING = dict.fromkeys(THRESHOLDS, "")
URL, REGION = "https://arize.example", "eu"


def planned(environment: t.Mapping[str, str] | None = None, /, **variables: t.Any) -> dict[str, t.Any]:
    given = {f"key_audit_{name}": value for name, value in variables.items()}
    return plan({**DEFAULTS, **given}, environment or {})


def test_the_defaults() -> None:
    done = planned()
    assert done["problems"] == []
    assert done["not_looked_for"] == {}
    assert done["formats"] == ["html", "csv", "json"]
    assert (done["spaces"], done["accepted"], done["fail_on"], done["months"]) == ([], [], [], 12)
    assert done["thresholds"] == {name[len("key_audit_") :]: DEFAULTS[name] for name in THRESHOLDS}


def test_the_specification_is_that_of_the_role() -> None:
    path = ROOT / "roles/key_audit/meta/argument_specs.yml"
    options = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]

    def bare(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        kept = {name: option[name] for name in ("type", "elements", "choices", "required") if name in option}
        return {**kept, "options": {name: bare(each) for name, each in option.get("options", {}).items()}}

    for name, option in SPECIFICATION.items():
        assert bare(option) == bare(options[name]), name


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        ("spaces", "alpha", ["alpha"]),
        ("spaces", "alpha, beta,alpha", ["alpha", "beta"]),
        ("spaces", 7, ["7"]),
        ("spaces", None, []),
        ("spaces", "", []),
        ("formats", "html", ["html"]),
        ("formats", "json,csv", ["json", "csv"]),
        ("fail_on", "any", ["any"]),
        ("fail_on", "expired, incomplete", ["expired", "incomplete"]),
        ("accepted", "name=a finding=old", [{"name": "a", "finding": "old"}]),
        ("accepted", [{"id": 5, "finding": "old", "name": ""}], [{"id": "5", "finding": "old"}]),
        ("months", "6", 6),
        ("months", 120, 120),
    ],
)
def test_values_get_their_form(name: str, given: t.Any, meant: t.Any) -> None:
    done = planned(**{name: given})
    assert done["problems"] == []
    assert done[name] == meant


def test_what_is_not_looked_for() -> None:
    assert planned(older_than="")["not_looked_for"] == {"old": "key_audit_older_than is empty"}
    assert list(planned(expires_within="", unused_for=None)["not_looked_for"]) == [
        "expires_soon",
        "never_expires",
        "unused",
        "never_used",
    ]
    assert "key_audit_spaces" in planned(spaces="alpha")["not_looked_for"]["admin_role"]
    everything = planned(expires_within="", unused_for="", older_than="")["not_looked_for"]
    assert list(everything) == [each.finding for each in FINDINGS]
    assert all(name in why for why in everything.values() for name in THRESHOLDS)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"fail_on": ["old"], "older_than": ""}, ["key_audit_fail_on lists old,", "key_audit_older_than"]),
        ({"fail_on": "never_used", "unused_for": ""}, ["lists never_used,", "key_audit_unused_for is empty; set it"]),
        ({"fail_on": "admin_role", "spaces": "a"}, ["lists admin_role,", "leave key_audit_spaces empty"]),
        ({"months": 0}, ["key_audit_months is 0;"]),
        ({"months": -3}, ["key_audit_months is -3;"]),
        ({"months": 121}, ["from 1 to 120"]),
        ({"months": None}, ["key_audit_months is None;"]),
        ({"months": "a year"}, ["key_audit_months"]),
        ({"unused_for": "90"}, ["key_audit_unused_for: '90' is not a valid duration"]),
        ({"older_than": "0d"}, ["key_audit_older_than: '0d'"]),
        ({"spaces": ["a", " "]}, ["key_audit_spaces: entry 2 is empty"]),
        ({"spaces": [None]}, ["key_audit_spaces: entry 1 is empty"]),
        ({"spaces": "a,,b"}, ["key_audit_spaces: entry 2 is empty"]),
        ({"formats": "pdf"}, ["key_audit_formats"]),
        ({"accepted": [{"name": "a", "finding": "stale"}]}, ["key_audit_accepted", "finding"]),
        ({"accepted": [{"name": "a", "finding": "old"}, {"space": "s", "finding": "old"}]}, ["rule 2", "name", "id"]),
        ({"folder": ""}, ["key_audit_folder is empty"]),
        ({"file_name": "../up"}, ["key_audit_file_name is '../up'", "key_audit_folder"]),
        ({"file_name": ".."}, ["key_audit_file_name"]),
        ({"file_name": ""}, ["key_audit_file_name"]),
        ({"file_name": "a\nb"}, ["key_audit_file_name"]),
        ({"mode": ""}, ["key_audit_mode: ''", "in quotes"]),
        ({"folder_mode": "rw"}, ["key_audit_folder_mode: 'rw'"]),
        ({"mode": True}, ["key_audit_mode"]),
        ({"mode": 640}, ["key_audit_mode: 640 without quotes", "'0640'"]),
        ({"mode": "416"}, ["key_audit_mode: '416'", "leading zero"]),
        ({"mode": "2750"}, ["key_audit_mode: '2750'"]),
        ({"folder_mode": 1512}, ["key_audit_folder_mode: 1512"]),
        ({"folder_mode": "1512"}, ["key_audit_folder_mode: '1512'"]),
        ({"api_url": URL, "region": REGION}, ["key_audit_api_url and key_audit_region exclude each other"]),
        ({"region": "mars"}, ["key_audit_region", "'mars'", "eu"]),
    ],
)
def test_what_is_refused(variables: dict[str, t.Any], words: t.Sequence[str]) -> None:
    done = planned(**variables)
    (problem,) = done["problems"]
    assert all(word in problem for word in words), problem
    assert list(done) == ["problems"]


def test_problems_are_listed_together() -> None:
    done = planned(
        **{name[len("key_audit_") :]: "" for name in NOTHING},
        fail_on=["any", "incomplete", "expired"],
        months=0,
        file_name="a/b",
        region="mars",
    )
    assert [problem.split(" ")[0].strip(":") for problem in done["problems"]] == [
        "key_audit_fail_on",
        "key_audit_fail_on",
        "key_audit_months",
        "key_audit_file_name",
        "key_audit_region",
    ]
    assert "set one of them" in done["problems"][0]


def test_what_need_not_be_refused() -> None:
    assert planned(fail_on=["any", "incomplete"], older_than="", spaces="a")["problems"] == []
    assert planned(fail_on=["incomplete"], expires_within="", unused_for="", older_than="")["problems"] == []
    for mode in (0o640, "0640", "640", "u=rw,g=r,o="):
        done = planned(mode=mode, folder_mode=mode)
        assert done["mode"] == done["folder_mode"] == ("0640" if mode != "u=rw,g=r,o=" else mode)
    for mode in ("2750", "02750"):
        assert planned(folder_mode=mode)["folder_mode"] == "2750"
