# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running simulator with two organizations, and a client that speaks plain HTTP to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from simulator import Simulator, Space


class Client:
    """Requests with a credential; paths are below /v2."""

    def __init__(self, simulator: Simulator, credential: str | None = None) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {credential or simulator.credential}"

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.session.get(f"{self.simulator.url}/v2{path}", params=query, timeout=5)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        if body is not None:
            options["json"] = body
        return self.session.post(f"{self.simulator.url}/v2{path}", timeout=5, **options)

    def put(self, path: str) -> requests.Response:
        return self.session.put(f"{self.simulator.url}/v2{path}", timeout=5)

    def create(self, **fields: Any) -> dict[str, Any]:
        """A key that has to be accepted."""
        answer = self.post("/api-keys", fields)
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def refresh(self, key_id: str, **fields: Any) -> requests.Response:
        return self.post(f"/api-keys/{key_id}/refresh", fields)

    def revoke(self, key_id: str) -> requests.Response:
        return self.put(f"/api-keys/{key_id}/revoke")

    def listed(self, **query: Any) -> list[str]:
        """The ids of a listing's first page."""
        answer = self.get("/api-keys", **query)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["api_keys"]]


@dataclass
class World:
    """A simulator with something in it."""

    simulator: Simulator
    admin: Client
    analytics: Space
    ingest: Space
    elsewhere: Space

    def client(self, credential: str) -> Client:
        return Client(self.simulator, credential)

    def person(self, role: str = "MEMBER", **options: Any) -> Client:
        """A person with a role in the space analytics."""
        user = self.simulator.add_user("Person", spaces={self.analytics.id: role}, **options)
        return self.client(user.credential)

    def bindings(self, *spaces: Space, role: Any = None, space_role: Any = None) -> list[dict[str, Any]]:
        """The organizations field for spaces of one organization."""
        rows: list[dict[str, Any]] = [{"space_id": space.id} for space in spaces or (self.analytics,)]
        if space_role is not None:
            rows[0]["role"] = space_role
        first = (spaces or (self.analytics,))[0]
        binding: dict[str, Any] = {"org_id": first.organization_id, "spaces": rows}
        if role is not None:
            binding["role"] = role
        return [binding]

    def service(self, *spaces: Space, client: Client | None = None, **fields: Any) -> dict[str, Any]:
        """Create a service key."""
        fields.setdefault("name", "ingest-prod")
        fields.setdefault("organizations", self.bindings(*spaces))
        return (client or self.admin).create(key_type="SERVICE", **fields)


@pytest.fixture
def world() -> Iterator[World]:
    with Simulator(seed=1) as simulator:
        analytics = simulator.add_space("analytics", organization="Example Org")
        ingest = simulator.add_space("ingest", organization="Example Org")
        elsewhere = simulator.add_space("analytics", organization="Other Org")
        yield World(simulator, Client(simulator), analytics, ingest, elsewhere)
