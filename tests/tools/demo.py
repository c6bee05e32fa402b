# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play the examples against the simulator, and check that each run does what it promises.

The collection is the one that `make build` installed from its tarball, so this proves the tarball too.
Whatever ARIZE_* or ANSIBLE_* variables the caller has set are ignored.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

CHECKOUT = Path(__file__).resolve().parents[2]
SPACES = ("analytics", "ingest", "support")


@dataclass(frozen=True)
class Step:
    """One playbook run, and what has to be true after it."""

    heading: str
    arguments: tuple[str, ...]
    changes: bool
    live_keys: int
    proves: str


PROVISION, OFFBOARD = "provision_service_keys.yml", ("offboard_space.yml", "-e", "arize_space=support")
STEPS = (
    Step(
        "Preview: what would be issued",
        (PROVISION, "--check", "--diff"),
        changes=True,
        live_keys=0,
        proves="check mode predicts the keys and issues none",
    ),
    Step(
        "Provision: one service key for each space",
        (PROVISION,),
        changes=True,
        live_keys=3,
        proves="each space has its key, and the output shows no secret",
    ),
    Step(
        "Provision again",
        (PROVISION,),
        changes=False,
        live_keys=3,
        proves="a second run issues nothing",
    ),
    Step(
        "Audit",
        ("audit.yml",),
        changes=False,
        live_keys=3,
        proves="each space holds exactly the key that it should",
    ),
    Step(
        "Preview: offboard the space support",
        (*OFFBOARD, "--check"),
        changes=True,
        live_keys=3,
        proves="check mode tells what would be revoked and revokes nothing",
    ),
    Step(
        "Offboard the space support",
        OFFBOARD,
        changes=True,
        live_keys=2,
        proves="its key is revoked, those of the other spaces serve on",
    ),
    Step(
        "Offboard it again",
        OFFBOARD,
        changes=False,
        live_keys=2,
        proves="revoking what is gone changes nothing",
    ),
)


class BrokenPromise(Exception):
    """A run did not do what its step says."""


class Simulator:
    """The running simulator, as its state file describes it."""

    def __init__(self, state: dict[str, object]) -> None:
        self.url = str(state["url"])
        self.credential = str(state["credential"])
        self.spaces = dict(state["spaces"])  # type: ignore[call-overload]

    def live_keys(self) -> int:
        """Count the active service keys by another route than the modules."""
        count = 0
        for space_id in self.spaces.values():
            answer = requests.get(
                f"{self.url}/v2/api-keys",
                params={"space_id": space_id},
                headers={"Authorization": f"Bearer {self.credential}"},
                timeout=10,
            )
            answer.raise_for_status()
            count += len(answer.json()["api_keys"])
        return count


@contextmanager
def running_simulator(folder: Path) -> Iterator[Simulator]:
    """Start the simulator, wait until it listens, and always stop it."""
    state_file = folder / "state.json"
    command = [sys.executable, "-m", "simulator", "--state-file", str(state_file)]
    command += ["--spaces", ",".join(SPACES), "--parent-pid", str(os.getpid())]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(CHECKOUT / "tests")})
    try:
        for _attempt in range(600):
            if state_file.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        if not state_file.exists():
            raise BrokenPromise("the simulator did not start")
        yield Simulator(json.loads(state_file.read_text(encoding="utf-8")))
    finally:
        process.terminate()
        process.wait(timeout=10)


def play(step: Step, environment: dict[str, str], secrets: Path) -> str:
    """Run the playbook of a step, showing its output as it comes, and return that output."""
    examples = CHECKOUT / "examples"
    command = ["ansible-playbook", "-i", "inventory.yml", *step.arguments]
    print(f"\n{'=' * 78}\n{step.heading}\n$ {' '.join(command)}\n{'=' * 78}", flush=True)
    command += ["-e", f"arize_secrets_dir={secrets}"]
    lines = []
    with subprocess.Popen(
        command, cwd=examples, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise BrokenPromise(f"the playbook failed with status {process.returncode}")
    return "".join(lines)


def check(step: Step, output: str, simulator: Simulator, secrets: Path) -> None:
    """Compare a run with its promise, and say what it proves."""
    recap = re.search(r"changed=(\d+)", output)
    changed = int(recap.group(1)) if recap else -1
    live = simulator.live_keys()
    if (changed > 0) != step.changes:
        raise BrokenPromise(f"{changed} tasks changed something")
    if live != step.live_keys:
        raise BrokenPromise(f"the service holds {live} live keys, not {step.live_keys}")
    hidden = [path.read_text(encoding="utf-8") for path in secrets.glob("*")]
    if any(secret in output for secret in [simulator.credential, *hidden]):
        raise BrokenPromise("the output shows a secret")
    told = (
        re.sub(r"\[WARNING\]: The folder \S+ of dest\s+does\s+not\s+exist", "", output)
        if "--check" in step.arguments
        else output
    )
    if any(marker in told for marker in ("[WARNING]", "[DEPRECATION WARNING]")):
        raise BrokenPromise("the output holds a warning")
    print(f"--> tasks changed: {changed}; live keys at the service: {live}. Proved: {step.proves}.")


def main() -> int:
    heading = "Start the simulator"
    try:
        with tempfile.TemporaryDirectory() as folder, running_simulator(Path(folder)) as simulator:
            secrets = Path(folder) / "secrets"
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("ARIZE_", "ANSIBLE_"))}
            environment |= {
                "ARIZE_API_KEY": simulator.credential,
                "ARIZE_BASE_URL": simulator.url,
                "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "demo-collections"),
            }
            for step in STEPS:
                heading = step.heading
                check(step, play(step, environment, secrets), simulator, secrets)
    except BrokenPromise as problem:
        print(f"\nThe demo stops at '{heading}': {problem}", file=sys.stderr)
        return 1
    print("\nAll of it went as promised.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
