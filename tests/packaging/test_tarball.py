# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tarball holds, and that the collection works as it installs from it."""

from __future__ import annotations

import json
import pathlib
import shutil
import tarfile
import typing as t

import pytest
from support.playbooks import ROOT, PlaybookRunner

EXPECTED = {
    "CHANGELOG.rst",
    "CONTRIBUTING.md",
    "COPYING",
    "FILES.json",
    "LICENSES",
    "MAINTAINERS",
    "MANIFEST.json",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "changelogs",
    "docs",
    "examples",
    "meta",
    "plugins",
    "tests",
}
# Not every version has these.
ALLOWED = EXPECTED | {"playbooks", "roles"}
KINDS = {
    "module": sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py")),
    "role": sorted(path.name for path in (ROOT / "roles").glob("*")),
}


def test_the_tarball_holds_what_users_need_and_nothing_else(tarball: pathlib.Path) -> None:
    with tarfile.open(tarball) as archive:
        names = [pathlib.PurePath(name) for name in archive.getnames()]
    top = {name.parts[0] for name in names}
    assert top >= EXPECTED
    assert top <= ALLOWED
    assert [name for name in names if name.name.startswith(".") or name.suffix == ".pyc"] == []
    assert [str(name) for name in names if name.parts[0] == "tests"] == ["tests", "tests/config.yml"]
    assert {name.parts[1] for name in names if name.parts[0] == "changelogs" and name.parts[1:]} <= {
        "changelog.yaml",
        "config.yaml",
    }


@pytest.mark.parametrize("kind", [kind for kind, names in KINDS.items() if names])
@pytest.mark.usefixtures("installed")
def test_ansible_doc_renders_all_of_a_kind(kind: str, command: t.Any) -> None:
    names = [f"community.arize.{name}" for name in KINDS[kind]]
    rendered = json.loads(command("ansible-doc", "--type", kind, "--json", *names).stdout)
    assert sorted(rendered) == names
    for name in names:
        page = command("ansible-doc", "--type", kind, name)
        assert name in page.stdout.lower()
        assert "WARNING" not in page.stderr


@pytest.mark.usefixtures("installed")
def test_what_is_installed_is_what_the_manifest_says(command: t.Any) -> None:
    done = command("ansible-galaxy", "collection", "verify", "--offline", "community.arize")
    assert "checksums matching the remote collection" in done.stdout or "Successfully verified" in done.stdout


def test_the_modules_need_only_meta_and_plugins(installed: pathlib.Path, playbooks: PlaybookRunner) -> None:
    for path in installed.iterdir():
        if path.is_dir() and path.name not in ("meta", "plugins"):
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    declared = {"name": "a-key", "space": "analytics"}
    run = playbooks.run_tasks(
        {**playbooks.key(**declared), "check_mode": True},
        playbooks.key(**declared),
        playbooks.info(space="analytics"),
        # As modules, whose files -vvv names.
        arguments=("-vvv", "-e", "arize_in_process=false"),
        ANSIBLE_COLLECTIONS_PATH=str(installed.parents[2]),
    )
    assert run.returncode == 0, run.everything_printed
    assert f"Using module file {installed}/plugins/modules/arize_api_key.py" in run.stdout
    predicted, created, info = run.results
    assert predicted["action"] == created["action"] == "created"
    assert [key["id"] for key in info["api_keys"]] == [created["api_key"]["id"]]
    assert [record.method for record in playbooks.simulator.requests].count("POST") == 1
