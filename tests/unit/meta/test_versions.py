# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that are tested are those that are promised, and a release finds all places of its version."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

import ansible.release
import pytest
import yaml
from ansible_test._util.target.common import constants
from packaging.specifiers import SpecifierSet
from tools import matrix, release

from ansible_collections.community.arize.plugins.plugin_utils._hiding import overwrites_marks

ROOT = pathlib.Path(__file__).parents[3]
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


def test_the_table_is_written_when_every_session_left_its_figures(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(matrix, "RESULTS", tmp_path)
    monkeypatch.setattr(matrix, "TABLE", tmp_path / "tables/matrix.md")
    figures: dict[str, dict[str, str | int]] = {
        "pair": {"unit": 7, "integration": 2},
        "sanity": {"sanity": 40, "ignored": 0},
        "secrecy": {"secrecy": 16},
        "boundary": {"secrecy": 6},
        "hosts": {"hosts": "3.8, 3.9"},
    }
    for session in matrix.sessions()[1:]:
        matrix.record(session, **figures[session.partition("-")[0]])
    assert matrix.main() == 0
    assert matrix.sessions()[0] in capsys.readouterr().out
    assert not matrix.TABLE.exists()
    matrix.record(matrix.sessions()[0], skipped="no interpreter")
    assert matrix.main() == 0
    written = matrix.TABLE.read_text(encoding="utf-8").splitlines()
    oldest, newest = (matrix.CORES[minor].release for minor in (next(iter(matrix.CORES)), MINOR))
    assert f"| {oldest}, Python {matrix.pairs()[0][1]} | skipped: no interpreter |  |" in written
    assert f"| {newest} | 40 | 0 | 16 | 3.8, 3.9 |" in written
    assert [f"| {release} | 6 |" for release in matrix.BOUNDARIES] == written[-len(matrix.BOUNDARIES) :]


def test_nothing_is_ignored_in_sanity_tests() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore*")) == []


@pytest.fixture
def checkout(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder with what a release touches, and a changelog that knows only 7.0.0."""
    for name in release.PLACES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    fragment = tmp_path / "changelogs/fragments/a.yml"
    fragment.parent.mkdir(parents=True)
    fragment.touch()
    (tmp_path / "CHANGELOG.rst").write_text("Notes\n\nv7.0.0\n======\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_release_finds_each_place_of_the_version(checkout: pathlib.Path) -> None:
    release.set_version(checkout, "7.0.0")
    for name, pattern in release.PLACES.items():
        assert [found[1] for found in re.findall(pattern, (checkout / name).read_text(), re.MULTILINE)] == ["7.0.0"]
    (checkout / "changelogs/fragments/a.yml").unlink()
    assert release.main("check", "7.0.0") == 0


def lose(name: str) -> t.Callable[[pathlib.Path], int]:
    return lambda checkout: (checkout / name).write_text("", encoding="utf-8")


@pytest.mark.parametrize("target", ["release", "released"])
@pytest.mark.parametrize("version", ["1.0.0$(shell touch expanded)", "1.0.0' || touch expanded; '"])
def test_make_carries_out_nothing_of_a_version(checkout: pathlib.Path, target: str, version: str) -> None:
    command = ["make", "-f", str(ROOT / "Makefile"), "-o", ".venv/.ready", target]
    (checkout / "tests").symlink_to(ROOT / "tests")
    programs = pathlib.Path(sys.executable).parent
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "VERSION": version}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "No release: " in done.stderr
    assert not (checkout / "expanded").exists()


@pytest.mark.parametrize(
    ("task", "version", "damage", "reason"),
    [
        ("make", "7.0", None, "no version like 1.2.3"),
        ("make", "", None, "no version like 1.2.3"),
        ("make", "7.1.0-rc.1;id", None, "no version like 1.2.3"),
        ("make", "7.0.0", None, "has a release 7.0.0 already"),
        ("make", "7.1.0", lambda checkout: (checkout / "changelogs/fragments/a.yml").unlink(), "nothing to release"),
        ("make", "7.1.0", lose("galaxy.yml"), "galaxy.yml names the version 0 times"),
        ("check", "7.1.0", None, "galaxy.yml names the version"),
        ("check", "7.1.0", lambda checkout: release.set_version(checkout, "7.1.0"), "has no release 7.1.0"),
        ("check", "7.0.0", lambda checkout: release.set_version(checkout, "7.0.0"), "fragments that are in no release"),
    ],
)
def test_what_is_no_release_is_refused(
    checkout: pathlib.Path, capsys: pytest.CaptureFixture[str], task: str, version: str, damage: t.Any, reason: str
) -> None:
    if damage:
        damage(checkout)
    assert release.main(task, version) == 1
    assert reason in capsys.readouterr().err
