# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Names of spaces and organizations to ids, exactly and over all pages, with as few requests as will do."""

from __future__ import annotations

import base64
import binascii
import dataclasses

from ansible_collections.community.arize.plugins.module_utils._client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._errors import InvalidOption, NotFound, Refused
from ansible_collections.community.arize.plugins.module_utils._models import (
    OrganizationBinding,
    RoleAssignment,
    Space,
    SpaceBinding,
)


@dataclasses.dataclass(frozen=True)
class DeclaredSpace:
    """A space by name or id, and the role wanted in it (None: the service's default)."""

    space: str
    role: RoleAssignment | None = None


@dataclasses.dataclass(frozen=True)
class DeclaredOrganization:
    """An organization by id or name (both None: that of its only space), and the spaces wanted in it."""

    organization_id: str | None = None
    name: str | None = None
    role: RoleAssignment | None = None
    spaces: tuple[DeclaredSpace, ...] = ()


@dataclasses.dataclass(frozen=True)
class ResolvedOrganization:
    """The declared spaces of one organization, by id; the organization itself may not be resolved yet."""

    role: RoleAssignment | None
    spaces: tuple[SpaceBinding, ...]


def id_type(text: str) -> str | None:
    """The type in a global id (C(Space) of C(Space:310:hJ5d) in base64, contract section 7), or None for a name.

    A known shape is asked for, so that a name which happens to be base64 is not taken for an id.
    """
    try:
        decoded = base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    kind, colon, rest = decoded.partition(":")
    number = rest.partition(":")[0]
    return kind if colon and kind.isascii() and kind.isalpha() and number.isdigit() else None


class ScopeResolver:
    """Resolves the spaces of one key. Looks up nothing twice, and organizations only when a key is created."""

    def __init__(self, client: ArizeClient, declared: tuple[DeclaredOrganization, ...]) -> None:
        self._client = client
        self._declared = declared
        self._spaces: dict[tuple[str | None, str], Space] = {}
        self._organization_ids: dict[str, str] = {}

    def resolved(self) -> tuple[ResolvedOrganization, ...]:
        """The declared spaces by id, in the declared order. Raises InvalidOption, Refused."""
        return tuple(
            ResolvedOrganization(organization.role, self._space_bindings(organization))
            for organization in self._declared
        )

    def space_ids(self) -> list[str]:
        """The ids of all declared spaces, in the declared order. Raises InvalidOption, Refused."""
        found: list[str] = []
        for organization in self.resolved():
            for space in organization.spaces:
                if space.space_id in found:
                    raise InvalidOption("organizations", f"the space {space.space_id} is named twice")
                found.append(space.space_id)
        return found

    def bindings(self) -> tuple[OrganizationBinding, ...]:
        """Everything by id, as creating a key needs it. Raises InvalidOption, Refused."""
        # Older servers don't tell the organization of a space, and don't ask for it.
        nameless = self._client.dialect.is_legacy
        return tuple(
            OrganizationBinding(
                organization_id="" if nameless else self._organization_of(organization),
                role=organization.role,
                spaces=self._space_bindings(organization),
            )
            for organization in self._declared
        )

    def _space_bindings(self, organization: DeclaredOrganization) -> tuple[SpaceBinding, ...]:
        return tuple(
            SpaceBinding(self._space(organization, declared).space_id, declared.role)
            for declared in organization.spaces
        )

    def _space(self, organization: DeclaredOrganization, declared: DeclaredSpace) -> Space:
        kind = id_type(declared.space)
        if kind == "Space":
            return self._spaces.get((None, declared.space)) or Space(declared.space, declared.space, None)
        if kind is not None:
            raise InvalidOption("space", f"{declared.space} is the id of a {kind}, not of a space")
        within = None
        if organization.organization_id is not None or organization.name is not None:
            within = self._organization_id(organization)
        key = (within, declared.space)
        if key not in self._spaces:
            self._spaces[key] = self._named_space(declared.space, within)
        return self._spaces[key]

    def _named_space(self, name: str, within: str | None) -> Space:
        candidates = self._client.spaces_named(name, within)
        if len(candidates) == 1:
            return candidates[0]
        if not candidates:
            place = "" if within is None else f" in the organization {within}"
            raise InvalidOption(
                "space",
                f"no space named {name!r} is visible to the caller{place}; "
                "the name must be exact, upper and lower case included",
            )
        listed = "; ".join(
            f"{space.space_id} in {self._organization_label(space.organization_id)}" for space in candidates
        )
        raise Refused(
            f"{len(candidates)} spaces are named {name!r}: {listed}. Give the id of the one that is meant in space.",
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
            candidates = self._client.organizations_named(name)
            if len(candidates) != 1:
                problem = "no organization is" if not candidates else f"{len(candidates)} organizations are"
                raise InvalidOption(
                    "organizations",
                    f"{problem} named {name!r} among those visible to the caller; give its id instead",
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
                raise InvalidOption(
                    "space",
                    f"the space {space.space_id} does not exist, or the caller may not see it",
                ) from None
            self._spaces[(None, space.space_id)] = space
        if space.organization_id is None:
            raise InvalidOption(
                "space",
                f"this server does not say to which organization the space {space.space_id} belongs; "
                "use organizations, with the id of the organization, in place of space." + self._client.dialect.hint(),
            )
        return space.organization_id
