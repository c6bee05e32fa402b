# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport on real sockets: how the libraries name what goes wrong there is not left to belief."""

from __future__ import annotations

import pathlib
import socket
import ssl
import typing as t

import pytest
import trustme
from unit.plugins.builders import CREDENTIAL, connection
from unit.plugins.wire import LoopbackServer, answering, resetting, sending, silent

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._service import http as _http
from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport, SessionPool

OK = answering({"fine": True})
TRUNCATED = sending(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"fine": t')
BROKEN_CHUNKS = sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")
BAD_GZIP = sending(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")
NO_HTTP = sending(b"220 mail.example ESMTP\r\n")
NOTHING = sending(b"")


def transport(port: int, scheme: str = "http", host: str = "127.0.0.1", **changes: t.Any) -> HttpTransport:
    at = connection(base_url=f"{scheme}://{host}:{port}", **changes)
    return HttpTransport(at, SessionPool(), lambda _seconds: None)


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize("trouble", [resetting, TRUNCATED, BROKEN_CHUNKS, BAD_GZIP, NO_HTTP, NOTHING])
def test_get_is_repeated_after_a_broken_answer(trouble: t.Any) -> None:
    with LoopbackServer(trouble, OK) as server:
        assert transport(server.port).request("GET", "/x") == {"fine": True}
    assert len(server.heads) == 2


@pytest.mark.parametrize("trouble", [resetting, TRUNCATED, BROKEN_CHUNKS, BAD_GZIP, NO_HTTP, NOTHING])
def test_post_is_lost_after_a_broken_answer(trouble: t.Any) -> None:
    with LoopbackServer(trouble, OK) as server, pytest.raises(_errors.AnswerLost, match=r"is unknown\.$"):
        transport(server.port).request("POST", "/x", body={})
    assert len(server.heads) == 1
    assert f"Authorization: Bearer {CREDENTIAL}\r\n".encode() in server.heads[0]


def test_read_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "SHORTEST_POST_TIMEOUT", 0.1)
    with LoopbackServer(silent(0.3), OK) as server:
        assert transport(server.port, timeout=0.1).request("GET", "/x") == {"fine": True}
    with LoopbackServer(silent(0.3)) as server:
        with pytest.raises(_errors.AnswerLost, match=r"not answered within the time-out.*unknown"):
            transport(server.port, timeout=0.1).request("POST", "/x")
    assert len(server.heads) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_listens(unused_port: int, method: str) -> None:
    with pytest.raises(_errors.NotConnected, match=r"connection was refused.*Nothing was changed") as caught:
        transport(unused_port).request(method, "/x", body={})
    assert CREDENTIAL not in str(caught.value)


def test_name_that_can_not_be_resolved() -> None:
    with pytest.raises(_errors.NotConnected, match=r"name can't be resolved"):
        transport(1, host="no-such-host.invalid", max_retries=0).request("POST", "/x")


def test_proxy_that_nobody_serves(unused_port: int) -> None:
    sender = transport(1, scheme="https", proxy=f"http://user:pw-of-proxy@127.0.0.1:{unused_port}", max_retries=0)
    with pytest.raises(_errors.NotConnected, match=r"proxy") as caught:
        sender.request("POST", "/x")
    assert "pw-of-proxy" not in str(caught.value)


def test_proxy_that_refuses_the_tunnel() -> None:
    with LoopbackServer(sending(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as server:
        sender = transport(1, scheme="https", proxy=f"http://127.0.0.1:{server.port}", max_retries=0)
        with pytest.raises(_errors.NotConnected, match=r"proxy"):
            sender.request("POST", "/x")
    assert server.heads[0].startswith(b"CONNECT 127.0.0.1:1 HTTP/1.")
    assert CREDENTIAL.encode() not in server.heads[0]


def test_connection_is_kept_alive() -> None:
    def twice(connection: socket.socket) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        connection.sendall(answer)
        assert connection.recv(65536).startswith(b"GET /v2/b ")
        connection.sendall(answer)

    with LoopbackServer(twice) as server:
        sender = transport(server.port)
        assert [sender.request("GET", path) for path in ("/a", "/b")] == [{}, {}]
        sender.close()
    assert len(server.heads) == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: pathlib.Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_tls_with_the_named_authority(authority: trustme.CA, ca_path: str) -> None:
    with LoopbackServer(OK, tls=server_context(authority, "127.0.0.1")) as server:
        assert transport(server.port, "https", verify=ca_path).request("POST", "/x") == {"fine": True}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_authority(authority: trustme.CA, method: str) -> None:
    with LoopbackServer(OK, tls=server_context(authority, "127.0.0.1")) as server:
        with pytest.raises(_errors.NotConnected, match=r"certificate can't be verified.*ca_path"):
            transport(server.port, "https").request(method, "/x")
    assert server.heads == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_unverified(authority: trustme.CA) -> None:
    with LoopbackServer(OK, tls=server_context(authority, "other.example")) as server:
        assert transport(server.port, "https", verify=False).request("POST", "/x") == {"fine": True}


def test_certificate_of_another_host(authority: trustme.CA, ca_path: str) -> None:
    with LoopbackServer(OK, tls=server_context(authority, "other.example")) as server:
        with pytest.raises(_errors.NotConnected, match=r"certificate can't be verified"):
            transport(server.port, "https", verify=ca_path).request("POST", "/x")
    assert server.heads == []


def test_tls_that_breaks_in_mid_answer_makes_a_post_lost(authority: trustme.CA, ca_path: str) -> None:
    def vanish(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Le")
        socket.socket.shutdown(connection, socket.SHUT_RDWR)

    with LoopbackServer(vanish, tls=server_context(authority, "127.0.0.1")) as server:
        with pytest.raises(_errors.AnswerLost):
            transport(server.port, "https", verify=ca_path).request("POST", "/x")
    assert len(server.heads) == 1


def test_tls_to_a_plain_server() -> None:
    plain = sending(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with LoopbackServer(plain, reads=False) as server:
        with pytest.raises(_errors.NotConnected, match=r"speaks another protocol; check scheme and port"):
            transport(server.port, "https").request("POST", "/x")


BROKEN_PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("content", [None, "", "no certificate", BROKEN_PEM])
def test_ca_path_that_is_no_bundle(tmp_path: pathlib.Path, authority: trustme.CA, content: str | None) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    with LoopbackServer(OK, tls=server_context(authority, "127.0.0.1")) as server:
        with pytest.raises(_errors.InvalidOption, match=r"ca_path"):
            transport(server.port, "https", verify=str(path)).request("POST", "/x")


def test_odd_address_is_an_option_error() -> None:
    with pytest.raises(_errors.InvalidOption, match=r"api_url"):
        HttpTransport(connection(base_url="http://a b"), SessionPool()).request("GET", "/x")
