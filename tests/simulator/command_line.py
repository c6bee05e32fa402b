# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process interface: options, the state file, and an end in good order."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from .simulator import Simulator
from .switches import Switches, parse_switch


def _switch(text: str) -> tuple[str, object]:
    try:
        return parse_switch(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A simulated Arize AX REST API on loopback. It is not the real service.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free port")
    parser.add_argument("--tls", action="store_true", help="serve https with a throw-away certificate")
    parser.add_argument("--exports", action="store_true", help="print what a shell is to export")
    parser.add_argument("--state-file", type=Path, help="where to write the address and the credential")
    parser.add_argument("--organization", default="Example Org", help="the first organization's name")
    parser.add_argument("--spaces", type=_names, default=[], help="names of its spaces, by commas")
    parser.add_argument("--switch", type=_switch, action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--max-lifetime", type=int, metavar="SECONDS", help="the account's longest key life")
    parser.add_argument("--exchanges", type=Path, metavar="FILE", help="append each request with its answer")
    parser.add_argument("--parent-pid", type=int, metavar="PID", help="stop when this process is gone")
    return parser.parse_args(arguments)


def state_document(simulator: Simulator) -> dict[str, object]:
    """What a client of this process needs to know."""
    organization = simulator.default_organization
    return {
        "url": simulator.url,
        "ca_path": simulator.ca_path,
        "credential": simulator.credential,
        "control_url": simulator.control_url,
        "control_token": simulator.control_token,
        "pid": os.getpid(),
        "organization_id": organization.id,
        "spaces": {space.name: space.id for space in simulator.spaces},
    }


def exports(simulator: Simulator) -> str:
    """Lines for a shell that is to use this service, and to move its clock."""
    values = {
        "ARIZE_API_KEY": simulator.credential,
        "ARIZE_BASE_URL": simulator.url,
        "SIMULATOR": simulator.control_url,
        "SIMULATOR_TOKEN": simulator.control_token,
    }
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


def write_state_file(path: Path, document: dict[str, object]) -> None:
    """Write the file whole and for its owner only, whatever the umask."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(document, stream, indent=2)
        stream.write("\n")
    temporary.replace(path)


def process_is_alive(pid: int) -> bool:
    """Whether a process still runs; one that is dead but not yet waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        # No such file system here; the signal was delivered, and that has to do.
        return not Path("/proc/self/stat").exists()
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def main(arguments: Sequence[str]) -> int:
    """Serve until a signal comes or the parent is gone."""
    options = parse_arguments(arguments)
    switches = Switches()
    switches.change(dict(options.switch))
    stop = threading.Event()

    def handle_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle_signal)
    simulator = Simulator(
        switches=switches,
        tls=options.tls,
        port=options.port,
        organization=options.organization,
        spaces=options.spaces,
        maximum_key_lifetime=options.max_lifetime,
        exchanges=options.exchanges,
    )
    with simulator:
        try:
            if options.state_file is not None:
                write_state_file(options.state_file, state_document(simulator))
            print(f"Simulated Arize API (not the real service) on {simulator.url}", flush=True)
            if options.exports:
                print(exports(simulator), flush=True)
            while not stop.wait(0.5):
                if options.parent_pid is not None and not process_is_alive(options.parent_pid):
                    break
        finally:
            if options.state_file is not None:
                options.state_file.unlink(missing_ok=True)
    return 0
