# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and environment to a connection (contract sections 6.1 and 6.2)."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import CREDENTIAL, connection_options

from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._service.connection import (
    Connection,
    resolve_connection,
    secrets_in_urls,
)


def resolved(environment: dict[str, str] | None = None, **options: t.Any) -> Connection:
    return resolve_connection(connection_options(**options), environment or {})


@pytest.mark.parametrize(
    ("options", "environment", "url"),
    [
        ({}, {}, "https://api.arize.com"),
        ({"api_url": "https://arize.example"}, {}, "https://arize.example"),
        ({"api_url": "https://arize.example/"}, {}, "https://arize.example"),
        ({"api_url": " https://arize.example/v2/ "}, {}, "https://arize.example"),
        ({"api_url": "http://arize.example:8080/prefix/v2"}, {}, "http://arize.example:8080/prefix"),
        ({"api_url": "https://arize.example/v22"}, {}, "https://arize.example/v22"),
        ({"api_url": "https://[::1]:8443"}, {}, "https://[::1]:8443"),
        ({"region": "us"}, {}, "https://api.arize.com"),
        ({"region": "EU"}, {}, "https://api.eu-west-1a.arize.com"),
        ({"region": " Ca "}, {}, "https://api.ca-central-1a.arize.com"),
        ({"region": "us-east-1b"}, {}, "https://api.us-east-1b.arize.com"),
        ({"region": "US-Central-1A"}, {}, "https://api.us-central-1a.arize.com"),
        ({}, {"ARIZE_BASE_URL": "https://env.example/v2"}, "https://env.example"),
        ({}, {"ARIZE_REGION": "Eu"}, "https://api.eu-west-1a.arize.com"),
        ({}, {"ARIZE_REGION": ""}, "https://api.arize.com"),
        ({}, {"ARIZE_SINGLE_HOST": "one.example"}, "https://one.example"),
        ({}, {"ARIZE_SINGLE_HOST": "one.example", "ARIZE_SINGLE_PORT": "8443"}, "https://one.example:8443"),
        ({}, {"ARIZE_SINGLE_HOST": "one.example:1", "ARIZE_SINGLE_PORT": "8443"}, "https://one.example:8443"),
        (
            {},
            {"ARIZE_SINGLE_HOST": "one.example", "ARIZE_SINGLE_PORT": "1", "ARIZE_API_PORT": "2"},
            "https://one.example:2",
        ),
        ({}, {"ARIZE_SINGLE_PORT": "8443"}, "https://api.arize.com:8443"),
        ({}, {"ARIZE_SINGLE_PORT": "0", "ARIZE_REGION": "ca"}, "https://api.ca-central-1a.arize.com"),
        ({}, {"ARIZE_BASE_DOMAIN": "corp.example"}, "https://api.corp.example"),
        ({}, {"ARIZE_BASE_DOMAIN": "corp.example", "ARIZE_API_HOST": "x.example"}, "https://api.corp.example"),
        ({}, {"ARIZE_API_HOST": "h.example"}, "https://h.example"),
        ({}, {"ARIZE_API_HOST": "h.example:7"}, "https://h.example:7"),
        ({}, {"ARIZE_API_HOST": "h.example:7", "ARIZE_API_PORT": "0"}, "https://h.example:7"),
        ({}, {"ARIZE_API_HOST": "h.example:7", "ARIZE_API_PORT": "8"}, "https://h.example:8"),
        ({}, {"ARIZE_API_HOST": "localhost", "ARIZE_API_SCHEME": "http"}, "http://localhost"),
        ({}, {"ARIZE_API_HOST": "[::1]", "ARIZE_API_PORT": "8080"}, "https://[::1]:8080"),
        # An option wins over every variable, those that exclude each other included.
        ({"api_url": "https://o.example"}, {"ARIZE_REGION": "eu", "ARIZE_BASE_DOMAIN": "x"}, "https://o.example"),
        ({"region": "eu"}, {"ARIZE_BASE_URL": "https://env.example"}, "https://api.eu-west-1a.arize.com"),
        ({"region": "eu"}, {"ARIZE_SINGLE_HOST": "a", "ARIZE_REGION": "ca"}, "https://api.eu-west-1a.arize.com"),
        ({}, {"ARIZE_BASE_URL": "https://env.example", "ARIZE_API_HOST": "h"}, "https://env.example"),
    ],
)
def test_base_url(options: dict[str, t.Any], environment: dict[str, str], url: str) -> None:
    assert resolved(environment, **options).base_url == url


