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
    description: The plan of the host, made by the filter P(community.arize.service_key_plan#filter).
    type: dict
    required: true
  seen:
    description: For each task of the role a list of the results that it has registered, empty if it has not run.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the results of each key
  ansible.builtin.debug:
    msg: "{{ my_plan | community.arize.service_key_results(my_results) }}"
"""

RETURN = r"""
_value:
  description: For each entry its row in C(service_keys_results), whose fields the role documents.
  type: list
  elements: dict
"""


def service_key_results(plan: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """The filter; see DOCUMENTATION."""
    return key_results(plan, seen)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"service_key_results": service_key_results}
