# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback plugin that runs a command when a task is about to start; `kill -9 $PPID` kills Ansible itself."""

from __future__ import annotations

import os
import subprocess
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: before_task
type: aggregate
short_description: Runs a command before a task
description:
  - Runs BEFORE_TASK_COMMAND when the task BEFORE_TASK_NAME starts.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "before_task"

    def v2_playbook_on_task_start(self, task: t.Any, **_more: t.Any) -> None:
        if task.get_name() == os.environ.get("BEFORE_TASK_NAME"):
            subprocess.run(["sh", "-c", os.environ["BEFORE_TASK_COMMAND"]], check=True)
