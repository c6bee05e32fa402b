# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Where the service is and how it is reached: options, environment and profile to one value.

The environment variables are those of the official SDK (contract section 6.2); an option always wins over them.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import platform
import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._model.keys import Secret
from ansible_collections.community.arize.plugins.module_utils._service.dialect import CURRENT, DIALECTS
from ansible_collections.community.arize.plugins.module_utils._service.profile import (
    environment_with_profile,
    in_its_words,
    named_profile,
    profile_path,
)

DEFAULT_URL = "https://api.arize.com"
# Contract section 6.1: the CLI's short names; C(us) is the documentation's host for the United States.
REGION_HOSTS = {
    "us": "api.arize.com",
    "eu": "api.eu-west-1a.arize.com",
    "ca": "api.ca-central-1a.arize.com",
    "ca-central-1a": "api.ca-central-1a.arize.com",
    "eu-west-1a": "api.eu-west-1a.arize.com",
    "us-central-1a": "api.us-central-1a.arize.com",
    "us-east-1b": "api.us-east-1b.arize.com",
}
SHORTEST_CREDENTIAL = 8
_FROM_PARTS = "api_url (from ARIZE_API_SCHEME, ARIZE_API_HOST, ARIZE_API_PORT)"
_PORT_IN_HOST = re.compile(r":\d*$")
_TRUE = ("1", "true", "yes", "on")


@dataclasses.dataclass(frozen=True)
class Connection:
    """Everything that the transport needs. `base_url` has neither a trailing slash nor C(/v2)."""

    base_url: str
    credential: Secret
    verify: bool | str
    # May hold the proxy's password.
    proxy: str | None = dataclasses.field(repr=False)
    no_proxy: str | None
    timeout: float
    max_retries: int
    dialect: str

    @property
    def is_arize_cloud(self) -> bool:
        """Whether Arize itself runs the service, whose version is the newest."""
        return (urlsplit(self.base_url).hostname or "").endswith(".arize.com")

    @property
    def sends_in_clear(self) -> bool:
        """Whether others on the network can read the credential."""
        return _is_in_clear(self.base_url)


def resolve_connection(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> Connection:
    """Make the connection from validated module options and the environment of the machine the module runs on.

    Raises InvalidOption, MissingLibrary.
    """
    profile = named_profile(options, environment)
    if profile is None:
        return _connection(options, environment)
    path = profile_path(profile, environment)
    environment = environment_with_profile(profile, path, environment)
    try:
        return _connection(options, environment)
    except InvalidOption as error:
        of_profile = not profile.has_key if error.option == "api_key" else not profile.has_address
        if not of_profile or not error.option.startswith(("api_key", "api_url", "ARIZE_")):
            raise
        # Named after a variable that the profile stands for.
        raise InvalidOption(profile.source, f"{path}: {in_its_words(error.problem)}") from None


def _connection(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> Connection:
    url = base_url(options, environment)
    if _is_in_clear(url) and options.get("api_url") is None:
        raise InvalidOption(
            "ARIZE_BASE_URL" if environment.get("ARIZE_BASE_URL") else _FROM_PARTS,
            f"the credential would go to {urlsplit(url).netloc} without encryption; use https, or set the option "
            f"api_url to {url} if everybody on the way may read it",
        )
    verify: bool | str = _verify(options, environment)
    ca_path = _first(
        options.get("ca_path"),
        environment.get("ARIZE_SSL_CA_CERT"),
        environment.get("REQUESTS_CA_BUNDLE"),
        environment.get("CURL_CA_BUNDLE"),
    )
    if verify and ca_path:
        verify = ca_path
    return Connection(
        base_url=url,
        credential=_credential(options.get("api_key"), environment),
        verify=verify,
        proxy=_proxy(options, environment, urlsplit(url).scheme),
        no_proxy=_first(environment.get("no_proxy"), environment.get("NO_PROXY")),
        timeout=float(_bounded(options, "timeout", 1, 600)),
        max_retries=_bounded(options, "max_retries", 0, 20),
        dialect=_dialect(options, environment),
    )


def _bounded(options: t.Mapping[str, t.Any], name: str, least: int, most: int) -> int:
    value: int = options[name]
    if not least <= value <= most:
        raise InvalidOption(name, f"{value} is not between {least} and {most}")
    return value


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value), None)


def _credential(option: str | None, environment: t.Mapping[str, str]) -> Secret:
    value = option if option is not None else environment.get("ARIZE_API_KEY")
    if value is None:
        raise InvalidOption(
            "api_key",
            f"No Arize API key on host {platform.node()}. Environment variables are read there, not on the controller: "
            """pass `api_key: "{{ lookup('ansible.builtin.env', 'ARIZE_API_KEY') }}"`, or set profile""",
        )
    text = value.strip()
    if not text:
        raise InvalidOption("api_key", "the credential is empty; set api_key or ARIZE_API_KEY to an Arize API key")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise InvalidOption("api_key", "the credential contains a space or a character that no Arize API key has")
    if len(text) < SHORTEST_CREDENTIAL:
        raise InvalidOption(
            "api_key",
            f"the credential has fewer than {SHORTEST_CREDENTIAL} characters, so it is not an Arize API key",
        )
    return Secret(text)


