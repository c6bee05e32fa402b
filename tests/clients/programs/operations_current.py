# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the newest SDK that the modules use."""

from __future__ import annotations

import typing as t

from arize._generated.api_client.api.api_keys_api import APIKeysApi
from arize._generated.api_client.api.organizations_api import OrganizationsApi
from arize._generated.api_client.api.spaces_api import SpacesApi
from arize._generated.api_client.api.users_api import UsersApi
from arize._generated.api_client.models.create_api_key_request import CreateApiKeyRequest
from arize._generated.api_client.models.create_service_api_key_request import CreateServiceApiKeyRequest
from arize._generated.api_client.models.create_user_api_key_request import CreateUserApiKeyRequest
from arize._generated.api_client.models.refresh_api_key_request import RefreshApiKeyRequest
from operations import operation


def create(document: dict[str, t.Any]) -> dict[str, t.Any]:
    # By its type, for the errors of a union name no field.
    model: t.Any = CreateServiceApiKeyRequest if document.get("key_type") == "SERVICE" else CreateUserApiKeyRequest
    return {"create_api_key_request": CreateApiKeyRequest(model.from_dict(document))}


def refresh(document: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"refresh_api_key_request": RefreshApiKeyRequest.from_dict(document)}


OPERATIONS = (
    operation("GET /v2/api-keys", APIKeysApi, "list_api_keys"),
    operation("POST /v2/api-keys", APIKeysApi, "create_api_key", create),
    operation("POST /v2/api-keys/{api_key_id}/refresh", APIKeysApi, "refresh_api_key", refresh),
    operation("PUT /v2/api-keys/{api_key_id}/revoke", APIKeysApi, "revoke_api_key"),
    operation("GET /v2/spaces", SpacesApi, "list_spaces"),
    operation("GET /v2/spaces/{space_id}", SpacesApi, "get_space"),
    operation("GET /v2/organizations", OrganizationsApi, "list_organizations"),
    operation("GET /v2/organizations/{org_id}", OrganizationsApi, "get_organization"),
    operation("GET /v2/users/{user_id}", UsersApi, "get_user"),
)