@pytest.mark.parametrize(
    ("options", "environment", "words"),
    [
        ({"api_url": "arize.example"}, {}, "api_url: not a URL"),
        ({"api_url": ""}, {}, "api_url: not a URL"),
        ({"api_url": "ftp://arize.example"}, {}, "api_url: not a URL"),
        ({"api_url": "https://"}, {}, "api_url: not a URL"),
        ({"api_url": "https://:443"}, {}, "api_url: not a URL"),
        ({"api_url": "https://h:0"}, {}, "api_url: not a URL"),
        ({"api_url": "https://h:70000"}, {}, "api_url: not a URL"),
        ({"api_url": "https://h:port"}, {}, "api_url: not a URL"),
        ({"api_url": "https://[::1"}, {}, "api_url: not a URL"),
        ({"api_url": "https://user:pw@h.example"}, {}, "api_url: takes no user or password"),
        ({"api_url": "https://user@h.example"}, {}, "api_url: takes no user or password"),
        ({"api_url": "https://:pw@h.example"}, {}, "api_url: takes no user or password"),
        ({"api_url": "https://h.example?a=1"}, {}, "api_url: takes no query"),
        ({"api_url": "https://h.example#a"}, {}, "api_url: takes no query or fragment"),
        ({"region": "mars"}, {}, "region: unknown region 'mars'; choose from ca, .*us-east-1b"),
        ({}, {"ARIZE_REGION": "mars"}, "ARIZE_REGION: unknown region"),
        ({}, {"ARIZE_BASE_URL": "nonsense"}, "ARIZE_BASE_URL: not a URL"),
        ({}, {"ARIZE_REGION": "eu", "ARIZE_SINGLE_HOST": "h"}, "ARIZE_REGION and ARIZE_SINGLE_HOST exclude"),
        ({}, {"ARIZE_SINGLE_HOST": "h", "ARIZE_BASE_DOMAIN": "d"}, "ARIZE_BASE_DOMAIN and ARIZE_SINGLE_HOST exclude"),
        ({}, {"ARIZE_REGION": "eu", "ARIZE_BASE_DOMAIN": "d"}, "ARIZE_REGION and ARIZE_BASE_DOMAIN exclude"),
        ({}, {"ARIZE_API_HOST": "https://h"}, "without a scheme"),
        ({}, {"ARIZE_SINGLE_HOST": "h/path"}, "without a scheme or path"),
        ({}, {"ARIZE_API_PORT": "http"}, "take a number"),
        ({}, {"ARIZE_API_PORT": "-1"}, "take a number"),
        ({}, {"ARIZE_API_PORT": "70000"}, "not a URL"),
        ({}, {"ARIZE_API_SCHEME": "gopher"}, "ARIZE_API_SCHEME.*not a URL that begins with http:// or https://"),
    ],
)
def test_bad_addresses(options: dict[str, t.Any], environment: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidOption, match=words) as caught:
        resolved(environment, **options)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "environment", "in_clear"),
    [
        ({}, {}, False),
        ({"api_url": "http://h.example"}, {}, True),
        ({"api_url": "http://10.0.0.1"}, {}, True),
        ({"api_url": "http://127.0.0.1.h.example"}, {}, True),
        ({"api_url": "http://localhost.h.example"}, {}, True),
        ({"api_url": "https://h.example"}, {}, False),
        ({}, {"ARIZE_BASE_URL": "http://127.0.0.1:8080"}, False),
        ({}, {"ARIZE_BASE_URL": "http://127.9.9.9"}, False),
        ({}, {"ARIZE_BASE_URL": "http://[::1]:8080"}, False),
        ({}, {"ARIZE_BASE_URL": "HTTP://LOCALHOST:8080"}, False),
        ({"api_url": "http://h.example"}, {"ARIZE_BASE_URL": "http://i.example"}, True),
    ],
)
def test_who_can_read_the_credential(options: dict[str, t.Any], environment: dict[str, str], in_clear: bool) -> None:
    assert resolved(environment, **options).sends_in_clear is in_clear


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ARIZE_BASE_URL": "http://h.example"}, r"ARIZE_BASE_URL: .* h.example .*use https.* to http://h.example"),
        ({"ARIZE_BASE_URL": "http://[::2]:1"}, "ARIZE_BASE_URL"),
        ({"ARIZE_API_SCHEME": "http", "ARIZE_API_HOST": "h"}, "ARIZE_API_SCHEME.* would go to h "),
        ({"ARIZE_API_SCHEME": "http", "ARIZE_SINGLE_HOST": "h"}, "would go to h "),
        ({"ARIZE_API_SCHEME": "http"}, "would go to api.arize.com "),
    ],
)
def test_a_variable_does_not_send_the_credential_in_clear(environment: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidOption, match=words):
        resolved(environment)


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("https://user:pa-ss@h.example", "pa-ss"),
        ("https://user:p@ss/word@h.example/v2", "p@ss/word"),
        ("https://ak-as-user@h.example", "ak-as-user"),
        ("user:pa-ss@h", "pa-ss"),
        ("https://:pw@h", "https://:pw@h"),
        ("https://h.example", None),
    ],
)
def test_what_is_hidden_of_a_url(url: str, hidden: str | None) -> None:
    found = secrets_in_urls({"api_url": url})
    assert (hidden in found and url in found) if hidden else not found


