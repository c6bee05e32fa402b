# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name."""

from __future__ import annotations

from ansible_collections.community.arize.plugins.module_utils._host.arguments import info_arguments
from ansible_collections.community.arize.plugins.module_utils._host.task import KeyInfoTask
from ansible_collections.community.arize.plugins.plugin_utils._action import ArizeActionModule


class ActionModule(ArizeActionModule):
    """Nothing of its own."""

    arguments = staticmethod(info_arguments)
    make_task = KeyInfoTask
