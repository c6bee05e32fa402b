# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation, metadata and code say the same."""

from __future__ import annotations

import collections.abc
import importlib
import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.community.arize.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.community.arize.plugins.module_utils._host.arguments import with_connection
from ansible_collections.community.arize.plugins.module_utils._host.task import WORK
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._service.connection import resolve_connection
from ansible_collections.community.arize.plugins.module_utils._service.version import COLLECTION_VERSION
from ansible_collections.community.arize.plugins.plugin_utils._action import HidingActionModule

COLLECTION = "ansible_collections.community.arize"
ROOT = pathlib.Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))


def module_code(name: str) -> t.Any:
    return importlib.import_module(f"{COLLECTION}.plugins.modules.{name}")


def loaded(path: str) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text())


def test_version() -> None:
    assert loaded("galaxy.yml")["version"] == COLLECTION_VERSION


def test_action_group_names_all_modules() -> None:
    assert loaded("meta/runtime.yml")["action_groups"]["arize"] == MODULES


def test_every_module_has_its_work() -> None:
    assert sorted(WORK) == MODULES


def returns_a_secret(documented: dict[str, t.Any]) -> bool:
    return "key" in documented or any(
        returns_a_secret(value["contains"]) for value in documented.values() if "contains" in value
    )


def test_every_module_has_an_action_plugin_and_one_that_returns_a_secret_hides_it() -> None:
    plugins = {name: importlib.import_module(f"{COLLECTION}.plugins.action.{name}").ActionModule for name in MODULES}
    assert {path.stem for path in (ROOT / "plugins/action").glob("*.py")} == set(MODULES)
    with_secret = {name for name in MODULES if returns_a_secret(yaml.safe_load(module_code(name).RETURN))}
    assert with_secret == {"arize_api_key", "arize_api_keys"}
    assert {name for name, plugin in plugins.items() if issubclass(plugin, HidingActionModule)} == with_secret


@pytest.mark.parametrize("name", MODULES)
def test_options_that_sound_like_secrets_are_settled(name: str) -> None:
    """Ansible warns about names with `key`, `secret` or `token` that say nothing about no_log."""
    specification = with_connection(WORK[name].arguments())["argument_spec"]
    assert specification["api_key"]["no_log"] is True
    assert specification["proxy"]["no_log"] is True
    for option in ("on_lost_secret", "return_key"):
        assert option not in specification or specification[option]["no_log"] is False


class RecordingEnvironment(collections.abc.Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **values: str) -> None:
        self.values_by_name = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_by_name[name]

    def __iter__(self) -> t.Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


def variables_read() -> set[str]:
    """Every environment variable that the connection may depend on, in upper case."""
    asked: set[str] = set()
    situations: list[dict[str, str]] = [
        {},
        {"ARIZE_API_SCHEME": "http", "ARIZE_API_HOST": "localhost"},
        {"ARIZE_BASE_URL": "http://localhost"},
        {"ARIZE_REGION": "eu"},
        {"ARIZE_SINGLE_HOST": "h"},
        {"ARIZE_BASE_DOMAIN": "h"},
    ]
    for situation in situations:
        environment = RecordingEnvironment(ARIZE_API_KEY="ak-12345678", **situation)
        options = {"timeout": 1, "max_retries": 1}
        try:
            resolve_connection(options, environment)
        except InvalidOption as error:
            pytest.fail(str(error))
        asked |= environment.asked
    return {name.upper() for name in asked}


def test_environment_variables_are_documented_and_documented_ones_are_read() -> None:
    assert set(re.findall(r"E\((\w+)\)", ModuleDocFragment.DOCUMENTATION)) == variables_read()


def test_readme_lists_the_modules() -> None:
    readme = (ROOT / "README.md").read_text()
    assert sorted(set(re.findall(r"\barize_api_keys?(?:_info)?\b", readme))) == MODULES
