# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of SDK 8.35 that the modules use against older servers."""

from __future__ import annotations

import typing as t

from arize._generated.api_client.api.api_keys_api import APIKeysApi
from arize._generated.api_client.api.organizations_api import OrganizationsApi
from arize._generated.api_client.api.spaces_api import SpacesApi
from arize._generated.api_client.models.api_key_create import ApiKeyCreate
from arize._generated.api_client.models.api_key_refresh import ApiKeyRefresh
from operations import operation


def create(document: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"api_key_create": ApiKeyCreate.from_dict(document)}


def refresh(document: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"api_key_refresh": ApiKeyRefresh.from_dict(document)}


OPERATIONS = (
    operation("GET /v2/api-keys", APIKeysApi, "api_keys_list"),
    operation("POST /v2/api-keys", APIKeysApi, "api_keys_create", create),
    operation("POST /v2/api-keys/{api_key_id}/refresh", APIKeysApi, "api_keys_refresh", refresh),
    operation("PUT /v2/api-keys/{api_key_id}/revoke", APIKeysApi, "api_keys_revoke"),
    operation("GET /v2/spaces", SpacesApi, "spaces_list"),
    operation("GET /v2/organizations", OrganizationsApi, "organizations_list"),
)
