#!/usr/bin/python
# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: arize_api_key
short_description: Manage an Arize AX API key
description:
  - Manages one API key of Arize AX. The key is issued when it is missing, rotated when a condition that you set is met,
    and revoked when you declare it absent.
  - The service shows the secret of a key once, when it is issued, and allows several keys of one name. This module
    finds the key by type, name and space, and creates one only when none fits or when one is replaced.
  - The new secret is returned in RV(key) or written to O(dest) before an old one stops working. The exception is a
    refresh without an overlap, with which the service ends the old secret before it answers. That is the default of
    O(state=refreshed) and of O(on_lost_secret=reissue).
  - A key can't be edited. O(on_drift) says what happens when the key found differs from the options.
author:
  - community.arize contributors (@community-arize)
version_added: 1.0.0
options:
  state:
    description:
      - V(present) issues the key if no live key fits, and rotates it when O(renew_before), O(max_age) or
        O(issued_after) asks for it. Needs O(name).
      - V(absent) revokes. With O(id) that key. With O(name) the current key and those that are about to expire after a
        rotation. What the service lists as active is revoked even if it has expired by some clock. A key that is
        revoked or unknown is no change. O(dest) is left alone.
      - V(refreshed) gives the key a new secret now, so it always reports a change. To rotate on a schedule, use
        V(present) with a condition.
    type: str
    choices: [present, absent, refreshed]
    default: present
  id:
    description:
      - The id of a key, for O(state=absent) and O(state=refreshed). Excludes O(name).
      - A refresh usually gives a key another id, therefore O(state=present) goes by name.
      - Give O(space), too, for a service key that the caller did not create. Otherwise the keys of all visible spaces
        may have to be listed to find it.
    type: str
  name:
    description:
      - The name of the key, of at most 256 characters. Together with O(key_type) and the spaces it identifies the key.
      - Revoked and expired keys of the same name don't count.
    type: str
  key_type:
    description:
      - V(service) for a key of a space, which acts as a bot user of its own and outlives the person who issued it.
      - V(user) for a key that acts as the user of the credential.
    type: str
    choices: [service, user]
    default: service
  description:
    description:
      - A description of at most 1000 characters. If not set, a description that the key has is not looked at.
    type: str
  space:
    description:
      - The space of a service key, by id or by name. A name must be exact, upper and lower case included.
      - If several organizations have a space of that name, the task fails and lists their ids.
      - An id saves one request on each run. A value that has the form of an id is taken for one.
      - Excludes O(organizations).
    type: str
  space_role:
    description:
      - The role of a new key in O(space). If not set, the service decides, which is V(member).
      - One of V(admin), V(member) and V(read-only), or a custom role of the account, by its exact name or by its id.
        Looking up a name takes a request and a credential that may list roles.
    type: str
  org_role:
    description:
      - The role of a new key in the organization of O(space). If not set, the service decides, which is V(read-only).
    type: str
    choices: [admin, member, read-only]
  account_role:
    description:
      - The role of a new service key in the account. If not set, the service decides, which is V(member).
    type: str
    choices: [admin, member]
  organizations:
    description:
      - The spaces of a service key that serves several of them. Excludes O(space), O(space_role) and O(org_role).
      - The key must be listed in all these spaces to count as the declared one. One of the same name that is in only
        some of them makes O(state=present) fail.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - The id of the organization. Saves a request when the key is created.
        type: str
      name:
        description:
          - The exact name of the organization. Exactly one of this and O(organizations[].id) is required.
        type: str
      role:
        description:
          - The role of a new key in the organization. If not set, the service decides, which is V(read-only).
        type: str
        choices: [admin, member, read-only]
      spaces:
        description:
          - The spaces of the organization.
        type: list
        elements: dict
        required: true
        suboptions:
          space:
            description:
              - The space, by id or by its exact name within the organization.
            type: str
            required: true
          role:
            description:
              - The role of a new key in the space, as O(space_role).
            type: str
  expires_at:
    description:
      - When the key expires, as an ISO 8601 date and time such as V(2027-03-31T00:00:00Z). Without an offset it is UTC.
      - Must lie in the future when a key is issued. A live key with another expiry is a difference, see O(on_drift).
      - If neither this nor O(expires_in) is set, a new key never expires, unless the account limits the lifetime.
    type: str
  expires_in:
    description:
      - How long a key lives from when it is issued, such as V(90d), V(12h), V(2w), V(6mo), V(1y) or V(P90D). Months and
        years go by the calendar.
      - Used only when a key is issued. The expiry of a live key is not compared with it.
      - Excludes O(expires_at).
    type: str
  renew_before:
    description:
      - Rotate when the key expires within this duration. Must be shorter than O(expires_in).
      - Should be several times the interval of your runs, because the old secret serves only until it expires.
    type: str
  max_age:
    description:
      - Rotate when the key is older than this.
    type: str
  issued_after:
    description:
      - Rotate when the key was issued before this instant, an ISO 8601 date and time. Up to 5 seconds ahead of the
        service's clock it is waited for, a later one is refused.
      - This is the way to rotate once. Runs after that change nothing.
      - The old secret keeps working for the overlap, see O(grace_period). When a secret has leaked, also set
        O(grace_period=0), and check that RV(revoked) names the old key or that RV(action) is V(refreshed).
    type: str
  grace_period:
    description:
      - How long an old secret keeps working after a rotation, in seconds or as a duration, at most V(24h).
      - If not set, it is one hour when a condition rotates or only the expiry gets earlier, and nothing for
        O(state=refreshed), for a lost secret, and when O(on_drift=replace) issues another key.
      - With O(state=present) it is cut to the life of the new key, where that is shorter.
      - A key that must be replaced, because a refresh can't give it the declared expiry, serves until it expires by
        itself. With O(exclusive) it is revoked by the first run after the grace period.
      - With V(0) the old secret ends at once; a key that is replaced is revoked as soon as the new secret is delivered.
    type: str
  exclusive:
    description:
      - Whether this declaration owns every live key of its type and name in the space. When the grace period since the
        issue of the current key is over, all others are revoked.
      - Without it, other keys than the current one and the one it replaces are never touched, and several live keys of
        the same name that are not about to expire make every change fail.
    type: bool
    default: false
  retire_unused_for:
    description:
      - A duration, such as V(7d). With O(exclusive), an older key that was used more recently than this is not revoked.
        A warning names it, and RV(retiring[].in_use) is true, so that you find what still uses the old secret before it
        is cut off. A key with an expiry still expires by itself.
      - The service updates C(last_used_at) from time to time only, so choose days, not minutes.
      - An explicit O(grace_period=0) revokes older keys all the same. Needs O(exclusive) and O(state=present).
    type: str
    version_added: 1.2.0
  allow_self:
    description:
      - Whether the very key that the task authenticates with may be revoked, or refreshed without an overlap.
    type: bool
    default: false
  on_drift:
    description:
      - What to do when O(description), O(expires_at) or the roles of the live key differ from what is declared.
      - V(fail) changes nothing and says what differs. V(ignore) warns.
      - V(replace) issues a key as declared and revokes the old one after the new secret is delivered, unless
        O(grace_period) is set. What uses the old secret is cut off before a handler can hand it the new one.
      - With O(held_secret) or O(retire_unused_for) the old one is not revoked in the same run. It expires by itself, or
        O(exclusive) revokes it in a later run.
      - Where only the expiry gets earlier, V(replace) refreshes the key, with an overlap.
    type: str
    choices: [fail, ignore, replace]
    default: fail
  compare_roles:
    description:
      - Whether to compare the declared roles and spaces with those of the live key. Costs one more request.
      - If not set, they are compared when any role is declared.
      - Roles that are not declared are not compared. When declared roles were not compared, because the service does
        not show them to the caller or because this is V(false), RV(not_compared) says so.
    type: bool
  dest:
    description:
      - A file that receives the secret, on the host where the module runs. It is replaced at one stroke and never
        readable by others. Symbolic links are not followed.
      - That the file can be written is proved before a key is issued.
      - Choose a folder that only its owner can write; the task warns of any other. Its folder is held open while the
        task runs, and one that somebody puts in its place meanwhile is refused.
      - On each run the secret in the file is compared with RV(api_key.redacted_key). If it does not fit, see
        O(on_lost_secret).
      - A file that holds a secret of no live key of this name is refused if it was written within the last ten
        minutes, because several keys may share it. An older one is replaced, with a warning.
      - A file that holds something other than one secret in the O(dest_format) is refused and kept as it is.
      - In an execution environment of AWX, a file on C(localhost) is gone after the job. Write to a real host.
    type: path
  dest_format:
    description:
      - V(raw) for the secret and a line end.
      - V(dotenv) for an assignment to O(dest_variable). All other lines, quotes, comments, C(export) and line ends of
        the file are kept. A file that shells, systemd and docker would read differently around the assignment is
        refused, for example when a quote above it is never closed.
      - V(json) for an object with C(id), C(name), C(key) and C(expires_at).
    type: str
    choices: [raw, dotenv, json]
    default: raw
  dest_variable:
    description:
      - The variable that O(dest_format=dotenv) assigns to.
    type: str
    default: ARIZE_API_KEY
  owner:
    description:
      - The user who owns O(dest), by name or number. If not set, the owner of an existing file stays.
      - Required when the existing file belongs to another user and its folder can be written by others, because that
        user may have put it there to receive the secret.
    type: str
  group:
    description:
      - The group that owns O(dest), by name or number. If not set, the group of an existing file stays.
    type: str
  mode:
    description:
      - The permissions of O(dest), in octal, with a leading zero and in quotes. Symbolic modes are not supported.
        Another mode of an existing file is corrected.
      - Without quotes, YAML makes a number of the value. V(0600) becomes 384, which is accepted for what it is, but
        V(400) becomes four hundred, which is the mode C(0620). So a number whose digits look like a mode is refused.
      - The task warns of a mode that gives all users of the host access or does not let the owner read.
    type: raw
    default: "0600"
  held_secret:
    description:
      - What your own secrets store holds for this key now, and an empty string if it holds nothing. Read it with the
        lookup of the store. Excludes O(dest). Needs O(state=present).
      - It has the part that the content of O(dest) has. It tells which key is in use and whether its secret is lost,
        and O(exclusive) revokes older keys only in a run that finds the current secret here.
      - A new secret is returned in RV(key), and the next task of the playbook writes it to the store. If that task
        fails, or the job ends before it, a later run finds that the store does not hold the current secret. With
        O(on_lost_secret=reissue) it then issues a new one, once the key is ten minutes old.
      - A value that does not look like a secret, such as an error message or a JSON document, is refused before any
        request. Null and an empty list, which lookups return for nothing, count as an empty string.
      - The guide has tested playbooks for several stores.
    type: str
    version_added: 1.2.0
  on_lost_secret:
    description:
      - What to do when nobody holds the secret of the live key, because O(dest) is missing, or O(held_secret) is empty,
        or the secret there does not fit or is about to expire.
      - V(fail) says so and changes nothing.
      - V(reissue) refreshes the key, delivers the new secret, and warns. The lost one stops serving at once, or after a
        O(grace_period) that you set. While what O(dest) or O(held_secret) has may be an earlier secret of the key, in
        its grace period, it stops when that is over. A key that has been issued within the last ten minutes is left
        alone, because another run may be about to deliver its secret.
      - It also covers a request that issues a key and whose answer is lost. What certainly came of it is refreshed at
        once; with V(fail), or when it may be another run's, the task fails and names it.
    type: str
    choices: [fail, reissue]
    default: fail
  return_key:
    description:
      - Whether the result holds a new secret in RV(key). If not set, it does unless O(dest) is set.
    type: bool
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
  idempotent:
    support: partial
    details:
      - O(state=refreshed) issues a new secret on each run.
