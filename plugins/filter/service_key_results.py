# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each key, without secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_results import key_results

DOCUMENTATION = r"""
name: service_key_results
short_description: Tell what became of each service key of a host
version_added: 1.0.0
author:
  - community.arize contributors (@community-arize)
description:
  - Takes from registered results what is no secret.
  - Made for the role P(community.arize.service_keys#role). It may change with the role; better use that.
positional: _input
options:
  _input:
    description: The entries of the host, made by the filter P(community.arize.service_key_plan#filter).
    type: list
    elements: dict
    required: true
  keys:
    description: The registered results of M(community.arize.arize_api_key), in a loop over entries.
    type: list
    elements: dict
    required: true
  copies:
    description: The registered results of handing the secrets of shared keys on, in a loop over the plan's C(copies).
    type: list
    elements: dict
    default: []
  steps:
    description:
      - The registered results of all other tasks, in loops over places of the plan. The name of each list says what
        its task was to do, such as V(make the folder), and a message about a failure begins with it.
    type: dict
    default: {}
    version_added: 1.1.0
"""

EXAMPLES = r"""
- name: Show what became of each key
  ansible.builtin.debug:
    msg: "{{ my_plan.entries | community.arize.service_key_results(my_keys.results) }}"
"""

RETURN = r"""
_value:
  description: For each entry what the role leaves in C(service_keys_results), whose fields the role documents.
  type: list
  elements: dict
"""


def service_key_results(
    entries: t.Sequence[t.Mapping[str, t.Any]],
    keys: t.Sequence[t.Mapping[str, t.Any]],
    copies: t.Sequence[t.Mapping[str, t.Any]] = (),
    steps: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]] | None = None,
) -> list[dict[str, t.Any]]:
    """The filter; see DOCUMENTATION."""
    return key_results(entries, keys, copies, steps)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"service_key_results": service_key_results}
