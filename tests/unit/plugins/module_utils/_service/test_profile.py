# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles of the ax CLI: what they stand for, which wins over what, and what is wrong with a file."""

from __future__ import annotations

import pathlib
import sys
import typing as t

import pytest
from unit.plugins.builders import CREDENTIAL, connection_options

from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, MissingLibrary
from ansible_collections.community.arize.plugins.module_utils._service import profile as _profile
from ansible_collections.community.arize.plugins.module_utils._service.connection import Connection, resolve_connection

KEY = "ak-FAKEprofile1234567890"
SECRETIVE = "secretive"

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="needs tomllib")


class Home:
    """A home folder with profiles."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.profiles = folder / ".arize" / "profiles"
        self.profiles.mkdir(parents=True)

    def write(self, content: str | bytes, name: str = "work") -> None:
        raw = content if isinstance(content, bytes) else content.encode("utf-8")
        (self.profiles / f"{name}.toml").write_bytes(raw)

    def connection(self, environment: dict[str, str] | None = None, **options: t.Any) -> Connection:
        found = {"HOME": str(self.folder), **(environment or {})}
        return resolve_connection({**connection_options(), "api_key": None, **options}, found)

    def problem(self, environment: dict[str, str] | None = None, **options: t.Any) -> str:
        with pytest.raises(InvalidOption) as caught:
            self.connection(environment, **{"profile": "work", **options})
        assert SECRETIVE not in str(caught.value)
        assert KEY not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def home(tmp_path: pathlib.Path) -> Home:
    return Home(tmp_path)


AUTH = f'[auth]\nauth_method = "api-key"\napi_key = "{KEY}"\n'


@pytest.mark.parametrize(
    ("content", "environment", "url"),
    [
        (AUTH, {}, "https://api.arize.com"),
        # Fields that the CLI does not pass come from the SDK's variables (contract section 6.3).
        (AUTH, {"ARIZE_API_PORT": "8443"}, "https://api.arize.com"),
        (f'{AUTH}[routing]\nregion = "eu-west-1a"\n', {}, "https://api.eu-west-1a.arize.com"),
        (f'{AUTH}[routing]\nregion = "EU"\n', {}, "https://api.eu-west-1a.arize.com"),
        (f'{AUTH}[routing]\nregion = "US"\n', {}, "https://api.us-east-1b.arize.com"),
        (f'{AUTH}[routing]\nsingle_host = "a.example"\nsingle_port = "8443"\n', {}, "https://a.example:8443"),
        (f'{AUTH}[routing]\nsingle_host = "a.example"\nsingle_port = 8443\n', {}, "https://a.example:8443"),
        (f'{AUTH}[routing]\nsingle_port = "8443"\n', {}, "https://api.arize.com:8443"),
        (f'{AUTH}[routing]\nbase_domain = "b.example"\n', {}, "https://api.b.example"),
        (f'{AUTH}[routing]\napi_host = "127.0.0.1:1"\napi_scheme = "http"\n', {}, "http://127.0.0.1:1"),
        (f'{AUTH}[routing]\napi_host = "c.example/"\n', {}, "https://c.example"),
        (f'{AUTH}[routing]\nregion = ""\napi_host = "c.example"\n', {}, "https://c.example"),
        (f'{AUTH}[routing]\napi_host = "${{MY_HOST}}"\n', {"MY_HOST": "d.example"}, "https://d.example"),
        (f'{AUTH}[routing]\napi_host = "${{MY_HOST:e.example}}"\n', {}, "https://e.example"),
        (f'{AUTH}[routing]\napi_host = "api.${{MY_ZONE:f}}.example"\n', {"MY_ZONE": "g"}, "https://api.g.example"),
        (f'{AUTH}[output]\nformat = "json"\n[unknown]\na = [1]\n', {}, "https://api.arize.com"),
    ],
)
def test_addresses(home: Home, content: str, environment: dict[str, str], url: str) -> None:
    home.write(content)
    found = home.connection(environment, profile="work")
    assert found.base_url == url
    assert found.credential.reveal() == KEY


@pytest.mark.parametrize(
    ("auth", "environment"),
    [
        (f'api_key = "{KEY}"', {}),
        (f'api_key = " {KEY} "', {}),
        ('api_key = "${MY_KEY}"', {"MY_KEY": KEY}),
        (f'auth_method = "${{METHOD:api-key}}"\napi_key = "${{MY_KEY:{KEY}}}"', {}),
    ],
)
def test_credentials(home: Home, auth: str, environment: dict[str, str]) -> None:
    home.write(f"[auth]\n{auth}\n")
    assert home.connection(environment, profile="work").credential.reveal() == KEY


@pytest.mark.parametrize(
    ("verify", "expected"), [("true", True), ("false", False), ('"no"', False), ('"${V:on}"', True), ('""', True)]
)
def test_verification(home: Home, verify: str, expected: bool) -> None:
    home.write(f"{AUTH}[security]\nrequest_verify = {verify}\n")
    assert home.connection(profile="work").verify is expected
    assert home.connection(profile="work", validate_certs=True).verify is True
    # What it says is about its own address.
    assert home.connection(profile="work", api_url="https://other.example").verify is True


def test_a_profile_that_is_silent_verifies(home: Home) -> None:
    home.write(AUTH)
    assert home.connection({"ARIZE_REQUEST_VERIFY": "false"}, profile="work").verify is True


OTHER = {"ARIZE_API_KEY": "ak-FAKEenvironment12345", "ARIZE_BASE_URL": "https://env.example"}
ROUTED = f'{AUTH}[routing]\napi_host = "profile.example"\n'


@pytest.mark.parametrize(
    ("options", "environment", "key", "url"),
    [
        # The option profile: credential and address together, whatever the environment says.
        ({"profile": "work"}, OTHER, KEY, "https://profile.example"),
        ({"profile": "work"}, {"ARIZE_REGION": "eu", "ARIZE_SINGLE_HOST": "x"}, KEY, "https://profile.example"),
        # An option wins over its part.
        ({"profile": "work", "api_key": CREDENTIAL}, OTHER, CREDENTIAL, "https://profile.example"),
        ({"profile": "work", "region": "eu"}, OTHER, KEY, "https://api.eu-west-1a.arize.com"),
        ({"profile": "work", "api_url": "https://o.example"}, OTHER, KEY, "https://o.example"),
        ({"profile": "work", "region": ""}, OTHER, KEY, "https://profile.example"),
        # The variable.
        ({}, {"ARIZE_PROFILE": "work"}, KEY, "https://profile.example"),
        ({"region": ""}, {"ARIZE_PROFILE": "work"}, KEY, "https://profile.example"),
        ({}, {"ARIZE_PROFILE": "work", **OTHER}, KEY, "https://profile.example"),
        ({"api_key": CREDENTIAL}, {"ARIZE_PROFILE": "work", **OTHER}, CREDENTIAL, "https://profile.example"),
        ({"region": "eu"}, {"ARIZE_PROFILE": "work", **OTHER}, KEY, "https://api.eu-west-1a.arize.com"),
        ({}, {"ARIZE_PROFILE": "", **OTHER}, OTHER["ARIZE_API_KEY"], "https://env.example"),
        ({"profile": "work"}, {"ARIZE_PROFILE": "another"}, KEY, "https://profile.example"),
    ],
)
def test_precedence(home: Home, options: dict[str, t.Any], environment: dict[str, str], key: str, url: str) -> None:
    home.write(ROUTED)
    found = home.connection(environment, **options)
    assert (found.credential.reveal(), found.base_url) == (key, url)


@pytest.mark.parametrize("by_option", [True, False])
def test_no_other_variable_of_arize_is_read(home: Home, by_option: bool) -> None:
    home.write(ROUTED)
    others = {
        "ARIZE_API_PORT": "1",
        "ARIZE_API_DIALECT": "legacy",
        "ARIZE_REQUEST_VERIFY": "false",
        "ARIZE_SSL_CA_CERT": "/x",
        "ARIZE_PROXY_URL": "http://x",
    }
    named: dict[str, t.Any] = {"profile": "work"} if by_option else {}
    found = home.connection({**OTHER, **others, "ARIZE_PROFILE": "work"}, **named)
    assert found == home.connection(profile="work")
    # Those of the network are not Arize's.
    assert home.connection({"HTTPS_PROXY": "http://p.example"}, **{**named, "profile": "work"}).proxy is not None


def test_a_profile_that_refers_to_the_variables_is_no_mixture(home: Home) -> None:
    """The CLI offers to make one from the environment, and writes these references."""
    home.write('[auth]\napi_key = "${ARIZE_API_KEY}"\n[routing]\nregion = "${ARIZE_REGION}"\n')
    found = home.connection({"ARIZE_PROFILE": "work", "ARIZE_API_KEY": KEY, "ARIZE_REGION": "eu"})
    assert (found.credential.reveal(), found.base_url) == (KEY, "https://api.eu-west-1a.arize.com")


def test_a_key_in_the_option_needs_none_in_the_profile(home: Home) -> None:
    home.write('[auth]\nauth_method = "oauth"\n[routing]\napi_host = "profile.example"\n')
    found = home.connection(profile="work", api_key=CREDENTIAL)
    assert (found.credential.reveal(), found.base_url) == (CREDENTIAL, "https://profile.example")


def test_the_active_profile_is_not_used_by_itself(home: Home) -> None:
    home.write(ROUTED)
    (home.folder / ".arize" / ".active_profile").write_text("work")
    assert "No Arize API key on host" in home.problem(profile=None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[auth\n", "is not TOML at line 1"),
        (f'[auth]\napi_key = "{SECRETIVE}', "is not TOML"),
        (b"[auth]\napi_key = '\xff\xfe'\n", "is not UTF-8"),
        ("", "api_key in [auth] is missing or empty"),
        ('auth = "x"\n', "auth is not a section"),
        ('[auth]\napi_key = ["a"]\n', "api_key in [auth] is not a text"),
        ('[auth]\napi_key = "  "\n', "api_key in [auth] is missing or empty"),
        ('[auth]\napi_key = "${MY_KEY}"\n', "api_key in [auth] refers to the environment variable MY_KEY"),
        ('[auth]\nauth_method = "oauth"\n', "OAuth"),
        (f'[auth.oauth]\naccess_token = "{SECRETIVE}"\n', "make a profile with an API key"),
        (f'[auth]\napi_key = "{KEY}"\n[auth.oauth]\naccess_token = "x"\n', "has an API key and OAuth tokens"),
        (f'[auth]\napi_key = "${{{KEY}}}"\n', "not the name of an environment variable"),
        ("a = " + 20_000 * "[", "is not TOML"),
        ("a = " + 5_000 * "1", "is not TOML"),
        (f'{AUTH}[routing]\nregion = "mars"\n', "unknown region"),
        (f'{AUTH}[routing]\nregion = "{SECRETIVE}"\n', "unknown region; choose from"),
        (f'{AUTH}[routing]\napi_host = "a/b"\n', "api_host in [routing] and single_host in [routing] take a host"),
        (f'[auth]\napi_key = "${{{KEY}"\n', "api_key in [auth] has a reference that is not closed"),
        (f'{AUTH}[routing]\napi_host = "${{H:-h.example}}"\n', "the shell's form of a default; the CLI's is ${H:def"),
        (f'{AUTH}[routing]\nregion = "eu"\nsingle_port = "1"\n', "region and single_port in [routing] exclude"),
        ('[auth]\napi_key = "short"\n', "fewer than 8 characters"),
        ('[auth]\nauth_method = "ldap"\n', "neither api-key nor oauth"),
        (
            f'{AUTH}[routing]\nregion = "eu"\nsingle_host = "h"\n',
            "region and single_host in [routing] exclude each other",
        ),
        (f'{AUTH}[routing]\napi_host = "h.example"\napi_scheme = "http"\n', "go to h.example without encryption"),
        (f"{AUTH}[security]\nrequest_verify = 1.5\n", "request_verify in [security] is not a text"),
    ],
)
def test_what_is_wrong_with_a_file(home: Home, content: str | bytes, words: str) -> None:
    home.write(content)
    problem = home.problem()
    assert words in problem
    assert str(home.profiles / "work.toml") in problem
    assert problem.startswith("profile: ")


@pytest.mark.parametrize("name", ["", " ", "../work", "a/b", ".hidden", "..", "/etc/passwd", "a\0b"])
def test_what_is_no_name(home: Home, name: str) -> None:
    assert "is not a valid profile name" in home.problem(profile=name)


def test_a_missing_file_lists_those_that_are_there(home: Home) -> None:
    assert "no profile is there" in home.problem()
    home.write(AUTH, "home")
    home.write(AUTH, "staging")
    assert "the profiles there are home, staging" in home.problem()


def test_a_file_that_can_not_be_read(home: Home) -> None:
    (home.profiles / "work.toml").mkdir()
    assert "can't be read: Is a directory" in home.problem()


def test_without_a_reader(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_module(name: str) -> t.NoReturn:
        raise ImportError(name)

    home.write(AUTH)
    monkeypatch.setattr(_profile.importlib, "import_module", no_module)
    with pytest.raises(MissingLibrary) as caught:
        home.connection(profile="work")
    assert caught.value.library == "tomli"
    assert "before 3.11" in (caught.value.reason or "")
