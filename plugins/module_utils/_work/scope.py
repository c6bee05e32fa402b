# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Names of spaces and organizations to ids, exactly and over all pages, with as few requests as will do."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.declaration import (
    DeclaredOrganization,
    DeclaredSpace,
    id_type,
)
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AccessForbidden,
    InvalidOption,
    NotFound,
    RequestRejected,
    UnresolvedName,
)
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    PREDEFINED_ROLES,
    OrganizationBinding,
    RoleAssignment,
    Space,
    SpaceBinding,
)
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient


@dataclasses.dataclass(frozen=True)
class DescribedSpace:
    """A declared space as results show it. `name` is None where only the id is known."""

    space_id: str
    name: str | None
    role: RoleAssignment | None
    org_role: RoleAssignment | None

    def public(self) -> dict[str, str | None]:
        """The dictionary that modules return; a role that is not declared is None."""
        return {
            "id": self.space_id,
            "name": self.name,
            "role": None if self.role is None else str(self.role),
            "org_role": None if self.org_role is None else str(self.org_role),
        }


class ScopeResolver:
    """Resolves the spaces of one key. Looks up nothing twice, and organizations only when a key is created."""

    def __init__(self, client: ArizeClient, declared: tuple[DeclaredOrganization, ...]) -> None:
        self._client = client
        self._declared = declared
        self._spaces: dict[tuple[str | None, str], Space] = {}
        self._organization_ids: dict[str, str] = {}
        # Of the account's custom roles by their names; None before they are asked for.
        self._role_ids: dict[str, str] | None = None

    def resolved(self) -> tuple[OrganizationBinding, ...]:
        """The declared spaces and roles by id, in the declared order, but no organizations. Raises InvalidOption."""
        return tuple(
            OrganizationBinding("", organization.role, self._space_bindings(organization))
            for organization in self._declared
        )

    def space_ids(self) -> list[str]:
        """The ids of all declared spaces, in the declared order. Raises InvalidOption."""
        found: list[str] = []
        for organization in self._declared:
            for declared in organization.spaces:
                space_id = self._space(organization, declared).space_id
                if space_id in found:
                    raise InvalidOption("organizations", f"the space {space_id} is named twice")
                found.append(space_id)
        return found

    def space_id_of(self, space: str, option: str) -> str:
        """The id of a space that an option names by name or id. Raises InvalidOption."""
        try:
            return self._space(DeclaredOrganization(), DeclaredSpace(space)).space_id
        except UnresolvedName as error:
            raise UnresolvedName(option, error.problem, error.candidates) from None

    def spaces(self) -> list[DescribedSpace]:
        """The declared spaces with the roles declared for them, in the declared order."""
        return [
            DescribedSpace(space.space_id, space.name or None, declared.role, organization.role)
            for organization in self._declared
            for declared, space in ((declared, self._space(organization, declared)) for declared in organization.spaces)
        ]

    def bindings(self) -> tuple[OrganizationBinding, ...]:
        """Everything by id, as creating a key needs it. Raises InvalidOption."""
        resolved = self.resolved()
        if not self._client.asks_for_organizations:
            return resolved
        return tuple(
            dataclasses.replace(binding, organization_id=self._organization_of(organization))
            for organization, binding in zip(self._declared, resolved)
        )

    def _space_bindings(self, organization: DeclaredOrganization) -> tuple[SpaceBinding, ...]:
        return tuple(
            SpaceBinding(self._space(organization, declared).space_id, self._role(organization, declared.role))
            for declared in organization.spaces
        )

    def _role(self, organization: DeclaredOrganization, role: RoleAssignment | None) -> RoleAssignment | None:
        """A role as the service takes it; names of custom roles are unique in an account (section 14)."""
        if role is None or role.is_predefined or role.role_id is not None:
            return role
        by_space = organization.organization_id is None and organization.name is None
        option = "space_role" if by_space else "organizations"
        if self._role_ids is None:
            try:
                self._role_ids = {custom.name: custom.role_id for custom in self._client.custom_roles()}
            except (AccessForbidden, RequestRejected) as error:
                raise UnresolvedName(
                    option,
                    f"Role {role.name!r} is none of {', '.join(PREDEFINED_ROLES)}, and this credential can't look up "
                    f"custom roles by name: {error} Declare it by its id.",
                ) from None
        if role.name not in self._role_ids:
            near = did_you_mean(role.name or "", [*PREDEFINED_ROLES, *self._role_ids])
            raise UnresolvedName(
                option,
                f"Role {role.name!r} is none of {', '.join(PREDEFINED_ROLES)}, and the account has no custom role of "
                f"that name.{near} Names are case-sensitive.",
            )
        return RoleAssignment(role_id=self._role_ids[role.name])

    def _space(self, organization: DeclaredOrganization, declared: DeclaredSpace) -> Space:
        kind = id_type(declared.space)
        if kind == "Space":
            return self._spaces.get((None, declared.space)) or Space(declared.space, "", None)
        if kind is not None:
            raise UnresolvedName("space", f"{declared.space} is the id of a {kind}, not of a space.")
        within = None
        if organization.organization_id is not None or organization.name is not None:
            within = self._organization_id(organization)
        key = (within, declared.space)
        if key not in self._spaces:
            self._spaces[key] = self._named_space(declared.space, within)
        return self._spaces[key]

    def _named_space(self, name: str, within: str | None) -> Space:
        candidates = self._client.spaces(name, within)
        if len(candidates) == 1:
            return candidates[0]
        if not candidates:
            place = "" if within is None else f" in the organization {within}"
            near = did_you_mean(name, [space.name for space in self._client.spaces(None, within)])
            raise UnresolvedName(
                "space",
                f"Space {name!r} not found{place}, or this credential has no access to it.{near} Names are "
                "case-sensitive.",
            )
        listed = "; ".join(
            f"{space.space_id} in {self._organization_label(space.organization_id)}" for space in candidates
        )
        raise UnresolvedName(
            "space",
            f"{len(candidates)} spaces are named {name!r}: {listed}. Set space to one of these ids.",
            [
                {"id": space.space_id, "name": space.name, "organization_id": space.organization_id}
                for space in candidates
            ],
        )

    def _organization_label(self, organization_id: str | None) -> str:
        if organization_id is None:
            return "an organization that the service does not name"
        try:
            name = self._client.organization(organization_id).name
        except NotFound:
            return f"organization {organization_id}"
        return f"organization {name!r} ({organization_id})"

    def _organization_id(self, organization: DeclaredOrganization) -> str:
        if organization.organization_id is not None:
            return organization.organization_id
        name = organization.name or ""
        if name not in self._organization_ids:
            candidates = self._client.organizations(name)
            if len(candidates) > 1:
                ids = ", ".join(candidate.organization_id for candidate in candidates)
                raise UnresolvedName(
                    "organizations",
                    f"{len(candidates)} organizations are named {name!r}: {ids}. Set id to one of these in place of "
                    "name.",
                )
            if not candidates:
                near = did_you_mean(name, [visible.name for visible in self._client.organizations()])
                raise UnresolvedName(
                    "organizations",
                    f"Organization {name!r} not found, or this credential has no access to it.{near} Names are "
                    "case-sensitive.",
                )
            self._organization_ids[name] = candidates[0].organization_id
        return self._organization_ids[name]

    def _organization_of(self, organization: DeclaredOrganization) -> str:
        if organization.organization_id is not None or organization.name is not None:
            return self._organization_id(organization)
        space = self._space(organization, organization.spaces[0])
        if space.organization_id is None:
            try:
                space = self._client.space(space.space_id)
            except NotFound:
                raise missing_space(space.space_id) from None
            self._spaces[(None, space.space_id)] = space
        return space.organization_id or self._organization_with(space)

    def _organization_with(self, space: Space) -> str:
        """The organization that lists the space: servers of before SDK 8.59.1 don't name it (section 14)."""
        visible = self._client.organizations()
        for organization in visible:
            if any(
                found.space_id == space.space_id for found in self._client.spaces(None, organization.organization_id)
            ):
                return organization.organization_id
        raise UnresolvedName(
            "space",
            f"This server does not say to which organization the space {space.space_id} belongs, and none of the "
            f"{len(visible)} organizations that this credential has access to lists it. Use organizations, with the "
            "id of its organization, in place of space.",
        )


def missing_space(space_id: str) -> UnresolvedName:
    """The error for an id of a space that the service answers with 404."""
    return UnresolvedName("space", f"Space {space_id} not found, or this credential has no access to it.")


def did_you_mean(name: str, known: t.Iterable[str]) -> str:
    """A sentence, with a blank before it, that offers the names nearest to `name`; empty when none is near."""
    by_lower = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.7)
    return f" Did you mean {' or '.join(repr(by_lower[match]) for match in near)}?" if near else ""
