# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `arize_api_key` in a process that kills itself with SIGKILL at a given step of its work.

`python -m support.killed_run`, with a JSON object on the standard input: step, signal, options.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._deliver import secret_file as _secret_file
from ansible_collections.community.arize.plugins.module_utils._host import arguments as _arguments
from ansible_collections.community.arize.plugins.module_utils._host import signals as _signals
from ansible_collections.community.arize.plugins.module_utils._host import task as _task
from ansible_collections.community.arize.plugins.module_utils._service import client as _client
from ansible_collections.community.arize.plugins.module_utils._work import issue as _issue
from ansible_collections.community.arize.plugins.module_utils._work import keep_one as _apply
from ansible_collections.community.arize.plugins.module_utils._work import observe as _observe
from ansible_collections.community.arize.plugins.module_utils._work import revoke as _revoke

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


def arm(step: str, number: int) -> None:
    """Make this process send itself the signal at the step."""
    owner, name, when = STEPS[step]
    original = getattr(owner, name)

    def killing(*arguments: t.Any, **keywords: t.Any) -> t.Any:
        if when == "before":
            os.kill(os.getpid(), number)
        result = original(*arguments, **keywords)
        if when == "after":
            os.kill(os.getpid(), number)
        return result

    setattr(owner, name, killing)


def main() -> None:
    request = json.load(sys.stdin)
    specification = _arguments.connection_arguments().merged_with(_arguments.key_arguments()).for_module()
    validated = ArgumentSpecValidator(**specification).validate(request["options"])
    if validated.error_messages:
        sys.exit("; ".join(validated.error_messages))
    if request["step"] is not None:
        number = getattr(signal, request["signal"])
        if number == signal.SIGINT:
            # A shell's background job ignores it from the start, as no module that Ansible runs does.
            signal.signal(number, signal.default_int_handler)
        arm(request["step"], number)
    with _signals.signals_held() as hold_signals:
        host = _task.Host(validated.validated_parameters, {}, dry_run=False, diff=False, hold_signals=hold_signals)
        json.dump(_task.execute(host, _task.KeyTask), sys.stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
