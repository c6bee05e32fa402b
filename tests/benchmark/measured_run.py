# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module's work in a process of its own, and print how long it took and how much memory the process used.

`python -m benchmark.measured_run`, with a JSON object on the standard input: module (keys or info), options.
"""

from __future__ import annotations

import json
import pathlib
import sys
import time

from support.killed_run import validated_options

from ansible_collections.community.arize.plugins.module_utils._host import task as _task


def peak_kilobytes() -> int:
    """Not that of getrusage, which begins with what the process that started this one had."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def main() -> None:
    request = json.load(sys.stdin)
    work = _task.WORK[request["module"]]
    host = _task.Host(validated_options(work, request["options"]), {}, dry_run=False, diff=False)
    began = time.perf_counter()
    _task.execute(host, work.make_task)
    measured = {
        "seconds": time.perf_counter() - began,
        "megabytes": peak_kilobytes() / 1024,
    }
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    main()
