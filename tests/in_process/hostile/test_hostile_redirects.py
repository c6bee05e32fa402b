# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential reaches no host but the one of `api_url`, and headers of a hostile server do no harm."""

from __future__ import annotations

import gc
import itertools
import typing as t
import warnings

import pytest
from support.in_process import Outcome, run_key
from unit.plugins.wire import LoopbackServer, sending

from in_process.hostile.conftest import NAME, Service, assert_refused, assert_sound
from in_process.hostile.corpus import one_of_each
from simulator import Fault

STATUS_LINES = ("200 OK", "404 Not Found", "429 Slow", "999 hOsTiLe", "200", "0 x", "hOsTiLe")
STATUSES = (300, 301, 302, 303, 304, 305, 307, 308, 399)


def run(service: Service, **options: t.Any) -> Outcome:
    """A task that creates a key."""
    return run_key(service.simulator, name=NAME, **{"space": service.space_id, **options})


@pytest.mark.parametrize(
    ("method", "status"),
    one_of_each(itertools.product(("GET", "POST", "PUT"), STATUSES), lambda case: case[0], lambda case: case[1]),
)
def test_bearer_goes_to_no_other_host(service: Service, method: str, status: int) -> None:
    """Not even a connection is made."""
    options: dict[str, t.Any] = {}
    if method == "PUT":
        service.seed()
        options["state"] = "absent"
    with LoopbackServer(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as other:
        location = f"http://localhost:{other.port}/v2/api-keys"
        service.simulator.faults.add(
            Fault(kind="redirect", method=method, status=status, location=location, times=-1),
        )
        outcome = run(service, **options)
        assert other.heads == []
    assert_refused(outcome, service.simulator, "redirect")
    assert "localhost" not in outcome.message
    assert len([record for record in service.simulator.requests if record.method == method]) == 1


HEADERS: dict[str, str] = {
    "last second": "Date: Fri, 31 Dec 9999 23:59:59 GMT",
    "behind the calendar": "Date: Fri, 31 Dec 9999 23:59:59 -1200",
    "before the calendar": "Date: Mon, 01 Jan 0001 00:00:00 +1200",
    "year 0": "Date: Sat, 01 Jan 0000 00:00:00 GMT",
    "huge year": "Date: Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
    "huge zone": "Date: Tue, 24 Nov 2026 12:00:00 +999999999999",
    "no date": "Date: hOsTiLe",
    "bytes": "Date: \xff\xfe\x80",
    "empty": "Date:",
    "control characters": "Content-Type: hOsTiLe\x1b[31m\x07",
    "megabyte": "Content-Type: " + "hOsTiLe" * 9000,
    "negative length": "Content-Length: -1",
    "no length": "Content-Length: hOsTiLe",
    "cookie": "Set-Cookie: hOsTiLe=1; Domain=127.0.0.1",
    "authentication": 'WWW-Authenticate: Basic realm="hOsTiLe"',
    "unknown encoding": "Transfer-Encoding: hOsTiLe",
    "no header": "hOsTiLe",
    "folded": "X-Odd: a\r\n hOsTiLe",
}


@pytest.mark.parametrize(
    ("name", "status"),
    one_of_each(itertools.product(HEADERS, STATUS_LINES), lambda case: case[0], lambda case: case[1]),
)
def test_hostile_header(service: Service, name: str, status: str) -> None:
    """With a body that is no answer either way: a failure, and no word of the header in it but the content type."""
    head = f"HTTP/1.1 {status}\r\n{HEADERS[name]}\r\nConnection: close\r\n\r\nnothing".encode("latin-1")
    with LoopbackServer(sending(head)) as server:
        outcome = run(service, api_url=f"http://127.0.0.1:{server.port}", max_retries=0, timeout=2)
    assert outcome.failed
    assert_sound(outcome, service.simulator)


def test_two_lengths(service: Service) -> None:
    """The classical way to smuggle an answer."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 100\r\n\r\nnothing"
    with LoopbackServer(sending(head)) as server, warnings.catch_warnings():
        # urllib3 leaves the connection to the garbage collector then.
        warnings.simplefilter("ignore", ResourceWarning)
        outcome = run(service, api_url=f"http://127.0.0.1:{server.port}", max_retries=0, timeout=2)
        gc.collect()
    assert_refused(outcome, service.simulator, "127.0.0.1")


@pytest.mark.parametrize("date", [name for name, line in HEADERS.items() if line.startswith("Date:")])
def test_work_goes_on_by_the_local_clock_after_an_impossible_date(service: Service, date: str) -> None:
    """The rest of the answer is good."""
    body = b'{"api_keys": [], "pagination": {"has_more": false}}'
    head = f"HTTP/1.1 200 OK\r\n{HEADERS[date]}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    with LoopbackServer(sending(head.encode("latin-1") + body)) as server:
        outcome = run(service, api_url=f"http://127.0.0.1:{server.port}", state="absent", timeout=2)
    assert_sound(outcome, service.simulator)
    assert not outcome.failed, outcome.message
