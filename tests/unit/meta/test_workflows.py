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
from tools import matrix, release

ROOT = pathlib.Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
DECLARED = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
PARTS = re.findall(r"^PARTS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split(" ")

# By workflow, what starts it; by job, what it waits for and what it runs.
STARTED_BY: dict[str, dict[str, t.Any]] = {
    "matrix": {"schedule": [{"cron": "17 3 * * 1"}], "workflow_dispatch": None},
    # In the patterns of tags a dot is a dot; the rest is as in an expression.
    "release": {"push": {"tags": [form.replace(r"\.", ".") for form in release.FORMS]}},
    "tests": {"pull_request": None, "push": {"branches": ["main"]}},
}
CHECKED = 'sha256sum --check --strict <<< "$CHECKSUM"'
JOBS: dict[str, dict[str, tuple[str | list[str] | None, list[str]]]] = {
    "matrix": {
        "sessions": (
            None,
            [
                "make venv",
                """echo "sessions=$(.venv/bin/nox --list --json | jq -c '[.[].session]')" >> "$GITHUB_OUTPUT\"""",
            ],
        ),
        "session": ("sessions", ['make matrix SESSION="$SESSION"']),
    },
    "release": {
        "build": (
            None,
            [
                "make released",
                "make build",
                """echo "checksum=$(sha256sum dist/community-arize-*.tar.gz)" >> "$GITHUB_OUTPUT\"""",
            ],
        ),
        "tests": ("build", ["make test BUILT=1", CHECKED]),
        "publish": (
            ["build", "tests"],
            [
                CHECKED,
                "python -m pip install --require-hashes --only-binary=:all: --requirement .github/publish.txt",
                "ansible-galaxy collection publish dist/community-arize-*.tar.gz",
            ],
        ),
    },
    "tests": {
        "parts": (
            None,
            ["""echo "parts=$(sed -n 's/^PARTS := //p' Makefile | jq -Rc 'split(" ")')" >> "$GITHUB_OUTPUT\""""],
        ),
        "part": ("parts", ['make "$PART"']),
    },
}
# What a step gets from the job's matrix.
VARIABLES = {("matrix", "session"): "SESSION", ("tests", "part"): "PART"}


def content(path: pathlib.Path) -> dict[str, t.Any]:
    loaded: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def workflow(name: str) -> dict[str, t.Any]:
    return content(ROOT / f".github/workflows/{name}.yml")


def test_the_workflows_are_known() -> None:
    assert [path.stem for path in WORKFLOWS] == sorted(STARTED_BY) == sorted(JOBS)


@pytest.mark.parametrize("name", JOBS)
def test_a_workflow_is_started_by_and_runs_what_it_should(name: str) -> None:
    found = workflow(name)
    assert found["on"] == STARTED_BY[name]
    jobs = {
        job: (entry.get("needs"), [step["run"] for step in entry["steps"] if "run" in step])
        for job, entry in found["jobs"].items()
    }
    assert jobs == JOBS[name]
    # What may pass over a job or a step, or let it fail.
    for job in found["jobs"].values():
        assert not [entry for entry in (job, *job["steps"]) if {"if", "continue-on-error"} & entry.keys()]


@pytest.mark.parametrize(("name", "job"), VARIABLES)
def test_a_job_is_run_for_each_of_a_list(name: str, job: str) -> None:
    """The list is one that another job made."""
    entry = workflow(name)["jobs"][job]
    outputs = workflow(name)["jobs"][f"{job}s"]["outputs"]
    assert outputs == {f"{job}s": f"${{{{ steps.list.outputs.{job}s }}}}"}
    assert entry["strategy"] == {
        "fail-fast": False,
        "matrix": {job: f"${{{{ fromJSON(needs.{job}s.outputs.{job}s) }}}}"},
    }
    assert entry["steps"][-1]["env"] == {VARIABLES[name, job]: f"${{{{ matrix.{job} }}}}"}


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


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_ends(path: pathlib.Path) -> None:
    found = content(path)
    assert found["permissions"] == {"contents": "read"}
    assert found["concurrency"]["group"]
    assert all("permissions" not in job and job["timeout-minutes"] for job in found["jobs"].values())


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.stem)
def test_the_make_targets_exist(path: pathlib.Path) -> None:
    named = set(re.findall(r"(?:^|`|run: )make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= DECLARED
    assert named or path.stem == "tests"


def test_the_parts_of_make_test_are_found() -> None:
    """The job that lists them has no more than sed and jq."""
    (listing,) = [step["run"] for step in workflow("tests")["jobs"]["parts"]["steps"] if "run" in step]
    command = re.findall(r"\$\((sed .*?) \|", listing)[0]
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip("\n").split(" ") == PARTS


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
    recipe = subprocess.run(
        ["make", "--dry-run", "--always-make", "build", "BUILT=1"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "ansible-galaxy collection install" in recipe
    assert "collection build" not in recipe
    assert "rm -rf dist" not in recipe


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
        runs = [step.get("run", "") for job in content(path)["jobs"].values() for step in job["steps"]]
        assert not [run for run in runs if "secrets." in run or "${{" in run]
