# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of each request, and what becomes of an answer that is not repeated."""

from __future__ import annotations

import json
import platform
import typing as t

import pytest
import requests
from unit.plugins.builders import CREDENTIAL, connection
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._model.keys import Secret
from ansible_collections.community.arize.plugins.module_utils._service import http as _http
from ansible_collections.community.arize.plugins.module_utils._service.version import COLLECTION_VERSION


def test_get_is_sent_exactly_like_this() -> None:
    wire = Wire(connection(), Answer(body={"spaces": []}))
    answer = wire.transport.request("GET", "/spaces", query={"name": "a&b c/ü", "limit": 100})
    assert answer == {"spaces": []}
    (sent,) = wire.adapter.sent
    assert sent.method == "GET"
    assert sent.url == "https://arize.example/v2/spaces?name=a%26b+c%2F%C3%BC&limit=100"
    assert sent.body is None
    assert dict(sent.headers) == {
        "User-Agent": f"community.arize/{COLLECTION_VERSION} python/{platform.python_version()}",
        "Accept-Encoding": sent.headers["Accept-Encoding"],
        "Accept": "application/json, application/problem+json",
        "Connection": "keep-alive",
        "Authorization": f"Bearer {CREDENTIAL}",
    }


def test_post_sends_json_and_its_length() -> None:
    wire = Wire(connection(), Answer(201, {"id": "x"}))
    assert wire.transport.request("POST", "/api-keys", body={"name": "ü"}) == {"id": "x"}
    (sent,) = wire.adapter.sent
    assert sent.url == "https://arize.example/v2/api-keys"
    assert json.loads(sent.body or b"") == {"name": "ü"}
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["Content-Length"] == str(len(sent.body or b""))


def test_put_without_a_body_sends_none() -> None:
    wire = Wire(connection(), Answer(204))
    assert wire.transport.request("PUT", "/api-keys/x/revoke") is None
    (sent,) = wire.adapter.sent
    assert (sent.method, sent.body, sent.headers["Content-Length"]) == ("PUT", None, "0")
    assert "Content-Type" not in sent.headers


@pytest.mark.parametrize(
    ("method", "timeout", "expected"),
    [("GET", 5.0, (5.0, 5.0)), ("PUT", 5.0, (5.0, 5.0)), ("POST", 5.0, (5.0, 60.0)), ("POST", 90.0, (90.0, 90.0))],
)
def test_time_outs(method: str, timeout: float, expected: tuple[float, float]) -> None:
    wire = Wire(connection(timeout=timeout, verify="/ca.pem"), Answer(200, {}))
    wire.transport.request(method, "/x")
    (settings,) = wire.adapter.settings
    assert settings["timeout"] == expected
    assert settings["verify"] == "/ca.pem"


@pytest.mark.parametrize("verify", [True, False])
def test_verification_is_handed_down(verify: bool) -> None:
    wire = Wire(connection(verify=verify), Answer(200, {}))
    wire.transport.request("GET", "/x")
    assert wire.adapter.settings[0]["verify"] is verify


@pytest.mark.parametrize(
    ("no_proxy", "expected"),
    [
        (None, {"http": "http://proxy:3128", "https": "http://proxy:3128"}),
        ("other.example", {"http": "http://proxy:3128", "https": "http://proxy:3128"}),
        ("arize.example", {}),
        (".example", {}),
    ],
)
def test_proxy(no_proxy: str | None, expected: dict[str, str]) -> None:
    wire = Wire(connection(proxy="http://proxy:3128", no_proxy=no_proxy), Answer(200, {}))
    wire.transport.request("GET", "/x")
    assert dict(wire.adapter.settings[0]["proxies"]) == expected


