# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Run a module's work in the process of the action plugin: no interpreter starts, no secret goes through a pipe.

It gives what the module would give. What AnsibleModule does to options and results is done here with the same
functions of ansible-core: checks, masks, warnings.
"""

from __future__ import annotations

import functools
import os
import re
import typing as t

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.community.arize.plugins.module_utils._host.arguments import with_connection
from ansible_collections.community.arize.plugins.module_utils._host.signals import signals_held
from ansible_collections.community.arize.plugins.module_utils._host.task import WORK, Host, execute
from ansible_collections.community.arize.plugins.module_utils._model.errors import ArizeError, MissingLibrary
from ansible_collections.community.arize.plugins.module_utils._service.connection import secrets_in_urls
from ansible_collections.community.arize.plugins.module_utils._service.http import SessionPool

try:
    # From ansible-core 2.22 on deprecated, because secrets are registered.
    from ansible.module_utils.common.parameters import remove_values
except ImportError:
    remove_values = None

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:
    register_secret = None

Result = t.Dict[str, t.Any]
# What ansible-core shows in place of an option that must not be shown.
_NOT_SHOWN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@functools.lru_cache(maxsize=None)
def missing_library() -> str | None:
    """The library that this Python lacks, None when it has all that a module needs."""
    for library in ("requests", "dateutil"):
        try:
            __import__(library)
        except ImportError:
            return library
    return None


@functools.lru_cache(maxsize=None)
def _sessions() -> SessionPool:
    """What outlives a task: the connections, for the next items of a loop."""
    return SessionPool()


def run_in_process(
    name: str,
    given: t.Mapping[str, t.Any],
    environment: t.Mapping[str, str],
    dry_run: bool,
    diff: bool,
    progress: t.Callable[[str], None] = lambda _text: None,
) -> Result:
    """The result that the module of this name would print for the options as they are given in a task."""
    arguments, make_task = WORK[name.rpartition(".")[2]]
    specification = with_connection(arguments())
    options = with_paths(specification["argument_spec"], plain(given), environment)
    validated = ArgumentSpecValidator(**specification).validate(options)
    hidden: set[str] = set(validated._no_log_values)
    warnings = [warning["warning"] for warning in validated._warnings]

    def mask(secret: str) -> None:
        hidden.add(secret)
        if register_secret is not None:
            register_secret(secret)

    for secret in secrets_in_urls(options):
        mask(secret)
    result: Result
    if validated.error_messages:
        refusal = validated.errors.msg
        if isinstance(validated.errors[0], UnsupportedError):
            refusal = f"Unsupported parameters for ({name}) module: {refusal}"
        result = {"failed": True, "msg": refusal}
    else:
        with signals_held() as hold_signals:
            host = Host(
                validated.validated_parameters,
                environment,
                dry_run,
                diff,
                mask=mask,
                warn=warnings.append,
                hold_signals=hold_signals,
                progress=progress,
                sessions=_sessions(),
            )
            try:
                result = execute(host, make_task)
            except MissingLibrary as error:
                result = {"failed": True, "msg": missing_required_lib(error.library, reason=error.reason)}
            except ArizeError as error:
                result = {**error.details(), "failed": True, "msg": str(error)}
    result["invocation"] = {"module_args": _shown(specification["argument_spec"], validated.validated_parameters)}
    if warnings:
        result["warnings"] = warnings
    return result if register_secret is not None else t.cast(Result, remove_values(result, hidden))


def _shown(specification: t.Mapping[str, t.Any], options: t.Any) -> t.Any:
    """The options as `invocation` shows them, so that no credential gets into a registered result."""
    if isinstance(options, list):
        return [_shown(specification, item) for item in options]
    if not isinstance(options, dict):
        return options
    shown: Result = {}
    for name, value in options.items():
        option = specification.get(name, {})
        shown[name] = _NOT_SHOWN if value and option.get("no_log") else _shown(option.get("options", {}), value)
    return shown


def plain(value: t.Any) -> t.Any:
    """A copy of what a playbook gave as a module would get it: without tags, decrypted, in lists and dictionaries."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, t.Mapping):
        return {plain(name): plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    return str.__str__(str(value))


def with_paths(specification: t.Mapping[str, t.Any], given: t.Any, environment: t.Mapping[str, str]) -> t.Any:
    """The options, their paths with variables and C(~) resolved by the environment of the task, not of this process."""
    if not isinstance(given, dict):
        return given
    found = dict(given)
    for name, value in given.items():
        option = specification.get(name, {})
        if option.get("type") == "path" and isinstance(value, str):
            found[name] = _path(value, environment)
        elif "options" in option and isinstance(value, list):
            found[name] = [with_paths(option["options"], item, environment) for item in value]
        elif "options" in option:
            found[name] = with_paths(option["options"], value, environment)
    return found


def _path(path: str, environment: t.Mapping[str, str]) -> str:
    def value(variable: re.Match[str]) -> str:
        return environment.get(variable[1].strip("{}"), variable[0])

    expanded = re.sub(r"\$(\w+|\{[^}]*\})", value, path)
    home = environment.get("HOME")
    if home and (expanded == "~" or expanded.startswith("~/")):
        return f"{home.rstrip('/')}{expanded[1:]}" or "/"
    return os.path.expanduser(expanded)
