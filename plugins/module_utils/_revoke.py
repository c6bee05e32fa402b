# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Revoke keys, and believe it only when the service no longer lists them as live."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.module_utils._client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._errors import NotFound, Refused, RequestError
from ansible_collections.community.arize.plugins.module_utils._matches import describe
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey
from ansible_collections.community.arize.plugins.module_utils._observe import Observer
from ansible_collections.community.arize.plugins.module_utils._outcome import Progress


class Revoker:
    """Revokes keys that the observer has seen live."""

    def __init__(self, client: ArizeClient, observer: Observer) -> None:
        self._client = client
        self._observer = observer

    def revoke(self, key: ApiKey) -> None:
        """Revoke a live key. One that is not found counts as revoked, provided that it is no longer listed.

        Raises RequestError; NotFound for a key that lives on.
        """
        try:
            self._client.revoke_key(key.key_id)
        except NotFound as error:
            if key.key_id not in {live.key_id for live in self._observer.live_matches()}:
                return
            error.args = (
                f"{error} But it is still listed as live. Either the server has no such operation (those of before "
                "June 2026), or something between refuses PUT requests, or the caller may not revoke it.",
            )
            raise

    def revoke_all(self, keys: t.Sequence[ApiKey], progress: Progress) -> None:
        """Revoke what must go, as far as possible, now that the new secret is delivered. Raises Refused."""
        problems = []
        for key in keys:
            try:
                self.revoke(key)
                progress.revoked.append(key)
            except RequestError as error:
                problems.append(f"{describe(key)} could not be revoked: {error}")
                progress.orphans.append({**key.public(), "what_to_do": "revoke it by id (state absent)"})
        if problems:
            raise Refused(" ".join(problems))
