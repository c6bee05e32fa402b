# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each supported ansible-core with each interpreter that it supports: `make matrix`, or `make matrix SESSION=NAME`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nox

sys.path.insert(0, "tests/tools")

from ansible_test import environment
from matrix import CORES, RESULTS, Core, forget, record, sessions
from tally import tally

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.envdir = ".cache/nox"
nox.options.reuse_venv = "yes"

os.environ["PATH"] = environment()["PATH"]
Body = Callable[[nox.Session, str, Core], None]


def present(python: str) -> bool:
    """Whether such an interpreter is there, and is no stand-in of a version manager that leads nowhere."""
    try:
        return subprocess.run([f"python{python}", "-c", ""], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def pytest(session: nox.Session, *arguments: str, **variables: str) -> int:
    """Run tests, and return how many passed."""
    results = RESULTS / "results" / session.name
    session.run("pytest", "-n", "2", "-q", f"--junit-xml={results}/tests.xml", *arguments, env=variables)
    return tally(results)[0]


def ansible_test(session: nox.Session, command: str, **variables: str) -> int:
    """Run a command of ansible-test, and return how many tests it ran."""
    count = RESULTS / f"{session.name}.count"
    count.parent.mkdir(parents=True, exist_ok=True)
    session.run(
        "python", "tests/tools/ansible_test.py", command, "--local", env={"ARIZE_TEST_COUNT": str(count), **variables}
    )
    return int(count.read_text(encoding="utf-8"))


def pair(session: nox.Session, _minor: str, _core: Core) -> None:
    """Run the unit tests, and the integration targets in the process of Ansible and as modules."""
    # The pages need linters and depend on no ansible-core.
    unit = pytest(session, "tests/unit", "tests/repository", "--ignore=tests/repository/test_pages.py")
    targets = sum(ansible_test(session, "integration", ARIZE_TEST_IN_PROCESS=way) for way in ("true", "false"))
    record(session.name, unit=unit, integration=targets)


def sanity(session: nox.Session, minor: str, _core: Core) -> None:
    """Run the sanity tests, which try each interpreter by themselves."""
    ignored = Path(f"tests/sanity/ignore-{minor}.txt")
    lines = ignored.read_text(encoding="utf-8").splitlines() if ignored.exists() else []
    record(session.name, sanity=ansible_test(session, "sanity"), ignored=len(lines))


def secrecy(session: nox.Session, _minor: str, _core: Core) -> None:
    """Look for secrets in what ansible-core prints and logs, which each does in its own way."""
    scan(session, "tests/playbooks/test_leaks.py", "tests/playbooks/test_leak_scan.py")


def boundary(session: nox.Session, _minor: str, _core: Core) -> None:
    """Look for secrets in what the releases around CVE-2024-8775 show, or for the refusal to issue any."""
    scan(session, "tests/playbooks/test_leak_scan.py")


def scan(session: nox.Session, *tests: str) -> None:
    """Run tests that scan for secrets, and record how many passed and how many bytes were scanned."""
    sizes = RESULTS / f"{session.name}.scanned"
    sizes.parent.mkdir(parents=True, exist_ok=True)
    sizes.write_text("", encoding="utf-8")
    passed = sum(
        pytest(session, *tests, ARIZE_TEST_SCANNED=str(sizes.resolve()), ARIZE_TEST_IN_PROCESS=in_process)
        for in_process in ("true", "false")
    )
    scanned = sum(map(int, sizes.read_text(encoding="utf-8").split()))
    session.log(f"{scanned} bytes scanned")
    record(session.name, secrecy=passed, scanned=scanned)


def hosts(session: nox.Session, _minor: str, core: Core) -> None:
    """Play the modules under each interpreter that a managed host may have."""
    tried = [python for python in core.hosts if present(python)]
    absent = [python for python in core.hosts if python not in tried]
    if absent and "CI" in os.environ:
        session.error(f"no interpreter: {', '.join(absent)}")
    interpreters = []
    for python in tried:
        folder = f".cache/hosts/{python}"
        session.run("uv", "venv", "--quiet", "--clear", "--python", f"python{python}", folder, external=True)
        session.run(
            *("uv", "pip", "install", "--quiet", "--python", f"{folder}/bin/python"),
            *("-r", "meta/ee-requirements.txt", "-c", "tests/matrix/constraints-hosts.txt"),
            external=True,
        )
        interpreters.append(f"{folder}/bin/python")
    # There is one test for each.
    passed = pytest(session, "tests/matrix", ARIZE_TEST_HOSTS=os.pathsep.join(interpreters))
    if passed != len(tried):
        session.error(f"of {len(tried)} interpreters, {passed} passed")
    record(session.name, hosts=", ".join(tried + [f"{python} skipped: no interpreter" for python in absent]))


def skip(session: nox.Session, reason: str) -> None:
    record(session.name, skipped="no interpreter")
    # A continuous integration asks for the interpreters that it needs.
    (session.error if "CI" in os.environ else session.skip)(reason)


def run(session: nox.Session, release: str, body: Body) -> None:
    minor = minor_of(release)
    core = CORES[minor]
    forget(session.name)
    session.install(
        f"ansible-core=={core.release if release == minor else release}",
        *("-r", "tests/matrix/requirements.txt", "-c", "tests/matrix/constraints.txt"),
    )
    body(session, minor, core)


def minor_of(release: str) -> str:
    """The minor version of a release, or of itself."""
    return ".".join(release.split(".")[:2])


def add(name: str, release: str, python: str, body: Body) -> None:
    """Add a session for a release of ansible-core, or for the one that stands for a minor version."""
    if present(python):
        function: Callable[[nox.Session], None] = partial(run, release=release, body=body)
        backend = "uv"
    else:
        function = partial(skip, reason=f"ansible-core {release} with Python {python}: no interpreter")
        backend = "none"
    function.__doc__ = body.__doc__
    nox.session(name=name, python=python, venv_backend=backend)(function)


def newest(core: Core) -> str:
    """The newest interpreter that is there; where none is, the newest of all."""
    return next(filter(present, reversed(core.controllers)), core.controllers[-1])


BODIES: dict[str, Body] = {
    "pair": pair,
    "sanity": sanity,
    "secrecy": secrecy,
    "hosts": hosts,
    "boundary": boundary,
}
for a_name in sessions():
    kind, a_release, *a_python = a_name.split("-")
    add(a_name, a_release, a_python[0] if a_python else newest(CORES[minor_of(a_release)]), BODIES[kind])
