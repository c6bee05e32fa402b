# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that are tested are those that are promised."""

from __future__ import annotations

import pathlib
import re

import ansible.release
import yaml
from ansible_test._util.target.common import constants
from packaging.specifiers import SpecifierSet
from tools import matrix

from ansible_collections.community.arize.plugins.plugin_utils._action import overwrites_marks

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
    readme = " ".join(text("README.md").split())
    assert f"ansible-core {minors[0]} to {minors[-1]} under each Python" in readme
    assert f"- Python {oldest_host} or later" in readme
    assert yaml.safe_load(text("tests/config.yml")) == {"modules": {"python_requires": f">={oldest_host}"}}


def test_the_required_releases_are_those_that_keep_a_secret_hidden() -> None:
    required = SpecifierSet(yaml.safe_load(text("meta/runtime.yml"))["requires_ansible"])
    releases = [*matrix.BOUNDARIES, *(core.release for core in matrix.CORES.values()), "2.15.13", "2.17.0"]
    assert {release for release in releases if not required.contains(release, prereleases=True)} == {
        release for release in releases if overwrites_marks(release)
    }
    floors = [release for release in matrix.BOUNDARIES if release in required]
    assert f"- ansible-core {' or '.join(floors)}, or later" in " ".join(text("README.md").split())


def test_the_releases_are_of_their_minor_version() -> None:
    assert all(core.release.startswith(f"{minor}.") for minor, core in matrix.CORES.items())
    pinned = dict(re.findall(r"^ansible-core==((\d+\.\d+)\.\d+)", text("tests/constraints.txt"), re.MULTILINE))
    assert pinned == {matrix.CORES[minor].release: minor for minor in pinned.values()}


def test_the_table_has_a_row_for_each_pair_and_each_core() -> None:
    rows = re.findall(r"^\| (\d[\d.]*(?:rc\d+)?)(?:, Python ([\d.]+))? \|", text("docs/tables/matrix.md"), re.MULTILINE)
    pairs = [(matrix.CORES[minor].release, python) for minor, python in matrix.pairs()]
    assert rows[: len(pairs)] == pairs
    releases = [*(core.release for core in matrix.CORES.values()), *matrix.BOUNDARIES]
    assert [core for core, _cell in rows[len(pairs) :]] == releases


def test_nothing_is_ignored_in_sanity_tests() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore*")) == []
