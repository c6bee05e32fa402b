# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python interface: a simulated Arize AX REST API inside the test process."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import TracebackType

from .application import create_application
from .clock import Clock
from .control import create_control
from .entities import Account, Organization, Role, Space, StoredKey, User
from .faults import FaultPlan
from .gateway import Gateway
from .identifiers import Identifiers
from .key_store import KeyStore
from .key_table import KeyTable
from .request_log import RequestLog, RequestRecord
from .seeding import KeySeed, seed_key
from .server import LoopbackServer
from .state import State
from .switches import Switches


class Simulator:
    """A server on 127.0.0.1, from `start` (or entering the context) to `stop`.

    Keys that it hands out are snapshots: ask again to see what later requests did.
    """

    def __init__(
        self,
        switches: Switches | None = None,
        tls: bool = False,
        seed: int | str | None = None,
        frozen: bool = False,
        port: int = 0,
        organization: str = "Example Org",
        spaces: Sequence[str] = (),
        maximum_key_lifetime: int | None = None,
        exchanges: Path | None = None,
    ) -> None:
        self.switches = switches or Switches()
        self._initial_switches = copy.copy(self.switches)
        self.clock = Clock(frozen)
        source = random.Random(seed)
        self.faults = FaultPlan(source)
        self._tls = tls
        self._port = port
        self._initial = (organization, tuple(spaces), maximum_key_lifetime)
        self._log = RequestLog(exchanges)
        self._state = State(self.switches, self.clock, source)
        self._store = KeyStore(self._state)
        self._server: LoopbackServer | None = None
        # Not from the seeded source: the control interface hands out secrets.
        self.control_token = Identifiers(random.SystemRandom()).token()
        self._account = self._populate()
        self._first = self._state.contents()

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen."""
        application = create_application(self._state, self._store)
        # Made when first asked for: few tests use it, and building its routes takes as long as all the rest.
        control = cache(lambda: create_control(self))
        gateway = Gateway(application, control, self._state, self._store, self.faults, self._log)
        self._server = LoopbackServer(gateway, self._state, application, self._port, self._tls)

    def stop(self) -> None:
        """Close everything; what the server knew stays readable."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """The base URL, without /v2."""
        return self._running().url

    @property
    def ca_path(self) -> str | None:
        """The authority's PEM file; None without TLS."""
        return self._running().ca_path

    @property
    def control_url(self) -> str:
        """Where the control interface answers."""
        return self.url + "/_simulator"

    @property
    def account(self) -> Account:
        """The default account."""
        return self._account

    @property
    def credential(self) -> str:
        """The API key of the default caller, an admin of the default account."""
        return self._account.credential

    @property
    def requests(self) -> list[RequestRecord]:
        """Every request so far, in order of arrival, control requests aside."""
        return self._log.records()

    def requests_clear(self) -> None:
        """Empty the request log."""
        self._log.clear()

    @property
    def writes(self) -> list[RequestRecord]:
        """The requests that were not a GET."""
        return [record for record in self._log.records() if record.method != "GET"]

    @property
    def secrets(self) -> set[str]:
        """Every raw secret ever issued and every credential, for leak scans."""
        with self._state.lock:
            return set(self._state.secrets)

    def add_account(self, name: str, maximum_key_lifetime: int | None = None, developer_access: bool = True) -> Account:
        """Another account, with its own admin."""
        with self._state.lock:
            return self._state.add_account(name, maximum_key_lifetime, developer_access)

    def add_organization(self, name: str, account: Account | None = None) -> Organization:
        """A new organization."""
        with self._state.lock:
            return self._state.add_organization(name, account or self._account)

    def organization_by_id(self, identifier: object) -> Organization | None:
        """A known organization."""
        with self._state.lock:
            return self._state.organizations.get(identifier) if isinstance(identifier, str) else None

    @property
    def default_organization(self) -> Organization:
        """Where spaces go that name no organization; made when missing."""
        with self._state.lock:
            return self._state.organization_named(self._initial[0], self._account)

    @property
    def spaces(self) -> list[Space]:
        """Every space of the default account, oldest first."""
        with self._state.lock:
            return [space for space in self._state.spaces.values() if space.account is self._account]

    def add_space(
        self, name: str, organization: Organization | str | None = None, account: Account | None = None
    ) -> Space:
        """A new space; an organization given by name is made when missing."""
        with self._state.lock:
            if not isinstance(organization, Organization):
                wanted = organization or self._initial[0]
                organization = self._state.organization_named(wanted, account or self._account)
            return self._state.add_space(name, organization)

    def add_role(self, name: str, permissions: Sequence[str] = (), account: Account | None = None) -> Role:
        """A new custom role."""
        with self._state.lock:
            return self._state.add_role(name, permissions, account or self._account)

    def add_user(
        self,
        name: str,
        account_role: str = "MEMBER",
        spaces: Mapping[str, str] | None = None,
        account: Account | None = None,
        organizations: Mapping[str, str] | None = None,
    ) -> User:
        """A person with a credential; roles are predefined names or role ids, by space or organization id."""
        with self._state.lock:
            owner = account or self._account
            return self._state.add_user(name, owner, account_role, spaces, organizations)

    def keys(self, name: str | None = None, live: bool | None = None, space_id: str | None = None) -> list[StoredKey]:
        """Snapshots of the stored keys, oldest first; a person's own credential is not among them."""
        with self._state.lock:
            now = self.clock.now()
            return [
                key.snapshot()
                for key in self._state.keys
                if (not key.is_credential or self.switches.credentials_listed)
                and name in {None, key.name}
                and (live is None or key.live_at(now) == live)
                and (space_id is None or space_id in key.space_ids)
            ]

    def key_of_secret(self, secret: str) -> StoredKey | None:
        """The key that has, or under a kept id had, this secret."""
        with self._state.lock:
            key = self._state.keys.with_secret(secret)
            return key.snapshot() if key else None

    def secret_is_valid(self, secret: str) -> bool:
        """Whether the secret is accepted as a credential now."""
        with self._state.lock:
            return self._store.authenticate(secret, use=False) is not None

    def seed_key(self, **values: object) -> StoredKey:
        """Store a key without a request; the fields are those of `KeySeed`."""
        with self._state.lock:
            seed = KeySeed(**values)  # type: ignore[arg-type]
            return seed_key(self._state, self._store, self._account, seed).snapshot()

    def age(self, seconds: float = 0, days: float = 0) -> None:
        """Let time pass for the keys but not on the clock, for clients on a host whose own clock can't be moved."""
        step = timedelta(seconds=seconds, days=days)
        with self._state.lock:
            aged = KeyTable()
            for key in self._state.keys:
                aged.add(key.aged(step))
            self._state.keys = aged

    def reset(self) -> None:
        """As new: the initial organization and spaces, ids and credential stay the same."""
        with self._state.lock:
            self.switches.change(self._initial_switches.as_dict())
            self.clock.reset()
            self.faults.clear()
            self._log.clear()
            self._state.restore(self._first)
            self._account = self._state.accounts[self._account.id]

    def _populate(self) -> Account:
        organization, spaces, maximum_key_lifetime = self._initial
        account = self._state.add_account("Example Account", maximum_key_lifetime)
        for name in spaces:
            self._state.add_space(name, self._state.organization_named(organization, account))
        return account

    @property
    def connections(self) -> int:
        """How many connections clients have made so far."""
        return self._running().connections_made

    def _running(self) -> LoopbackServer:
        if self._server is None:
            raise RuntimeError("the simulator is not running")
        return self._server
