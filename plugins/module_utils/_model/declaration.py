# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What the operator declared for one key: options to one checked value. No I/O.

Everything that can be known without a request is refused here, with the option's name (raises InvalidOption).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
import typing as t
from datetime import datetime, timezone

from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._model.instants import (
    Duration,
    parse_duration,
    parse_instant,
)
from ansible_collections.community.arize.plugins.module_utils._model.keys import (
    RoleAssignment,
    Secret,
    is_secret,
)

# Contract section 1.3.
LONGEST_NAME = 256
LONGEST_DESCRIPTION = 1000
# Seconds. Contract section 1.4.
LONGEST_GRACE = 86_400
# Seconds. The overlap when a condition rotates: a lost answer without one is an outage.
DEFAULT_GRACE = 3_600
DEFAULT_MODE = "0600"
_SOME_DAY = datetime(2024, 1, 1, tzinfo=timezone.utc)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SCOPE_OPTIONS = ("space", "organizations")
_ROLE_OPTIONS = ("space_role", "org_role", "account_role")


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


@dataclasses.dataclass(frozen=True)
class Destination:
    """The file that receives the secret on the host where the module runs."""

    path: str
    file_format: str
    variable: str
    mode: t.Any
    owner: str | None
    group: str | None

    def options(self) -> dict[str, t.Any]:
        """The options that declare this, as far as they are not the defaults."""
        written: dict[str, t.Any] = {"dest": self.path}
        if self.file_format != "raw":
            written["dest_format"] = self.file_format
        if self.file_format == "dotenv":
            written["dest_variable"] = self.variable
        if self.mode != DEFAULT_MODE:
            written["mode"] = f"{self.mode:04o}" if isinstance(self.mode, int) else self.mode
        written.update({n: v for n, v in (("owner", self.owner), ("group", self.group)) if v is not None})
        return written


@dataclasses.dataclass(frozen=True)
class DesiredKey:
    """One declared key. Durations are unresolved: what they mean depends on the service's clock."""

    state: str
    key_type: str
    key_id: str | None
    name: str | None
    description: str | None
    organizations: tuple[DeclaredOrganization, ...]
    account_role: RoleAssignment | None
    expires_at: datetime | None
    expires_in: Duration | None
    renew_before: Duration | None
    max_age: Duration | None
    issued_after: datetime | None
    grace_seconds: int | None
    allow_self: bool
    exclusive: bool
    retire_unused_for: Duration | None
    on_drift: str
    # None: if any are declared.
    compare_roles: bool | None
    on_lost_secret: str
    destination: Destination | None
    # What the operator's own store holds, empty for nothing. None: no store is named.
    held_secret: Secret | None
    return_key: bool

    @property
    def label(self) -> str:
        """How messages call the key: type, name or id, and the declared space."""
        what = f"{self.key_type} key {self.name!r}" if self.name is not None else f"key {self.key_id}"
        spaces = [space.space for organization in self.organizations for space in organization.spaces]
        if spaces:
            what += f" in space{'s' if len(spaces) > 1 else ''} {', '.join(spaces)}"
        return what

    @property
    def declares_roles(self) -> bool:
        """Whether any role is declared."""
        roles = [self.account_role, *(organization.role for organization in self.organizations)]
        roles += [space.role for organization in self.organizations for space in organization.spaces]
        return any(role is not None for role in roles)

    @property
    def compares_roles(self) -> bool:
        """Whether the declared roles are compared with those of the current key."""
        return self.declares_roles if self.compare_roles is None else self.compare_roles

    def expiry_at(self, now: datetime) -> datetime | None:
        """The declared expiry of a key that is issued now; None for what the service does by itself."""
        if self.expires_in is not None:
            return self.expires_in.after(now)
        return self.expires_at


