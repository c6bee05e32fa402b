# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module in a process that sends itself a signal at a given step of its work.

`python -m support.killed_run`, with a JSON object on the standard input: step, nth (1 for the first time that the step
is reached), signal, many (whether it is arize_api_keys), options.
"""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._deliver import secret_file as _secret_file
from ansible_collections.community.arize.plugins.module_utils._host import arguments as _arguments
from ansible_collections.community.arize.plugins.module_utils._host import signals as _signals
from ansible_collections.community.arize.plugins.module_utils._host import task as _task
from ansible_collections.community.arize.plugins.module_utils._model.errors import ArizeError
from ansible_collections.community.arize.plugins.module_utils._service import client as _client
from ansible_collections.community.arize.plugins.module_utils._work import issue as _issue
from ansible_collections.community.arize.plugins.module_utils._work import keep_one as _apply
from ansible_collections.community.arize.plugins.module_utils._work import observe as _observe
from ansible_collections.community.arize.plugins.module_utils._work import revoke as _revoke

TESTS = pathlib.Path(__file__).resolve().parents[1]
# The steps of the order of work: what is killed, and whether before or after it has done its work.
STEPS: dict[str, tuple[t.Any, str, str]] = {
    "locked": (_secret_file.SecretFile, "check_writable", "after"),
    "listed": (_observe.Observer, "observe", "after"),
    "planned": (_apply, "make_plan", "after"),
    "prepared": (_issue.Issuer, "_post", "before"),
    "posted": (_issue.Issuer, "_post", "after"),
    "content made": (_secret_file.SecretFile, "content_for", "after"),
    "written": (os, "replace", "before"),
    "renamed": (os, "replace", "after"),
    "delivered": (_issue.Issuer, "_deliver", "after"),
    "settled": (_issue.Issuer, "_settle", "after"),
    "before a revocation": (_client.ArizeClient, "revoke_key", "before"),
    "after a revocation": (_client.ArizeClient, "revoke_key", "after"),
    "done": (_revoke.Revoker, "revoke_all", "after"),
}


def arm(step: str, nth: int, number: int) -> None:
    """Make this process send itself the signal at the step."""
    owner, name, when = STEPS[step]
    original = getattr(owner, name)
    count = itertools.count(1)

    def strike() -> None:
        os.kill(os.getpid(), number)
        if threading.current_thread() is not threading.main_thread():
            # The handler runs in the main thread, which must have its turn before a worker goes on.
            time.sleep(0.5)

    def killing(*arguments: t.Any, **keywords: t.Any) -> t.Any:
        reached = next(count) == nth
        if reached and when == "before":
            strike()
        result = original(*arguments, **keywords)
        if reached and when == "after":
            strike()
        return result

    setattr(owner, name, killing)


def run_killed(
    step: str | None, kind: str, options: dict[str, t.Any], **more: t.Any
) -> subprocess.CompletedProcess[str]:
    """Start such a process and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "support.killed_run"],
        input=json.dumps({"step": step, "signal": kind, "options": options, **more}),
        env={"PYTHONPATH": f"{TESTS}:{TESTS.parent / '.cache' / 'collections'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def validated_options(work: _task.Work, given: dict[str, t.Any]) -> dict[str, t.Any]:
    """The options as AnsibleModule would hand them on. Ends the process if they are refused."""
    specification = _arguments.with_connection(work.arguments())
    validated = ArgumentSpecValidator(**specification).validate(given)
    if validated.error_messages:
        sys.exit("; ".join(validated.error_messages))
    return dict(validated.validated_parameters)


def main() -> None:
    request = json.load(sys.stdin)
    work = _task.WORK["arize_api_keys" if request.get("many") else "arize_api_key"]
    options = validated_options(work, request["options"])
    if request["step"] is not None:
        number = getattr(signal, request["signal"])
        if number == signal.SIGINT:
            # A shell's background job ignores it from the start, as no module that Ansible runs does.
            signal.signal(number, signal.default_int_handler)
        arm(request["step"], request.get("nth", 1), number)
    with _signals.signals_held() as hold_signals:
        host = _task.Host(options, {}, dry_run=False, diff=False, hold_signals=hold_signals)
        try:
            result = _task.execute(host, work.make_task)
        except ArizeError as error:
            result = {**error.details(), "failed": True, "msg": str(error)}
        json.dump(result, sys.stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