@pytest.mark.parametrize("url", ["https://h.example?", "https://h.example/?", "https://h.example#", "https://h//v2"])
def test_base_url_can_be_followed_by_a_path(url: str) -> None:
    """An empty query, an empty fragment or a second slash must not swallow the path that is put behind."""
    try:
        base_url = resolved(api_url=url).base_url
    except InvalidOption:
        return
    assert not base_url.endswith(("?", "#", "/"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, r"No Arize API key on host .*not on the controller: pass `api_key: "),
        ("", "empty"),
        (" \n", "empty"),
        ("ak-one two", "contains a space"),
        ("ak-one\ntwo", "contains a space"),
        ("ak-öneandtwo", "character that no Arize API key has"),
        ("ak-1234", "fewer than 8 characters"),
    ],
)
def test_credential_that_can_not_be_one(value: str | None, words: str) -> None:
    options = {**connection_options(), "api_key": value}
    with pytest.raises(InvalidOption, match=words) as caught:
        resolve_connection(options, {})
    assert caught.value.option == "api_key"
    assert not value or not value.strip() or value not in str(caught.value)


def test_credential_is_stripped() -> None:
    assert resolved(api_key=f" {CREDENTIAL}\n").credential.reveal() == CREDENTIAL


def test_credential_option_falls_back_to_the_environment() -> None:
    environment = {"ARIZE_API_KEY": "ak-of-the-environment"}
    assert resolved(environment, api_key=None).credential.reveal() == "ak-of-the-environment"
    assert resolved(environment, api_key=CREDENTIAL).credential.reveal() == CREDENTIAL


