# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings for what the contract leaves open (contract section 13) and for older servers (section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

# The values that a text setting accepts; the first is the default.
_CHOICES: dict[str, tuple[str, ...]] = {
    "refresh_without_expiry": ("rejected", "inherited"),
    "service_list_without_space": ("created_by_caller", "account", "empty", "rejected"),
    "user_list_in_space": ("empty", "rejected"),
    "list_without_type": ("user", "both"),
    "ordering": ("newest", "oldest", "random"),
    "refresh_by_space_admin": ("of_all_spaces", "of_one_space"),
    "duplicate_names": ("accepted", "rejected"),
    "created_at_resolution": ("second", "microsecond"),
    "expires_at_resolution": ("microsecond", "second"),
    "redacted_form": ("dots", "stars"),
}


@dataclass(slots=True)
class Switches:
    """Behaviour of the simulated server; every field can be changed while it runs.

    A misspelt name or an impossible value raises at once, so that no test runs under the wrong setting.
    """

    # Refresh: contract section 3.1. The default answers with a new id.
    refresh_keeps_id: bool = False
    refresh_keeps_created_at: bool = False
    refresh_keeps_creator: bool = True
    refresh_without_expiry: str = "rejected"
    # Status for refreshing a revoked key. A expired key cannot satisfy the expiry rule and is always 422.
    refresh_of_dead_key_status: int = 404
    # Which admins may refresh a service key of several spaces: contract section 14.
    refresh_by_space_admin: str = "of_all_spaces"
    # Listings: contract section 4.
    expired_keys_listed: bool = True
    service_list_without_space: str = "created_by_caller"
    user_list_in_space: str = "empty"
    list_without_type: str = "user"
    ordering: str = "newest"
    page_size_max: int = 100
    list_lag_seconds: float = 0.0
    # Whether the API key behind a person's credential is itself a row of the listings.
    credentials_listed: bool = False
    # Writes: contract section 1.3.
    past_expiry_status: int = 422
    # For an account role that service keys can't have: contract section 14.
    bad_account_role_status: int = 400
    duplicate_names: str = "accepted"
    predefined_roles_as_bindings: bool = False
    # Form of the answers.
    created_at_resolution: str = "second"
    expires_at_resolution: str = "microsecond"
    redacted_form: str = "dots"
    date_header: bool = True
    # How far the Date header is ahead of the clock by which keys are issued and expire; negative: behind.
    date_skew_seconds: float = 0.0
    # Whether a refusal carries the optional error_code (contract section 14).
    error_codes: bool = False
    # Retry-After of 429 and 503 faults that name none of their own.
    retry_after: str | None = None
    # Requests that are answered in each second of the real clock, 0 for all; the others get 429.
    requests_per_second: int = 0
    # Older servers: contract sections 1.6 and 2.1; an unresolvable bot user: section 1.2.
    space_organization_id: bool = True
    bot_user_on_list: bool = True
    bot_user_resolved: bool = True
    # The whole wire form of SDK 8.35: contract section 2.
    legacy: bool = False

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse a value of the wrong type or outside the choices."""
        declared = {entry.name: entry for entry in fields(self)}
        if name in declared:
            choices = _CHOICES.get(name)
            if choices is not None and value not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
            kinds: dict[str, tuple[type, ...]] = {
                "bool": (bool,),
                "int": (int,),
                "float": (int, float),
                "str": (str,),
                "str | None": (str, type(None)),
            }
            kind = str(declared[name].type)
            if not isinstance(value, kinds[kind]) or (isinstance(value, bool) and kind != "bool"):
                raise ValueError(f"{name} must be a {kind}, not {value!r}")
        object.__setattr__(self, name, value)

    def change(self, values: Mapping[str, object]) -> None:
        """Set several switches; unknown names raise ValueError."""
        names = {entry.name for entry in fields(self)}
        for name, value in values.items():
            if name not in names:
                raise ValueError(f"there is no switch named {name}")
            setattr(self, name, value)

    def as_dict(self) -> dict[str, object]:
        """Every switch with its present value."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


def parse_switch(assignment: str) -> tuple[str, object]:
    """Read name=value from a command line, by the type of the switch."""
    name, separator, text = assignment.partition("=")
    kinds = {entry.name: str(entry.type) for entry in fields(Switches)}
    if not separator or name not in kinds:
        raise ValueError(f"{assignment!r} is not NAME=VALUE with a known switch name")
    if kinds[name] == "bool":
        if text.lower() not in {"true", "false"}:
            raise ValueError(f"{name} must be true or false")
        return name, text.lower() == "true"
    if kinds[name] == "int":
        return name, int(text)
    if kinds[name] == "float":
        return name, float(text)
    return name, text
