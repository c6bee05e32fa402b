# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name."""

from __future__ import annotations

from ansible_collections.community.arize.plugins.plugin_utils._action import ArizeActionModule


class ActionModule(ArizeActionModule):
    """Nothing of its own."""
