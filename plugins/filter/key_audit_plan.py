# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of an audit."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._audit_plan import plan

DOCUMENTATION = r"""
name: key_audit_plan
short_description: Plan an audit from the variables of the role
version_added: 1.1.0
author:
  - community.arize contributors (@community-arize)
description:
  - Converts each variable of the role P(community.arize.key_audit#role), which uses this filter, to its type, and finds
    variables that contradict each other before any request is sent.
positional: _input
options:
  _input:
    description: The variables of the role by name, except for the credential.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Plan the audit of service keys
  ansible.builtin.set_fact:
    my_plan: "{{ my_variables | community.arize.key_audit_plan }}"
"""

RETURN = r"""
_value:
  description:
    - C(problems), sentences that each name a variable and say what to do. If there are none, also the values, and
      C(not_looked_for), the findings that the audit can't have, each with the cause.
  type: dict
"""


def key_audit_plan(variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The filter; see DOCUMENTATION."""
    return plan(variables, os.environ)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"key_audit_plan": key_audit_plan}
