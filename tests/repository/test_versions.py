# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that are tested are those that are promised."""

from __future__ import annotations

import pathlib
import re

import ansible.release
import yaml
from ansible_test._util.target.common import constants
from tools import matrix

ROOT = pathlib.Path(__file__).parents[2]
MINOR = ".".join(ansible.release.__version__.split(".")[:2])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_the_interpreters_of_a_core_are_those_that_it_names_itself() -> None:
    core = matrix.CORES[MINOR]
    oldest = number(yaml.safe_load(text("tests/config.yml"))["modules"]["python_requires"].lstrip(">="))
    assert core.controllers == constants.CONTROLLER_PYTHON_VERSIONS
    assert core.hosts_only == tuple(v for v in constants.REMOTE_ONLY_PYTHON_VERSIONS if number(v) >= oldest)


def test_the_oldest_and_the_newest_version_are_those_promised() -> None:
    minors, oldest_host = list(matrix.CORES), min((v for c in matrix.CORES.values() for v in c.hosts), key=number)
    assert yaml.safe_load(text("meta/runtime.yml"))["requires_ansible"] == f">={minors[0]}.0"
    readme = " ".join(text("README.md").split())
    assert f"- ansible-core {minors[0]} or later on the controller" in readme
    assert f"ansible-core {minors[0]} to {minors[-1]} under each Python" in readme
    assert f"- Python {oldest_host} or later" in readme
    assert yaml.safe_load(text("tests/config.yml")) == {"modules": {"python_requires": f">={oldest_host}"}}


def test_the_releases_are_of_their_minor_version() -> None:
    assert all(core.release.startswith(f"{minor}.") for minor, core in matrix.CORES.items())
    pinned = dict(re.findall(r"^ansible-core==((\d+\.\d+)\.\d+)", text("tests/constraints.txt"), re.MULTILINE))
    assert pinned == {matrix.CORES[minor].release: minor for minor in pinned.values()}


def test_the_table_has_a_row_for_each_pair_and_each_core() -> None:
    rows = re.findall(r"^\| (\d[\d.]*)(?:, Python ([\d.]+))? \|", text("docs/tables/matrix.md"), re.MULTILINE)
    pairs = [(matrix.CORES[minor].release, python) for minor, python in matrix.pairs()]
    assert rows[: len(pairs)] == pairs
    assert [core for core, _cell in rows[len(pairs) :]] == [core.release for core in matrix.CORES.values()]


def test_nothing_is_ignored_in_sanity_tests() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore*")) == []
