#!/usr/bin/python
# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: arize_api_key_info
short_description: List and audit Arize AX API keys
description:
  - Lists API keys of Arize AX over all pages, filters them, and names what an audit should know of each.
  - Never returns a secret and never changes anything.
  - Findings don't fail the task. Assert on them in the playbook.
author:
  - community.arize contributors (@community-arize)
version_added: 1.0.0
options:
  id:
    description:
      - Return only the key with this id.
    type: str
  name:
    description:
      - Return only keys of exactly this name.
    type: str
  key_type:
    description:
      - Return only keys of this type. If not set, the service decides, which is user keys unless O(space) is set.
    type: str
    choices: [service, user]
  status:
    description:
      - V(active), V(revoked), or V(all) for both. The service may list an expired key as active, see
        RV(api_keys[].live).
    type: str
    choices: [active, revoked, all]
    default: active
  space:
    description:
      - List the service keys of this space, by id or exact name.
      - The service does not show roles in the listing of one space.
    type: str
  all_spaces:
    description:
      - List the service keys of every space that the caller can see, each key once. Takes one request for each space.
      - A space whose keys the caller may not read is named in RV(summary.unread_spaces).
      - Can't be combined with O(space), O(user_id), O(limit) and O(cursor).
    type: bool
    default: false
  user_id:
    description:
      - List only keys that this user created. Without O(space), only an admin of the account may ask for another user.
    type: str
  limit:
    description:
      - The largest number of keys to return. If not set, all are returned.
    type: int
  cursor:
    description:
      - Go on after an earlier listing with the same filters, whose RV(pagination.next_cursor) this is.
    type: str
  owners:
    description:
      - Whether to look up who created each key, see RV(api_keys[].owner). Takes one request for each user.
      - The credential needs to be that of a member or an admin of the account.
    type: bool
    default: false
    version_added: 1.2.0
  expires_within:
    description:
      - Find keys that expire within this duration (C(expires_soon)) and keys that never expire (C(never_expires)).
      - If not set, neither is looked for. All durations are like V(30d), V(12h), V(6mo) or V(P30D).
    type: str
  unused_for:
    description:
      - Find keys that have not been used for this duration (C(unused)), and those never used (C(never_used)) that are
        older than 48 hours, because the service notes the use of a key with a delay.
    type: str
  older_than:
    description:
      - Find keys that were issued longer ago than this (C(old)).
    type: str
extends_documentation_fragment:
  - community.arize.connection
  - community.arize.attributes
  - community.arize.attributes.info
  - community.arize.attributes.action_group
  - community.arize.attributes.in_process
notes:
  - When at least one of O(expires_within), O(unused_for) and O(older_than) is set, each key gets
    RV(api_keys[].findings). C(expired), C(duplicate_name) and C(admin_role) are then looked for, too.
seealso:
  - module: community.arize.arize_api_key
"""

EXAMPLES = r"""
- name: List the service keys of a space
  community.arize.arize_api_key_info:
    space: analytics
  register: analytics_keys

- name: Audit the service keys of all spaces
  community.arize.arize_api_key_info:
    key_type: service
    all_spaces: true
    expires_within: 14d
    unused_for: 90d
    older_than: 1y
  register: audit

- name: Fail when a key is about to expire
  ansible.builtin.assert:
    that:
      - audit.summary.complete
      - audit.api_keys | selectattr('findings', 'contains', 'expires_soon') | length == 0
    fail_msg: Keys expire within two weeks, or a space could not be read.

- name: List the first ten user keys of the caller
  community.arize.arize_api_key_info:
    key_type: user
    limit: 10
  register: first_keys

- name: List the next ten
  community.arize.arize_api_key_info:
    key_type: user
    limit: 10
    cursor: "{{ first_keys.pagination.next_cursor }}"
  when: first_keys.pagination.has_more
