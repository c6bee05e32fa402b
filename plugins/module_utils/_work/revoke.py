# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Revoking keys. A revocation is believed when the listing no longer shows the key as active."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.module_utils._decide.matches import describe
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AnswerLost,
    ArizeError,
    AuthenticationFailed,
    NotFound,
    ProtocolError,
    Refused,
    RequestError,
    ServerFailed,
    TaskFailed,
)
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._work.observe import LOOKS
from ansible_collections.community.arize.plugins.module_utils._work.result import Progress

# After these the service may have revoked the key all the same.
_UNCERTAIN = (AnswerLost, NotFound, ProtocolError, ServerFailed)


class Revoker:
    """Revokes keys that a listing has shown."""

    def __init__(
        self,
        client: ArizeClient,
        sleep: t.Callable[[float], None],
        listing: t.Callable[[], list[ApiKey]],
        known_ids: t.Callable[[], frozenset[str]],
    ) -> None:
        """`listing` shows the active keys anew; `known_ids` are those that it has shown before any was revoked."""
        self._client = client
        self._sleep = sleep
        self._listing = listing
        self._known_ids = known_ids

    def revoke(self, key: ApiKey) -> None:
        """Revoke one key. Raises ArizeError for one that lives on, or of which that is unknown."""
        for error in self._failures([key]).values():
            raise error

    def revoke_all(self, keys: t.Sequence[ApiKey], progress: Progress) -> None:
        """Revoke what must go, as far as possible, now that the new secret is delivered. Raises Refused."""
        failures = self._failures(keys)
        problems = []
        for key in keys:
            if key.key_id in failures:
                problems.append(f"{describe(key)} could not be revoked: {failures[key.key_id]}")
                progress.orphans.append({**key.public(), "what_to_do": "it is still live; msg says what refused this"})
            else:
                progress.revoked.append(key)
        if problems:
            raise Refused(" ".join(problems))

    def _failures(self, keys: t.Sequence[ApiKey]) -> dict[str, ArizeError]:
        """Ask for each revocation, and return by id why a key is not known to be revoked."""
        refusals: dict[str, RequestError] = {}
        for key in keys:
            try:
                self._client.revoke_key(key.key_id)
            except RequestError as error:
                refusals[key.key_id] = error
        # A key that was issued a moment ago may be missing in a listing that lags behind, which proves nothing.
        certain = {
            key_id: error
            for key_id, error in refusals.items()
            if not isinstance(error, _UNCERTAIN) or key_id not in self._known_ids()
        }
        asked = {key.key_id for key in keys} - set(certain)
        failures: dict[str, ArizeError] = dict(certain)
        for key_id, why in self._still_active(asked).items():
            refusal = refusals.get(key_id)
            failures[key_id] = why if refusal is None else _with_listing(refusal, why)
        return failures

    def _still_active(self, key_ids: set[str]) -> dict[str, ArizeError]:
        """Those that the listing goes on showing as active, and why that is a failure; a listing may lag behind."""
        failure: ArizeError | None = None
        for seconds in (0.0, *LOOKS) if key_ids else ():
            if seconds:
                self._sleep(seconds)
            try:
                listed = {key.key_id for key in self._listing()}
            except AuthenticationFailed:
                # The credential itself was among them (allow_self), and no longer serves.
                return {}
            except RequestError as error:
                failure = TaskFailed(f"Whether it was revoked could not be seen: {error}", error.details())
                continue
            if not key_ids & listed:
                return {}
            failure = Refused("The service still lists it as active. Run again later, or ask an account admin.")
            key_ids &= listed
        return {} if failure is None else dict.fromkeys(key_ids, failure)


def _with_listing(refusal: RequestError, listing: ArizeError) -> ArizeError:
    if not isinstance(refusal, NotFound):
        return TaskFailed(f"{refusal} {listing}", refusal.details())
    return TaskFailed(
        f"{refusal} But it is still listed as live. Either the server has no such operation (those of before June "
        "2026), or something between refuses PUT requests, or the caller may not revoke it.",
        refusal.details(),
    )
