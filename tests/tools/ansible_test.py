# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test on a copy of the checkout: ansible_test.py COMMAND [OPTION...]

Where ARIZE_TEST_COUNT names a file, the number of different tests that were run goes there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from collection_copy import CHECKOUT, copy_collection

# ansible-test makes virtual environments without pip, and then downloads a get-pip script, one for each
# range of interpreters, from a site of its own. Where that site is out of reach everything fails, although
# each interpreter carries a wheel of pip in ensurepip, or has it from its distribution. A stand-in under the
# name that ansible-test looks for uses that wheel to install the wanted pip from the package index.
# It goes into a home of our own, since with the real one it would serve every collection of the user.
HOME = CHECKOUT / ".cache" / "ansible-test" / "home"
PIP_VERSIONS = ("20.3.4", "21.3.1", "23.1.2", "24.2", "25.2")
STAND_IN = '''\
"""Stand-in for get-pip.py, made by the tests of community.arize: pip by way of ensurepip."""
import ensurepip
import glob
import os
import runpy
import sys

bundled = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
# Debian and those that build on it keep the wheels apart from the interpreter, Fedora names their place.
folders = [bundled, getattr(ensurepip, "_WHEEL_PKG_DIR", None) or "/usr/share/python-wheels"]
wheels = [wheel for folder in folders for wheel in sorted(glob.glob(os.path.join(folder, "pip-*.whl")))]
if not wheels:
    sys.exit("%s has no wheel of pip in %s: install its package for venv" % (sys.executable, " or ".join(folders)))
arguments = [a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel")]
sys.path.insert(0, wheels[0])
sys.argv = ["pip", "install"] + arguments
runpy.run_module("pip", run_name="__main__", alter_sys=True)
'''
# One sanity test runs under several interpreters.
TEST_STARTED = re.compile(r'Running sanity test "([\w-]+)"|Running ([\w-]+) integration test role')


def make_stand_ins() -> None:
    """Put the stand-ins where ansible-test looks for what it has downloaded."""
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in PIP_VERSIONS:
        path = cache / f"get_pip_{version.replace('.', '_')}.py"
        # Whole at once, for several may be at work.
        path.with_suffix(f".{os.getpid()}").write_text(STAND_IN, encoding="utf-8")
        path.with_suffix(f".{os.getpid()}").replace(path)


def environment() -> dict[str, str]:
    """Return the environment, with the virtual environment and the interpreters of pyenv themselves in the path.

    ansible-test tries every supported interpreter that it finds in the path, and names those that it skips.
    Where pyenv is at work it finds them all, but those not switched on exit with an error, and it passes on
    no variable that would switch them on.
    """
    folders = [str(Path(sys.executable).parent)]
    if shutil.which("pyenv"):
        root = subprocess.run(["pyenv", "root"], check=True, capture_output=True, text=True).stdout.strip()
        folders += sorted(str(folder) for folder in Path(root).glob("versions/*/bin"))
    return {**os.environ, "PATH": os.pathsep.join([*folders, os.environ["PATH"]])}


def run(collection: Path, env: dict[str, str], arguments: list[str]) -> int:
    """Run ansible-test, showing its output as it comes. Return its status, or 1 where it tested nothing."""
    tested = set()
    with subprocess.Popen(
        ["ansible-test", *arguments],
        cwd=collection,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            started = TEST_STARTED.search(line)
            if started:
                tested.add(started[1] or started[2])
    if "ARIZE_TEST_COUNT" in env:
        Path(env["ARIZE_TEST_COUNT"]).write_text(str(len(tested)), encoding="utf-8")
    # To ansible-test it is a success to have skipped all.
    return process.returncode or int(not tested)


def run_targets(collection: Path, env: dict[str, str], arguments: list[str], exchanges: Path) -> int:
    """Run the integration targets, as modules where ARIZE_TEST_IN_PROCESS is false.

    Their simulators write what they are asked and answer, for `make clients` to judge.
    """
    exchanges.parent.mkdir(parents=True, exist_ok=True)
    exchanges.unlink(missing_ok=True)
    # ansible-test hands the variables of this file to every target.
    configuration = collection / "tests" / "integration" / "integration_config.yml"
    in_process = os.environ.get("ARIZE_TEST_IN_PROCESS", "true")
    variables = f"simulator_exchanges: {exchanges}\narize_in_process: {in_process}\n"
    configuration.write_text(variables, encoding="utf-8")
    return run(collection, env, arguments)


def main(arguments: list[str]) -> int:
    make_stand_ins()
    # One copy for each virtual environment and command, so that two of them can test at the same time.
    environment_name = Path(sys.prefix).name
    copy = CHECKOUT / ".cache" / "ansible-test" / "-".join([environment_name, *arguments[:1]])
    collection, env = copy_collection(copy), environment()
    env["HOME"] = str(HOME)
    command = ["ansible-test", "env", "--list-files"]
    listing = subprocess.run(command, cwd=collection, env=env, check=True, capture_output=True, text=True)
    count = sum(name.startswith("plugins/") for name in listing.stdout.splitlines())
    print(f"ansible-test sees {count} files of plugins", flush=True)
    if not count:
        return 1
    if arguments[:1] == ["integration"]:
        exchanges = CHECKOUT / ".cache" / "exchanges" / f"{environment_name}.jsonl"
        return run_targets(collection, env, arguments, exchanges)
    return run(collection, env, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
