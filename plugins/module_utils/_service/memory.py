# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""A client that asks each question once in a task, for all keys of a fleet."""

from __future__ import annotations

import concurrent.futures
import threading
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, Organization, Role, Space
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect
from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport

T = t.TypeVar("T")


class Memory:
    """Answers, and the errors in place of them. Several threads may ask: the first one does, the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[t.Any, concurrent.futures.Future[t.Any]] = {}

    def answer(self, question: t.Any, ask: t.Callable[[], T]) -> T:
        """Raises what `ask` raised."""
        with self._lock:
            known = self._answers.get(question)
            answer = concurrent.futures.Future() if known is None else known
            self._answers[question] = answer
        if known is None:
            try:
                answer.set_result(ask())
            except Exception as error:
                answer.set_exception(error)
        return t.cast(T, answer.result())


class RememberingClient(ArizeClient):
    """Reads by way of a memory. With `fresh` it asks anew which keys there are, as a run must that changes some.

    The bindings of a key never change, so the listing that shows them may be remembered all the same.
    """

    def __init__(self, transport: HttpTransport, dialect: Dialect, memory: Memory, fresh: bool) -> None:
        super().__init__(transport, dialect)
        self._memory = memory
        self._fresh = fresh

    def list_api_keys(self, *filters: t.Any, **named: t.Any) -> tuple[list[ApiKey], str | None]:
        ask = super().list_api_keys
        if self._fresh and not (named.get("key_type") == "service" and "space_id" not in named):
            return ask(*filters, **named)
        return self._memory.answer(("keys", filters, *sorted(named.items())), lambda: ask(*filters, **named))

    def _get(self, path: str, parse: t.Callable[[t.Any], T]) -> T:
        ask = super()._get
        return self._memory.answer(path, lambda: ask(path, parse))

    def spaces(self, name: str | None = None, organization_id: str | None = None) -> list[Space]:
        """From one listing for all names. There may be as many spaces as keys, so it is not searched for each."""
        ask = super().spaces

        def by_name() -> dict[str, list[Space]]:
            found: dict[str, list[Space]] = {}
            for space in ask(None, organization_id):
                found.setdefault(space.name, []).append(space)
            return found

        named = self._memory.answer(("by name", organization_id), by_name)
        return [space for spaces in named.values() for space in spaces] if name is None else named.get(name, [])

    def space(self, space_id: str) -> Space:
        listed = self._memory.answer("by id", lambda: {space.space_id: space for space in self.spaces()})
        return listed.get(space_id) or super().space(space_id)

    def organizations(self, name: str | None = None) -> list[Organization]:
        found = self._memory.answer("organizations", super().organizations)
        return [organization for organization in found if name in (None, organization.name)]

    def custom_roles(self) -> list[Role]:
        return self._memory.answer("roles", super().custom_roles)
