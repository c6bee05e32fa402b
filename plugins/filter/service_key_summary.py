# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each key, in lines for people to read."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_summary import summary

DOCUMENTATION = r"""
name: service_key_summary
short_description: Summarize what became of the service keys of a host
version_added: 1.2.0
author:
  - community.arize contributors (@community-arize)
description:
  - Makes one line for each key, which says what was done, in which space, where the secret is, and when the key is next
    rotated.
  - Made for the role P(community.arize.service_keys#role). It may change with the role; better use that.
positional: _input
options:
  _input:
    description: The results of the host, made by the filter P(community.arize.service_key_results#filter).
    type: list
    elements: dict
    required: true
  check_mode:
    description: Whether nothing was done and the results are a prediction.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show the service keys of this host
  ansible.builtin.debug:
    msg: "{{ service_keys_results | community.arize.service_key_summary(check_mode=ansible_check_mode) }}"
"""

RETURN = r"""
_value:
  description: The lines. They hold no secret.
  type: list
  elements: str
"""


def service_key_summary(rows: t.Sequence[t.Mapping[str, t.Any]], check_mode: bool = False) -> list[str]:
    """The filter; see DOCUMENTATION."""
    return summary(rows, check_mode)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"service_key_summary": service_key_summary}
