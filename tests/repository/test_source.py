# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the source that no linter knows."""

from __future__ import annotations

import ast
import pathlib
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[2]
# ansible-test wants the files that make packages of folders to be empty.
PLUGINS = sorted(path for path in (ROOT / "plugins").rglob("*.py") if path.name != "__init__.py")
MODULE_UTILS = [path for path in PLUGINS if "module_utils" in path.parts]
OLDEST = (3, 8)
PRIVATE = "ansible_collections.community.arize.plugins.module_utils"
# What each layer of module_utils may import beside itself.
LAYERS = {
    "_model": set(),
    "_service": {"_model"},
    "_decide": {"_model"},
    "_deliver": {"_model"},
    "_work": {"_model", "_service", "_decide", "_deliver"},
    "_host": {"_model", "_service", "_decide", "_deliver", "_work"},
}


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


def test_each_file_of_module_utils_is_in_a_layer() -> None:
    assert len(MODULE_UTILS) > len(LAYERS)
    assert {path.parent.name for path in MODULE_UTILS} == set(LAYERS)
    assert {path.parent.parent.name for path in MODULE_UTILS} == {"module_utils"}


def private_imports(path: pathlib.Path) -> t.Iterator[tuple[str, str]]:
    """Layer and file of everything that a file imports from module_utils, wherever in it the import stands."""
    for node in ast.walk(parsed(path)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith(f"{PRIVATE}."):
                layer, _dot, rest = name[len(PRIVATE) + 1 :].partition(".")
                yield layer, rest.partition(".")[0]


@pytest.mark.parametrize("path", MODULE_UTILS, ids=identified)
def test_layers_import_downwards_only(path: pathlib.Path) -> None:
    allowed = LAYERS[path.parent.name] | {path.parent.name}
    assert {layer for layer, _file in private_imports(path)} <= allowed


def test_no_file_of_module_utils_imports_itself_in_a_circle() -> None:
    edges = {(path.parent.name, path.stem): set(private_imports(path)) for path in MODULE_UTILS}
    assert sum(map(len, edges.values())) > len(edges)
    while edges:
        free = {file for file, needed in edges.items() if not needed & set(edges)}
        assert free, f"a circle among {sorted(edges)}"
        edges = {file: needed for file, needed in edges.items() if file not in free}


@pytest.mark.parametrize("path", MODULE_UTILS, ids=identified)
def test_module_utils_is_marked_private(path: pathlib.Path) -> None:
    assert "This module_utils is PRIVATE" in "\n".join(path.read_text().splitlines()[:6])


def test_one_file_knows_http() -> None:
    libraries = {"requests", "urllib3", "http", "socket"}
    assert {path.name for path in PLUGINS if imported(path) & libraries} == {"http.py"}


def test_one_file_knows_ansible() -> None:
    assert {path.name for path in MODULE_UTILS if "ansible" in imported(path)} == {"module.py"}


def test_process_environment_is_read_in_one_file() -> None:
    def reads(path: pathlib.Path) -> bool:
        names = {node.attr for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}
        return bool(names & {"environ", "getenv", "argv", "stdout", "stderr"})

    assert {path.name for path in MODULE_UTILS if reads(path)} == {"module.py"}


def test_check_mode_is_consulted_once() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in PLUGINS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "check_mode"
    ]
    # Once for each way to run: as a module and in process.
    assert sorted(place.partition(":")[0] for place in found) == ["_action.py", "module.py"]


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
