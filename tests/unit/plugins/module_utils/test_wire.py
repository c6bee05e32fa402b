# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body that creates a key: what is not declared is not sent (contract section 1.3)."""

from __future__ import annotations

from unit.plugins.builders import NOW, desired

from ansible_collections.community.arize.plugins.module_utils._models import (
    OrganizationBinding,
    RoleAssignment,
    SpaceBinding,
)
from ansible_collections.community.arize.plugins.module_utils._wire import create_body


def test_smallest_bodies() -> None:
    assert create_body(desired(key_type="user", space=None), None, ()) == {"key_type": "USER", "name": "ingest"}
    binding = OrganizationBinding("o", None, (SpaceBinding("s"),))
    assert create_body(desired(description=""), None, (binding,)) == {
        "key_type": "SERVICE",
        "name": "ingest",
        "organizations": [{"org_id": "o", "spaces": [{"space_id": "s"}]}],
    }


def test_whole_body() -> None:
    read_only, custom = RoleAssignment("read-only"), RoleAssignment(role_id="r-1")
    binding = OrganizationBinding("o", read_only, (SpaceBinding("s", read_only), SpaceBinding("t", custom)))
    declared = desired(description="d", account_role="admin")
    assert create_body(declared, NOW, (binding,)) == {
        "key_type": "SERVICE",
        "name": "ingest",
        "description": "d",
        "expires_at": "2026-11-24T12:00:00Z",
        "account_role": {"type": "PREDEFINED", "name": "ADMIN"},
        "organizations": [
            {
                "org_id": "o",
                "role": {"type": "PREDEFINED", "name": "READ_ONLY"},
                "spaces": [
                    {"space_id": "s", "role": {"type": "PREDEFINED", "name": "READ_ONLY"}},
                    {"space_id": "t", "role": {"type": "CUSTOM", "id": "r-1"}},
                ],
            },
        ],
    }
