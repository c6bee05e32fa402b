# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Find out what is there: resolve spaces, list keys, read `dest`. Only GET requests, and nothing is written."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.community.arize.plugins.module_utils._decide import drift as _drift
from ansible_collections.community.arize.plugins.module_utils._decide.matches import (
    Matches,
    StoredSecret,
    classify,
)
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import Observation
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AccessForbidden,
    NotFound,
    Refused,
    RequestError,
    RequestRejected,
)
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, Secret
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._work.scope import ScopeResolver, missing_space

# Seconds before each look at a listing for what should be there: it may lag behind the service's own answers.
LOOKS = (1.0, 2.0, 4.0, 8.0)
Listing = t.Callable[[], t.List[ApiKey]]


class Observer:
    """Lists one declared key, as often as asked; names are resolved once."""

    def __init__(self, desired: DesiredKey, client: ArizeClient, credential: Secret) -> None:
        self._desired = desired
        self._client = client
        self._credential = credential
        # Ids of everything listed by the newest observation, whatever its name: what is not among them is new.
        self._ids_seen: set[str] = set()
        self._spaces_listed: set[str] = set()
        # A key looked up by id, and the listing in which it was found: its namesakes are listed there, too.
        self._found_by_id: tuple[ApiKey, Listing] | None = None
        self.known_ids: frozenset[str] = frozenset()
        self.scope = ScopeResolver(client, desired.organizations)

    def observe(self, stored: StoredSecret | None) -> Observation:
        """Everything that a plan needs. `stored` is None when the task names no holder.

        Raises RequestError, InvalidOption, Refused.
        """
        if self._desired.key_id is not None:
            return self._observe_id(self._desired.key_id)
        self._ids_seen.clear()
        listed, partial = self._listed()
        self.known_ids = frozenset(self._ids_seen)
        now = self._client.now()
        live = [key for key in listed if key.is_live(now)]
        matches = classify(live, now, stored, [key for key in partial if key.is_live(now)])
        matches = dataclasses.replace(matches, expired=tuple(key for key in listed if key not in live))
        roles = _drift.RoleDrift()
        if self._desired.state == "present" and matches.current is not None:
            roles = self._compare_roles(matches.current)
        return Observation(now, self._credential, matches, clock_skew=self._client.clock_skew, drift_of_roles=roles)

    def live_matches(self) -> list[ApiKey]:
        """Those of the active matches that have not expired by the service's clock."""
        listed = self.active_matches()
        now = self._client.now()
        return [key for key in listed if key.is_live(now)]

    def active_matches(self) -> list[ApiKey]:
        """The matches that the service lists as active now, those bound to part of the spaces included."""
        if self._found_by_id is not None:
            found, listing = self._found_by_id
            return [key for key in listing() if (key.name, key.key_type) == (found.name, found.key_type)]
        everywhere, partial = self._listed()
        return everywhere + partial

    def _listed(self) -> tuple[list[ApiKey], list[ApiKey]]:
        """Listed keys of the declared name in all declared spaces, and those in only some of them."""
        if self._desired.key_type == "user":
            return self._named(self._unscoped_listing("user", "active")), []
        found: dict[str, ApiKey] = {}
        counts: dict[str, int] = {}
        space_ids = self.scope.space_ids()
        for space_id in space_ids:
            for key in self._named(self._space_listing(space_id)):
                found[key.key_id] = key
                counts[key.key_id] = counts.get(key.key_id, 0) + 1
        everywhere = [key for key_id, key in found.items() if counts[key_id] == len(space_ids)]
        return everywhere, [key for key_id, key in found.items() if counts[key_id] < len(space_ids)]

    def _named(self, listed: list[ApiKey]) -> list[ApiKey]:
        self._ids_seen.update(key.key_id for key in listed)
        return [key for key in listed if key.name == self._desired.name and key.key_type == self._desired.key_type]

    def _space_listing(self, space_id: str, status: str = "active") -> list[ApiKey]:
        try:
            listed, _end = self._client.list_api_keys(key_type="service", status=status, space_id=space_id)
        except NotFound:
            if space_id in self._spaces_listed:
                raise
            raise missing_space(space_id) from None
        self._spaces_listed.add(space_id)
        return listed

    def _observe_id(self, key_id: str) -> Observation:
        key = self._find_id(key_id)
        now = self._client.now()
        if key is None and self._desired.state != "absent":
            raise Refused(
                f"There is no key with the id {key_id} among those that this credential can list. A refresh gives a "
                "key another id: look it up with community.arize.arize_api_key_info, or use name in place of id.",
            )
        matches = Matches()
        dead = None
        if key is None or key.status != "active":
            dead = key
        elif key.is_live(now):
            matches = classify([key], now, None)
        else:
            matches = Matches(expired=(key,))
        return Observation(now, self._credential, matches, dead, self._client.clock_skew)

    def _find_id(self, key_id: str) -> ApiKey | None:
        """Look for an id where it costs least, and in every visible space before it is called unknown.

        There is no GET for one key (contract section 1), and an unscoped listing of service keys may be limited to
        those that the caller created (section 4).
        """
        refusal: RequestError | None = None
        answered = False
        for listing in self._listings_for_id():
            try:
                listed = listing()
            except (AccessForbidden, RequestRejected) as error:
                if self._desired.organizations:
                    raise
                # Some servers list service keys only by space (contract section 13), and not every space's.
                refusal = refusal or error
                continue
            answered = True
            for key in listed:
                if key.key_id == key_id:
                    self.known_ids = frozenset(other.key_id for other in listed)
                    self._found_by_id = (key, listing)
                    return key
        if refusal is not None and not answered:
            # Nothing was seen, which is no ground for calling the id unknown.
            raise refusal
        return None

    def _listings_for_id(self) -> t.Iterator[Listing]:
        """Listings one by one, so that the search ends where the id is found; the widest comes last."""
        if self._desired.organizations:
            for status in ("active", "revoked"):
                for space_id in self.scope.space_ids():
                    yield functools.partial(self._space_listing, space_id, status)
            return
        other_type = "user" if self._desired.key_type == "service" else "service"
        for status in ("active", "revoked"):
            for key_type in (self._desired.key_type, other_type):
                yield functools.partial(self._unscoped_listing, key_type, status)
        for space in self._client.spaces():
            yield functools.partial(self._space_listing, space.space_id)

    def _unscoped_listing(self, key_type: str, status: str) -> list[ApiKey]:
        listed, _end = self._client.list_api_keys(key_type=key_type, status=status)
        return listed

    def _compare_roles(self, current: ApiKey) -> _drift.RoleDrift:
        """One more listing: bindings are shown only without a space in the query (contract section 1.2)."""
        if not self._desired.compares_roles:
            unasked = ("The declared roles were not compared: compare_roles is false.",)
            return _drift.RoleDrift(not_compared=unasked if self._desired.declares_roles else ())
        try:
            listed = self._unscoped_listing("service", "active")
        except (AccessForbidden, RequestRejected) as error:
            return _drift.RoleDrift(not_compared=(f"The declared roles were not compared: {error}",))
        shown = next((key for key in listed if key.key_id == current.key_id), None)
        return _drift.of_roles(
            self._desired.account_role,
            self.scope.resolved(),
            None if shown is None else shown.bot_user,
        )
