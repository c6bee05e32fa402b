# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles refuse before anything is asked of the service: by their argument specification, or when they plan."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from support.service_key_plays import teams

from ansible_collections.community.arize.plugins.plugin_utils import _audit_plan, _service_keys
from ansible_collections.community.arize.plugins.plugin_utils._service_key_declared import INHERITED

ROLES = pathlib.Path(__file__).parents[4] / "roles"
HOSTS = {"all": ["ingest1", "ingest2", "web1"], "ingest_hosts": ["ingest1", "ingest2"]}

INGEST: dict[str, t.Any] = {"space": "ingest"}
REFUSED: dict[str, tuple[dict[str, t.Any], tuple[str, ...]]] = {
    "no teams": ({}, ("service_keys_teams", "missing required")),
    "a team without a name": ({"service_keys_teams": [{"spaces": [INGEST]}]}, ("name", "service_keys_teams")),
    "a space without a space": (teams({"name": "x"}), ("space", "spaces")),
    "an option that is not there": (teams({**INGEST, "expires": "90d"}), ("expires", "Supported")),
    "a state that is not there": (teams({**INGEST, "state": "gone"}), ("state", "absent")),
    "hosts of the wrong type": (teams({**INGEST, "hosts": {"a": 1}}), ("hosts", "list")),
    "exclusive of the wrong type": (
        {**teams(INGEST), "service_keys_exclusive": "perhaps"},
        ("service_keys_exclusive",),
    ),
    "two expiries": (
        teams({**INGEST, "expires_in": "90d", "expires_at": "2031-01-01T00:00:00Z"}),
        ("expires_in", "mutually exclusive"),
    ),
    "a duration that is none": (teams({**INGEST, "expires_in": "soon"}), ("team search, space ingest", "'soon'")),
    "rotation at each run": (teams({**INGEST, "renew_before": "90d"}), ("team search, space ingest", "renew_before")),
    "the same key twice": (
        teams(INGEST, {**INGEST, "dest": "/srv/other"}),
        ("search-ingest-", "declared twice", "more"),
    ),
    "the same file twice": (teams(INGEST, {**INGEST, "name": "x"}), ("/etc/arize/search-ingest.key on ", "dest")),
    "an unknown host": (teams({**INGEST, "hosts": ["wbe1"]}), ("wbe1", "inventory")),
    "an unknown keeper": (teams(INGEST, sharing="shared", keeper="gone"), ("keeper", "'gone'")),
    "a shared key with a name for each host": (
        teams({**INGEST, "name": "x-{host}"}, sharing="shared"),
        ("shared key", "{host}"),
    ),
    "an unknown placeholder": (teams({**INGEST, "dest": "/srv/{stage}"}), ("{stage}", "placeholder")),
    "a relative path": (teams({**INGEST, "dest": "arize.key"}), ("absolute", "arize.key")),
    "nowhere to put the secret": (teams({**INGEST, "dest": ""}), ("dest is empty", "would be lost")),
    "a present space of an absent team": (teams({**INGEST, "state": "present"}, state="absent"), ("absent", "present")),
    "a space of a forgotten team": (
        teams({**INGEST, "state": "present"}, state="forgotten"),
        ("forgotten", "present"),
    ),
    "a team named nothing": ({"service_keys_teams": [{"name": "", "spaces": [INGEST]}]}, ("team 1: name is empty",)),
    "a space named nothing": (teams(INGEST, {"space": ""}), ("team search: space 2 is empty",)),
    "the same file in two spellings": (
        teams({**INGEST, "dest": "/x/a"}, {**INGEST, "dest": "/x//a", "name": "b"}),
        ("/x/a on ", "also the file of"),
    ),
    "a file with two modes": (
        teams(
            {**INGEST, "dest_variable": "A"},
            {**INGEST, "dest_variable": "B", "mode": "0640", "name": "b"},
            dest_format="dotenv",
        ),
        ("a different owner, group or mode", "declare the same"),
    ),
    "a folder to remove": (teams({**INGEST, "dest": "/srv/"}, state="absent"), ("/srv/", "folder")),
    "a mode that is none": (teams({**INGEST, "mode": "rw"}, sharing="shared"), ("team search, space ingest", "'rw'")),
    "a mode of folders that is none": ({**teams(INGEST), "service_keys_folder_mode": "zz"}, ("folder_mode", "octal")),
    "a region that is none": (
        {**teams(INGEST), "service_keys_region": "mars"},
        ("service_keys_region: unknown region 'mars'",),
    ),
    "a region and a URL": (
        {**teams(INGEST), "service_keys_region": "eu", "service_keys_api_url": "https://localhost"},
        ("service_keys_api_url and service_keys_region exclude each other",),
    ),
    "a credential that is none": ({**teams(INGEST), "service_keys_api_key": "abc"}, ("service_keys_api_key", "fewer")),
    "a grace period that is too long": (teams({**INGEST, "grace_period": "25h"}), ("grace_period", "24h")),
}