notes:
  - A result that holds a secret is hidden from all output of Ansible, as with C(no_log), while C(register) keeps it.
    One line on stderr says what happened.
  - A task that may issue a secret is refused when nobody would receive it, in check mode as well. It needs O(dest) or
    C(register). An ad hoc command needs O(dest).
  - ansible-core before 2.16.13, and 2.17.0 to 2.17.5, would print a new secret (CVE-2024-8775). There, a task that may
    issue one is refused unless it has C(no_log=true).
  - With C(async), the result must not hold the secret, so set O(dest). The result is hidden, because it holds the
    secret if the file can't be written. With C(poll=0), or without O(dest), C(no_log=true) is needed on the task and
    on the C(async_status) task that fetches the result. Ansible also leaves the result in a file below
    C(~/.ansible_async) on the host where the module runs.
  - Whether a key is due is decided by the clock of the service, not by that of the host. When the two differ by more
    than five minutes, the task warns. When they differ by more than a day, nothing is issued or rotated.
  - One run at a time should manage a key. When several create the same one, all but one revoke what they issued.
seealso:
  - module: community.arize.arize_api_key_info
"""

EXAMPLES = r"""
- name: Issue a service key for a space and keep its secret on the host that uses it
  community.arize.arize_api_key:
    name: ingest
    space: analytics
    space_role: member
    expires_in: 90d
    renew_before: 14d
    dest: /etc/ingest/arize.env
    dest_format: dotenv
    owner: ingest
    on_lost_secret: reissue

