# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two ends of the wire that follow a script: an adapter below requests, and a server on loopback."""

from __future__ import annotations

import collections.abc
import dataclasses
import io
import json
import socket
import ssl
import struct
import threading
import typing as t
from datetime import datetime, timezone

import requests
import urllib3

from ansible_collections.community.arize.plugins.module_utils._model.instants import ServerClock
from ansible_collections.community.arize.plugins.module_utils._service.connection import Connection
from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport, SessionPool
from ansible_collections.community.arize.plugins.module_utils._service.pace import Pace

DATE = "Tue, 24 Nov 2026 12:00:00 GMT"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


@dataclasses.dataclass
class Answer:
    """One scripted answer; a body that is not bytes is sent as JSON."""

    status: int = 200
    body: t.Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=lambda: {"Date": DATE})

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


def problem(status: int, headers: dict[str, str] | None = None, **members: t.Any) -> Answer:
    """An RFC 9457 answer."""
    return Answer(status, {"status": status, "title": "Title", **members}, {"Date": DATE, **(headers or {})})


class ScriptedAdapter(requests.adapters.BaseAdapter):
    """Answers one request after the other from a script, an exception in it is raised; keeps what was sent."""

    def __init__(self, *script: Answer | Exception) -> None:
        super().__init__()
        self.script = collections.deque(script)
        self.sent: list[requests.PreparedRequest] = []
        self.settings: list[dict[str, t.Any]] = []

    def send(self, request: requests.PreparedRequest, *_more: t.Any, **settings: t.Any) -> requests.Response:
        self.sent.append(request)
        self.settings.append(settings)
        if not self.script:
            raise AssertionError(f"nothing is scripted for {request.method} {request.url}")
        step = self.script.popleft()
        if isinstance(step, Exception):
            raise step
        response = requests.Response()
        response.status_code = step.status
        response.headers.update(step.headers)
        response.url = request.url or ""
        response.request = request
        response.raw = urllib3.HTTPResponse(io.BytesIO(step.content), step.headers, step.status, preload_content=False)
        return response

    def close(self) -> None:
        pass

    @property
    def methods(self) -> list[str | None]:
        return [request.method for request in self.sent]


class Wire:
    """A transport whose requests go to a script; `pauses` are the sleeps that it asked for."""

    def __init__(self, connection: Connection, *script: Answer | Exception, pace: Pace | None = None) -> None:
        self.pauses: list[float] = []
        self.adapter = ScriptedAdapter(*script)
        self.transport = HttpTransport(
            connection, SessionPool(), self.pauses.append, ServerClock(local=lambda: NOW), pace=pace
        )
        for scheme in ("http://", "https://"):
            self.transport._session.mount(scheme, self.adapter)

    @property
    def used_up(self) -> bool:
        """Whether the whole script was played."""
        return not self.adapter.script


Handler = collections.abc.Callable[[socket.socket], None]


class LoopbackServer:
    """Plays one handler for each connection, the last one again and again; keeps the heads of the requests."""

    def __init__(self, *handlers: Handler, tls: ssl.SSLContext | None = None, reads: bool = True) -> None:
        self._handlers = collections.deque(handlers)
        self._tls = tls
        self._reads = reads
        self.heads: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> LoopbackServer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        # A listener that is only closed would leave the thread in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            handler = self._handlers[0] if len(self._handlers) == 1 else self._handlers.popleft()
            try:
                self._converse(connection, handler)
            except OSError:
                connection.close()

    def _converse(self, connection: socket.socket, handler: Handler) -> None:
        connection.settimeout(5)
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
        with connection:
            received = b""
            while self._reads and b"\r\n\r\n" not in received:
                data = connection.recv(65536)
                if not data:
                    return
                received += data
            self.heads.append(received)
            handler(connection)


def sending(content: bytes) -> Handler:
    """Send these bytes and close."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_RDWR)

    return handle


def answering(body: t.Any, status: str = "200 OK", headers: str = "") -> Handler:
    """Send a whole JSON answer."""
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nDate: {DATE}\r\nConnection: close\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return sending(head.encode() + content)


def resetting(connection: socket.socket) -> None:
    """Break the connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silent(seconds: float) -> Handler:
    """Say nothing for a while."""

    def handle(_connection: socket.socket) -> None:
        threading.Event().wait(seconds)

    return handle
