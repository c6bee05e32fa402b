# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session of managed hosts fails where it tried less than it should have."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]
# In a process of its own, for noxfile.py changes the environment and the path of imports.
SCRIPT = """
import sys
import noxfile

_command, absent, passed = sys.argv

class Session:
    name = "hosts-2.16"

    def run(self, *arguments, **keywords):
        pass

    def error(self, reason):
        sys.exit(reason)

noxfile.present = lambda python: python not in absent.split()
noxfile.pytest = lambda *arguments, **keywords: int(passed)
noxfile.record = lambda name, **figures: print(name, figures["hosts"])
noxfile.hosts(Session(), "2.16", noxfile.CORES["2.16"])
"""
ALL = "3.8 3.9 3.10 3.11 3.12"


@pytest.mark.parametrize(
    ("ci", "absent", "passed", "status", "told"),
    [
        ("1", "", 5, 0, "hosts-2.16 3.8, 3.9, 3.10, 3.11, 3.12"),
        ("", "3.9", 4, 0, "hosts-2.16 3.8, 3.10, 3.11, 3.12, 3.9 skipped: no interpreter"),
        ("1", "3.9", 4, 1, "no interpreter: 3.9"),
        ("1", ALL, 0, 1, f"no interpreter: {ALL.replace(' ', ', ')}"),
        ("", ALL, 0, 0, "3.12 skipped: no interpreter"),
        ("", "", 4, 1, "of 5 interpreters, 4 passed"),
        ("1", "", 0, 1, "of 5 interpreters, 0 passed"),
    ],
)
def test_hosts(ci: str, absent: str, passed: int, status: int, told: str) -> None:
    pytest.importorskip("nox")
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": ci} if ci else {})
    command = [sys.executable, "-B", "-c", SCRIPT, absent, str(passed)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stderr
    assert told in (done.stderr if status else done.stdout)