"""

RETURN = r"""
api_keys:
  description: The keys found.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The id of the key.
      type: str
      sample: QXBpS2V5OjcxMDE6UW00eA==
    name:
      description: The name of the key.
      type: str
      sample: ingest
    description:
      description: The description of the key, null if it has none.
      type: str
      sample: Trace ingestion
    key_type:
      description: V(service) or V(user).
      type: str
      sample: service
    status:
      description: V(active) or V(revoked).
      type: str
      sample: active
    live:
      description: Whether the key serves, which is when it is active and has not expired by the service's clock.
      type: bool
      sample: true
    redacted_key:
      description: The beginning and the end of the secret.
      type: str
      sample: ak-abc...xyz
    created_at:
      description: When the key was issued, RFC 3339 in UTC.
      type: str
      sample: "2026-11-20T09:15:00Z"
    expires_at:
      description: When the key expires, RFC 3339 in UTC, null if never.
      type: str
      sample: "2027-02-18T09:15:00Z"
    last_used_at:
      description: When the key was last used, approximately, null if never.
      type: str
      sample: "2026-11-22T18:00:00Z"
    created_by_user_id:
      description: The id of the user who issued the key.
      type: str
      sample: VXNlcjo5MDA6a0Y2Yw==
    owner:
      description:
        - Who created the key, null when the service does not say. Of a user who is gone, or whom the caller may
          not see, all but C(id) is null.
        - C(status) is V(active), V(invited) or V(expired).
      type: dict
      returned: when O(owners) is true
      sample: {"id": "VXNlcjo5MDA6a0Y2Yw==", "name": "Dana Roe", "email": "dana@example.com", "status": "active"}
    space_ids:
      description: The ids of the spaces that the key is known to be bound to, null when nothing is known.
      type: list
      elements: str
      sample: ["U3BhY2U6MzEwOmhKNWQ="]
    bot_user:
      description: The user that a service key acts as, with its roles in C(organizations). The list is empty when the
        service does not show them.
      type: dict
      sample: {"id": "VXNlcjo5NTE6YlgxdA==", "name": "ingest", "account_role": "member", "organizations": []}
    findings:
      description: What an audit should know, from C(expired), C(expires_soon), C(never_expires), C(old), C(never_used),
        C(unused), C(admin_role) and C(duplicate_name). Revoked keys have none.
      type: list
      elements: str
      returned: when a threshold is set
      sample: [expires_soon]
api_url:
  description: The base URL of the service that was asked.
  type: str
  returned: success
  sample: https://api.arize.com
listed_at:
  description: When the keys were listed, by the clock of the service, RFC 3339 in UTC. Findings go by it.
  type: str
  returned: success
  sample: "2026-11-24T06:00:00Z"
spaces:
  description: The spaces whose keys were asked for. Empty without O(space) and O(all_spaces).
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The id of the space.
      type: str
      sample: U3BhY2U6MzEwOmhKNWQ=
    name:
      description: The name of the space, null when O(space) was an id.
      type: str
      sample: analytics
    organization_id:
      description: The id of its organization, null with O(space), and when the service does not say.
      type: str
      sample: T3JnYW5pemF0aW9uOjQyOnZOM2E=
    organization:
      description: The name of its organization, null with O(space), and when the caller may not see it.
      type: str
      sample: Example Org
pagination:
  description: Whether there are more keys than O(limit) allowed, and the cursor for the next ones.
  type: dict
  returned: success
  contains:
    has_more:
      description: Whether there are more keys.
      type: bool
      sample: false
    next_cursor:
      description: The value for O(cursor), null at the end, and null when O(name) or O(id) is set.
      type: str
      sample: null
summary:
  description: Counts.
  type: dict
  returned: success
  contains:
    total:
      description: How many keys were found.
      type: int
      sample: 3
    by_type:
      description: How many of each type.
      type: dict
      sample: {"service": 3}
    by_status:
      description: How many of each status.
      type: dict
      sample: {"active": 3}
    by_finding:
      description: How many keys have each finding.
      type: dict
      returned: when a threshold is set
      sample: {"expires_soon": 1}
    roles_not_shown:
      description: How many live service keys have roles that the service does not show to the caller. Whether they have
        the role admin is not known.
      type: int
      sample: 0
    next_expires_at:
      description: When the first live key expires, null when none does.
      type: str
      sample: "2026-12-01T00:00:00Z"
    complete:
      description: Whether all keys that fit the filters are in the list.
      type: bool
      sample: true
    unread_spaces:
      description: The ids of spaces whose keys the caller may not read.
      type: list
      elements: str
      sample: []
candidates:
  description: The spaces between which the task could not choose.
  type: list
  elements: dict
  returned: when the task fails because of them
request:
  description: The request that failed, with C(method), C(path), C(status) and the service's C(title), C(detail),
    C(request_id) and C(error_code) where there are any.
  type: dict
  returned: when the task fails because of a request
option:
  description: The option, or the environment variable in its place, whose value can't be used.
  type: str
  returned: when the task fails because of an option
  sample: older_than
"""

from ansible_collections.community.arize.plugins.module_utils._host.module import run


def main() -> None:
    run("arize_api_key_info")


if __name__ == "__main__":
    main()