- name: Issue a key and hand its secret on
  community.arize.arize_api_key:
    name: dashboard
    space: analytics
    space_role: read-only
    description: Reads evaluations for the dashboard
  register: dashboard_key

- name: Issue a key for spaces of two organizations
  community.arize.arize_api_key:
    name: exporter
    account_role: member
    organizations:
      - name: Research
        spaces:
          - space: experiments
            role: read-only
      - name: Production
        role: read-only
        spaces:
          - space: support
            role: member
  register: exporter_key

- name: Rotate a key that never expires each month, and let the old secret serve for half a day
  community.arize.arize_api_key:
    name: gateway
    space: support
    max_age: 30d
    grace_period: 12h
  register: gateway_key

- name: Rotate a key that was issued before the incident, once, and end its leaked secret at once
  community.arize.arize_api_key:
    name: ingest
    space: analytics
    expires_in: 90d
    renew_before: 14d
    issued_after: "2026-11-20T12:00:00Z"
    grace_period: 0
    dest: /etc/ingest/arize.env
    dest_format: dotenv
  register: ingest_key

- name: Ensure the key exists whose secret is in a secrets store
  community.arize.arize_api_key:
    name: billing
    space: support
    expires_in: 90d
    renew_before: 14d
    held_secret: "{{ lookup('ansible.builtin.env', 'BILLING_SECRET') }}"
    on_lost_secret: reissue
    exclusive: true
    retire_unused_for: 7d
  register: billing_key

