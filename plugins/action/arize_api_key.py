# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name and hides a result that carries a secret from all of Ansible's output."""

from __future__ import annotations

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
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        if result.get("key"):
            result["_ansible_no_log"] = True
            if result.get("failed"):
                # Hidden with the rest, this text would be missed most.
                display.error(str(result.get("msg")))
        return result
