# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What transports share: sessions without credential or cookie, a service that is down, and its pace."""

from __future__ import annotations

import socket
import time

import pytest
from unit.plugins.builders import connection, secret_of
from unit.plugins.wire import LoopbackServer, answering

from ansible_collections.community.arize.plugins.module_utils._model.errors import NotConnected
from ansible_collections.community.arize.plugins.module_utils._model.keys import Secret
from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport, SessionPool
from ansible_collections.community.arize.plugins.module_utils._service.pace import Pace


def test_a_session_takes_neither_cookie_nor_credential_from_one_task_to_the_next() -> None:
    pool = SessionPool()
    with LoopbackServer(answering({}, headers="Set-Cookie: a=b\r\n")) as server:
        for tag in ("one", "two"):
            given = connection(base_url=f"http://127.0.0.1:{server.port}", credential=Secret(secret_of(tag)))
            transport = HttpTransport(given, pool)
            transport.request("GET", "/x")
            transport.request("GET", "/x")
            transport.close()
    pool.close()
    assert [secret_of("one").encode() in head for head in server.heads] == [True, True, False, False]
    assert [secret_of("two").encode() in head for head in server.heads] == [False, False, True, True]
    assert not any(b"Cookie" in head for head in server.heads)


def test_a_session_is_lent_to_one_transport_at_a_time_and_only_for_the_same_settings() -> None:
    pool = SessionPool()
    first = HttpTransport(connection(), pool)
    second = HttpTransport(connection(), pool)
    assert first._session is not second._session
    first.close()
    assert HttpTransport(connection(verify=False), pool)._session is not first._session
    assert HttpTransport(connection(), pool)._session is first._session


def test_a_service_that_is_down_is_tried_once_until_it_answers() -> None:
    """Fifty items of a loop must not each have the full patience."""
    pool = SessionPool()
    pauses: list[float] = []

    def request(port: int) -> None:
        transport = HttpTransport(connection(base_url=f"http://127.0.0.1:{port}"), pool, pauses.append)
        try:
            transport.request("GET", "/x")
        finally:
            transport.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for expected in (4, 0, 0):
        pauses.clear()
        with pytest.raises(NotConnected):
            request(port)
        assert len(pauses) == expected
    with socket.create_server(("127.0.0.1", 0)) as listener:
        other = listener.getsockname()[1]
    with pytest.raises(NotConnected):
        request(other)
    assert len(pauses) == 4


def test_one_that_is_told_to_wait_holds_up_the_others() -> None:
    pace = Pace()
    pauses: list[float] = []
    pace.wait(pauses.append)
    assert pauses == []
    pace.slow_down(20.0)
    pace.slow_down(5.0)
    pace.wait(pauses.append)
    assert 19.0 < pauses[0] < 25.1
    pace = Pace()
    pace.slow_down(0.01)
    time.sleep(0.02)
    pace.wait(pauses.append)
    assert len(pauses) == 1
