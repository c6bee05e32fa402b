# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The verbs of the Arize AX REST API as typed Python. Knows JSON and paging, not Ansible."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta
from urllib.parse import quote

from ansible_collections.community.arize.plugins.module_utils._model import keys as _models
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AccessForbidden,
    AnswerLost,
    ApiError,
    MalformedAnswer,
    ProtocolError,
    RequestRejected,
)
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._service import parse as _parse
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect
from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport, shown_path

# The service's largest page (contract section 1.2).
PAGE_SIZE = 100
# A listing longer than this is a server that pages for ever. 100000 keys are 1000 pages and some 60 MiB.
_MOST_PAGES = 10_000
_MOST_BYTES = 256 * 2**20
# What a server may call a request that it does not understand (contract section 2.1).
_MALFORMED = (400, 422)

T = t.TypeVar("T")
Query = t.Dict[str, t.Union[str, int]]


class ArizeClient:
    """Raises the errors of `_errors.RequestError`; a malformed answer to a GET is a ProtocolError."""

    def __init__(self, transport: HttpTransport, dialect: Dialect) -> None:
        self._transport = transport
        self._dialect = dialect

    def use_credential(self, credential: _models.Secret) -> None:
        """Authenticate with another credential from now on: the one so far has been refreshed."""
        self._transport.use_credential(credential)

    def now(self) -> datetime:
        """The present UTC instant by the service's clock."""
        return self._transport.clock.now()

    def earliest_now(self) -> datetime:
        """The present UTC instant by the service's clock or by this host's, whichever is behind the other."""
        skew = self.clock_skew
        return self.now() if skew is None else self.now() - max(skew, timedelta())

    @property
    def clock_skew(self) -> timedelta | None:
        """How far the service's clock is ahead of this host's; None when no answer has told the time."""
        return self._transport.clock.skew

    def list_api_keys(
        self,
        key_type: str | None = None,
        status: str | None = None,
        space_id: str | None = None,
        user_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> tuple[list[_models.ApiKey], str | None]:
        """Keys that fit the filters, each once, over all pages or up to `limit` keys (section 1.2).

        Returns the keys and the cursor of what follows, None at the end.
        """
        filters = {name: value for name, value in (("key_type", key_type), ("status", status)) if value is not None}
        query: Query = {name: self._dialect.enumeration(value) for name, value in filters.items()}
        if space_id is not None:
            query["space_id"] = space_id
        if user_id is not None:
            query["user_id"] = user_id
        try:
            keys, following = self._listing("/api-keys", "api_keys", _parse.parse_api_key, query, limit, cursor)
        except RequestRejected as error:
            raise self._hinted(error) from None
        self._check_filters(keys, filters)
        return list({key.key_id: key for key in keys}.values()), following

    def check(self, desired: DesiredKey) -> None:
        """Raises InvalidOption for what the server's form of the API can't say of a key to issue."""
        self._dialect.check(desired)

    @property
    def asks_for_organizations(self) -> bool:
        """Whether `create_key` needs the organization of each space (contract sections 1.3 and 2)."""
        return not self._dialect.is_legacy

    def create_key(
        self,
        desired: DesiredKey,
        expires_at: datetime | None,
        organizations: t.Sequence[_models.OrganizationBinding],
    ) -> _models.IssuedKey:
        """Issue the declared key (section 1.3). Raises AnswerLost when it is unknown whether one was issued."""
        try:
            return self._issue("/api-keys", self._dialect.create_body(desired, expires_at, organizations))
        except RequestRejected as error:
            raise self._hinted(error) from None

    def refresh_key(
        self,
        key_id: str,
        expires_at: datetime | None,
        grace_seconds: int,
    ) -> _models.IssuedKey:
        """Reissue a key's secret (section 1.4); the answer's id may be another one (section 3.1).

        `expires_at` is mandatory for a key that expires. `grace_seconds`: how long the old secret keeps working.
        """
        body: dict[str, t.Any] = {"grace_period_seconds": grace_seconds}
        if expires_at is not None:
            body["expires_at"] = format_instant(expires_at)
        return self._issue(f"/api-keys/{quote(key_id, safe='')}/refresh", body)

    def revoke_key(self, key_id: str) -> None:
        """Revoke a key (section 1.5, idempotent). Raises NotFound when it does not exist or is not visible.

        So does a server without this operation, which is new in SDK 8.35 (section 2).
        """
        try:
            self._transport.request("PUT", f"/api-keys/{quote(key_id, safe='')}/revoke")
        except AccessForbidden as error:
            raise error.with_hint(self._dialect.revocation_hint()) from None

    def spaces(self, name: str | None = None, organization_id: str | None = None) -> list[_models.Space]:
        """Visible spaces, each once: all, those of an organization, those of exactly a name (section 1.6)."""
        given = {"name": name, "org_id": organization_id}
        query: Query = {option: value for option, value in given.items() if value is not None}
        found, _end = self._listing("/spaces", "spaces", _parse.parse_space, query)
        # The service itself searches substrings.
        return [space for space in dict.fromkeys(found) if name in (None, space.name)]

    def space(self, space_id: str) -> _models.Space:
        """One space by id. Raises NotFound."""
        return self._get(f"/spaces/{quote(space_id, safe='')}", _parse.parse_space)

    def organizations(self, name: str | None = None) -> list[_models.Organization]:
        """Visible organizations, each once: all, or those of exactly a name (section 1.7)."""
        query: Query = {} if name is None else {"name": name}
        found, _end = self._listing("/organizations", "organizations", _parse.parse_organization, query)
        return [organization for organization in dict.fromkeys(found) if name in (None, organization.name)]

    def organization(self, organization_id: str) -> _models.Organization:
        """One organization by id. Raises NotFound."""
        return self._get(f"/organizations/{quote(organization_id, safe='')}", _parse.parse_organization)

    def custom_roles(self) -> list[_models.Role]:
        """All custom roles of the account (section 14). Raises AccessForbidden for a caller who may not list them."""
        found, _end = self._listing("/roles", "roles", _parse.parse_role, {"is_predefined": "false"})
        return found

    def user(self, user_id: str) -> _models.User:
        """One user by id (section 14). Raises NotFound for one that is gone or not visible, AccessForbidden."""
        return self._get(f"/users/{quote(user_id, safe='')}", _parse.parse_user)

    def _get(self, path: str, parse: t.Callable[[t.Any], T]) -> T:
        answer = self._transport.request("GET", path)
        try:
            return parse(answer)
        except MalformedAnswer as error:
            raise _unexpected("GET", path, str(error)) from None

    def _issue(self, path: str, body: t.Mapping[str, t.Any]) -> _models.IssuedKey:
        answer = self._transport.request("POST", path, body=body)
        secret = _parse.secret_in(answer)
        if secret is not None:
            self._transport.learn(secret)
        # Where it can't be used, a key was most probably issued all the same, and nobody holds its secret.
        try:
            issued = _parse.parse_issued_key(answer)
        except MalformedAnswer as error:
            raise _lost(path, f"something else than a key ({error})") from None
        if _models.secret_fits(issued.secret.reveal(), issued.api_key.redacted_key) is False:
            # A proxy that masks secrets would have its mask delivered, and the working key revoked after that.
            raise _lost(path, f"the key {issued.api_key.key_id} and a secret that is not that of this key")
        return issued

    def _check_filters(self, keys: t.Sequence[_models.ApiKey], asked: t.Mapping[str, str]) -> None:
        """Raises ProtocolError for a listing that is not the one asked for."""
        for name, value in asked.items():
            for key in keys:
                shown = getattr(key, name)
                if shown != value:
                    problem = f"only keys with {name} {value} were asked for, and one with {shown} is listed"
                    raise _unexpected("GET", "/api-keys", f"{problem}.{self._dialect.hint()}".rstrip("."))

    def _hinted(self, error: RequestRejected) -> ApiError:
        return error.with_hint(self._dialect.hint()) if error.status in _MALFORMED else error

    def _listing(
        self,
        path: str,
        collection: str,
        parse: t.Callable[[t.Any, str], T],
        query: Query,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> tuple[list[T], str | None]:
        rows: list[T] = []
        seen: set[str] = set()
        ends_at = self._transport.received + _MOST_BYTES
        while True:
            page_query = dict(query)
            page_query["limit"] = PAGE_SIZE if limit is None else min(PAGE_SIZE, limit - len(rows))
            if cursor is not None:
                page_query["cursor"] = cursor
                seen.add(cursor)
            answer = self._transport.request("GET", path, query=page_query)
            try:
                page = _parse.parse_page(answer, collection)
                rows += [parse(row, f"{collection}[{index}]") for index, row in enumerate(page.rows)]
            except MalformedAnswer as error:
                raise _unexpected("GET", path, str(error)) from None
            if not page.has_more:
                return rows, None
            if self._transport.received > ends_at:
                problem = f"the listing is longer than {_MOST_BYTES // 2**20} MiB ({len(rows)} rows), and goes on"
                raise _unexpected("GET", path, problem)
            # An incomplete listing must never be taken for a complete one: a key would seem to be missing.
            if page.next_cursor is None or page.next_cursor in seen or len(seen) >= _MOST_PAGES:
                raise _unexpected("GET", path, "the listing says that it goes on, but gives no new cursor")
            cursor = page.next_cursor
            if limit is not None and len(rows) >= limit:
                return rows, cursor


def _lost(path: str, what: str) -> AnswerLost:
    shown = shown_path(path)
    return AnswerLost(
        "POST",
        shown,
        f"POST {shown} was answered with {what}; whether the service carried it out is unknown.",
    )


def _unexpected(method: str, path: str, problem: str) -> ProtocolError:
    shown = shown_path(path)
    return ProtocolError(
        method,
        shown,
        f"{method} {shown} was answered with something that is not documented: {problem}. "
        "Check that api_url is the address of the Arize API; a newer collection may know this form.",
    )
