# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other interpreters than that of the tests."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import pytest


def interpreter(version: str) -> str:
    """A working interpreter of this version; pyenv's shims may lead nowhere."""
    homes = [pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"]
    candidates = [shutil.which(f"python{version}")]
    candidates += [str(path) for home in homes for path in sorted(home.glob(f"{version}.*/bin/python{version}"))]
    for candidate in candidates:
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    pytest.skip(f"python{version} is not installed here")
