# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galaxy would take the tarball, and has nothing to remark."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from support.playbooks import ROOT

# galaxy-importer pins linters that are older than ours.
ENVIRONMENT = ROOT / ".cache/packaging/importer/bin"


def test_galaxy_imports_the_tarball_without_a_remark(
    tarball: pathlib.Path, command: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As Galaxy itself has it set.
    monkeypatch.setenv("GALAXY_IMPORTER_CHECK_REQUIRED_TAGS", "true")
    done = command(ENVIRONMENT / "python", "-m", "galaxy_importer.main", tarball, path=ENVIRONMENT)
    output = done.stdout + done.stderr
    assert "ansible-lint run complete" in output
    assert "Importer processing completed successfully" in output
    assert re.findall(r"^.*\b(?:WARNING|ERROR|CRITICAL)\b.*$", output, re.MULTILINE) == []
