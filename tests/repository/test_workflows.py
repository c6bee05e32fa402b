# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows name what is there, and the secret of the release goes to one step. zizmor judges the rest."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from tools import matrix

ROOT = pathlib.Path(__file__).parents[2]
CHECKED = 'sha256sum --check --strict <<< "$CHECKSUM"'
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
DECLARED = set(re.findall(r"^([a-z_]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def content(path: pathlib.Path) -> dict[str, t.Any]:
    loaded: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def workflow(name: str) -> dict[str, t.Any]:
    return content(ROOT / f".github/workflows/{name}.yml")


def interpreters(name: str, job: str) -> list[str]:
    (setup,) = [step for step in workflow(name)["jobs"][job]["steps"] if "setup-python" in step.get("uses", "")]
    return str(setup["with"]["python-version"]).split()


def test_the_matrix_has_each_interpreter_that_an_ansible_core_supports() -> None:
    found = interpreters("matrix", "session")
    assert sorted(found) == sorted({version for core in matrix.CORES.values() for version in core.hosts})
    # The last one is that of the tools, which is the same everywhere.
    release = [("release", job) for job in ("build", "tests", "publish")]
    for name, job in (("matrix", "sessions"), *release, ("tests", "part")):
        assert interpreters(name, job) == found[-1:]


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.stem)
def test_the_make_targets_exist(path: pathlib.Path) -> None:
    named = set(re.findall(r"(?:^|`|run: )make ([a-z_]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= DECLARED
    assert named or path.stem == "tests"


def test_the_tarball_that_is_published_is_the_one_that_was_tested() -> None:
    """It is built in one job; the others get that file and look at its checksum, tests after they have run."""
    jobs = workflow("release")["jobs"]
    assert [name for name, job in jobs.items() if "make build" in [step.get("run") for step in job["steps"]]] == [
        "build"
    ]
    assert jobs["build"]["outputs"] == {"checksum": "${{ steps.checksum.outputs.checksum }}"}
    for name in ("tests", "publish"):
        steps = jobs[name]["steps"]
        (received,) = [step["with"] for step in steps if "download-artifact" in step.get("uses", "")]
        assert received == {"name": "tarball", "path": "dist"}
        (checked,) = [step for step in steps if step.get("run") == CHECKED]
        assert checked["env"] == {"CHECKSUM": "${{ needs.build.outputs.checksum }}"}


def test_the_job_with_the_token_has_nothing_of_the_project() -> None:
    """It sees one file of it, a list of what to install, in which each line has its checksum."""
    (checkout,) = [step for step in workflow("release")["jobs"]["publish"]["steps"] if "checkout" in str(step)]
    assert checkout["with"]["sparse-checkout"] == ".github/publish.txt"
    assert checkout["with"]["sparse-checkout-cone-mode"] is False
    named = re.findall(r"^([a-z]\S+)==", (ROOT / ".github/publish.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert "ansible-core" in named
    assert not {"pytest", "nox", "ansible-lint"} & set(named)


def test_the_secret_is_for_one_step_of_one_environment() -> None:
    found = workflow("release")
    holding = [
        (name, step["name"]) for name, job in found["jobs"].items() for step in job["steps"] if "secrets." in str(step)
    ]
    assert holding == [("publish", "Publish the tarball")]
    assert found["jobs"]["publish"]["environment"] == "galaxy"
    for path in WORKFLOWS:
        runs = [step.get("run", "") for job in content(path)["jobs"].values() for step in job.get("steps", [])]
        assert not [run for run in runs if "secrets." in run or "${{" in run]
