# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The body of the request that creates a key (contract section 1.3). What is not declared is not sent. Pure."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._desired import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._models import OrganizationBinding
from ansible_collections.community.arize.plugins.module_utils._time import format_instant


def create_body(
    desired: DesiredKey,
    expires_at: datetime | None,
    organizations: t.Sequence[OrganizationBinding],
) -> dict[str, t.Any]:
    """The JSON body for a key of the declared type."""
    body: dict[str, t.Any] = {"key_type": desired.key_type.upper(), "name": desired.name}
    if desired.description:
        body["description"] = desired.description
    if expires_at is not None:
        body["expires_at"] = format_instant(expires_at)
    if desired.key_type == "service":
        if desired.account_role is not None:
            body["account_role"] = desired.account_role.to_wire()
        body["organizations"] = [_organization(organization) for organization in organizations]
    return body


def _organization(binding: OrganizationBinding) -> dict[str, t.Any]:
    organization: dict[str, t.Any] = {"org_id": binding.organization_id}
    if binding.role is not None:
        organization["role"] = binding.role.to_wire()
    spaces = []
    for space in binding.spaces:
        entry: dict[str, t.Any] = {"space_id": space.space_id}
        if space.role is not None:
            entry["role"] = space.role.to_wire()
        spaces.append(entry)
    organization["spaces"] = spaces
    return organization
