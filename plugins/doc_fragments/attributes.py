# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules promise about check mode, diff and idempotence."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would change, without changing anything.
  diff_mode:
    description: Returns what has changed, or would change, when in diff mode. Never holds a secret.
  idempotent:
    description: When run twice in a row with the same options, the second run changes nothing.
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.arize.arize) in C(module_defaults) to set options for all modules.
    support: full
    membership:
      - community.arize.arize
"""

    IN_PROCESS = r"""
options: {}
attributes:
  action:
    description: Has an action plugin, so that it runs on the controller where it can.
    support: full
notes:
  - A task whose connection is local runs in the process of Ansible itself, without the start of an interpreter. The
    Python that runs Ansible needs C(requests) and C(python-dateutil) for that. With C(become), C(async) or C(timeout)
    the task runs as a module, and C(-vv) says why. Set the variable C(arize_in_process=false) to have every task run as
    a module, by the interpreter of C(ansible_python_interpreter).
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module never changes anything.
  diff_mode:
    support: N/A
    details:
      - This module never changes anything.
  idempotent:
    support: full
    details:
      - This module never changes anything.
"""
