# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name, and hides a result that carries secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._action import HidingActionModule, Result


class ActionModule(HidingActionModule):
    """The same for many keys."""

    def _declared(self) -> list[dict[str, t.Any]]:
        args = self._task.args
        defaults = args.get("defaults") if isinstance(args.get("defaults"), dict) else {}
        own = [entry for entry in args.get("api_keys") or () if isinstance(entry, dict)]
        return [{**defaults, **entry} for entry in (*({} for _space in args.get("spaces") or ()), *own)]

    def _results_of(self, result: Result) -> list[Result]:
        return list(result.get("api_keys") or ())
