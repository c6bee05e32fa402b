# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Profiles of the ax CLI (contract section 6.3): one file to the environment variables that it stands for.

A profile brings host, region and key together. An option overrides its field. With a profile, no other variable of
Arize is read.
"""

from __future__ import annotations

import importlib
import os
import re
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, MissingLibrary

Environment = t.Mapping[str, str]

_ROUTING = {
    "region": "ARIZE_REGION",
    "single_host": "ARIZE_SINGLE_HOST",
    "single_port": "ARIZE_SINGLE_PORT",
    "base_domain": "ARIZE_BASE_DOMAIN",
    "api_host": "ARIZE_API_HOST",
    "api_scheme": "ARIZE_API_SCHEME",
}
_EXCLUSIVE = ("region", "single_host", "single_port", "base_domain")
_REFERENCE = re.compile(r"\$\{([^}:]+)(?::([^}]*))?\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# Bytes. A profile has some hundred.
_LARGEST_FILE = 1_000_000


class NamedProfile(t.NamedTuple):
    """Which profile is meant, by which option or variable, and what options say in its place."""

    source: str
    name: str
    has_key: bool
    has_address: bool


def named_profile(options: t.Mapping[str, t.Any], environment: Environment) -> NamedProfile | None:
    """The profile that the option names, or else the variable; None when neither does."""
    has_key = options.get("api_key") is not None
    # An empty region is none, as with C(default('')) in a playbook.
    has_address = options.get("api_url") is not None or bool(options.get("region"))
    if options.get("profile") is not None:
        return NamedProfile("profile", options["profile"], has_key, has_address)
    name = environment.get("ARIZE_PROFILE")
    return NamedProfile("ARIZE_PROFILE", name, has_key, has_address) if name else None


def profile_path(profile: NamedProfile, environment: Environment) -> str:
    """Where its file is, for the user that the module runs as. Raises InvalidOption."""
    name = profile.name
    if not name.strip() or not name.isprintable() or name != os.path.basename(name) or name.startswith("."):
        raise InvalidOption(
            profile.source, f"{name!r} is not a valid profile name; give the name only, without folder and .toml"
        )
    home = environment.get("HOME") or os.path.expanduser("~")
    return os.path.join(home, ".arize", "profiles", f"{name}.toml")


def environment_with_profile(profile: NamedProfile, path: str, environment: Environment) -> Environment:
    """The environment with the profile in place of its ARIZE variables. Raises InvalidOption, MissingLibrary.

    So the key of a profile can't be sent to a host that a variable names, and the other way round.
    """
    said = _Profile(profile, path, _document(profile.source, path), environment).variables()
    return {**{name: value for name, value in environment.items() if not name.startswith("ARIZE_")}, **said}


def in_its_words(problem: str) -> str:
    """What is wrong with a variable that stands for a field of a profile, said of the field."""
    for field, variable in _ROUTING.items():
        problem = problem.replace(variable, f"{field} in [routing]")
    return problem


def _document(source: str, path: str) -> dict[str, t.Any]:
    reader = _toml_reader()
    try:
        with open(path, "rb") as stream:
            content = stream.read(_LARGEST_FILE)
    except FileNotFoundError:
        raise InvalidOption(source, f"there is no file {path}; {_those_in(os.path.dirname(path))}") from None
    except OSError as error:
        raise InvalidOption(source, f"{path} can't be read: {error.strerror}") from None
    try:
        document: dict[str, t.Any] = reader.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidOption(source, f"{path} is not UTF-8; create the profile again with ax profiles create") from None
    except (ValueError, RecursionError) as error:
        # Not its whole text, which may quote what stands there.
        place = re.search(r"line \d+", str(error))
        where = f" at {place.group()}" if place else ""
        raise InvalidOption(
            source, f"{path} is not TOML{where}; correct it, or create it again with ax profiles create"
        ) from None
    return document


def _toml_reader() -> t.Any:
    """The standard library's reader, from Python 3.11 on, or the one that it comes from."""
    for name in ("tomllib", "tomli"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise MissingLibrary("tomli", "to read a profile with a Python of before 3.11")


def _those_in(folder: str) -> str:
    try:
        names = sorted(entry[: -len(".toml")] for entry in os.listdir(folder) if entry.endswith(".toml"))
    except OSError:
        names = []
    if not names:
        return "no profile is there. Profiles are read where the module runs, as the user that it runs as"
    return f"the profiles there are {', '.join(names)}"


class _Profile:
    """One parsed file. Every message names the file and the field, and never a value."""

    def __init__(self, profile: NamedProfile, path: str, document: dict[str, t.Any], environment: Environment) -> None:
        self._profile = profile
        self._path = path
        self._document = document
        self._environment = environment

    def variables(self) -> dict[str, str]:
        """What the profile says as the SDK's environment variables, but for what options say in its place."""
        found = {} if self._profile.has_key else {"ARIZE_API_KEY": self._api_key()}
        if self._profile.has_address:
            # What it says of verification is about its own address.
            return found
        routing = self._section("routing")
        given = {name: self._text("routing", routing, name) for name in _ROUTING}
        exclusive = [name for name in _EXCLUSIVE if given[name]]
        if len(exclusive) > 1 and exclusive != ["single_host", "single_port"]:
            raise self._wrong(f"{' and '.join(exclusive)} in [routing] exclude each other")
        if given["region"].lower() == "us":
            # The CLI's short name means another host than the option's (contract section 12).
            given["region"] = "us-east-1b"
        found.update({_ROUTING[name]: value for name, value in given.items() if value})
        # The CLI verifies where the profile says nothing, whatever the environment says.
        found["ARIZE_REQUEST_VERIFY"] = self._text("security", self._section("security"), "request_verify") or "true"
        return found

    def _api_key(self) -> str:
        auth = self._section("auth")
        method = self._text("auth", auth, "auth_method")
        if method == "oauth" or (not method and not auth.get("api_key") and auth.get("oauth") is not None):
            raise self._wrong(
                "it signs in with OAuth. Such a token belongs to a person and expires soon, so it can't serve tasks; "
                "make a profile with an API key (ax profiles create), or set api_key"
            )
        if auth.get("oauth") is not None:
            raise self._wrong("[auth] has an API key and OAuth tokens; create it again with ax profiles create")
        if method not in ("", "api-key"):
            raise self._wrong("auth_method in [auth] is neither api-key nor oauth")
        key = self._text("auth", auth, "api_key").strip()
        if not key:
            raise self._wrong("api_key in [auth] is missing or empty")
        return key

    def _section(self, name: str) -> dict[str, t.Any]:
        section = self._document.get(name, {})
        if not isinstance(section, dict):
            raise self._wrong(f"{name} is not a section")
        return section

    def _text(self, section: str, values: dict[str, t.Any], name: str) -> str:
        value = values.get(name, "")
        if isinstance(value, (bool, int)):
            return str(value).lower()
        if not isinstance(value, str):
            raise self._wrong(f"{name} in [{section}] is not a text")
        if "${" in _REFERENCE.sub("", value):
            raise self._wrong(f"{name} in [{section}] has a reference that is not closed; write ${{NAME}}")
        return _REFERENCE.sub(lambda match: self._variable(match, f"{name} in [{section}]"), value)

    def _variable(self, match: re.Match[str], field: str) -> str:
        name, default = match.group(1), match.group(2)
        if _VARIABLE.fullmatch(name) is None:
            # Not shown: it may be the key itself, put in braces.
            raise self._wrong(f"what {field} has in braces is not the name of an environment variable")
        if default is not None and default.startswith("-"):
            raise self._wrong(f"{field} has the shell's form of a default; the CLI's is ${{{name}:default}}")
        value = self._environment.get(name, default)
        if value is None:
            raise self._wrong(
                f"{field} refers to the environment variable {name}, which is not set where the module runs"
            )
        return value

    def _wrong(self, problem: str) -> InvalidOption:
        return InvalidOption(self._profile.source, f"{self._path}: {problem}")
