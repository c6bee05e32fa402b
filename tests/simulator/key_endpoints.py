# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four operations on API keys (contract sections 1.2 to 1.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator

from flask import Flask, Response, g, jsonify, request

from . import legacy_form
from .entities import StoredKey, User
from .key_requests import read_create
from .key_store import KeyStore
from .key_table import Shelf, age_of
from .paging import Cursors, Position, page_of, sorted_rows
from .permissions import Access
from .problems import Problem
from .rendering import bot_user_document, key_document, listed_key_document
from .state import State
from .validation import Query, check_identifier, parse_body

_LIST_PARAMETERS = ("key_type", "status", "space_id", "user_id", "limit", "cursor")


def current_caller() -> User:
    """Whom the credential of this request acts as."""
    caller: User = g.caller
    return caller


class KeyEndpoints:
    """Routes under /v2/api-keys."""

    def __init__(self, application: Flask, state: State, store: KeyStore) -> None:
        self._state = state
        self._store = store
        for rule, method, view in (
            ("/v2/api-keys", "GET", self.list_keys),
            ("/v2/api-keys", "POST", self.create),
            ("/v2/api-keys/<key_id>/refresh", "POST", self.refresh),
            ("/v2/api-keys/<key_id>/revoke", "PUT", self.revoke),
        ):
            application.add_url_rule(rule, view.__name__, view, methods=[method])

    @property
    def _legacy(self) -> bool:
        return self._state.switches.legacy

    def _document(self, document: dict[str, object]) -> dict[str, object]:
        return legacy_form.legacy_key(document) if self._legacy else document

    def list_keys(self) -> Response:
        """GET /v2/api-keys."""
        values = request.args.to_dict(flat=False)
        query = Query(legacy_form.present_query(values) if self._legacy else values, _LIST_PARAMETERS)
        key_type = query.choice("key_type", ("USER", "SERVICE"))
        status = query.choice("status", ("ACTIVE", "REVOKED")) or "ACTIVE"
        space_id = query.identifier("space_id")
        user_id = query.identifier("user_id")
        limit = query.limit()
        caller = current_caller()
        wanted = self._selection(caller, key_type, space_id, user_id)
        shelf = self._shelf(caller, key_type, space_id, user_id)
        scope = {**query.filters(), "caller": [caller.id], "list": ["api-keys"]}
        page = page_of(
            self._rows(shelf, lambda key: wanted(key) and self._shown(key, status)),
            min(limit, self._state.switches.page_size_max),
            query.text("cursor"),
            Cursors(self._state.cursor_key, scope),
            request.environ.get("simulator.distortion"),
        )
        documents = [self._document(listed_key_document(self._state, key, space_id is not None)) for key in page.items]
        return jsonify(api_keys=documents, pagination=page.pagination())

    def create(self) -> tuple[Response, int]:
        """POST /v2/api-keys."""
        body = parse_body(request.get_data(), request.content_type, required=True)
        caller = current_caller()
        if self._legacy:
            with legacy_form.roles_above_are_bad_requests():
                key = self._store.create(caller, legacy_form.read_create(Access(self._state, caller), body))
        else:
            key = self._store.create(caller, read_create(body, self._state.switches.bad_account_role_status))
        document = key_document(self._state, key)
        if key.bot_user is not None:
            document["bot_user"] = bot_user_document(self._state, key.bot_user, with_bindings=True)
        return jsonify({**self._document(document), "key": key.secret}), 201

    def refresh(self, key_id: str) -> Response:
        """POST /v2/api-keys/{id}/refresh."""
        check_identifier(key_id, "api_key_id")
        body = parse_body(request.get_data(), request.content_type, required=False)
        key = self._store.refresh(current_caller(), key_id, body)
        return jsonify({**self._document(key_document(self._state, key)), "key": key.secret})

    def revoke(self, key_id: str) -> tuple[str, int]:
        """PUT /v2/api-keys/{id}/revoke."""
        check_identifier(key_id, "api_key_id")
        self._store.revoke(current_caller(), key_id)
        return "", 204

    def _selection(
        self, caller: User, key_type: str | None, space_id: str | None, user_id: str | None
    ) -> Callable[[StoredKey], bool]:
        """Which keys a listing is about (contract section 4)."""
        access = Access(self._state, caller)
        if space_id is not None:
            return self._in_space(access, key_type, space_id, user_id)
        if user_id is not None:
            if not access.is_account_admin:
                raise Problem(403, "Only an account admin may list the keys of a user")
            self._check_user(caller, user_id)
        return self._without_space(access, key_type, user_id)

    def _without_space(self, access: Access, key_type: str | None, user_id: str | None) -> Callable[[StoredKey], bool]:
        switches = self._state.switches
        kinds = {key_type} if key_type else {"USER"}
        if key_type is None and switches.list_without_type == "both":
            kinds = {"USER", "SERVICE"}
        # With a user named, the question of whose service keys are meant does not arise.
        scope = "created_by_caller" if user_id else switches.service_list_without_space
        if key_type == "SERVICE" and scope == "rejected":
            raise Problem(400, "space_id is required to list service keys")

        def wanted(key: StoredKey) -> bool:
            if key.account is not access.user.account or key.key_type not in kinds:
                return False
            if key.key_type == "SERVICE" and scope == "account":
                return access.reads_key(key)
            if key.key_type == "SERVICE" and scope in {"empty", "rejected"}:
                return False
            return key.created_by_user_id == (user_id or access.user.id)

        return wanted

    def _in_space(
        self, access: Access, key_type: str | None, space_id: str, user_id: str | None
    ) -> Callable[[StoredKey], bool]:
        space = self._state.spaces.get(space_id)
        if space is None or not access.sees_space(space):
            raise Problem(404, "Space not found")
        if not access.holds(space, "SERVICE_KEY_READ"):
            raise Problem(403, "SERVICE_KEY_READ is required in the space")
        if user_id is not None:
            self._check_user(access.user, user_id)
        if key_type == "USER":
            if self._state.switches.user_list_in_space == "rejected":
                raise Problem(400, "space_id cannot be combined with key_type USER")
            return lambda _: False
        return lambda key: space_id in key.space_ids and user_id in {None, key.created_by_user_id}

    def _check_user(self, caller: User, user_id: str) -> None:
        user = self._state.users.get(user_id)
        if user is None or user.account is not caller.account:
            raise Problem(404, "User not found")

    def _shown(self, key: StoredKey, status: str) -> bool:
        if key.status != status or (key.is_credential and not self._state.switches.credentials_listed):
            return False
        expired = key.status == "ACTIVE" and not key.live_at(self._state.clock.now())
        return self._state.switches.expired_keys_listed or not expired

    def _shelf(self, caller: User, key_type: str | None, space_id: str | None, user_id: str | None) -> Shelf:
        """The keys among which a listing has to look."""
        of_account = self._state.switches.service_list_without_space == "account" and key_type != "USER"
        if space_id is None and user_id is None and of_account:
            return self._state.keys.shelf()
        return self._state.keys.shelf(space_id, user_id or caller.id)

    def _rows(
        self, shelf: Shelf, shown: Callable[[StoredKey], bool]
    ) -> Callable[[Position | None], Iterable[tuple[Position, StoredKey]]]:
        """Keys with their places in the listing, read no further than asked unless it lags or its order is random."""
        switches = self._state.switches
        if switches.list_lag_seconds > 0 or switches.ordering == "random":
            every = (self._store.as_listed(key) for key in shelf)
            return sorted_rows((self._position(key), key) for key in every if key is not None and shown(key))

        def rows_after(after: Position | None) -> Iterator[tuple[Position, StoredKey]]:
            if switches.ordering == "oldest":
                keys = shelf.after(None if after is None else (after[0], after[1]))
            else:
                keys = shelf.before(None if after is None else (-after[0], -after[1]))
            return ((self._position(key), key) for key in keys if shown(key))

        return rows_after

    def _position(self, key: StoredKey) -> Position:
        if self._state.switches.ordering == "random":
            # Arbitrary, yet the same on each page of a listing.
            digest = hashlib.sha256(self._state.cursor_key + key.id.encode()).digest()
            return (int.from_bytes(digest[:6], "big"), key.sequence)
        created, sequence = age_of(key)
        return (created, sequence) if self._state.switches.ordering == "oldest" else (-created, -sequence)