def desired_key(options: t.Mapping[str, t.Any]) -> DesiredKey:
    """Check the options of `arize_api_key` and make one value of them. Raises InvalidOption."""
    _check_identity(options)
    _check_scope(options)
    desired = DesiredKey(
        state=options["state"],
        key_type=options["key_type"],
        key_id=_text(options, "id"),
        name=_text(options, "name", LONGEST_NAME),
        description=_text(options, "description", LONGEST_DESCRIPTION, may_be_empty=True),
        organizations=_organizations(options),
        account_role=_predefined(options.get("account_role")),
        expires_at=_instant(options, "expires_at"),
        expires_in=duration_option(options, "expires_in"),
        renew_before=duration_option(options, "renew_before"),
        max_age=duration_option(options, "max_age"),
        issued_after=_instant(options, "issued_after"),
        grace_seconds=_grace(options),
        allow_self=options["allow_self"],
        exclusive=options["exclusive"],
        retire_unused_for=duration_option(options, "retire_unused_for"),
        on_drift=options["on_drift"],
        compare_roles=options["compare_roles"],
        on_lost_secret=options["on_lost_secret"],
        destination=_destination(options),
        held_secret=_held_secret(options),
        return_key=options["dest"] is None if options["return_key"] is None else options["return_key"],
    )
    _check_lifetime(desired)
    return desired


def _check_identity(options: t.Mapping[str, t.Any]) -> None:
    if options["state"] == "present" and options.get("name") is None:
        why = ", because each rotation gives a key another id" if options.get("id") is not None else ""
        raise InvalidOption("state", f"present requires name{why}")
    if options.get("name") is None and options.get("id") is None:
        raise InvalidOption("state", f"{options['state']} requires name or id")


def _check_scope(options: t.Mapping[str, t.Any]) -> None:
    scoped = [name for name in _SCOPE_OPTIONS + _ROLE_OPTIONS if options.get(name) is not None]
    if options["key_type"] == "user":
        if scoped:
            raise InvalidOption(scoped[0], "a user key has neither spaces nor roles; it acts as its user")
        if options.get("compare_roles"):
            raise InvalidOption("compare_roles", "a user key has no roles of its own")
        return
    if options.get("organizations") is not None:
        beside = [name for name in ("space_role", "org_role") if options.get(name) is not None]
        if beside:
            raise InvalidOption(
                beside[0], "goes with space; with organizations each space and organization has its own"
            )
    elif options.get("space") is None:
        if options.get("id") is None:
            raise InvalidOption("space", "a service key belongs to spaces: give space or organizations")
        roles = [name for name in _ROLE_OPTIONS if options.get(name) is not None]
        if roles:
            raise InvalidOption(roles[0], "goes with space")


def _check_lifetime(desired: DesiredKey) -> None:
    if desired.renew_before is not None and desired.expires_in is not None:
        # Months differ, so the shortest one decides.
        starts = [_SOME_DAY.replace(year=2023, month=month) for month in range(1, 13)]
        if any(desired.renew_before.after(start) >= desired.expires_in.after(start) for start in starts):
            raise InvalidOption(
                "renew_before",
                f"{desired.renew_before} is not shorter than the lifetime expires_in {desired.expires_in}, "
                "so each run would rotate the key; make it shorter",
            )
    if desired.state == "refreshed":
        conditions = ("renew_before", "max_age", "issued_after")
        given = [name for name in conditions if getattr(desired, name) is not None]
        if given:
            raise InvalidOption(given[0], "is a condition; state refreshed always refreshes. Use state present")
    if desired.retire_unused_for is not None and not (desired.exclusive and desired.state == "present"):
        raise InvalidOption("retire_unused_for", "goes with exclusive and state present, which revoke older keys")
    if desired.state == "absent" and desired.grace_seconds:
        raise InvalidOption("grace_period", "can't be honoured by state absent: a revoked key stops serving at once")


def _text(
    options: t.Mapping[str, t.Any], name: str, longest: int | None = None, may_be_empty: bool = False
) -> str | None:
    value: str | None = options.get(name)
    if value is None:
        return None
    if not value.strip() and not may_be_empty:
        raise InvalidOption(name, "is empty")
    if longest is not None and len(value) > longest:
        raise InvalidOption(name, f"has {len(value)} characters; the service takes at most {longest}")
    return value


def _instant(options: t.Mapping[str, t.Any], name: str) -> datetime | None:
    value = options.get(name)
    if value is None:
        return None
    try:
        return parse_instant(value)
    except ValueError:
        raise InvalidOption(
            name,
            f"{value!r} is not an ISO 8601 date and time of day; write it like 2027-03-31T00:00:00Z",
        ) from None


