# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the source that no linter knows."""

from __future__ import annotations

import ast
import pathlib
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PLUGINS = sorted((ROOT / "plugins").rglob("*.py"))
MODULE_UTILS = sorted((ROOT / "plugins/module_utils").glob("*.py"))
OLDEST = (3, 8)


def identified(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


def parsed(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path), feature_version=OLDEST)


def calls(path: pathlib.Path) -> t.Iterator[ast.Call]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def imported(path: pathlib.Path) -> set[str]:
    """The outermost names that a file imports."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("path", PLUGINS, ids=identified)
def test_plugin(path: pathlib.Path) -> None:
    tree = parsed(path)
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    names = {node.func.id for node in calls(path) if isinstance(node.func, ast.Name)}
    assert not names & {"print", "exit", "quit", "eval", "exec", "input", "breakpoint"}
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert [name.name for node in futures for name in node.names] == ["annotations"]


@pytest.mark.parametrize("path", MODULE_UTILS, ids=identified)
def test_module_utils_is_marked_private(path: pathlib.Path) -> None:
    assert path.name.startswith("_")
    assert "This module_utils is PRIVATE" in "\n".join(path.read_text().splitlines()[:6])


def test_one_file_knows_http() -> None:
    libraries = {"requests", "urllib3", "http", "socket"}
    assert {path.name for path in PLUGINS if imported(path) & libraries} == {"_http.py"}


def test_one_file_knows_ansible() -> None:
    assert {path.name for path in MODULE_UTILS if "ansible" in imported(path)} == {"_module.py"}


def test_process_environment_is_read_in_one_file() -> None:
    def reads(path: pathlib.Path) -> bool:
        names = {node.attr for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}
        return bool(names & {"environ", "getenv", "argv", "stdout", "stderr"})

    assert {path.name for path in MODULE_UTILS if reads(path)} == {"_module.py"}


def test_check_mode_is_consulted_once() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in PLUGINS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "check_mode"
    ]
    assert [place.partition(":")[0] for place in found] == ["_module.py"]


def test_main_functions_are_short() -> None:
    for path in (ROOT / "plugins/modules").glob("*.py"):
        (main,) = [node for node in parsed(path).body if isinstance(node, ast.FunctionDef) and node.name == "main"]
        assert (main.end_lineno or 0) - main.lineno + 1 <= 20
        assert path.read_text().endswith('\n\nif __name__ == "__main__":\n    main()\n')


def test_plugins_import_nothing_from_outside_of_plugins() -> None:
    for path in PLUGINS:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ansible_collections"):
                assert (node.module or "").startswith("ansible_collections.community.arize.plugins"), path
                assert node.level == 0
