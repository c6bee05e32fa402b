#!/usr/bin/python
# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: arize_api_keys
short_description: Manage many Arize AX API keys in one task
description:
  - Manages a fleet of API keys of Arize AX, for dozens to thousands of spaces. Each key is managed as by
    M(community.arize.arize_api_key).
  - Keys of one space share a listing, and names of spaces are looked up in one listing for all. A run in which nothing
    is due sends one request for each space, several at a time.
  - If a key fails, the task goes on with the others, and fails at the end with the results of all keys. A rejected
    credential ends the work, and RV(not_started) names the keys that were not begun.
  - If asked, the task also revokes live service keys that nobody declares, see O(prune_spaces).
author:
  - community.arize contributors (@community-arize)
version_added: 1.2.0
options:
  spaces:
    description:
      - Spaces by name or id. Each gets a key as O(defaults) says.
    type: list
    elements: str
  defaults:
    description:
      - Options of every key, which O(api_keys) may override. An option of a key does away with one here that it
        excludes.
    type: dict
    suboptions: &key
      state:
        description:
          - As O(community.arize.arize_api_key#module:state).
        type: str
        choices: [present, absent, refreshed]
      id:
        description:
          - As O(community.arize.arize_api_key#module:id).
        type: str
      name:
        description:
          - As O(community.arize.arize_api_key#module:name).
          - C({space}) stands for O(api_keys[].space).
        type: str
      key_type:
        description:
          - As O(community.arize.arize_api_key#module:key_type).
        type: str
        choices: [service, user]
      description:
        description:
          - As O(community.arize.arize_api_key#module:description).
          - C({space}) and C({name}) stand for what is declared.
        type: str
      space:
        description:
          - As O(community.arize.arize_api_key#module:space).
        type: str
      space_role:
        description:
          - As O(community.arize.arize_api_key#module:space_role).
        type: str
      org_role:
        description:
          - As O(community.arize.arize_api_key#module:org_role).
        type: str
        choices: [admin, member, read-only]
      account_role:
        description:
          - As O(community.arize.arize_api_key#module:account_role).
        type: str
        choices: [admin, member]
      organizations:
        description:
          - As O(community.arize.arize_api_key#module:organizations).
        type: list
        elements: dict
        suboptions:
          id:
            description:
              - As O(community.arize.arize_api_key#module:organizations[].id).
            type: str
          name:
            description:
              - As O(community.arize.arize_api_key#module:organizations[].name).
            type: str
          role:
            description:
              - As O(community.arize.arize_api_key#module:organizations[].role).
            type: str
            choices: [admin, member, read-only]
          spaces:
            description:
              - As O(community.arize.arize_api_key#module:organizations[].spaces).
            type: list
            elements: dict
            required: true
            suboptions:
              space:
                description:
                  - As O(community.arize.arize_api_key#module:organizations[].spaces[].space).
                type: str
                required: true
              role:
                description:
                  - As O(community.arize.arize_api_key#module:organizations[].spaces[].role).
                type: str
      expires_at:
        description:
          - As O(community.arize.arize_api_key#module:expires_at).
        type: str
      expires_in:
        description:
          - As O(community.arize.arize_api_key#module:expires_in).
        type: str
      renew_before:
        description:
          - As O(community.arize.arize_api_key#module:renew_before).
        type: str
      max_age:
        description:
          - As O(community.arize.arize_api_key#module:max_age).
        type: str
      issued_after:
        description:
          - As O(community.arize.arize_api_key#module:issued_after).
        type: str
      grace_period:
        description:
          - As O(community.arize.arize_api_key#module:grace_period).
        type: str
      retire_unused_for:
        description:
          - As O(community.arize.arize_api_key#module:retire_unused_for).
        type: str
      allow_self:
        description:
          - As O(community.arize.arize_api_key#module:allow_self).
        type: bool
      exclusive:
        description:
          - As O(community.arize.arize_api_key#module:exclusive).
        type: bool
      on_drift:
        description:
          - As O(community.arize.arize_api_key#module:on_drift).
        type: str
        choices: [fail, ignore, replace]
      compare_roles:
        description:
          - As O(community.arize.arize_api_key#module:compare_roles).
        type: bool
      dest:
        description:
          - As O(community.arize.arize_api_key#module:dest).
          - C({space}) and C({name}) stand for what is declared. One with a slash or a leading dot is refused here.
        type: path
      dest_format:
        description:
          - As O(community.arize.arize_api_key#module:dest_format).
        type: str
        choices: [raw, dotenv, json]
      dest_variable:
        description:
          - As O(community.arize.arize_api_key#module:dest_variable).
        type: str
      owner:
        description:
          - As O(community.arize.arize_api_key#module:owner).
        type: str
      group:
        description:
          - As O(community.arize.arize_api_key#module:group).
        type: str
      mode:
        description:
          - As O(community.arize.arize_api_key#module:mode).
        type: raw
      held_secret:
        description:
          - As O(community.arize.arize_api_key#module:held_secret).
          - Only in O(api_keys), because a secret belongs to one key.
        type: str
      on_lost_secret:
        description:
          - As O(community.arize.arize_api_key#module:on_lost_secret).
        type: str
        choices: [fail, reissue]
      return_key:
        description:
          - As O(community.arize.arize_api_key#module:return_key).
        type: bool
  api_keys:
    description:
      - Keys with options of their own.
    type: list
    elements: dict
    suboptions: *key
  concurrency:
    description:
      - How many keys are dealt with at a time, from 1 to 32. When the service limits the rate of requests, all of them
        wait.
    type: int
    default: 8
  prune_spaces:
    description:
      - Spaces by name or id. In these, live service keys that nobody declares are revoked, after all declared keys are
        as declared. If one of these failed, nothing is pruned.
      - Spared are all keys of a declared name in its space, retiring ones and duplicates included; those that
        O(prune_exclude) names; the credential of the task; and keys that also belong to a visible space that is not
        named here.
    type: list
    elements: str
  prune_exclude:
    description:
      - Patterns of names, as V(terraform-*), of keys that are not pruned. Upper and lower case count.
    type: list
    elements: str
  prune_all:
    description:
      - Whether O(prune_spaces) may revoke every key where no key is declared at all. Without it an empty declaration is
        refused, because it may be an empty variable.
    type: bool
    default: false
extends_documentation_fragment:
  - community.arize.connection
  - community.arize.attributes
  - community.arize.attributes.action_group
  - community.arize.attributes.in_process
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff is a plan with a line for each change.
  idempotent:
    support: partial
    details:
      - With O(api_keys[].state=refreshed), a new secret is issued on each run.
notes:
  - A result that holds secrets is hidden from all output of Ansible, as with C(no_log), while C(register) keeps it. One
    line on stderr says what happened. With a dest for each key the result holds none, and is shown.
  - The same key twice, or the same dest twice, is refused before anything is changed.
  - A task that may issue a secret is refused when nobody would receive it, as with M(community.arize.arize_api_key).
  - To divide thousands of spaces among several jobs or hosts, give each its own spaces. Two runs at the same time on
    one key make one of them revoke what it issued.
seealso:
  - module: community.arize.arize_api_key
  - module: community.arize.arize_api_key_info
"""

EXAMPLES = r"""
- name: Ensure each space has a service key, with its secret in a file of its own
  community.arize.arize_api_keys:
    spaces: [analytics, ingest, support]
    defaults:
      name: "{space}-ingest"
      expires_in: 90d
      renew_before: 14d
      dest: /etc/arize/{space}.key

- name: Ensure the spaces of the team have these keys and no others
  community.arize.arize_api_keys:
    defaults:
      expires_in: 90d
      renew_before: 14d
    api_keys:
      - space: analytics
        name: dashboard
        space_role: read-only
        dest: /etc/arize/dashboard.key
      - space: support
        name: bot
        dest: /etc/arize/bot.key
    prune_spaces: [analytics, support]
    prune_exclude: [terraform-*]
"""

RETURN = r"""
msg:
  description: One line that says how many keys were changed, and what failed.
  type: str
  returned: always
  sample: "API keys: 3 created, 1 pruned, 497 unchanged."
api_keys:
  description: The keys in the order declared, those of O(spaces) first. Each is a result of
    M(community.arize.arize_api_key), without its diff.
  type: list
  elements: dict
  returned: when the keys were looked at
  contains:
    declared:
      description: Where the key stands among the options, and what it is called there.
      type: str
      sample: "spaces[0] (service key 'analytics-ingest' in space analytics)"
    failed:
      description: Whether the key is not as declared, because of what RV(api_keys[].msg) says.
      type: bool
    changed:
      description: Whether anything was changed for this key.
      type: bool
    msg:
      description: What was done, or what went wrong.
      type: str
    action:
      description: What was really done, or would be done in check mode.
      type: str
      sample: created
    api_key:
      description: The key after the task, never its secret.
      type: dict
    key:
      description: The secret of a key without dest, when it was just issued. Never in check mode.
      type: str
      sample: ak-not-a-real-key
pruned:
  description: Keys that were revoked because nobody declares them, or would be in check mode. C(space) says where.
  type: list
  elements: dict
  returned: when the keys were looked at
not_started:
  description: Keys that were not begun, because the credential was rejected meanwhile.
  type: list
  elements: str
  returned: when the keys were looked at
summary:
  description: How many keys were created, refreshed, replaced, revoked, none (unchanged), failed, not_started, pruned.
  type: dict
  returned: when the keys were looked at
  sample: {created: 3, refreshed: 0, replaced: 0, revoked: 0, none: 497, failed: 0, not_started: 0, pruned: 1}
next_rotation_at:
  description: When the first of the keys is due, RFC 3339 in UTC, null if none will be.
  type: str
  returned: when the keys were looked at
  sample: "2027-02-04T09:15:00Z"
"""

from ansible_collections.community.arize.plugins.module_utils._host.module import run


def main() -> None:
    run("arize_api_keys")


if __name__ == "__main__":
    main()