def duration_option(options: t.Mapping[str, t.Any], name: str) -> Duration | None:
    """The duration in the option `name`, None where it is unset. Raises InvalidOption."""
    value = options.get(name)
    if value is None:
        return None
    try:
        duration = parse_duration(value)
    except ValueError:
        raise InvalidOption(
            name, f"{value!r} is not a valid duration; write it like 90d, 12h, 2w, 6mo, 1y or P90D"
        ) from None
    if not any(duration.parts.values()):
        raise InvalidOption(name, f"{value!r} must be more than zero")
    return duration


def _grace(options: t.Mapping[str, t.Any]) -> int | None:
    value = options.get("grace_period")
    if value is None:
        return None
    try:
        duration = parse_duration(value, bare_seconds=True)
    except ValueError:
        raise InvalidOption(
            "grace_period", f"{value!r} is not a valid duration from 0 to 24h; write seconds, or like 30m or 12h"
        ) from None
    seconds = duration.seconds_from(_SOME_DAY)
    if seconds > LONGEST_GRACE:
        raise InvalidOption("grace_period", f"{value} is longer than 24h ({LONGEST_GRACE} s), the service's longest")
    return seconds


def _destination(options: t.Mapping[str, t.Any]) -> Destination | None:
    _text(options, "dest")
    if options["dest"] is None:
        beside = [name for name in ("owner", "group") if options.get(name) is not None]
        if beside:
            raise InvalidOption(beside[0], "goes with dest")
        if options["return_key"] is False and options["state"] != "absent":
            raise InvalidOption("return_key", "nobody would receive the secret: set dest, or leave return_key true")
        return None
    if _VARIABLE.fullmatch(options["dest_variable"]) is None:
        raise InvalidOption("dest_variable", f"{options['dest_variable']!r} is not a valid name of a shell variable")
    return Destination(
        path=options["dest"],
        file_format=options["dest_format"],
        variable=options["dest_variable"],
        mode=options["mode"],
        owner=options.get("owner"),
        group=options.get("group"),
    )


def _held_secret(options: t.Mapping[str, t.Any]) -> Secret | None:
    if options.get("held_secret") is None:
        return None
    if options["state"] != "present":
        raise InvalidOption("held_secret", "goes with state present")
    held = options["held_secret"].strip()
    if held and not is_secret(held):
        raise InvalidOption(
            "held_secret",
            "is not the secret of an API key, which begins with ak- and has no spaces; it is not shown here. Pass the "
            "value that the store holds and nothing around it, or an empty string when the store holds none",
        )
    return Secret(held)


def _predefined(name: str | None) -> RoleAssignment | None:
    return None if name is None else RoleAssignment(name=name)


def _space_role(options: t.Mapping[str, t.Any], name: str, option: str) -> RoleAssignment | None:
    """A predefined role, or a custom one by id, or by a name that is to be looked up."""
    role = _text(options, name)
    kind = None if role is None else id_type(role)
    if kind in ("Space", "Organization", "User", "ApiKey"):
        raise InvalidOption(option, f"{role} is the id of a {kind}, not of a role")
    return _predefined(role) if kind is None else RoleAssignment(role_id=role)


def _organizations(options: t.Mapping[str, t.Any]) -> tuple[DeclaredOrganization, ...]:
    if options.get("space") is not None:
        space = _text(options, "space") or ""
        declared = DeclaredSpace(space, _space_role(options, "space_role", "space_role"))
        return (DeclaredOrganization(role=_predefined(options.get("org_role")), spaces=(declared,)),)
    organizations = []
    if options.get("organizations") is not None and not options["organizations"]:
        raise InvalidOption("organizations", "is empty; a service key belongs to at least one space")
    for item in options.get("organizations") or ():
        if not item.get("spaces"):
            raise InvalidOption("organizations", "each organization needs at least one entry in spaces")
        if item.get("id") is not None and id_type(item["id"]) not in (None, "Organization"):
            raise InvalidOption("organizations", f"{item['id']} is the id of a {id_type(item['id'])}")
        organizations.append(
            DeclaredOrganization(
                organization_id=_text(item, "id"),
                name=_text(item, "name"),
                role=_predefined(item.get("role")),
                spaces=tuple(
                    DeclaredSpace(_text(entry, "space") or "", _space_role(entry, "role", "organizations"))
                    for entry in item["spaces"]
                ),
            ),
        )
    return tuple(organizations)
