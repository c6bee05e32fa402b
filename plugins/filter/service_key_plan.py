# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of one host for the declared teams."""

from __future__ import annotations

import os
import typing as t

from ansible.utils.display import Display

from ansible_collections.community.arize.plugins.plugin_utils._service_keys import Play, plan

display = Display()

DOCUMENTATION = r"""
name: service_key_plan
short_description: Plan the service keys of one host from teams and their spaces
version_added: 1.0.0
author:
  - community.arize contributors (@community-arize)
description:
  - Made for the role P(community.arize.service_keys#role). It may change with the role; better use that.
  - Lays the options of a space over those of its team, and these over the defaults of the role.
  - Finds keys that are declared twice, files that would be overwritten, hosts that are not in the inventory, and
    options that the module M(community.arize.arize_api_key) would refuse without a request.
positional: _input
options:
  _input:
    description: The teams, as in O(community.arize.service_keys#role:main:service_keys_teams).
    type: list
    elements: dict
    required: true
  defaults:
    description:
      - The options that each team and space inherits. Its keys are those variables of the role that a team or space can
        override, from C(name) to C(services), and C(keeper_folder), all without their prefix. All must be present; an
        option that is not set is empty.
    type: dict
    required: true
  host:
    description: The name of the host in the inventory.
    type: str
    required: true
  batch:
    description: The hosts that the play works on at the same time. The first one that receives a shared key issues it.
    type: list
    elements: str
    required: true
  groups:
    description: The hosts of each group of the inventory.
    type: dict
    required: true
  settings:
    description:
      - Settings of all keys, C(api_key), C(api_url), C(region) and C(folder_mode). The credential is checked only.
      - If neither C(api_url) nor C(region) is set, E(ARIZE_BASE_URL) and E(ARIZE_REGION) of the controller count.
    type: dict
    default: {}
    version_added: 1.1.0
"""

EXAMPLES = r"""
- name: Plan the service keys of this host
  ansible.builtin.set_fact:
    my_plan: >-
      {{ service_keys_teams | community.arize.service_key_plan(
           defaults=my_defaults, host=inventory_hostname, batch=ansible_play_batch, groups=groups) }}
"""

RETURN = r"""
_value:
  description:
    - C(problems), sentences that each name the team and the space, and C(entries), what the host has to do, with
      the C(folders), C(keeper_folders), C(copies) and C(removals) that belong to it. C(warnings) are shown, too.
    - There are no entries when there are problems.
  type: dict
"""


def service_key_plan(
    teams: t.Sequence[t.Mapping[str, t.Any]],
    defaults: t.Mapping[str, t.Any],
    host: str,
    batch: t.Sequence[str],
    groups: t.Mapping[str, t.Sequence[str]],
    settings: t.Mapping[str, t.Any] | None = None,
) -> dict[str, t.Any]:
    """The filter; see DOCUMENTATION."""
    made = plan(teams, defaults, Play(host, batch, groups), settings or {}, os.environ)
    for warning in made["warnings"]:
        display.warning(warning)
    return made


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"service_key_plan": service_key_plan}
