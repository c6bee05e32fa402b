# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's argument specification, defaults, tasks and README say the same, and what the module says."""

from __future__ import annotations

import datetime
import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.community.arize.plugins.module_utils._host.arguments import key_arguments
from ansible_collections.community.arize.plugins.module_utils._model.instants import parse_duration
from ansible_collections.community.arize.plugins.plugin_utils import _service_key_results
from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS
from ansible_collections.community.arize.plugins.plugin_utils._service_key_declared import (
    FILE_OPTIONS,
    INHERITED,
    KEY_OPTIONS,
)

ROOT = pathlib.Path(__file__).parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())


def loaded(role: str, path: str) -> t.Any:
    return yaml.safe_load((ROOT / "roles" / role / path).read_text(encoding="utf-8"))


def options(role: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = loaded(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return found


def test_the_readme_lists_the_roles() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"`community\.arize\.(\w+)`\]\(\S+/docs/roles", readme))) == ROLES


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_of_the_specification(role: str) -> None:
    specified, defaults = options(role), loaded(role, "defaults/main.yml")
    assert set(defaults) <= set(specified)
    for name, option in specified.items():
        # What comes from the environment is said in words.
        if "ansible.builtin.env" not in str(defaults.get(name)):
            assert option.get("default") == defaults.get(name), name
        assert "{{" in str(defaults.get(name)) or name in defaults or "default" not in option, name


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_of_a_role_lists_its_variables(role: str) -> None:
    readme = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| Variable |")[2]
    assert set(re.findall(rf"`({role}_\w+)`", table)) - {f"{role}_results", f"{role}_renewed"} == set(options(role))


def test_what_a_team_and_a_space_can_override() -> None:
    team = options("service_keys")["service_keys_teams"]["options"]
    space = team["spaces"]["options"]
    overriding = set(INHERITED) - {"keeper_folder"}
    assert set(space) == overriding | {"space", "state"}
    assert set(team) == overriding | {"state", "spaces"}
    for name in overriding - {"name"}:
        outer = options("service_keys")[f"service_keys_{name}"]
        for inner in (team[name], space[name]):
            for field in ("type", "elements", "choices"):
                assert inner.get(field) == outer.get(field), name


def test_the_layer_of_the_role_has_all_that_is_inherited() -> None:
    layer = loaded("service_keys", "vars/main.yml")["_service_keys_defaults"]
    assert set(layer) == set(INHERITED)
    assert all(f"service_keys_{name}" in text for name, text in layer.items())


def test_options_are_like_those_of_the_module() -> None:
    specification = key_arguments()["argument_spec"]
    for name in (*KEY_OPTIONS, *FILE_OPTIONS, "dest", "dest_format", "dest_variable"):
        mine = options("service_keys")[f"service_keys_{name}"]
        assert mine["type"] == specification[name]["type"], name
        assert mine.get("choices") == specification[name].get("choices"), name


def test_all_that_tasks_register_is_looked_at() -> None:
    """By the name that the filters know it by."""
    registered = {
        task["register"]
        for path in (ROOT / "roles" / "service_keys" / "tasks").glob("*.yml")
        for task in yaml.safe_load(path.read_text())
        if "register" in task
    }
    seen = loaded("service_keys", "vars/main.yml")["_service_keys_seen"]
    assert {name for text in seen.values() for name in re.findall(r"_service_keys_\w+", text)} == registered | {
        "_service_keys_plan"
    }


@pytest.mark.parametrize("path", sorted((ROOT / "roles").glob("*/tasks/*.yml")), ids=lambda path: path.stem)
def test_a_loop_is_delegated_as_a_whole_or_not_at_all(path: pathlib.Path) -> None:
    """With an item that is not, ansible-core 2.21 stays on the host of the item before, and does its work there."""
    assert not [task for task in yaml.safe_load(path.read_text()) if "omit" in str(task.get("delegate_to"))]


def test_the_findings_are_those_that_are_explained() -> None:
    findings = [each.finding for each in FINDINGS]
    specified = options("key_audit")
    assert specified["key_audit_accepted"]["options"]["finding"]["choices"] == findings
    assert specified["key_audit_fail_on"]["choices"] == ["any", "incomplete", *findings]


def test_a_key_that_is_rotated_in_time_is_no_finding() -> None:
    """What the audit calls soon is shorter than what the rotation does, so that only a missed rotation is found."""
    renewed = parse_duration(options("service_keys")["service_keys_renew_before"]["default"])
    found = parse_duration(options("key_audit")["key_audit_expires_within"]["default"])
    now = datetime.datetime(2026, 11, 24, tzinfo=datetime.timezone.utc)
    assert found.after(now) < renewed.after(now)


def test_the_role_documents_each_field_of_its_results() -> None:
    names = ("identity", "leader", *_service_key_results._OF_THE_ENTRY)
    plan = {"host": "x", "entries": [dict.fromkeys(names, "x")], "copies": [], "removals": []}
    registered = loaded("service_keys", "vars/main.yml")["_service_keys_seen"]
    (row,) = _service_key_results.key_results(plan, dict.fromkeys(registered, ()))
    description = loaded("service_keys", "meta/argument_specs.yml")["argument_specs"]["main"]["description"]
    page = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
    table = page.partition("\n## Results\n")[2].partition("\n## ")[0]
    assert [name for name in row if not re.search(rf"C\({name}\)", " ".join(description))] == []
    assert [name for name in row if f"`{name}`" not in table] == []