def _verify(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> bool:
    chosen: bool | None = options.get("validate_certs")
    if chosen is not None:
        return chosen
    text = environment.get("ARIZE_REQUEST_VERIFY", "").strip().lower()
    return not text or text in _TRUE


def _dialect(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> str:
    if options.get("api_dialect") is not None:
        return str(options["api_dialect"])
    dialect = environment.get("ARIZE_API_DIALECT", "").strip().lower() or CURRENT
    if dialect not in DIALECTS:
        raise InvalidOption("api_dialect", f"ARIZE_API_DIALECT must be one of {', '.join(DIALECTS)}")
    return dialect


def _proxy(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str], scheme: str) -> str | None:
    proxy = _first(
        options.get("proxy"),
        environment.get("ARIZE_PROXY_URL"),
        environment.get(f"{scheme}_proxy"),
        environment.get(f"{scheme}_proxy".upper()),
        environment.get("all_proxy"),
        environment.get("ALL_PROXY"),
    )
    if proxy is None:
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    _checked_url("proxy", proxy, ("http", "https", "socks5", "socks5h"))
    return proxy


class NamedAddress(t.NamedTuple):
    """What names the service: the value of `option`, api_url or region, which an option or a variable has given."""

    option: str
    source: str
    value: str


def named_address(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> NamedAddress | None:
    """The first that is given: the options, then the variables that are their defaults. None when there is none."""
    if options.get("api_url") is not None:
        return NamedAddress("api_url", "api_url", options["api_url"])
    given = (
        ("region", "region", options.get("region")),
        ("api_url", "ARIZE_BASE_URL", environment.get("ARIZE_BASE_URL")),
        ("region", "ARIZE_REGION", environment.get("ARIZE_REGION")),
    )
    return next((NamedAddress(option, source, value) for option, source, value in given if value), None)


def base_url(options: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> str:
    """The URL of the service, without a trailing slash. Raises InvalidOption."""
    named = named_address(options, environment)
    if named is None or named.source == "ARIZE_REGION":
        # Which other variables exclude.
        return _url_of_parts(environment)
    return (_api_url if named.option == "api_url" else region_url)(named.source, named.value)


def _url_of_parts(environment: t.Mapping[str, str]) -> str:
    # As in the SDK, a single port alone is the API's, too, and 0 is none.
    single = [n for n in ("ARIZE_SINGLE_HOST", "ARIZE_SINGLE_PORT") if environment.get(n, "0") not in ("", "0")][:1]
    given = [name for name in ("ARIZE_REGION", "ARIZE_BASE_DOMAIN") if environment.get(name)] + single
    if len(given) > 1:
        raise InvalidOption("api_url", f"{' and '.join(given)} exclude each other; unset all but one, or set api_url")
    if given == ["ARIZE_REGION"]:
        return region_url("ARIZE_REGION", environment["ARIZE_REGION"])
    host = environment.get("ARIZE_SINGLE_HOST") or environment.get("ARIZE_API_HOST") or urlsplit(DEFAULT_URL).netloc
    port = environment.get("ARIZE_API_PORT") or "0"
    if given == ["ARIZE_BASE_DOMAIN"]:
        host = f"api.{environment['ARIZE_BASE_DOMAIN']}"
    elif port == "0":
        port = environment.get("ARIZE_SINGLE_PORT") or "0"
    host = host.rstrip("/")
    if "/" in host:
        raise InvalidOption("api_url", "ARIZE_API_HOST and ARIZE_SINGLE_HOST take a host without a scheme or path")
    if not port.isdigit():
        raise InvalidOption("api_url", "ARIZE_API_PORT and ARIZE_SINGLE_PORT take a number")
    if port != "0":
        # The SDK drops a port inside the host where a port is given (contract section 6.2).
        host = f"{_PORT_IN_HOST.sub('', host)}:{port}"
    scheme = environment.get("ARIZE_API_SCHEME") or "https"
    return _api_url(_FROM_PARTS, f"{scheme}://{host}")


def region_url(source: str, region: str) -> str:
    """The base URL of a region. Raises InvalidOption in the name of `source`, an option or a variable."""
    host = REGION_HOSTS.get(region.strip().lower())
    if host is None:
        # What stands in a file or a variable is not shown, because it may have been put into the wrong place.
        shown = "" if source == "ARIZE_REGION" else f" {region!r}"
        raise InvalidOption(source, f"unknown region{shown}; choose from {', '.join(sorted(REGION_HOSTS))}")
    return f"https://{host}"


def _is_in_clear(url: str) -> bool:
    """Whether a request to this URL crosses a network unencrypted."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname == "localhost":
        return False
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return True


def secrets_in_urls(options: t.Mapping[str, t.Any]) -> list[str]:
    """What must not be shown of a URL that holds a user or a password, which api_url takes by mistake only."""
    url = options.get("api_url")
    if not isinstance(url, str) or "@" not in url:
        return []
    # The whole URL first: a short password alone might not be recognised in it.
    user_and_password = url.rpartition("@")[0].rpartition("//")[2]
    return [url, *(text for text in (user_and_password, user_and_password.partition(":")[2]) if len(text) >= 4)]


def _api_url(source: str, url: str) -> str:
    trimmed = url.strip().rstrip("/")
    parts = _checked_url(source, trimmed, ("http", "https"))
    if parts.username or parts.password:
        raise InvalidOption(source, "takes no user or password; the credential goes into api_key")
    if "?" in trimmed or "#" in trimmed:
        raise InvalidOption(source, "takes no query or fragment")
    return trimmed[: -len("/v2")].rstrip("/") if trimmed.endswith("/v2") else trimmed


def _checked_url(source: str, url: str, schemes: t.Sequence[str]) -> t.Any:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.scheme not in schemes:
        raise InvalidOption(source, f"not a URL that begins with {' or '.join(f'{name}://' for name in schemes)}")
    return parts
