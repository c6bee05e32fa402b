# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do on a host."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_work import work

DOCUMENTATION = r"""
name: service_key_work
short_description: List what is left to do for the service keys of a host
version_added: 1.2.0
author:
  - community.arize contributors (@community-arize)
description:
  - Makes the lists for the loops of the tasks of the role, from what the tasks before have registered.
  - Judges what a file holds as the module M(community.arize.arize_api_key) does before it writes a secret to it. A file
    that holds something other than one secret is kept. Of a file in the format V(dotenv) the assignment goes.
  - The result holds what is left of such files, which may be secret. Loop over that in tasks with C(no_log) only.
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
- name: Create missing folders for secret files
  ansible.builtin.file:
    path: "{{ item.path }}"
    state: directory
    mode: "{{ item.mode }}"
  loop: "{{ (my_plan | community.arize.service_key_work(my_results)).missing_folders }}"
"""

RETURN = r"""
_value:
  description: The lists, by what is done with their entries.
  type: dict
"""


def service_key_work(plan: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The filter; see DOCUMENTATION."""
    return work(plan, seen)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"service_key_work": service_key_work}
