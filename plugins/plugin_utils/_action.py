# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The base classes of the action plugins: they run the module, in process where they can, and hide new secrets.

A module can't ask for its result to be hidden: Ansible strips the mark from what a module prints. Set by an action
plugin, the mark hides the whole result, diff included, from callbacks and logs, while `register` keeps the secret.
"""

from __future__ import annotations

import contextlib
import os
import re
import typing as t

from ansible import constants
from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalActionModule
from ansible.release import __version__ as core_version
from ansible.utils.display import Display

from ansible_collections.community.arize.plugins.plugin_utils._in_process import missing_library, run_in_process

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:
    # ansible-core before 2.22 has no register of secrets.
    register_secret = None

display = Display()
_MASK = "********"

Result = t.Dict[str, t.Any]


def _release(core: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", core)[:3])


def overwrites_marks(core: str) -> bool:
    """Whether this ansible-core shows a result although an action plugin marked it as hidden (CVE-2024-8775)."""
    release = _release(core)
    return release < (2, 16, 13) or (2, 17) <= release < (2, 17, 6)


def marks_items_only(core: str) -> bool:
    """Whether this ansible-core hides the marked items of a loop, but not the result of the loop that holds them.

    Such a release also drops the warnings of a hidden result.
    """
    return _release(core) < (2, 19)


class ArizeActionModule(NormalActionModule):  # type: ignore[misc]
    """The ordinary execution, or the same work in this process."""

    def _execute_module(self, *arguments: t.Any, task_vars: t.Any = None, **keywords: t.Any) -> Result:
        """Called by the ordinary execution."""
        obstacle = self._obstacle(task_vars or {})
        if obstacle is not None:
            display.vv(f"{self._task.action} runs as a module: {obstacle}")
            result: Result = super()._execute_module(*arguments, task_vars=task_vars, **keywords)
            return result
        # What the task adds; the out-parameter is emptied first.
        environment: dict[str, t.Any] = {}
        self._compute_environment_string(environment)
        return run_in_process(
            self._task.resolved_action or self._task.action,
            self._task.args,
            {**os.environ, **{name: str(value) for name, value in environment.items()}},
            dry_run=self._task.check_mode,
            diff=self._task.diff,
            progress=lambda text: display.display(f"{self._host_of(task_vars)}: {text}", stderr=True),
        )

    @staticmethod
    def _host_of(task_vars: Result | None) -> str:
        return str((task_vars or {}).get("inventory_hostname", "localhost"))

    def _obstacle(self, task_vars: Result) -> str | None:
        """Why this task can't run in process, None when it can."""
        wanted = self._templar.template(task_vars.get("arize_in_process", True))
        if not boolean(wanted, strict=False):
            return "arize_in_process is false"
        if self._connection.transport != "local":
            return f"its connection is {self._connection.transport}"
        if self._play_context.become:
            return "become starts a process of another user"
        if self._task.async_val:
            return "async detaches it"
        if self._task.timeout:
            return "its timeout must not interrupt it between the issue of a secret and its delivery"
        library = missing_library()
        if library is not None:
            return f"the Python that runs Ansible can't import {library}"
        return None


