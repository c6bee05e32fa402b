# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the modules' real code in this process, HTTP included; only AnsibleModule itself is left out."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._host import arguments as _arguments
from ansible_collections.community.arize.plugins.module_utils._host import task as _task
from ansible_collections.community.arize.plugins.module_utils._model.errors import ArizeError
from simulator import Simulator
from support.hooks import HookedTransport


@dataclasses.dataclass
class Outcome:
    """What a task ended with: the result that Ansible would get, warnings apart."""

    result: dict[str, t.Any]
    warnings: list[str]

    def __getitem__(self, name: str) -> t.Any:
        return self.result[name]

    def get(self, name: str, default: t.Any = None) -> t.Any:
        return self.result.get(name, default)

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def message(self) -> str:
        return str(self.result.get("msg", ""))


def run_key(
    simulator: Simulator,
    check: bool = False,
    sleep: t.Callable[[float], None] | None = None,
    local_now: t.Callable[[], datetime.datetime] | None = None,
    environment: t.Mapping[str, str] | None = None,
    **options: t.Any,
) -> Outcome:
    """`arize_api_key` against the simulator, with its admin's credential unless `api_key` is given.

    An option that is None is left out. Pauses pass on the service's clock, not on ours, unless `sleep` says otherwise;
    this host's clock is the service's unless `local_now` says otherwise.
    """
    return _run("arize_api_key", simulator, check, options, sleep, environment, local_now)


def run_keys(
    simulator: Simulator,
    check: bool = False,
    sleep: t.Callable[[float], None] | None = None,
    place: t.Mapping[str, t.Any] | None = None,
    **options: t.Any,
) -> Outcome:
    """`arize_api_keys` against the simulator; `place` are further fields of its Host."""
    return _run("arize_api_keys", simulator, check, options, sleep, None, None, place)


def run_info(simulator: Simulator, check: bool = False, **options: t.Any) -> Outcome:
    """`arize_api_key_info` against the simulator."""
    return _run("arize_api_key_info", simulator, check, options, None, None)


def _run(
    module: str,
    simulator: Simulator,
    check: bool,
    options: dict[str, t.Any],
    sleep: t.Callable[[float], None] | None,
    environment: t.Mapping[str, str] | None,
    local_now: t.Callable[[], datetime.datetime] | None = None,
    place: t.Mapping[str, t.Any] | None = None,
) -> Outcome:
    dialect = "legacy" if simulator.switches.legacy else None
    given = {"api_url": simulator.url, "api_key": simulator.credential, "api_dialect": dialect, **options}
    given = {name: value for name, value in given.items() if value is not None}
    arguments, make_task = _task.WORK[module]
    specification = _arguments.with_connection(arguments())
    validated = ArgumentSpecValidator(**specification).validate(given)
    if validated.error_messages:
        return Outcome({"failed": True, "changed": False, "msg": "; ".join(validated.error_messages)}, [])
    warnings: list[str] = []
    fields: dict[str, t.Any] = {
        "sleep": sleep or (lambda seconds: simulator.clock.advance(seconds=seconds)),
        "warn": warnings.append,
        "local_now": local_now or simulator.clock.now,
        "connect": HookedTransport,
        **(place or {}),
    }
    host = _task.Host(validated.validated_parameters, environment or {}, dry_run=check, diff=True, **fields)
    try:
        return Outcome(_task.execute(host, make_task), warnings)
    except ArizeError as error:
        return Outcome({"changed": False, **error.details(), "failed": True, "msg": str(error)}, warnings)
