# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be removed of the files of keys that are gone."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_removals import removals

DOCUMENTATION = r"""
name: service_key_removals
short_description: Judge what can be removed of the files of service keys
version_added: 1.2.0
author:
  - community.arize contributors (@community-arize)
description:
  - Judges what a file holds as the module M(community.arize.arize_api_key) does before it writes a secret to it. A file
    that holds something other than one secret is kept. Of a file in the format V(dotenv) the assignment goes.
  - The result holds what is left of such files, which may be secret. Use it in tasks with C(no_log) only.
  - Made for the role P(community.arize.service_keys#role). It may change with the role; better use that.
positional: _input
options:
  _input:
    description:
      - The registered results of C(ansible.builtin.slurp), in a loop over C(removals) or C(copies) of the filter
        P(community.arize.service_key_plan#filter). An item that was skipped counts as too large.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Remove the secret files of absent keys
  ansible.builtin.file:
    path: "{{ item.path }}"
    state: absent
  loop: "{{ (my_files.results | community.arize.service_key_removals).files }}"
  no_log: true
"""

RETURN = r"""
_value:
  description:
    - C(files) that can be removed, C(rewritten) ones with their new C(content), and C(kept) ones, each with C(msg).
  type: dict
"""


def service_key_removals(read: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, list[dict[str, t.Any]]]:
    """The filter; see DOCUMENTATION."""
    return removals(read)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"service_key_removals": service_key_removals}
