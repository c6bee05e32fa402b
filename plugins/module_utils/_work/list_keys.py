# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The work of `arize_api_key_info`: list, filter, audit. Only GET requests."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.community.arize.plugins.module_utils._decide import audit as _audit
from ansible_collections.community.arize.plugins.module_utils._decide.rotation import clock_warnings
from ansible_collections.community.arize.plugins.module_utils._model.declaration import duration_option
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AccessForbidden,
    InvalidOption,
    NotFound,
    RequestRejected,
)
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, User
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._work.scope import ScopeResolver, missing_space


@dataclasses.dataclass(frozen=True)
class KeyQuery:
    """Checked filters. `statuses` are those to list one after the other."""

    key_id: str | None
    name: str | None
    key_type: str | None
    statuses: tuple[str, ...]
    space: str | None
    all_spaces: bool
    user_id: str | None
    limit: int | None
    cursor: str | None
    owners: bool
    thresholds: _audit.Thresholds


def key_query(options: t.Mapping[str, t.Any]) -> KeyQuery:
    """Check the options. Raises InvalidOption."""
    if options.get("limit") is not None and options["limit"] < 1:
        raise InvalidOption("limit", "must be 1 or more; leave it out for all keys")
    if options.get("space") is not None and options.get("key_type") == "user":
        raise InvalidOption("space", "user keys belong to no space; leave out space or key_type")
    if options["all_spaces"]:
        beside = [name for name in ("space", "user_id", "limit", "cursor") if options.get(name) is not None]
        if beside:
            raise InvalidOption(beside[0], "can't be combined with all_spaces")
        if options.get("key_type") == "user":
            raise InvalidOption("all_spaces", "user keys belong to no space; leave out all_spaces or key_type")
    if options.get("cursor") is not None and options["status"] == "all":
        raise InvalidOption("cursor", "belongs to the listing of one status; set status to active or revoked")
    for name in ("id", "name", "space", "user_id", "cursor"):
        if options.get(name) is not None and not options[name].strip():
            raise InvalidOption(name, "is empty; leave it out to not filter by it")
    return KeyQuery(
        key_id=options.get("id"),
        name=options.get("name"),
        key_type=options.get("key_type"),
        statuses=("active", "revoked") if options["status"] == "all" else (options["status"],),
        space=options.get("space"),
        all_spaces=options["all_spaces"],
        user_id=options.get("user_id"),
        limit=options.get("limit"),
        cursor=options.get("cursor"),
        owners=options["owners"],
        thresholds=_audit.Thresholds(
            expires_within=duration_option(options, "expires_within"),
            unused_for=duration_option(options, "unused_for"),
            older_than=duration_option(options, "older_than"),
        ),
    )


def gather(client: ArizeClient, query: KeyQuery, warnings: list[str]) -> dict[str, t.Any]:
    """The module's result; adds to `warnings`. Raises RequestError, InvalidOption, Refused."""
    listing = _every_space(client, query) if query.all_spaces else _one_scope(client, query)
    now = client.now()
    warnings += clock_warnings(now, client.clock_skew)
    keys = list(listing.keys.values())
    found = _audit.findings(keys, query.thresholds, now, listing.spaces_of) if query.thresholds.any_set else None
    owners = _owners(client, keys, warnings) if query.owners else None
    shown = []
    for key in keys:
        public = key.public()
        public["live"] = key.is_live(now)
        public["space_ids"] = _space_ids(listing, key)
        public["bot_user"] = None if key.bot_user is None else key.bot_user.public()
        if owners is not None:
            public["owner"] = owners.get(key.created_by_user_id or "")
        if found is not None:
            public["findings"] = found[key.key_id]
        shown.append(public)
    complete = not listing.unread and not listing.has_more
    if listing.unread:
        warnings.append(
            f"The keys of {len(listing.unread)} space(s) could not be read, so the list is not complete: "
            f"{', '.join(listing.unread)}. Use a credential that may read service keys there.",
        )
    return {
        "changed": False,
        "listed_at": format_instant(now.replace(microsecond=0)),
        "api_keys": shown,
        "spaces": [{"id": space_id, **space} for space_id, space in listing.spaces.items()],
        "pagination": {"has_more": listing.has_more, "next_cursor": listing.next_cursor},
        "summary": {**_audit.summary(keys, found, now, complete), "unread_spaces": listing.unread},
    }