class HidingActionModule(ArizeActionModule):
    """The same, with refusals before it and a hidden result after it."""

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> Result:
        """Run the module. Raises what the ordinary execution raises."""
        self._task.args = with_nothing_held(self._task.args)
        if any(declared.get("state") != "absent" for declared in self._declared()):
            refusal = self._refusal()
            if refusal:
                return {"failed": True, "msg": refusal}
            if self._task.async_val:
                # Other code fetches the result. It holds the secret if the module can't write dest.
                self._task.no_log = True
        result = self._run_unseen(tmp, task_vars)
        secrets = [str(done["key"]) for done in self._results_of(result) if done.get("key")]
        if secrets:
            self._hide(result, secrets, self._host_of(task_vars))
        return result

    def _declared(self) -> list[Result]:
        """The options of each key that the task declares."""
        return [self._task.args]

    def _results_of(self, result: Result) -> list[Result]:
        """The result for each of them, which may hold a secret."""
        return [result]

    def _refusal(self) -> str:
        """Why a task that may issue a secret must not run, or an empty text. Check mode refuses alike."""
        task = self._task
        issuing = [declared for declared in self._declared() if declared.get("state") != "absent"]
        dest = all(declared.get("dest") for declared in issuing)
        if not dest and not task.register:
            return (
                "Nobody would receive the new secret: the task has neither dest nor register. Set dest to a file on "
                "the host where the module runs, or register the result and store its key in the next task. "
                "An ad hoc command needs dest."
            )
        if task.no_log:
            return ""
        if overwrites_marks(core_version):
            return (
                f"ansible-core {core_version} would print the new secret (CVE-2024-8775). Set no_log to true on this "
                "task, or use ansible-core 2.16.13, 2.17.6 or later."
            )
        if not task.async_val:
            return ""
        if not dest or any(boolean(declared.get("return_key") or False, strict=False) for declared in issuing):
            return (
                "async would show the new secret. Set dest, and leave return_key unset, so that the secret is not in "
                "the result. Or set no_log to true on this task and on the async_status task that fetches its result."
            )
        if not task.poll:
            return (
                "async_status would show the new secret if dest can't be written. Set no_log to true on this task "
                "and on the async_status task that fetches its result, or let Ansible wait with a poll above 0."
            )
        return ""

    def _run_unseen(self, tmp: t.Any, task_vars: t.Any) -> Result:
        try:
            with self._output_of_connection_hidden():
                result: Result = super().run(tmp, task_vars)
            return result
        except AnsibleConnectionFailure as error:
            failure = error
        if not self._task.no_log:
            # The cause was hidden as well. Connecting again tells it, with a command that has nothing to hide.
            self._low_level_execute_command("true", sudoable=False)
        raise failure

    @contextlib.contextmanager
    def _output_of_connection_hidden(self) -> t.Iterator[None]:
        """Keep a connection from showing what the module printed, before the mark on the result can hide it.

        With -vvv the connections ssh, winrm and psrp show all output of a remote command, unless their own copy of the
        play's context says no_log. From ansible-core 2.22 on, ssh needs ANSIBLE_DEBUG for that.
        """
        context = self._connection._play_context
        shown, context.no_log = context.no_log, True
        try:
            yield
        finally:
            context.no_log = shown

    def _hide(self, result: Result, secrets: list[str], host: str) -> None:
        """Hide the result, and say in one line on stderr what happened. stdout may be read by a program."""
        if register_secret is not None:
            # Later tasks can't print them either.
            for secret in secrets:
                register_secret(secret)
        result["_ansible_no_log"] = True
        if marks_items_only(core_version):
            self._task.no_log = True
            for warning in result.get("warnings") or ():
                display.warning(_masked(str(warning), secrets))
        message = " ".join(_masked(str(result.get("msg") or ""), secrets).splitlines())
        if result.get("failed"):
            display.display(f"[ERROR]: {host}: {message}", color=constants.COLOR_ERROR, stderr=True)
        elif message:
            display.display(f"{host}: {message}", color=constants.COLOR_CHANGED, stderr=True)


def with_nothing_held(options: t.Mapping[str, t.Any]) -> Result:
    """The options with an empty string where `held_secret` is null or an empty list: what lookups return for nothing.

    Ansible takes null for an option that is not set, and then a lost secret would never be noticed.
    """
    found = dict(options)
    if "held_secret" in found and found["held_secret"] in (None, []):
        found["held_secret"] = ""
    if isinstance(found.get("api_keys"), list):
        found["api_keys"] = [with_nothing_held(one) if isinstance(one, dict) else one for one in found["api_keys"]]
    return found


def _masked(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return text
