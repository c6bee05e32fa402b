# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README, the pages in docs and the examples show can be copied: it parses, and what it names exists."""

from __future__ import annotations

import importlib
import json
import pathlib
import re
import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from support.pages import BLOCKS, PAGES, Block, module_calls, plays_of
from support.playbooks import ROOT

from ansible_collections.community.arize.plugins.module_utils._host.arguments import (
    connection_arguments,
    with_connection,
)
from ansible_collections.community.arize.plugins.module_utils._host.task import WORK

PREFIX = "community.arize."
GROUP = "group/community.arize.arize"
SPECS: dict[str, dict[str, t.Any]] = {
    name: with_connection(work.arguments())["argument_spec"] for name, work in WORK.items()
}
ROLES: dict[str, dict[str, t.Any]] = {
    path.parents[1].name: yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml"))
}
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.yml") if path.name != "inventory.yml")
AD_HOC = re.compile(r"-m community\.arize\.(\w+)\s+(?:\\\s+)?-a '(\{.*?\})'", re.DOTALL)


YAML_BLOCKS = [block for block in BLOCKS if block.language == "yaml"]


def our_calls(plays: t.Sequence[dict[str, t.Any]]) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Each use of a module of this collection or of its group, with its options."""
    for name, options in module_calls(plays):
        if name == GROUP or name.startswith(PREFIX):
            yield name.removeprefix(PREFIX), options


def wrong_options(spec: dict[str, t.Any], options: dict[str, t.Any], where: str) -> list[str]:
    """Options that the specification doesn't know, and plain values that are not among the choices."""
    wrong = []
    for name, value in options.items():
        if name not in spec:
            wrong.append(f"{where}: there is no option {name}")
            continue
        choices = spec[name].get("choices")
        if choices and "{{" not in str(value) and value not in choices:
            wrong.append(f"{where}: {name} can't be {value!r}")
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict):
                wrong += wrong_options(spec[name].get("options", {}), item, f"{where}: {name}")
    return wrong


def wrong_calls(plays: t.Sequence[dict[str, t.Any]], where: str) -> list[str]:
    """What is wrong with the uses of our modules in these plays."""
    wrong = []
    for module, options in our_calls(plays):
        if module == GROUP:
            wrong += wrong_options(connection_arguments()["argument_spec"], options, f"{where}: {GROUP}")
        elif module not in SPECS:
            wrong.append(f"{where}: there is no module {module}")
        else:
            wrong += wrong_options(SPECS[module], options, f"{where}: {module}")
    return wrong


def module_examples() -> dict[str, str]:
    """The examples in the documentation of each module."""
    found = {}
    for module in SPECS:
        code = importlib.import_module(f"ansible_collections.community.arize.plugins.modules.{module}")
        found[module] = str(code.EXAMPLES)
    return found


def wrong_role_variables(plays: t.Sequence[dict[str, t.Any]], where: str) -> list[str]:
    """Variables of a role of ours that it doesn't know, and plain values that it would refuse."""
    wrong = []
    for play in plays:
        for entry in play.get("roles", ()):
            name = entry["role"] if isinstance(entry, dict) else entry
            role = name.removeprefix(PREFIX)
            if role not in ROLES:
                wrong.append(f"{where}: there is no role {name}")
                continue
            given = {**play.get("vars", {}), **(entry if isinstance(entry, dict) else {})}
            wrong += wrong_variables(role, given, where)
    return wrong


def wrong_variables(role: str, given: dict[str, t.Any], where: str) -> list[str]:
    """What the role's argument specification says about those variables that bear its name."""
    own = {key: value for key, value in given.items() if key.startswith(f"{role}_") and "{{" not in str(value)}
    spec = {key: {**option, "required": False} for key, option in ROLES[role].items()}
    return [f"{where}: {message}" for message in ArgumentSpecValidator(spec).validate(own).error_messages]


def test_the_pages_have_something_to_check() -> None:
    assert len(YAML_BLOCKS) >= 10
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("block", YAML_BLOCKS, ids=lambda block: block.label)
def test_a_block_parses_and_its_options_exist(block: Block) -> None:
    content = yaml.safe_load(block.text)
    assert content
    assert wrong_calls(plays_of(content), block.label) == []
    assert wrong_role_variables(plays_of(content), block.label) == []
    if isinstance(content, dict):
        for role in ROLES:
            assert wrong_variables(role, content, block.label) == []


@pytest.mark.parametrize(("module", "text"), module_examples().items(), ids=list(SPECS))
def test_the_options_of_a_modules_examples_exist(module: str, text: str) -> None:
    plays = plays_of(yaml.safe_load(text))
    assert module in {name for name, _options in our_calls(plays)}
    assert wrong_calls(plays, module) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_options_of_an_example_exist(example: pathlib.Path) -> None:
    plays = plays_of(yaml.safe_load(example.read_text(encoding="utf-8")))
    assert list(our_calls(plays)) or [role for play in plays for role in play["roles"]]
    assert wrong_calls(plays, example.name) == []
    assert wrong_role_variables(plays, example.name) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        pytest.param(*found, id=block.label)
        for block in BLOCKS
        if block.language == "shell"
        for found in AD_HOC.findall(block.text)
    ],
)
def test_the_options_of_an_ad_hoc_command_exist(module: str, text: str) -> None:
    assert wrong_options(SPECS[module], json.loads(text), text) == []


def test_the_make_targets_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    declared = set(re.findall(r"^([a-z_]+):", makefile, re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([a-z_]+)", page.read_text(encoding="utf-8"), re.M)
    }
    assert "test" in named
    assert named <= declared


def test_the_version_in_the_documentation_is_that_of_the_collection() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    page = (ROOT / "docs" / "offline.md").read_text(encoding="utf-8")
    assert set(re.findall(r"community-arize-([\w.]+)\.tar\.gz", page)) == {version}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_tests_that_a_page_names_exist(page: pathlib.Path) -> None:
    named = re.findall(r"`(tests/[\w./]+)`", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []
