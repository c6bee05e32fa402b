# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repeated, how often, and after which pause."""

from __future__ import annotations

import email.utils
import itertools
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
import requests
import urllib3
from unit.plugins.builders import connection
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._service import http as _http
from ansible_collections.community.arize.plugins.module_utils._service.pace import Pace

OK = Answer(200, {"fine": True})


def never_connected(reason: str = "Connection refused") -> requests.ConnectionError:
    """What requests raises when no connection was made."""
    cause = urllib3.exceptions.NewConnectionError(None, reason)  # type: ignore[arg-type]
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", cause))  # type: ignore[arg-type]


def connect_timeout() -> requests.ConnectTimeout:
    return requests.ConnectTimeout(urllib3.exceptions.ConnectTimeoutError("timed out"))


def reset() -> requests.ConnectionError:
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError(104, "reset")))


def read_timeout() -> requests.ReadTimeout:
    return requests.ReadTimeout(urllib3.exceptions.ReadTimeoutError(None, "/", "timed out"))  # type: ignore[arg-type]


def broken_tls() -> requests.exceptions.SSLError:
    return requests.exceptions.SSLError("EOF occurred in violation of protocol (_ssl.c:1006)")


def broken_body() -> requests.exceptions.ChunkedEncodingError:
    return requests.exceptions.ChunkedEncodingError("IncompleteRead(3 bytes read)")


NOT_SENT = (never_connected, connect_timeout)
BROKEN = (reset, read_timeout, broken_tls, broken_body)


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("trouble", [429, 502, 503, 504, *NOT_SENT, *BROKEN])
def test_get_and_put_are_repeated(method: str, trouble: t.Any) -> None:
    step = problem(trouble) if isinstance(trouble, int) else trouble()
    wire = Wire(connection(), step, step, OK)
    assert wire.transport.request(method, "/x", query={"a": 1}) == {"fine": True}
    assert [(sent.method, sent.url) for sent in wire.adapter.sent] == [(method, "https://arize.example/v2/x?a=1")] * 3
    assert len(wire.pauses) == 2


@pytest.mark.parametrize("trouble", [429, *NOT_SENT])
def test_post_is_repeated_when_nothing_was_done(trouble: t.Any) -> None:
    step = problem(trouble) if isinstance(trouble, int) else trouble()
    wire = Wire(connection(), step, step, OK)
    assert wire.transport.request("POST", "/x", body={"name": "n"}) == {"fine": True}
    assert [sent.body for sent in wire.adapter.sent] == [b'{"name": "n"}'] * 3


@pytest.mark.parametrize("trouble", [500, 501, 502, 503, 504, 599, *BROKEN])
def test_post_is_never_repeated_in_doubt(trouble: t.Any) -> None:
    step = problem(trouble, {"Retry-After": "1"}) if isinstance(trouble, int) else trouble()
    wire = Wire(connection(max_retries=9), step)
    with pytest.raises(
        _errors.AnswerLost, match=r"POST /v2/x to arize\.example .* carried it out is unknown\.$"
    ) as lost:
        wire.transport.request("POST", "/x", body={})
    assert lost.value.status == (trouble if isinstance(trouble, int) else None)
    assert wire.adapter.methods == ["POST"]
    assert wire.pauses == []


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_a_certificate_that_fails_is_not_tried_again(method: str) -> None:
    wire = Wire(
        connection(), requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    )
    with pytest.raises(_errors.NotConnected, match=r"ca_path"):
        wire.transport.request(method, "/x")
    assert wire.used_up
    assert wire.pauses == []


@pytest.mark.parametrize(
    ("method", "step", "kind"),
    [
        ("GET", problem(429), _errors.RateLimited),
        ("POST", problem(429), _errors.RateLimited),
        ("GET", problem(503), _errors.ServerFailed),
        ("GET", never_connected(), _errors.NotConnected),
        ("POST", never_connected(), _errors.NotConnected),
        ("GET", reset(), _errors.AnswerLost),
        ("PUT", read_timeout(), _errors.AnswerLost),
    ],
)
@pytest.mark.parametrize("max_retries", [0, 1, 3])
def test_it_gives_up_after_max_retries(method: str, step: t.Any, kind: type[Exception], max_retries: int) -> None:
    wire = Wire(connection(max_retries=max_retries), *[step] * (max_retries + 1))
    with pytest.raises(kind) as caught:
        wire.transport.request(method, "/x")
    assert caught.value.__class__ is kind
    assert wire.used_up
    assert len(wire.pauses) == max_retries


