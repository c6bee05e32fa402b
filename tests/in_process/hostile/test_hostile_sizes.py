# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""However large an answer is, compressed or not, a task takes little memory and little time to refuse it."""

from __future__ import annotations

import functools
import gzip
import json
import socket
import time
import tracemalloc
import typing as t
import zlib

import pytest
from support.in_process import run_key
from unit.plugins.wire import Handler, LoopbackServer

from in_process.hostile.conftest import NAME, Service, assert_refused, assert_sound

MIB = 2**20
MOST_MEMORY = 64 * MIB
SPACE_ID = "U3BhY2U6MzEwOmhKNWQ="


def headers(*lines: str) -> bytes:
    """The head of a successful answer."""
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: application/json", *lines, "", ""]).encode()


def flooding(head: bytes, piece: bytes, times: int) -> Handler:
    """Send a head, and the same piece again and again, until the client has had enough."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(head)
        for _count in range(times):
            connection.sendall(piece)

    return handle


@functools.cache
def inflating(size: int, encodings: int = 1) -> bytes:
    """So many zeros, compressed by a factor of 1000."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    content = b"".join(compressor.compress(bytes(MIB)) for _count in range(size // MIB)) + compressor.flush()
    for _count in range(encodings - 1):
        content = gzip.compress(content)
    return content


def bomb(encoding: str, content: bytes) -> Handler:
    """A small body that becomes a large one."""
    head = headers(f"Content-Encoding: {encoding}", f"Content-Length: {len(content)}")
    return flooding(head + content, b"", 0)


FLOODS: dict[str, t.Callable[[], Handler]] = {
    "50 MB": lambda: flooding(headers(f"Content-Length: {50 * MIB}"), b" " * MIB, 50),
    "50 MB in chunks": lambda: flooding(
        headers("Transfer-Encoding: chunked"), b"100000\r\n" + b" " * MIB + b"\r\n", 50
    ),
    "50 MB in small chunks": lambda: flooding(
        headers("Transfer-Encoding: chunked"), (b"400\r\n" + b" " * 1024 + b"\r\n") * 1024, 50
    ),
    "50 MB until the end of the connection": lambda: flooding(headers("Connection: close"), b" " * MIB, 50),
    "one chunk of 50 MB": lambda: flooding(headers("Transfer-Encoding: chunked") + b"3200000\r\n", b" " * MIB, 50),
    "gzip of 200 MB": lambda: bomb("gzip", inflating(200 * MIB)),
    "x-gzip of 200 MB": lambda: bomb("x-gzip", inflating(200 * MIB)),
}
ENCODINGS = {
    "gzip of gzip": lambda: bomb("gzip, gzip", inflating(200 * MIB, 2)),
    "deflate": lambda: bomb("deflate", zlib.compress(bytes(MIB))),
    "br": lambda: bomb("br", b"hOsTiLe"),
    "unknown": lambda: bomb("hOsTiLe", b"hOsTiLe"),
}
HEADS = {
    "headers without end": lambda: flooding(b"HTTP/1.1 200 OK\r\n", b"X-Odd: hOsTiLe\r\n" * 1000, 5000),
    "one header without end": lambda: flooding(b"HTTP/1.1 200 OK\r\nX-Odd: ", b"hOsTiLe" * 10_000, 700),
    "status line without end": lambda: flooding(b"HTTP/1.1 200 ", b"hOsTiLe" * 10_000, 700),
}


def refused(service: Service, handler: Handler, words: str) -> None:
    """Run a task against such a server, and measure."""
    with LoopbackServer(handler) as server:
        tracemalloc.start()
        began = time.monotonic()
        try:
            outcome = run_key(
                service.simulator,
                api_url=f"http://127.0.0.1:{server.port}",
                name=NAME,
                space=SPACE_ID,
                max_retries=0,
                timeout=5,
            )
            taken = time.monotonic() - began
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert_refused(outcome, service.simulator, words)
    assert peak < MOST_MEMORY
    assert taken < 20
    assert not [head for head in server.heads if not head.startswith(b"GET ")]


@pytest.mark.parametrize("name", FLOODS)
def test_large_body(service: Service, name: str) -> None:
    """More than 16 MiB are not read."""
    refused(service, FLOODS[name](), "a body of more than 16 MiB")


@pytest.mark.parametrize("name", ENCODINGS)
def test_encoding_that_was_not_asked_for(service: Service, name: str) -> None:
    """Only gzip is, once."""
    refused(service, ENCODINGS[name](), "content encoding")


@pytest.mark.parametrize("name", HEADS)
def test_head_without_end(service: Service, name: str) -> None:
    """Neither are headers read for ever."""
    refused(service, HEADS[name](), "no complete answer")


def test_body_of_just_16_mib_is_read(service: Service) -> None:
    """The limit is where it is said to be."""
    service.seed()

    def pad(body: bytes) -> bytes:
        return body + b" " * (16 * MIB - len(body))

    with service.spoiling("GET", "^/v2/api-keys$", pad):
        outcome = run_key(service.simulator, name=NAME, space=service.space_id)
    assert not outcome.failed, outcome.message
    with service.spoiling("GET", "^/v2/api-keys$", lambda body: pad(body) + b" "):
        outcome = run_key(service.simulator, name=NAME, space=service.space_id)
    assert_refused(outcome, service.simulator, "a body of more than 16 MiB")


DENSE = {
    "16 million digits": b"9" * (16 * MIB - 2),
    "nested lists": b"[" * (8 * MIB) + b"]" * (8 * MIB - 1),
    "nested objects": b'{"a":' * (3 * MIB),
}


@pytest.mark.parametrize("name", DENSE)
def test_dense_body(service: Service, name: str) -> None:
    """The largest body that is read, made of what is hard to decode."""
    body = DENSE[name]
    head = headers(f"Content-Length: {len(body)}")
    refused(service, flooding(head + body, b"", 0), "GET /v2/api-keys")


def test_large_answer_to_an_issue_is_an_unknown_outcome(service: Service) -> None:
    """The key was issued all the same: its id is told, or it is issued anew."""

    def run(**options: t.Any) -> t.Any:
        with service.spoiling("POST", "^/v2/api-keys$", lambda body: body + b" " * (16 * MIB)):
            return run_key(service.simulator, name=NAME, space=service.space_id, expires_in="90d", **options)

    outcome = run()
    assert_refused(outcome, service.simulator, json.loads(service.spoiled[0])["id"])
    service.simulator.reset()
    outcome = run(on_lost_secret="reissue")
    assert_sound(outcome, service.simulator)
    assert service.simulator.secret_is_valid(outcome["key"])