- name: Show which keys no longer serve
  ansible.builtin.debug:
    msg: "{{ ingest_key.action }}, revoked: {{ ingest_key.revoked | map(attribute='id') | list }}"

- name: Give a key a new secret now
  community.arize.arize_api_key:
    name: gateway
    space: support
    state: refreshed
    grace_period: 10m
  register: gateway_key

- name: Revoke a key by its id
  community.arize.arize_api_key:
    id: QXBpS2V5OjcxMDE6UW00eA==
    space: support
    state: absent

- name: Issue a user key for the caller
  community.arize.arize_api_key:
    name: notebook
    key_type: user
    expires_in: 2w
  register: notebook_key
"""

RETURN = r"""
msg:
  description: One line that says what was done to which key in which space, and when it is next due.
  type: str
  returned: always
  sample: "Created service key 'ingest' in space analytics (id QXBpS2V5OjcxMDE6UW00eA==), expires 2027-02-18T09:15:00Z,
    next due 2027-02-04T09:15:00Z."
action:
  description: What was really done, or would be done in check mode.
  type: str
  returned: success, and on failure when a key has been issued or revoked
  choices: [none, created, refreshed, replaced, revoked]
  sample: created
reasons:
  description: Why it was done, in sentences.
  type: list
  elements: str
  returned: success, and on failure when a key has been issued or revoked
  sample: ["There is no live service key 'ingest' in space analytics."]