def test_pauses_grow_with_jitter_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for factor in (0.5, 1.5):
        monkeypatch.setattr(_http.random, "uniform", lambda low, high, factor=factor: {0.5: low, 1.5: high}[factor])
        wire = Wire(connection(max_retries=8), *[problem(503)] * 8, OK)
        monkeypatch.setattr(_http.time, "monotonic", lambda: 0.0)
        wire.transport.request("GET", "/x")
        assert wire.pauses == [factor * pause for pause in (0.5, 1, 2, 4, 8, 16, 30, 30)]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds(status: int) -> None:
    wire = Wire(connection(), problem(status, {"Retry-After": " 7 "}), problem(status, {"Retry-After": "0"}), OK)
    wire.transport.request("GET", "/x")
    assert wire.pauses == [7.0, 0.0]


@pytest.mark.parametrize("years", [-30, 0, 30])
def test_retry_after_as_a_date_goes_by_the_date_of_the_answer(years: int) -> None:
    server = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=365 * years)
    headers = {
        "Date": email.utils.format_datetime(server, usegmt=True),
        "Retry-After": email.utils.format_datetime(server + timedelta(seconds=20), usegmt=True),
    }
    wire = Wire(connection(), problem(429, headers), OK)
    wire.transport.request("POST", "/x")
    assert wire.pauses == [pytest.approx(20, abs=0.5)]


def test_retry_after_in_the_past_means_now() -> None:
    wire = Wire(connection(), problem(429, {"Retry-After": "Tue, 24 Nov 2026 11:00:00 GMT"}), OK)
    wire.transport.request("GET", "/x")
    assert wire.pauses == [0.0]


@pytest.mark.parametrize("text", ["soon", "-5", "1.5", "", "٣", "Tue, 99 Nov 2026", "7s", "0x10"])
def test_retry_after_that_says_nothing_leaves_the_usual_pause(text: str) -> None:
    wire = Wire(connection(), problem(429, {"Retry-After": text}), OK)
    wire.transport.request("GET", "/x")
    assert 0.25 <= wire.pauses[0] <= 0.75


@pytest.mark.parametrize(
    "text",
    ["241", "999999999", "9999999999", "9" * 5000, "Wed, 25 Nov 2026 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_retry_after_beyond_the_deadline_is_given_up_at_once(method: str, text: str) -> None:
    wire = Wire(connection(), problem(429, {"Retry-After": text}))
    with pytest.raises(_errors.RateLimited):
        wire.transport.request(method, "/x")
    assert wire.pauses == []
    assert wire.used_up


def test_deadline_covers_all_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(connection(max_retries=100), *[problem(503, {"Retry-After": "100"})] * 3)
    passed = itertools.accumulate(itertools.repeat(0.0))
    monkeypatch.setattr(_http.time, "monotonic", lambda: next(passed) + sum(wire.pauses))
    with pytest.raises(_errors.ServerFailed):
        wire.transport.request("GET", "/x")
    assert wire.pauses == [100.0, 100.0]
    assert wire.used_up


def test_an_error_that_is_not_repeated_ends_the_repeats() -> None:
    wire = Wire(connection(), problem(503), problem(404))
    with pytest.raises(_errors.NotFound):
        wire.transport.request("GET", "/x")
    wire = Wire(connection(), problem(429), problem(500))
    with pytest.raises(_errors.AnswerLost):
        wire.transport.request("POST", "/x")
    assert wire.used_up


def test_clock_follows_the_newest_answer_errors_included() -> None:
    wire = Wire(connection(), problem(503, {"Date": "Tue, 24 Nov 2020 12:00:00 GMT"}), OK)
    wire.transport.request("GET", "/x")
    assert abs(wire.transport.clock.now() - datetime(2026, 11, 24, 12, tzinfo=timezone.utc)) < timedelta(seconds=5)


def test_missing_requests_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "requests", None)
    with pytest.raises(_errors.MissingLibrary) as caught:
        _http.SessionPool()
    assert caught.value.library == "requests"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("reason", ["[Errno 113] No route to host", "[Errno 101] Network is unreachable"])
def test_a_network_without_a_route_is_named(method: str, reason: str) -> None:
    wire = Wire(connection(max_retries=0), never_connected(reason))
    with pytest.raises(_errors.NotConnected, match=r"api_url and the network.*Nothing was changed"):
        wire.transport.request(method, "/x")


def test_a_limited_rate_slows_down_all_who_share_the_pace() -> None:
    pace = Pace()
    wire = Wire(connection(), problem(429, {"Retry-After": "7"}), OK, pace=pace)
    wire.transport.request("GET", "/x")
    others: list[float] = []
    pace.wait(others.append)
    assert wire.pauses[0] == 7.0
    assert 6.0 < others[0] < 9.0


@pytest.mark.parametrize("week", ["604800", "9" * 400])
def test_nobody_waits_for_a_rate_longer_than_a_request_may_take(week: str) -> None:
    """Else the other keys of a fleet would hang until then."""
    pace = Pace()
    with pytest.raises(_errors.RateLimited):
        Wire(connection(), problem(429, {"Retry-After": week}), pace=pace).transport.request("GET", "/x")
    others: list[float] = []
    pace.wait(others.append)
    assert others == []
