# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the role key_audit: what they refuse, and what they are documented to take."""

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.community.arize.plugins.filter import key_audit_report as report_filter
from ansible_collections.community.arize.plugins.filter.key_audit_render import key_audit_render
from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS


def test_a_page_without_a_template_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="html requires a template"):
        key_audit_render({}, "html")


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="not 'pdf'"):
        key_audit_render({}, "pdf")


def test_the_documented_findings_are_those_that_there_are() -> None:
    options = yaml.safe_load(report_filter.DOCUMENTATION)["options"]
    assert options["fail_on"]["choices"] == ["any", "incomplete", *(each.finding for each in FINDINGS)]
