# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report on an audit as a file's content."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.arize.plugins.plugin_utils._audit_render import to_csv, to_html, to_json, to_metrics

DOCUMENTATION = r"""
name: key_audit_render
short_description: Write a report on an audit as HTML, CSV, JSON or metrics
version_added: 1.0.0
author:
  - community.arize contributors (@community-arize)
description:
  - Text from the service is escaped in HTML, and can't be a formula in CSV. Control characters are made visible.
  - Made for the role P(community.arize.key_audit#role). It may change with the role; better use that.
positional: _input
options:
  _input:
    description: A report made by the filter P(community.arize.key_audit_report#filter).
    type: dict
    required: true
  form:
    description: What to write. V(metrics) is a text file for Prometheus.
    type: str
    choices: [html, csv, json, metrics]
    required: true
  template:
    description:
      - The Jinja2 template of the page, its text and not its path. Required for V(html), and not used otherwise.
      - That of the role is C(roles/key_audit/files/report.html.j2).
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: Write the keys as a table
  ansible.builtin.copy:
    content: "{{ my_report | community.arize.key_audit_render('csv') | string }}"
    dest: /srv/reports/arize-keys.csv
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The content of the file.
  type: str
"""


def key_audit_render(report: t.Mapping[str, t.Any], form: str, template: str = "") -> str:
    """The filter; see DOCUMENTATION. Raises AnsibleFilterError for an unknown form or a page without a template."""
    if form == "html":
        if not template:
            raise AnsibleFilterError("key_audit_render: html requires a template, such as that of the role key_audit")
        return to_html(report, template)
    if form == "csv":
        return to_csv(report)
    if form == "json":
        return to_json(report)
    if form == "metrics":
        return to_metrics(report)
    raise AnsibleFilterError(f"key_audit_render: form must be html, csv, json or metrics, not {form!r}")


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"key_audit_render": key_audit_render}
