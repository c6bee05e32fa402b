# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The official clients of Arize AX, each in a virtual environment of its own, which `make clients` makes."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shlex
import subprocess
import sys
import time
from urllib.parse import urlsplit

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
_PROGRAMS = CHECKOUT / "tests" / "clients" / "programs"


def client_program(environment: str, name: str) -> pathlib.Path:
    """The program `name` of the environment in tests/clients/`environment`. Raises FileNotFoundError."""
    program = CHECKOUT / ".cache" / "clients" / environment / "bin" / name
    if not program.exists():
        raise FileNotFoundError(f"{program} is missing; run the tests of the clients with: make clients")
    return program


class AxServer:
    """A process that runs the ax CLI of an environment for the program `ax` in its folder."""

    def __init__(self, environment: str, folder: pathlib.Path) -> None:
        self.folder = folder
        address = folder / "socket"
        program = folder / "ax"
        client = [sys.executable, "-IS", str(_PROGRAMS / "ax_client.py"), str(address)]
        program.write_text(f'#!/bin/sh\nexec {shlex.join(client)} "$@"\n', encoding="utf-8")
        program.chmod(0o700)
        self._process = subprocess.Popen(
            [str(client_program(environment, "python")), str(_PROGRAMS / "ax_server.py"), str(address)],
            env={"HOME": str(folder), "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 120
        while not address.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the ax of {environment} did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(timeout=30)


@dataclasses.dataclass(frozen=True)
class AxCli:
    """The ax CLI in the folder `programs`, with a home folder and a profile that leads to `url`."""

    programs: pathlib.Path
    home: pathlib.Path
    url: str
    credential: str

    def write_profile(self, name: str = "default") -> pathlib.Path:
        """Write a profile as `ax profiles create` does and make it the active one."""
        parts = urlsplit(self.url)
        folder = self.home / ".arize" / "profiles"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.toml"
        path.write_text(
            f'[profile]\nname = "{name}"\n\n[auth]\nauth_method = "api-key"\napi_key = "{self.credential}"\n\n'
            f'[routing]\napi_host = "{parts.netloc}"\napi_scheme = "{parts.scheme}"\n\n'
            '[output]\nformat = "json"\n\n[update]\nenabled = false\n',
            encoding="utf-8",
        )
        (folder.parent / ".active_profile").write_text(name, encoding="utf-8")
        return path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ax without a terminal; the environment is bare but for `variables`."""
        return self._run([str(self.programs / "ax"), *arguments], variables)

    def shell(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a shell script that calls ax, likewise, in the home folder."""
        return self._run(["bash", "-euc", script], variables)

    def _run(self, command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            command,
            env={"HOME": str(self.home), "PATH": path, "LC_ALL": "C.UTF-8", **variables},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
