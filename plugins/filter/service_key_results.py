# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of each key, without secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_results import key_results

DOCUMENTATION = r"""
name: service_key_results
short_description: Collect the results of the service keys of a host
version_added: 1.0.0
author:
  - community.arize contributors (@community-arize)
description:
  - Takes the metadata from registered results and leaves out secrets.
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
    description: The registered results of copying the secrets of shared keys, in a loop over the plan's C(copies).
    type: list
    elements: dict
    default: []
  steps:
    description:
      - The registered results of all other tasks, in loops over places of the plan. The name of each list says what
        its task does, such as V(create the folder), and appears in the message about a failure.
    type: dict
    default: {}
    version_added: 1.1.0
  removals:
    description:
      - The registered results of removing secrets, in loops over what the filter
        P(community.arize.service_key_removals#filter) returns.
    type: list
    elements: dict
    default: []
    version_added: 1.2.0
"""

EXAMPLES = r"""
- name: Show the results of each key
  ansible.builtin.debug:
    msg: "{{ my_plan.entries | community.arize.service_key_results(my_keys.results) }}"
"""

RETURN = r"""
_value:
  description: For each entry its row in C(service_keys_results), whose fields the role documents.
  type: list
  elements: dict
"""


def service_key_results(
    entries: t.Sequence[t.Mapping[str, t.Any]],
    keys: t.Sequence[t.Mapping[str, t.Any]],
    copies: t.Sequence[t.Mapping[str, t.Any]] = (),
    steps: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]] | None = None,
    removals: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> list[dict[str, t.Any]]:
    """The filter; see DOCUMENTATION."""
    return key_results(entries, keys, copies, steps, removals)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"service_key_results": service_key_results}
