# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bounds of time hold in reality, too: with tiny time-outs, against servers that drip, stall and storm."""

from __future__ import annotations

import socket
import threading
import time
import typing as t

import pytest
from unit.plugins.builders import connection
from unit.plugins.wire import Handler, LoopbackServer, sending

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._service import http as _http

OK = b"HTTP/1.1 200 OK\r\n"
DEADLINE = 0.5
TIMEOUT = 0.3
LATITUDE = 0.2


def dripping(beginning: bytes, drop: bytes, stop: threading.Event) -> Handler:
    """Send a drop well within every time-out, for as long as the client stays."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(beginning)
        while not stop.wait(0.1):
            connection.sendall(drop)

    return handle


def stalling(beginning: bytes, stop: threading.Event) -> Handler:
    """Begin, and say no more."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(beginning)
        stop.wait(20)

    return handle


Attack = t.Callable[[threading.Event], Handler]
ATTACKS: dict[str, Attack] = {
    "nothing": lambda stop: stalling(b"", stop),
    "stall in the status line": lambda stop: stalling(b"HTTP/1.", stop),
    "stall in the headers": lambda stop: stalling(OK + b"X-Odd: ", stop),
    "stall in the body": lambda stop: stalling(OK + b"Content-Length: 100\r\n\r\n{", stop),
    "drip in the status line": lambda stop: dripping(b"HTTP/1.1 200 ", b"x", stop),
    "drip in a header": lambda stop: dripping(OK + b"X-Odd: ", b"x", stop),
    "drip of headers": lambda stop: dripping(OK, b"X-Odd: x\r\n", stop),
    "drip of interim answers": lambda stop: dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n", stop),
    "drip in the body": lambda stop: dripping(OK + b"Content-Length: 1000000\r\n\r\n", b" ", stop),
    "drip of chunks": lambda stop: dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", stop),
    "drip in a chunk": lambda stop: dripping(OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b" ", stop),
    "drip in the length of a chunk": lambda stop: dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0", stop),
    "drip of trailers": lambda stop: dripping(
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X-Odd: x\r\n", stop
    ),
    "storm": lambda _stop: sending(
        b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    ),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ATTACKS)
def test_a_request_ends_in_time(monkeypatch: pytest.MonkeyPatch, name: str, method: str) -> None:
    """Not later than the deadline, one read time-out, and what a busy machine adds."""
    monkeypatch.setattr(_http, "DEADLINE", DEADLINE)
    monkeypatch.setattr(_http, "LATITUDE", LATITUDE)
    monkeypatch.setattr(_http, "SHORTEST_POST_TIMEOUT", TIMEOUT)
    stop = threading.Event()
    with LoopbackServer(ATTACKS[name](stop)) as server:
        pool = _http.SessionPool()
        transport = _http.HttpTransport(
            connection(base_url=f"http://127.0.0.1:{server.port}", timeout=TIMEOUT, max_retries=1000), pool
        )
        began = time.monotonic()
        try:
            with pytest.raises(_errors.RequestError) as caught:
                transport.request(method, "/x", body={} if method == "POST" else None)
            taken = time.monotonic() - began
        finally:
            stop.set()
            transport.close()
            pool.close()
    assert taken < DEADLINE + TIMEOUT + 5
    if method == "POST" and name != "storm":
        assert isinstance(caught.value, _errors.AnswerLost)
        assert len(server.heads) == 1


def test_a_stalled_task_in_whole_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest time-out that an operator can give."""
    monkeypatch.setattr(_http, "DEADLINE", 3.0)
    stop = threading.Event()
    with LoopbackServer(stalling(b"", stop)) as server:
        pool = _http.SessionPool()
        transport = _http.HttpTransport(connection(base_url=f"http://127.0.0.1:{server.port}", timeout=1.0), pool)
        began = time.monotonic()
        with pytest.raises(_errors.AnswerLost, match="within the time-out"):
            transport.request("GET", "/x")
        taken = time.monotonic() - began
        stop.set()
        transport.close()
        pool.close()
    assert 1 <= taken < 10