def test_environment_is_not_read_by_requests(monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine arize.example login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://elsewhere.example:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    wire = Wire(connection(), Answer(200, {}))
    wire.transport.request("GET", "/x")
    assert wire.adapter.sent[0].headers["Authorization"] == f"Bearer {CREDENTIAL}"
    assert not wire.adapter.settings[0]["proxies"]
    assert wire.adapter.settings[0]["verify"] is True


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_redirects_are_not_followed(method: str, status: int) -> None:
    wire = Wire(connection(), Answer(status, headers={"Location": "https://evil.example/"}))
    expected = (
        (_errors.AnswerLost, "is unknown") if method == "POST" else (_errors.ProtocolError, "redirect.*not followed")
    )
    with pytest.raises(expected[0], match=expected[1]) as caught:
        wire.transport.request(method, "/x")
    assert caught.value.details() == {"request": {"method": method, "path": "/v2/x", "status": status}}
    assert len(wire.adapter.sent) == 1


@pytest.mark.parametrize("body", [b"<html>login</html>", b"", b'{"a": ', b"\xff\xfe", b"[" * 100_000])
def test_get_answered_with_something_else_than_json(body: bytes) -> None:
    wire = Wire(connection(), Answer(200, body, {"Content-Type": "text/html; charset=utf-8"}))
    with pytest.raises(_errors.ProtocolError, match=r"arize.example answered 200.*not JSON \(text/html\).*api_url"):
        wire.transport.request("GET", "/x")
    assert len(wire.adapter.sent) == 1


def test_unreadable_answer_to_a_post_is_lost_and_not_shown() -> None:
    wire = Wire(connection(), Answer(201, b'{"key": "ak-secret'))
    with pytest.raises(_errors.AnswerLost, match=r"answered 201.*no content type.*is unknown") as caught:
        wire.transport.request("POST", "/api-keys", body={})
    assert "ak-secret" not in str(caught.value) + repr(caught.value) + str(caught.value.details())
    assert len(wire.adapter.sent) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_oversized_body_is_refused(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(_http, "LARGEST_BODY", 10)
    wire = Wire(connection(), Answer(200, b'"12345678"'), Answer(200, b'"123456789"'))
    assert wire.transport.request(method, "/x") == "12345678"
    expected = _errors.AnswerLost if method == "POST" else _errors.ProtocolError
    with pytest.raises(expected, match=r"a body of more than"):
        wire.transport.request(method, "/x")
    assert len(wire.adapter.sent) == 2


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, _errors.RequestRejected, "answered 400: Name is bad."),
        (401, _errors.AuthenticationFailed, "check api_key"),
        (403, _errors.AccessForbidden, "lacks the permission"),
        (404, _errors.NotFound, "does not exist, or the caller may not see it"),
        (409, _errors.RequestRejected, "answered 409"),
        (418, _errors.RequestRejected, "answered 418"),
        (422, _errors.RequestRejected, "answered 422"),
        (500, _errors.ServerFailed, "in trouble"),
        (501, _errors.ServerFailed, "in trouble"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_errors_are_raised_at_once(method: str, status: int, kind: type[_errors.ApiError], words: str) -> None:
    wire = Wire(connection(), problem(status, detail="Name is bad.", request_id="req_1"))
    with pytest.raises(kind) as caught:
        wire.transport.request(method, "/x")
    error = caught.value
    assert words in str(error)
    assert str(error).endswith("(request req_1)")
    assert error.__class__ is kind
    assert error.details() == {
        "request": {
            "method": method,
            "path": "/v2/x",
            "status": status,
            "title": "Title",
            "detail": "Name is bad.",
            "request_id": "req_1",
        },
    }
    assert wire.pauses == []
    assert wire.used_up


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_post_that_was_refused_is_not_lost(status: int) -> None:
    wire = Wire(connection(), problem(status))
    with pytest.raises(_errors.ApiError) as caught:
        wire.transport.request("POST", "/x", body={})
    assert caught.value.status == status
    assert wire.used_up


def test_plan_limit_is_shown() -> None:
    limits: dict[str, t.Any] = {"entitlement": "SPACES", "limit": 3, "current_count": 3, "required_plan": "PRO"}
    wire = Wire(connection(), problem(403, detail="Plan limit reached", **limits))
    with pytest.raises(_errors.AccessForbidden, match=r"entitlement SPACES, limit 3.*larger plan") as caught:
        wire.transport.request("POST", "/x", body={})
    assert caught.value.details()["request"]["plan"] == limits


@pytest.mark.parametrize("status", [401, 503])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_credential_echoed_by_the_service_is_masked(method: str, status: int) -> None:
    echo: dict[str, t.Any] = dict.fromkeys(("title", "detail", "request_id"), f"key {CREDENTIAL} is bad")
    wire = Wire(connection(max_retries=0), problem(status, **echo))
    with pytest.raises(_errors.RequestError) as caught:
        wire.transport.request(method, "/x")
    assert "********" in str(caught.value)
    assert CREDENTIAL not in str(caught.value) + repr(caught.value) + str(caught.value.details())


@pytest.mark.parametrize("member", ["entitlement", "required_plan"])
def test_credential_echoed_in_a_plan_limit_is_masked(member: str) -> None:
    limit: dict[str, t.Any] = {member: CREDENTIAL}
    wire = Wire(connection(), problem(403, **limit))
    with pytest.raises(_errors.AccessForbidden) as caught:
        wire.transport.request("GET", "/x")
    assert CREDENTIAL not in str(caught.value) + repr(caught.value) + str(caught.value.details())


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b'{"detail": 5, "title": ["x"]}', b'{"detail": ""}', b"\xff", b"[" * 100_000]
)
def test_error_without_a_readable_problem(body: bytes) -> None:
    wire = Wire(connection(), Answer(404, body))
    with pytest.raises(_errors.NotFound, match=r"answered 404: no reason given\.") as caught:
        wire.transport.request("GET", "/x")
    # Such a body comes from something else, as from a web server asked without TLS on its TLS port.
    foreign = body in (b"<html>", b"[]", b"\xff", b"[" * 100_000)
    assert ("check scheme, host and port of api_url" in str(caught.value)) == foreign


def test_a_proxy_that_needs_a_library() -> None:
    wire = Wire(connection(), requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support."))
    with pytest.raises(_errors.InvalidOption, match=r"^proxy: .*PySocks"):
        wire.transport.request("GET", "/x")


def test_texts_of_the_service_are_bounded_and_on_one_line() -> None:
    wire = Wire(connection(), problem(422, detail="a\r\nb\t" + "c" * 5000))
    with pytest.raises(_errors.RequestRejected) as caught:
        wire.transport.request("GET", "/x")
    assert caught.value.problem["detail"] == "a b " + "c" * 496
    assert "\n" not in str(caught.value)


def test_another_credential_is_used_and_masked_from_then_on() -> None:
    wire = Wire(connection(), Answer(200, {}), Answer(200, {}), problem(422, detail="ak-the-other-one is bad"))
    wire.transport.request("GET", "/x")
    wire.transport.use_credential(Secret("ak-the-other-one"))
    wire.transport.request("GET", "/x")
    with pytest.raises(_errors.RequestRejected, match=r"\*{8} is bad"):
        wire.transport.request("GET", "/x")
    sent = [request.headers["Authorization"] for request in wire.adapter.sent]
    assert sent == [f"Bearer {CREDENTIAL}", *["Bearer ak-the-other-one"] * 2]


def test_advice_on_the_address_comes_beside_that_on_the_status() -> None:
    wire = Wire(connection(), Answer(401, b"<html>Log in</html>"))
    with pytest.raises(_errors.ApiError, match=r"api_key.*check scheme, host and port of api_url"):
        wire.transport.request("GET", "/x")