api_key:
  description: The key after the task, never its secret. Null when there is none. What only the service can know is null
    in check mode.
  type: dict
  returned: success, and on failure when a key has been issued or revoked
  contains:
    id:
      description: The id of the key. A rotation usually gives it another one.
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
      description: V(active) or V(revoked). The service may list an expired key as active.
      type: str
      sample: active
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
    spaces:
      description: The spaces that the task declares for a service key, with the declared roles. Null when the task
        names no space.
      type: list
      elements: dict
      contains:
        id:
          description: The id of the space.
          type: str
          sample: U3BhY2U6MzEwOmhKNWQ=
        name:
          description: The name of the space, null where only its id is known.
          type: str
          sample: analytics
        role:
          description: The declared role in the space, null if none is declared.
          type: str
          sample: member
        org_role:
          description: The declared role in the organization of the space, null if none is declared.
          type: str
          sample: read-only
    account_role:
      description: The declared role in the account, null if none is declared.
      type: str
      sample: member
key:
  description:
    - The secret. The service shows it this once.
    - A failed task returns it, too, when the key was issued and its secret could not be delivered.
  type: str
  returned: when a secret was issued and O(return_key) is true, never in check mode
  sample: ak-not-a-real-key
retiring:
  description: Older live keys of the same name that expire by themselves, no later than the current key, and those
    that O(retire_unused_for) spared. Each has the fields of RV(api_key), but for the spaces and roles.
  type: list
  elements: dict
  returned: success, and on failure when a key has been issued or revoked
  contains:
    in_use:
      description: Whether the key would have been revoked, had it not been used more recently than
        O(retire_unused_for) says.
      type: bool
      sample: false
revoked:
  description: Keys that were revoked, also when the task failed later. Each has the fields of RV(api_key), but
    for the spaces and roles.
  type: list
  elements: dict
  returned: success, and on failure when a key has been issued or revoked
orphans:
  description: Live keys that should not be, because nobody holds their secret or because they could not be revoked.
    Each has the fields of a key, and in C(what_to_do) how to resolve it.
  type: list
  elements: dict
  returned: success, and on failure when any are known
next_rotation_at:
  description: When a condition will rotate the key, RFC 3339 in UTC, null when none will.
  type: str
  returned: success
  sample: "2027-02-04T09:15:00Z"
not_compared:
  description: Why declared roles were not compared, in sentences. See O(compare_roles).
  type: list
  elements: str
  returned: success
  sample: []
candidates:
  description: The keys or spaces between which the task could not choose, or which forbade the change.
  type: list
  elements: dict
  returned: when the task fails because of them
request:
  description: The request that failed, with C(method), C(path), C(status) and the service's C(title), C(detail),
    C(request_id) and C(error_code) where there are any, and C(plan) for a limit of the plan.
  type: dict
  returned: when the task fails because of a request
option:
  description: The option, or the environment variable in its place, whose value can't be used.
  type: str
  returned: when the task fails because of an option
  sample: expires_in
"""

from ansible_collections.community.arize.plugins.module_utils._host.module import run


def main() -> None:
    run("arize_api_key")


if __name__ == "__main__":
    main()
