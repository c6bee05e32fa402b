# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder finds what an execution environment has to bring for the modules."""

from __future__ import annotations

import pathlib
import sys
import typing as t

import yaml

NEEDED = {"python-dateutil", "requests"}


def test_introspection_names_the_python_libraries(installed: pathlib.Path, command: t.Any) -> None:
    found = yaml.safe_load(command("ansible-builder", "introspect", installed.parents[2]).stdout)
    # Each is followed by a remark that names the collection.
    assert [line.split()[0] for line in found["python"]] == sorted(NEEDED)
    assert found["system"] == []


def test_a_build_context_installs_the_python_libraries(
    tarball: pathlib.Path, installed: pathlib.Path, command: t.Any, tmp_path: pathlib.Path
) -> None:
    """As far as it goes without a container engine: the context is made, and its own script is run."""
    definition = {
        "version": 3,
        "images": {"base_image": {"name": "registry.example/base:1"}},
        "additional_build_files": [{"src": str(tarball), "dest": "tarballs"}],
        "dependencies": {"galaxy": {"collections": [{"name": f"tarballs/{tarball.name}", "type": "file"}]}},
    }
    (tmp_path / "execution-environment.yml").write_text(yaml.safe_dump(definition), encoding="utf-8")
    command("ansible-builder", "create", "--output-filename", "Containerfile")
    build = tmp_path / "context/_build"
    assert (build / "tarballs" / tarball.name).read_bytes() == tarball.read_bytes()
    assert "introspect.py introspect" in (tmp_path / "context/Containerfile").read_text(encoding="utf-8")
    written = tmp_path / "requirements.txt"
    script = build / "scripts/introspect.py"
    command(sys.executable, script, "introspect", installed.parents[2], "--write-pip", written)
    names = {line.split()[0] for line in written.read_text(encoding="utf-8").splitlines()}
    assert names == NEEDED
