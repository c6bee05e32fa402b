# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block of a page has a check, every link leads somewhere, and messages quoted are those of the code."""

from __future__ import annotations

import ast
import configparser
import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
import yaml
from support.pages import BLOCKS, DOCS, LINK, PAGES, Block, anchors_of, plays_of, prose_of
from support.playbooks import ROOT
from tools.site_check import WHOLE

# YAML that is no playbook, by its keys at the top: nothing here can check more of it than that it parses.
SETTINGS: dict[frozenset[str], str] = {
    frozenset({"fields", "required"}): "the input configuration of a credential type of AWX",
    frozenset({"bugfixes"}): "a changelog fragment",
    frozenset({"groups"}): "rules of Prometheus, which promtool checks",
    frozenset({"env"}): "the injector configuration of a credential type of AWX",
    frozenset({"version", "images", "dependencies"}): "the definition of an execution environment",
    frozenset({"version", "images", "dependencies", "additional_build_files"}): "the same, with a file",
}


def role_variables() -> set[str]:
    """The variables that the roles of this collection take."""
    names: set[str] = set()
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
            names |= set(entry.get("options", {}))
    return names


# Settings of others that have a schema, by a key at their top, and the name under which check-jsonschema has it.
SCHEMAS = {"on": "vendor.github-workflows", "arize-keys": "vendor.gitlab-ci"}


def check_yaml(block: Block) -> str | None:
    content = yaml.safe_load(block.text)
    for key, schema in SCHEMAS.items():
        if isinstance(content, dict) and key in content:
            program = str(pathlib.Path(sys.executable).with_name("check-jsonschema"))
            return run_check([program, "--quiet", "--builtin-schema", schema, "--default-filetype", "yaml", "-"], block)
    if plays_of(content):
        return None  # test_documentation.py checks its options, the linter its syntax.
    if not isinstance(content, dict):
        return "is neither a playbook, nor tasks, nor settings"
    known = frozenset(content) in SETTINGS or set(content) <= role_variables()
    return None if known else f"has settings that are not known here: {sorted(content)}"


def run_check(command: list[str], block: Block) -> str | None:
    run = subprocess.run(command, input=block.text, capture_output=True, text=True, timeout=60, check=False)
    return run.stdout + run.stderr if run.returncode or run.stderr else None


def check_shell(block: Block) -> str | None:
    return run_check(["bash", "-n"], block)


def check_ini(block: Block) -> str | None:
    try:
        configparser.ConfigParser(interpolation=None).read_string(block.text)
    except configparser.Error as error:
        return str(error)
    return None


def check_json(block: Block) -> str | None:
    try:
        json.loads(block.text)
    except ValueError as error:
        return str(error)
    return None


# `text` is output, which nothing can check.
CHECKS: dict[str, t.Callable[[Block], str | None]] = {
    "yaml": check_yaml,
    "ini": check_ini,
    "shell": check_shell,
    "json": check_json,
    "text": lambda _block: None,
}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.label)
def test_a_block_has_a_check_and_passes_it(block: Block) -> None:
    assert block.language in CHECKS, f"nothing checks a block in {block.language or 'no language'}"
    assert CHECKS[block.language](block) is None


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_block_is_overlooked(page: pathlib.Path) -> None:
    """A fence that is indented or not closed is no block for the other tests."""
    fences = re.findall(r"^\s*(?:```|~~~)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * sum(block.page == page for block in BLOCKS)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    broken = []
    for target in LINK.findall(prose_of(page)):
        folder = ROOT if WHOLE.match(target) else page.parent
        path, _hash, anchor = WHOLE.sub("", target).partition("#")
        if path.startswith(("https://", "mailto:")):
            continue
        linked = (folder / path).resolve() if path else page
        inside = linked.exists() and ROOT in (linked, *linked.parents)
        if not inside or (anchor and anchor not in anchors_of(linked)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_heading_of_a_contents_list_is_linked(page: pathlib.Path) -> None:
    prose = prose_of(page)
    listed = re.findall(r"^- \[[^\]]*\]\(#([^)]+)\)$", prose, re.MULTILINE)
    sections = re.findall(r"^## (.*)$", prose, re.MULTILINE)
    assert not listed or len(listed) == len(sections)


def test_the_contents_page_lists_each_page() -> None:
    """The tables that tests make are listed by the page on testing."""
    listed = {
        (DOCS / target.partition("#")[0]).resolve()
        for page in (DOCS / "README.md", DOCS / "testing.md")
        for target in LINK.findall(prose_of(page))
        if not target.startswith("https://")
    }
    tables = set((DOCS / "tables").glob("*.md"))
    assert set(DOCS.glob("*.md")) - {DOCS / "README.md"} - listed == set()
    assert tables - listed == set()


def texts_of_the_code() -> list[str]:
    """All texts in the plugins, with what is filled in left out."""
    texts = []
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
                texts.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return texts


def quoted_messages() -> list[str]:
    """The messages in the first column of the tables on troubleshooting."""
    text = prose_of(DOCS / "troubleshooting.md")
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def test_troubleshooting_quotes_messages_of_the_code() -> None:
    texts = texts_of_the_code()
    quotes = quoted_messages()
    assert len(quotes) > 40
    unknown = [
        quote
        for quote in quotes
        for piece in quote.split("...")
        if piece.strip() and not any(piece.strip() in text for text in texts)
    ]
    assert unknown == []
