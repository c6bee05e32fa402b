# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""One task, apart from how Ansible starts it: everything that it needs of the place where it runs is in its `Host`."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import time
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._host.arguments import (
    Spec,
    info_arguments,
    key_arguments,
    keys_arguments,
)
from ansible_collections.community.arize.plugins.module_utils._host.fleet import fleet
from ansible_collections.community.arize.plugins.module_utils._host.signals import Hold
from ansible_collections.community.arize.plugins.module_utils._model import declaration as _desired
from ansible_collections.community.arize.plugins.module_utils._model.cleaning import Cleaner
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    ArizeError,
    MissingLibrary,
    Refused,
    TaskFailed,
)
from ansible_collections.community.arize.plugins.module_utils._model.instants import ServerClock, utc_now
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._service.connection import (
    Connection,
    resolve_connection,
    secrets_in_urls,
)
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect
from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport, SessionPool
from ansible_collections.community.arize.plugins.module_utils._service.memory import Memory, RememberingClient
from ansible_collections.community.arize.plugins.module_utils._service.pace import Pace
from ansible_collections.community.arize.plugins.module_utils._work import list_keys as _info
from ansible_collections.community.arize.plugins.module_utils._work.issue import Means
from ansible_collections.community.arize.plugins.module_utils._work.keep_many import FleetReconciler
from ansible_collections.community.arize.plugins.module_utils._work.keep_one import KeyReconciler

Result = t.Dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Host:
    """What a task may use of the place where it runs. `options` are validated; `dry_run` is Ansible's check mode."""

    # Both hold the credential.
    options: t.Mapping[str, t.Any] = dataclasses.field(repr=False)
    environment: t.Mapping[str, str] = dataclasses.field(repr=False)
    dry_run: bool
    diff: bool
    sleep: t.Callable[[float], None] = time.sleep
    # Called with the credential before its first use, so that Ansible masks it.
    mask: t.Callable[[str], None] = lambda _credential: None
    # Told each warning, before the result and before a failure.
    warn: t.Callable[[str], None] = lambda _text: None
    # Called before each issue of a secret: from then on the result must reach the caller. Told what a signal does.
    hold_signals: Hold = lambda _told: None
    # Told from time to time how far long work has come.
    progress: t.Callable[[str], None] = lambda _text: None
    # The present UTC instant by the clock of this place.
    local_now: t.Callable[[], datetime] = utc_now
    # Makes transports; called as the class HttpTransport is.
    connect: t.Callable[..., HttpTransport] = HttpTransport
    # Sessions that outlive the task; None for those of this task only.
    sessions: SessionPool | None = None


class Clients:
    """The clients of one task, which share clock and pace."""

    def __init__(self, host: Host, connection: Connection, cleaner: Cleaner, sessions: SessionPool) -> None:
        self.credential = connection.credential
        self.base_url = connection.base_url
        self._connection = connection
        self._dialect = Dialect(connection.dialect, not connection.is_arize_cloud)
        self._connect = functools.partial(
            host.connect, connection, sessions, host.sleep, ServerClock(local=host.local_now), cleaner
        )
        self._pace = Pace()
        self._memory = Memory()

    @contextlib.contextmanager
    def one(self) -> t.Iterator[ArizeClient]:
        """The client of a task that deals with one key."""
        with contextlib.closing(self._connect()) as transport:
            yield ArizeClient(transport, self._dialect)

    @contextlib.contextmanager
    def one_of_many(self, fresh: bool) -> t.Iterator[RememberingClient]:
        """A client for one key of a fleet; with `fresh` it asks anew which keys there are."""
        with contextlib.closing(self._connect(pace=self._pace)) as transport:
            yield RememberingClient(transport, self._dialect, self._memory, fresh)


class Task(t.Protocol):
    """A module's work. Both ways of it return the result or raise ArizeError; `warnings` fills meanwhile."""

    label: str
    warnings: list[str]

    def predict(self) -> Result:
        """Tell what `carry_out` would do, and change nothing."""

    def carry_out(self) -> Result:
        """Do the work."""


TaskMaker = t.Callable[[Host, Clients, contextlib.ExitStack], Task]


def key_task(host: Host, clients: Clients, closing: contextlib.ExitStack) -> Task:
    """The work of `arize_api_key`."""
    desired = _desired.desired_key(host.options)
    client = closing.enter_context(clients.one())
    client.check(desired)
    return KeyReconciler(desired, client, _means(host, clients))


def keys_task(host: Host, clients: Clients, _closing: contextlib.ExitStack) -> Task:
    """The work of `arize_api_keys`."""
    return FleetReconciler(fleet(host.options), clients.one_of_many, _means(host, clients))


def _means(host: Host, clients: Clients) -> Means:
    return Means(clients.credential, host.diff, host.sleep, host.hold_signals, host.progress, host.local_now)


class KeyInfoTask:
    """The work of `arize_api_key_info`, the same in check mode."""

    label = ""

    def __init__(self, host: Host, clients: Clients, closing: contextlib.ExitStack) -> None:
        self._query = _info.key_query(host.options)
        self._client = closing.enter_context(clients.one())
        self._api_url = clients.base_url
        self.warnings: list[str] = []

    def predict(self) -> Result:
        return {**_info.gather(self._client, self._query, self.warnings), "api_url": self._api_url}

    carry_out = predict


def execute(host: Host, make_task: TaskMaker) -> Result:
    """Run a task and return its result. Raises TaskFailed, or MissingLibrary.

    Results, warnings and failures leave here free of secrets, and with what steers a terminal escaped.
    """
    cleaner = Cleaner()
    cleaned = dataclasses.replace(host, warn=lambda text: host.warn(cleaner.text(text)))
    try:
        return t.cast(Result, cleaner.value(_execute(cleaned, make_task, cleaner)))
    except MissingLibrary:
        raise
    except ArizeError as error:
        raise TaskFailed(cleaner.text(str(error)), cleaner.value(error.details())) from None


def _execute(host: Host, make_task: TaskMaker, cleaner: Cleaner) -> Result:
    for secret in secrets_in_urls(host.options):
        host.mask(secret)
    connection = resolve_connection(host.options, host.environment)
    host.mask(connection.credential.reveal())
    if connection.sends_in_clear:
        host.warn(
            f"The credential and each new secret go to {connection.base_url} without encryption, where anybody on "
            "the network can read them. Use https in api_url.",
        )
    with contextlib.ExitStack() as closing:
        sessions = host.sessions or closing.enter_context(contextlib.closing(SessionPool()))
        task = make_task(host, Clients(host, connection, cleaner, sessions), closing)
        try:
            return task.predict() if host.dry_run else task.carry_out()
        except ArizeError as error:
            if not task.label or task.label in str(error) or isinstance(error, (MissingLibrary, Refused)):
                raise
            raise TaskFailed(f"{task.label[0].upper()}{task.label[1:]}: {error}", error.details()) from None
        finally:
            for warning in task.warnings:
                host.warn(warning)


class Work(t.NamedTuple):
    """What a module is beside its documentation."""

    arguments: t.Callable[[], Spec]
    make_task: TaskMaker


# By the name of the module.
WORK = {
    "arize_api_key": Work(key_arguments, key_task),
    "arize_api_keys": Work(keys_arguments, keys_task),
    "arize_api_key_info": Work(info_arguments, KeyInfoTask),
}