@pytest.mark.parametrize(
    ("options", "environment", "verify"),
    [
        ({}, {}, True),
        ({}, {"ARIZE_REQUEST_VERIFY": "YES"}, True),
        ({}, {"ARIZE_REQUEST_VERIFY": " on "}, True),
        ({}, {"ARIZE_REQUEST_VERIFY": "1"}, True),
        ({}, {"ARIZE_REQUEST_VERIFY": ""}, True),
        ({}, {"ARIZE_REQUEST_VERIFY": "false"}, False),
        ({}, {"ARIZE_REQUEST_VERIFY": "0"}, False),
        ({"validate_certs": True}, {"ARIZE_REQUEST_VERIFY": "0"}, True),
        ({"validate_certs": False}, {"ARIZE_REQUEST_VERIFY": "1"}, False),
        ({"validate_certs": False, "ca_path": "/ca"}, {}, False),
        ({"ca_path": "/ca"}, {"ARIZE_SSL_CA_CERT": "/b"}, "/ca"),
        ({}, {"ARIZE_SSL_CA_CERT": "/b", "REQUESTS_CA_BUNDLE": "/c", "CURL_CA_BUNDLE": "/d"}, "/b"),
        ({}, {"REQUESTS_CA_BUNDLE": "/c", "CURL_CA_BUNDLE": "/d"}, "/c"),
        ({}, {"CURL_CA_BUNDLE": "/d"}, "/d"),
    ],
)
def test_verification(options: dict[str, t.Any], environment: dict[str, str], verify: bool | str) -> None:
    assert resolved(environment, **options).verify == verify


@pytest.mark.parametrize(
    ("options", "environment", "proxy"),
    [
        ({}, {}, None),
        ({"proxy": "http://p:1"}, {"ARIZE_PROXY_URL": "http://q:1"}, "http://p:1"),
        ({"proxy": "p:1"}, {}, "http://p:1"),
        ({"proxy": "socks5h://p:1"}, {}, "socks5h://p:1"),
        ({}, {"ARIZE_PROXY_URL": "http://q:1", "https_proxy": "http://r:1"}, "http://q:1"),
        ({}, {"https_proxy": "http://r:1", "HTTPS_PROXY": "http://s:1"}, "http://r:1"),
        ({}, {"HTTPS_PROXY": "http://s:1", "ALL_PROXY": "http://t:1"}, "http://s:1"),
        ({}, {"all_proxy": "http://t:1"}, "http://t:1"),
        ({}, {"ALL_PROXY": "http://t:1"}, "http://t:1"),
        ({}, {"HTTP_PROXY": "http://u:1"}, None),
        ({"api_url": "http://h"}, {"HTTP_PROXY": "http://u:1", "HTTPS_PROXY": "http://s:1"}, "http://u:1"),
    ],
)
def test_proxy(options: dict[str, t.Any], environment: dict[str, str], proxy: str | None) -> None:
    assert resolved(environment, **options).proxy == proxy


@pytest.mark.parametrize("proxy", ["ftp://user:pw@p", "http://", "http://user:pw@p:x"])
def test_proxy_that_is_none(proxy: str) -> None:
    with pytest.raises(InvalidOption, match=r"^proxy: not a URL") as caught:
        resolved(proxy=proxy)
    assert "pw" not in str(caught.value)


def test_other_values() -> None:
    found = resolved({"NO_PROXY": "a", "no_proxy": "b"}, timeout=7, max_retries=0)
    assert (found.no_proxy, found.timeout, found.max_retries) == ("b", 7.0, 0)
    assert resolved({"NO_PROXY": "a"}).no_proxy == "a"


@pytest.mark.parametrize("timeout", [0, -1])
def test_time_out_that_makes_no_sense(timeout: int) -> None:
    with pytest.raises(InvalidOption, match="timeout"):
        resolved(timeout=timeout)


@pytest.mark.parametrize(
    ("options", "is_arize_cloud"),
    [
        ({"api_url": None}, True),
        ({"api_url": None, "region": "eu"}, True),
        ({"api_url": "https://arize.example.com"}, False),
        ({"api_url": "https://api.arize.com.example"}, False),
    ],
)
def test_who_runs_the_service(options: dict[str, t.Any], is_arize_cloud: bool) -> None:
    assert resolved(**options).is_arize_cloud is is_arize_cloud


def test_a_dialect_of_the_environment_that_does_not_exist() -> None:
    with pytest.raises(InvalidOption, match="ARIZE_API_DIALECT") as caught:
        resolved({"ARIZE_API_DIALECT": "newest"}, api_dialect=None)
    assert caught.value.option == "api_dialect"