@dataclasses.dataclass
class _Listing:
    """Keys by id; under which spaces each was listed; the ids of spaces that could not be read.

    `spaces` has the names of the spaces asked for by their ids, and of their organizations, None where not known.
    """

    keys: dict[str, ApiKey] = dataclasses.field(default_factory=dict)
    spaces_of: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    unread: list[str] = dataclasses.field(default_factory=list)
    spaces: dict[str, dict[str, str | None]] = dataclasses.field(default_factory=dict)
    has_more: bool = False
    next_cursor: str | None = None

    def add(self, keys: t.Iterable[ApiKey], space_id: str | None) -> None:
        for key in keys:
            known = self.keys.get(key.key_id)
            # Only an unscoped listing shows bindings (contract section 1.2).
            if known is None or not known.shows_roles:
                self.keys[key.key_id] = key
            if space_id is not None:
                self.spaces_of.setdefault(key.key_id, []).append(space_id)


def _one_scope(client: ArizeClient, query: KeyQuery) -> _Listing:
    space_id = None
    if query.space is not None:
        space_id = ScopeResolver(client, ()).space_id_of(query.space, "space")
    listing = _Listing()
    if space_id is not None:
        listing.spaces[space_id] = _space(None if space_id == query.space else query.space)
    filtered = query.name is not None or query.key_id is not None
    for status in query.statuses:
        room = None if query.limit is None else query.limit - len(listing.keys)
        if room == 0:
            listing.has_more = True
            break
        try:
            listed, following = client.list_api_keys(
                key_type=query.key_type,
                status=status,
                space_id=space_id,
                user_id=query.user_id,
                # The service knows no filter by name or id, so a limit can't be left to it then.
                limit=None if filtered else room,
                cursor=query.cursor,
            )
        except NotFound:
            if space_id is None:
                raise
            raise missing_space(space_id) from None
        fitting = [key for key in listed if _fits(query, key)]
        listing.add(fitting[:room], space_id)
        listing.has_more = following is not None or len(fitting) > len(fitting[:room])
        listing.next_cursor = following
    return listing


def _every_space(client: ArizeClient, query: KeyQuery) -> _Listing:
    """Service keys of all visible spaces, each once, with bindings where the service shows them."""
    listing = _Listing()
    for status in query.statuses:
        try:
            listed, _end = client.list_api_keys(key_type="service", status=status)
            listing.add((key for key in listed if _fits(query, key)), None)
        except (AccessForbidden, RequestRejected):
            # Some servers list service keys only by space (contract section 13).
            continue
    spaces = client.spaces()
    organizations = _organization_names(client) if any(space.organization_id for space in spaces) else {}
    for space in spaces:
        listing.spaces[space.space_id] = _space(space.name, space.organization_id, organizations)
        for status in query.statuses:
            try:
                listed, _end = client.list_api_keys(key_type="service", status=status, space_id=space.space_id)
            except (AccessForbidden, NotFound):
                listing.unread.append(space.space_id)
                break
            listing.add((key for key in listed if _fits(query, key)), space.space_id)
    return listing


def _space(
    name: str | None, organization_id: str | None = None, organizations: t.Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """A space in the result, but for its id."""
    organization = (organizations or {}).get(organization_id or "")
    return {"name": name, "organization_id": organization_id, "organization": organization}


def _organization_names(client: ArizeClient) -> dict[str, str]:
    """By id; empty for a caller who may not list them."""
    try:
        return {organization.organization_id: organization.name for organization in client.organizations()}
    except (AccessForbidden, NotFound, RequestRejected):
        return {}


def _owners(client: ArizeClient, keys: t.Sequence[ApiKey], warnings: list[str]) -> dict[str, dict[str, t.Any]]:
    """Who created the keys, by id of the user, each asked for once."""
    found = {}
    forbidden = False
    for user_id in dict.fromkeys(key.created_by_user_id for key in keys if key.created_by_user_id):
        user = User(user_id)
        try:
            user = user if forbidden else client.user(user_id)
        except NotFound:
            # Gone, or not visible to the caller.
            pass
        except AccessForbidden:
            forbidden = True
            warnings.append("The owners of keys are not shown: this credential may not read the users of the account.")
        found[user_id] = user.public()
    return found


def _space_ids(listing: _Listing, key: ApiKey) -> list[str] | None:
    """The spaces that the key is known to be bound to; None when nothing is known."""
    known = list(listing.spaces_of.get(key.key_id, ()))
    if key.bot_user is not None:
        known += [space.space_id for organization in key.bot_user.organizations for space in organization.spaces]
    return list(dict.fromkeys(known)) or None


def _fits(query: KeyQuery, key: ApiKey) -> bool:
    return (query.key_id is None or key.key_id == query.key_id) and (query.name is None or key.name == query.name)
