# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name and hides a result that carries a secret from all of Ansible's output."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.plugins.action.normal import ActionModule as NormalActionModule
from ansible.utils.display import Display

display = Display()


class ActionModule(NormalActionModule):  # type: ignore[misc]
    """The ordinary execution, with one addition.

    A module can't ask for its result to be hidden: Ansible strips the mark from what a module prints. Set here, it
    hides the whole result, diff included, from callbacks and logs, while `register` keeps the secret.
    """

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> dict[str, t.Any]:
        """Raises what the ordinary execution raises."""
        if self._task.async_val and not self._task.no_log and self._task.args.get("state") != "absent":
            # The result of such a task is fetched by other code, which shows it in full.
            return {
                "failed": True,
                "msg": "async would show a new secret: set no_log to true on this task, and on the async_status task "
                "that fetches its result.",
            }
        with self._module_output_hidden():
            result: dict[str, t.Any] = super().run(tmp, task_vars)
        if result.get("key"):
            result["_ansible_no_log"] = True
            if result.get("failed"):
                # Hidden with the rest, this text would be missed most.
                display.error(str(result.get("msg")))
        return result

    @contextlib.contextmanager
    def _module_output_hidden(self) -> t.Iterator[None]:
        """Keep a connection from showing what the module printed, before the mark on the result can hide it.

        With -vvv the connections ssh, winrm and psrp show all output of a remote command, unless their own copy of the
        play's context says no_log.
        """
        context = self._connection._play_context
        shown, context.no_log = context.no_log, True
        try:
            yield
        finally:
            context.no_log = shown