NOTHING = {"key_audit_expires_within": "", "key_audit_unused_for": "", "key_audit_older_than": ""}
AUDITS: dict[str, tuple[dict[str, t.Any], t.Sequence[str]]] = {
    "format": ({"key_audit_formats": ["pdf"]}, ["key_audit_formats"]),
    "finding": ({"key_audit_fail_on": ["stale"]}, ["key_audit_fail_on"]),
    "accepted": ({"key_audit_accepted": [{"name": "x"}]}, ["finding"]),
    "months": ({"key_audit_months": "a year"}, ["key_audit_months"]),
    "no month": ({"key_audit_months": 0}, ["key_audit_months is 0", "1 to 120"]),
    "threshold of a finding": (
        {"key_audit_older_than": "", "key_audit_fail_on": "old"},
        ["key_audit_fail_on lists old,", "key_audit_older_than is empty", "set it"],
    ),
    "roles of a space": (
        {"key_audit_spaces": "analytics", "key_audit_fail_on": ["admin_role"]},
        ["key_audit_fail_on lists admin_role,", "leave key_audit_spaces empty"],
    ),
    "all at once": (
        {
            **NOTHING,
            "key_audit_fail_on": ["any", "expired"],
            "key_audit_months": 200000,
            "key_audit_file_name": "../up",
            "key_audit_folder": "",
            "key_audit_mode": "rw",
            "key_audit_spaces": ["analytics", ""],
            "key_audit_api_url": "https://arize.invalid",
            "key_audit_region": "mars",
            "key_audit_accepted": [{"finding": "old"}],
        },
        [
            "key_audit_fail_on lists any",
            "key_audit_fail_on lists expired",
            "key_audit_months",
            "key_audit_file_name",
            "key_audit_folder",
            "key_audit_mode",
            "key_audit_spaces: entry 2 is empty",
            "key_audit_api_url and key_audit_region exclude each other",
            "key_audit_accepted: rule 1",
        ],
    ),
}


def given(role: str, variables: dict[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The variables with the role's defaults, and what Ansible says of them by the argument specification."""
    defaults = yaml.safe_load((ROLES / role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    specified = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    values = {**{name: value for name, value in defaults.items() if "{{" not in str(value)}, **variables}
    validator = ArgumentSpecValidator(specified["argument_specs"]["main"]["options"])
    return values, list(validator.validate(values).error_messages)


@pytest.mark.parametrize(("variables", "words"), REFUSED.values(), ids=REFUSED)
def test_service_keys(variables: dict[str, t.Any], words: tuple[str, ...]) -> None:
    """One clear message each, which names the entry."""
    values, problems = given("service_keys", variables)
    if not problems:
        inherited = {name: values.get(f"service_keys_{name}", "") for name in INHERITED}
        settings = {
            name: values.get(f"service_keys_{name}", "") for name in ("api_key", "api_url", "region", "folder_mode")
        }
        play = _service_keys.Play("web1", HOSTS["all"], HOSTS)
        problems = _service_keys.plan(values["service_keys_teams"], inherited, play, settings, {})["problems"]
    for word in words:
        assert word in "\n".join(problems), problems


@pytest.mark.parametrize(("variables", "words"), AUDITS.values(), ids=AUDITS)
def test_key_audit(variables: dict[str, t.Any], words: t.Sequence[str]) -> None:
    """By type and choice, and because variables contradict each other; each is named with what to do."""
    values, problems = given("key_audit", variables)
    problems = problems or _audit_plan.plan(values, {})["problems"]
    for word in words:
        assert word in "\n".join(problems), problems
