# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From the layers role, team and space to one declaration. Pure.

Values are converted to the types of their options here, because the argument validation of roles checks them but keeps
them as they were written: a string stays a string where the option is a list.
"""

from __future__ import annotations

import dataclasses
import functools
import posixpath
import re
import typing as t
from datetime import date

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._host.arguments import keys_arguments
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.plugin_utils._role_variables import octal_mode

Layer = t.Mapping[str, t.Any]

# Options that are passed to the module unchanged.
KEY_OPTIONS = (
    "description",
    "space_role",
    "org_role",
    "account_role",
    "expires_in",
    "expires_at",
    "renew_before",
    "max_age",
    "issued_after",
    "grace_period",
    "exclusive",
    "retire_unused_for",
    "on_drift",
    "compare_roles",
    "on_lost_secret",
)
FILE_OPTIONS = ("owner", "group", "mode")
_OF_THE_MODULE = ("dest_format", "dest_variable", *KEY_OPTIONS, *FILE_OPTIONS)
_OWN: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str"},
    "hosts": {"type": "list", "elements": "str"},
    "sharing": {"type": "str", "choices": ["per_host", "shared"]},
    "keeper": {"type": "str"},
    "keeper_folder": {"type": "str"},
    # Not "path", which would resolve ~ and variables of the controller.
    "dest": {"type": "str"},
    "services": {"type": "list", "elements": "str"},
}
INHERITED = (*_OWN, *_OF_THE_MODULE)
# Setting one of a pair clears the other in outer layers.
EXCLUDING = (("expires_in", "expires_at"),)
EMPTY = (None, "")
DEFAULT_MODE = "0600"
DEFAULT_VARIABLE = "ARIZE_API_KEY"
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_UNSAFE_IN_A_PATH = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
# Stands for the host in a text whose other placeholders are filled in. No option can hold it.
_HOST = "\0"


@dataclasses.dataclass(frozen=True)
class Declaration:
    """One space of one team with all that it inherits."""

    team: str
    space: str
    state: str
    values: Layer
    recipients: tuple[str, ...]
    _names: str
    _dests: str | None

    @classmethod
    def made(cls, team: str, space: str, state: str, values: Layer, recipients: t.Iterable[str]) -> Declaration:
        """Fill in once the parts that are the same on all hosts: there may be thousands."""
        fields = {"team": team, "space": space, "host": _HOST}
        name = str(values["name"])
        if values.get("sharing") != "shared" and "{host}" not in name:
            name += "-{host}"
        dest = values.get("dest")
        return cls(
            team,
            space,
            state,
            values,
            tuple(recipients),
            _filled(name, fields),
            None if dest is None else _normal(_filled(str(dest), {key: for_a_path(fields[key]) for key in fields})),
        )

    @property
    def label(self) -> str:
        return f"team {self.team}, space {self.space}"

    @property
    def shared(self) -> bool:
        return bool(self.values.get("sharing") == "shared")

    @property
    def mode(self) -> str:
        """The permissions of the files on the consuming hosts."""
        return str(self.values.get("mode", DEFAULT_MODE))

    @property
    def variable(self) -> str:
        """The variable that a dotenv file assigns the secret to."""
        return str(self.values.get("dest_variable", DEFAULT_VARIABLE))

    def name_on(self, host: str) -> str:
        """The name of the key: each host has its own one, unless the key is shared."""
        return self._names.replace(_HOST, host)

    def dest_on(self, host: str) -> str | None:
        """The file on a consuming host; None when an absent key has no file to remove."""
        return None if self._dests is None else self._dests.replace(_HOST, for_a_path(host))

    def file_on_keeper(self) -> str:
        """The file on the keeper of a shared key, in the format of the consuming hosts."""
        stem = f"{for_a_path(self.space)}-{for_a_path(self.name_on(''))}"
        return _normal(posixpath.join(str(self.values["keeper_folder"]), f"{stem}.key"))

    def placeholders(self) -> set[str]:
        """The placeholders in use."""
        texts = (self.values.get("name"), self.values.get("dest"))
        return {found for text in texts for found in _PLACEHOLDER.findall(str(text or ""))}

    def options_on(self, host: str) -> dict[str, t.Any]:
        """The options of `arize_api_key` that differ from key to key."""
        options: dict[str, t.Any] = {"name": self.name_on(host), "space": self.space, "state": self.state}
        if self.state != "present":
            options["exclusive"] = self.values.get("exclusive")
            return {name: value for name, value in options.items() if value is not None}
        options.update({name: self.values.get(name) for name in KEY_OPTIONS})
        options.update({name: self.values.get(name) for name in ("dest_format", "dest_variable")})
        options["dest"] = self.file_on_keeper() if self.shared else self.dest_on(host)
        if not self.shared:
            options.update({name: self.values.get(name) for name in FILE_OPTIONS})
        return {name: value for name, value in options.items() if value is not None}


def values_of(layer: Layer, label: str, problems: list[str]) -> dict[str, t.Any]:
    """The values of one layer, each of the type of its option. Empty values stay, because they clear outer ones."""
    given = {name: _text_of_date(layer[name]) for name in INHERITED if name in layer}
    filled = {name: value for name, value in given.items() if value not in EMPTY}
    validated = ArgumentSpecValidator(_specification()).validate(filled)
    if validated.error_messages:
        problems += [f"{label}: {message}" for message in validated.error_messages]
        return given
    given.update({name: validated.validated_parameters[name] for name in filled})
    for name in ("hosts", "services"):
        if name in filled:
            given[name] = [each.strip() for each in given[name]]
    if "mode" in filled:
        try:
            given["mode"] = octal_mode(given["mode"])
        except InvalidOption as error:
            problems.append(f"{label}: {error}")
            given["mode"] = DEFAULT_MODE
    return given


@functools.lru_cache(maxsize=None)
def for_a_path(text: str) -> str:
    """The text with only characters that are harmless in a path."""
    if text == _HOST:
        return text
    return _UNSAFE_IN_A_PATH.sub("_", text).lstrip(".") or "_"


def _specification() -> dict[str, t.Any]:
    # Those of a fleet have no defaults, because unset options are inherited.
    of_key = keys_arguments()["argument_spec"]["defaults"]["options"]
    return {**_OWN, **{name: of_key[name] for name in _OF_THE_MODULE}}


def _text_of_date(value: t.Any) -> t.Any:
    """YAML reads an instant without quotes as a date, which set_fact of ansible-core 2.16 can't store."""
    return value.isoformat() if isinstance(value, date) else value


def _filled(pattern: str, fields: t.Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: fields.get(found[1], found[0]), pattern)


def _normal(path: str) -> str:
    """One spelling for each path, so that two keys in one file are noticed. A slash at the end marks a folder."""
    if not path.startswith("/"):
        return path
    normal = posixpath.normpath(f"/{path.lstrip('/')}")
    return normal if not path.endswith("/") or normal == "/" else f"{normal}/"
