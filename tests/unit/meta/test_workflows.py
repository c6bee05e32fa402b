# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows run what the Makefile offers, and may do no more than they need."""

from __future__ import annotations

import pathlib
import re
import subprocess
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
DECLARED = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
PARTS = re.findall(r"^PARTS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split(" ")


def content(path: pathlib.Path) -> dict[str, t.Any]:
    loaded: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_ends(path: pathlib.Path) -> None:
    workflow = content(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    assert all("permissions" not in job and job["timeout-minutes"] for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.stem)
def test_the_make_targets_exist(path: pathlib.Path) -> None:
    named = set(re.findall(r"(?:^|`|run: )make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= DECLARED
    assert named or path.stem == "tests"


def test_the_parts_of_make_test_are_found() -> None:
    """The job that lists them has no more than sed and jq."""
    (listing,) = [step["run"] for step in content(WORKFLOWS[-1])["jobs"]["parts"]["steps"] if "run" in step]
    command = re.findall(r"\$\((sed .*?) \|", listing)[0]
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip("\n").split(" ") == PARTS


def test_the_secret_is_for_one_step_of_one_environment() -> None:
    release = content(ROOT / ".github/workflows/release.yml")
    holding = [
        (name, step["name"])
        for name, job in release["jobs"].items()
        for step in job["steps"]
        if "secrets." in str(step)
    ]
    assert holding == [("publish", "Publish the tarball")]
    assert release["jobs"]["publish"]["environment"] == "galaxy"
    for path in WORKFLOWS:
        runs = [step.get("run", "") for job in content(path)["jobs"].values() for step in job["steps"]]
        assert not [run for run in runs if "secrets." in run or "${{" in run]
