# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A threaded HTTP/1.1 server on loopback that keeps connections open and can break them on purpose."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import struct
import tempfile
import threading
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from .gateway import Answer, Gateway
from .state import State


class Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1 with keep-alive.

    Werkzeug's own handler closes each connection after one answer; here the body of a request is always
    read to its end first, so the connection stays usable.
    """

    protocol_version = "HTTP/1.1"
    # Without it, Nagle's algorithm and delayed acknowledgements cost 40 ms an answer.
    disable_nagle_algorithm = True
    server: LoopbackServer

    def run_wsgi(self) -> None:
        """Answer one request."""
        environ = self.make_environ()
        self.environ = environ
        stream = environ["wsgi.input"]
        if environ.get("wsgi.input_terminated"):
            body = stream.read()
        else:
            length = environ.get("CONTENT_LENGTH") or "0"
            body = stream.read(int(length)) if length.isdecimal() else b""
        self._send(self.server.gateway.answer(environ, body))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Stay silent; the request log is for tests to read."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Stay silent about broken requests too."""

    def _send(self, answer: Answer) -> None:
        if answer.ending == "reset":
            self._reset()
            return
        if answer.status:
            # One write for head and body: a client never sees one without the other.
            bodiless = self.command == "HEAD" or answer.status < 200 or answer.status in {204, 304}
            self.wfile.write(self._head(answer) + (b"" if bodiless else answer.body))
        if answer.ending == "close":
            self.close_connection = True

    def _head(self, answer: Answer) -> bytes:
        reason = self.responses.get(answer.status, ("Unknown", ""))[0]
        lines = [f"HTTP/1.1 {answer.status} {reason}", "Server: simulator"]
        switches = self.server.state.switches
        if switches.date_header:
            moment = self.server.state.clock.now().timestamp() + switches.date_skew_seconds
            lines.append(f"Date: {self.date_time_string(moment)}")
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.ending == "close" or self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _reset(self) -> None:
        """Close with a zero linger time, which sends RST in place of FIN."""
        connection = self.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        # The open file objects would delay an ordinary close() until after a regular shutdown.
        descriptor = connection.detach()
        socket.close(descriptor)


class LoopbackServer(ThreadedWSGIServer):
    """The listening socket and its connections, each in a daemon thread."""

    daemon_threads = True

    def __init__(self, gateway: Gateway, state: State, application: Flask, port: int, tls: bool) -> None:
        self.gateway = gateway
        self.state = state
        self._connections: set[socket.socket] = set()
        # With TLS, handshakes as well.
        self.connections_made = 0
        self._connections_lock = threading.Lock()
        self._directory: Path | None = None
        super().__init__("127.0.0.1", port, application, Handler)
        # Set after the parent's constructor, which would do the handshake in the accepting thread.
        self.ssl_context = self._make_context() if tls else None
        self._thread = threading.Thread(target=self._serve, name="simulator", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'http' if self.ssl_context is None else 'https'}://127.0.0.1:{self.port}"

    @property
    def ca_path(self) -> str | None:
        """The PEM file of the throw-away authority."""
        return str(self._directory / "ca.pem") if self._directory else None

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection from handshake to close."""
        if self.ssl_context is not None:
            try:
                request = self.ssl_context.wrap_socket(request, server_side=True)
            except OSError:
                request.close()
                return
        with self._connections_lock:
            self._connections.add(request)
            self.connections_made += 1
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._connections_lock:
                self._connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks while the server stops is no news."""
        if not self.gateway.stopping.is_set():
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self.gateway.stopping.set()
        ending = threading.Thread(target=self.shutdown)
        ending.start()
        while ending.is_alive():
            # It sleeps until somebody connects: hundreds of simulators that look around cost a whole core.
            with contextlib.suppress(OSError):
                socket.create_connection(self.socket.getsockname()[:2], timeout=1).close()
            ending.join(0.01)
        self._thread.join()
        with self._connections_lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _serve(self) -> None:
        self.serve_forever(poll_interval=60)

    def _make_context(self) -> ssl.SSLContext:
        # Imported here, for a simulator without TLS does not need the package.
        import trustme

        authority = trustme.CA(organization_name="Simulated Arize API, not the real service")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        self._directory = Path(tempfile.mkdtemp(prefix="simulator-"))
        authority.cert_pem.write_to_path(str(self._directory / "ca.pem"))
        return context
