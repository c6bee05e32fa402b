# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name, and keeps what a connection shows from holding the credential."""

from __future__ import annotations

from ansible_collections.community.arize.plugins.plugin_utils._hiding import HidingActionModule


class ActionModule(HidingActionModule):
    """Issues nothing, so nothing is refused."""

    issues_secrets = False
