# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a report on an audit."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.arize.plugins.plugin_utils._audit_report import Wishes, report

DOCUMENTATION = r"""
name: key_audit_report
short_description: Make a report from the results of an audit
version_added: 1.0.0
author:
  - community.arize contributors (@community-arize)
description:
  - Groups findings by severity, sets accepted ones apart, and lays out a time line of expiries.
  - Made for the role P(community.arize.key_audit#role). It may change with the role; better use that.
  - The time is that of the audit. A report shows its day only, so that equal keys make equal reports on the same day.
positional: _input
options:
  _input:
    description: Registered results of M(community.arize.arize_api_key_info) with thresholds.
    type: list
    elements: dict
    required: true
  title:
    description: The heading.
    type: str
    required: true
  made_by:
    description: Who made the audit. Empty for no such line.
    type: str
    default: ''
  thresholds:
    description:
      - The thresholds of the audit, for the texts. C(expires_within), C(unused_for) and C(older_than), as they were
        given to M(community.arize.arize_api_key_info). One that was not given is left out or empty.
    type: dict
    default: {}
  accepted:
    description:
      - Accepted findings, each with C(finding), with at least one of C(name) of the key or V(*), and C(id), and with
        C(space) and C(reason) if there are any.
    type: list
    elements: dict
    default: []
  fail_on:
    description: Findings that fail the play. V(any) stands for all, V(incomplete) for a space that was not read.
    type: list
    elements: str
    choices:
      - any
      - incomplete
      - expires_soon
      - admin_role
      - expired
      - never_expires
      - old
      - duplicate_name
      - unused
      - never_used
    default: []
  months:
    description: How many months the time line covers.
    type: int
    default: 12
  not_looked_for:
    description: The findings that the audit can't have, each with the cause, as the filter
      P(community.arize.key_audit_plan#filter) names them. The page then gives no all-clear.
    type: dict
    default: {}
    version_added: 1.1.0
  spaces:
    description: The requested spaces. Empty for all.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
"""

EXAMPLES = r"""
- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ ([audit] | community.arize.key_audit_report(title='Keys')).findings }}"
"""

RETURN = r"""
_value:
  description:
    - The report, for the filter P(community.arize.key_audit_render#filter).
    - C(title), C(date), C(api_url), C(made_by), C(thresholds), C(complete) and C(unread_spaces) are its head.
    - C(figures) holds counts, and C(problems) sentences that say why the play fails.
    - C(findings) holds one entry for each kind of finding, with its severity, its meaning, what to do, and the ids of
      the keys that have it. C(keys) holds the keys, C(spaces) the ids of the keys by space, and C(timeline) a drawing.
  type: dict
"""


def key_audit_report(
    audits: t.Sequence[t.Mapping[str, t.Any]],
    title: str,
    made_by: str = "",
    thresholds: t.Mapping[str, str] | None = None,
    accepted: t.Sequence[t.Mapping[str, t.Any]] = (),
    fail_on: t.Sequence[str] = (),
    months: int = 12,
    not_looked_for: t.Mapping[str, str] | None = None,
    spaces: t.Sequence[str] = (),
) -> dict[str, t.Any]:
    """The filter; see DOCUMENTATION. Raises AnsibleFilterError when there is nothing to report."""
    try:
        wishes = Wishes(title, made_by, thresholds or {}, accepted, fail_on, months, not_looked_for or {}, spaces)
        return report(audits, wishes)
    except ValueError as error:
        raise AnsibleFilterError(f"key_audit_report: {error}") from None


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"key_audit_report": key_audit_report}
