# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spaces, organizations, roles, role bindings and users, for reading (contract sections 1.6 to 1.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from flask import Flask, Response, jsonify, request

from .entities import Space
from .key_endpoints import current_caller
from .legacy_form import legacy_space
from .paging import Cursors, page_of, sorted_rows
from .permissions import Access
from .problems import Problem
from .rendering import organization_document, role_binding_row, role_row, space_document, user_document
from .state import State
from .validation import Query, check_identifier


class _Ordered(Protocol):
    @property
    def sequence(self) -> int:
        """Its place among its kind, by age."""


Entity = TypeVar("Entity", bound=_Ordered)
Document = dict[str, object]


class DirectoryEndpoints:
    """Routes for everything a client looks up by name or id."""

    def __init__(self, application: Flask, state: State) -> None:
        self._state = state
        for rule, view in (
            ("/v2/spaces", self.list_spaces),
            ("/v2/spaces/<space_id>", self.get_space),
            ("/v2/organizations", self.list_organizations),
            ("/v2/organizations/<org_id>", self.get_organization),
            ("/v2/roles", self.list_roles),
            ("/v2/roles/<role_id>", self.get_role),
            ("/v2/role-bindings", self.list_role_bindings),
            ("/v2/role-bindings/<binding_id>", self.get_role_binding),
            ("/v2/users", self.list_users),
            ("/v2/users/<user_id>", self.get_user),
        ):
            application.add_url_rule(rule, view.__name__, view, methods=["GET"])

    def list_spaces(self) -> Response:
        """GET /v2/spaces: `name` matches any part, whatever the case."""
        query = self._query("org_id", "name")
        access = self._access()
        org_id = query.identifier("org_id")
        if org_id is not None:
            organization = self._state.organizations.get(org_id)
            if organization is None or not access.sees_organization(organization):
                raise Problem(404, "Organization not found")
        part = (query.text("name", 255) or "").lower()
        spaces = (
            space
            for space in self._state.spaces.values()
            if access.sees_space(space) and org_id in {None, space.organization_id} and part in space.name.lower()
        )
        return self._answer("spaces", query, spaces, self._space)

    def get_space(self, space_id: str) -> Response:
        """GET /v2/spaces/{id}."""
        space = self._state.spaces.get(check_identifier(space_id, "space_id"))
        if space is None or not self._access().sees_space(space):
            raise Problem(404, "Space not found")
        return jsonify(self._space(space))

    def list_organizations(self) -> Response:
        """GET /v2/organizations."""
        query = self._query("name")
        access = self._access()
        part = (query.text("name", 255) or "").lower()
        organizations = (
            organization
            for organization in self._state.organizations.values()
            if access.sees_organization(organization) and part in organization.name.lower()
        )
        return self._answer("organizations", query, organizations, organization_document)

    def get_organization(self, org_id: str) -> Response:
        """GET /v2/organizations/{id}."""
        organization = self._state.organizations.get(check_identifier(org_id, "org_id"))
        if organization is None or not self._access().sees_organization(organization):
            raise Problem(404, "Organization not found")
        return jsonify(organization_document(organization))

    def list_roles(self) -> Response:
        """GET /v2/roles: needs ROLE_READ."""
        query = self._query("is_predefined")
        wanted = query.choice("is_predefined", ("true", "false"))
        access = self._access()
        if not access.reads_roles():
            raise Problem(403, "ROLE_READ is required")
        roles = (
            role
            for role in self._state.roles.values()
            if role.account is access.user.account and (wanted is None or role.is_predefined == (wanted == "true"))
        )
        return self._answer("roles", query, roles, role_row)

    def get_role(self, role_id: str) -> Response:
        """GET /v2/roles/{id}."""
        access = self._access()
        role = self._state.roles.get(check_identifier(role_id, "role_id"))
        if role is None or role.account is not access.user.account or not access.reads_roles():
            raise Problem(404, "Role not found")
        return jsonify(role_row(role))

    def list_role_bindings(self) -> Response:
        """GET /v2/role-bindings: an empty list, not 403, without ROLE_BINDING_READ."""
        query = self._query("resource_type", "user_id")
        kind = query.choice("resource_type", ("SPACE", "PROJECT"))
        if kind is None:
            raise Problem(400, "resource_type is required")
        access = self._access()
        user_id = query.identifier("user_id")
        if user_id is not None:
            user = self._state.users.get(user_id)
            if user is None or user.account is not access.user.account:
                raise Problem(404, "User not found")
        bindings = (
            binding
            for binding in self._state.role_bindings.values()
            if binding.resource_type == kind
            and user_id in {None, binding.user_id}
            and access.holds(self._state.spaces[binding.resource_id], "ROLE_BINDING_READ")
        )
        return self._answer("role_bindings", query, bindings, role_binding_row)

    def get_role_binding(self, binding_id: str) -> Response:
        """GET /v2/role-bindings/{id}: a missing permission shows as 404."""
        binding = self._state.role_bindings.get(check_identifier(binding_id, "binding_id"))
        if binding is None or not self._access().holds(self._state.spaces[binding.resource_id], "ROLE_BINDING_READ"):
            raise Problem(404, "Role binding not found")
        return jsonify(role_binding_row(binding))

    def list_users(self) -> Response:
        """GET /v2/users: people, oldest first, for members of the account (contract section 14)."""
        query = self._query("email", "status")
        caller = current_caller()
        if not self._access().is_account_member:
            raise Problem(403, "USER_READ is required")
        part = (query.text("email", 255) or "").lower()
        statuses = query.several("status", ("ACTIVE", "INVITED", "EXPIRED"))
        users = (
            user
            for user in self._state.users.values()
            if user.account is caller.account
            and not user.is_bot
            and part in user.email.lower()
            and (not statuses or user.status in statuses)
        )
        return self._answer("users", query, users, user_document)

    def get_user(self, user_id: str) -> Response:
        """GET /v2/users/{id}: a missing permission shows as 404."""
        user = self._state.users.get(check_identifier(user_id, "user_id"))
        hidden = not self._access().is_account_member
        if user is None or hidden or user.account is not current_caller().account:
            raise Problem(404, "User not found")
        return jsonify(user_document(user))

    def _space(self, space: Space) -> Document:
        document = space_document(self._state, space)
        return legacy_space(document) if self._state.switches.legacy else document

    def _access(self) -> Access:
        return Access(self._state, current_caller())

    def _query(self, *filters: str) -> Query:
        return Query(request.args.to_dict(flat=False), (*filters, "limit", "cursor"))

    def _answer(
        self, name: str, query: Query, entities: Iterable[Entity], render: Callable[[Entity], Document]
    ) -> Response:
        """One page of a listing, in order of creation."""
        scope = {**query.filters(), "caller": [current_caller().id], "list": [name]}
        page = page_of(
            sorted_rows(((entity.sequence,), entity) for entity in entities),
            min(query.limit(), self._state.switches.page_size_max),
            query.text("cursor"),
            Cursors(self._state.cursor_key, scope),
            request.environ.get("simulator.distortion"),
        )
        documents = [render(entity) for entity in page.items]
        return jsonify({name: documents, "pagination": page.pagination()})
