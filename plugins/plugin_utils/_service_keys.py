# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From teams and their spaces to what one host has to do. Pure: no I/O, no clock.

Problems are sentences and not exceptions, so that an operator sees all of them at once.
"""

from __future__ import annotations

import dataclasses
import posixpath
import re
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._arguments import key_arguments
from ansible_collections.community.arize.plugins.module_utils._desired import LONGEST_NAME, desired_key
from ansible_collections.community.arize.plugins.module_utils._errors import InvalidOption, MissingLibrary

Layer = t.Mapping[str, t.Any]

# Options that are handed to the module as they are.
KEY_OPTIONS = (
    "description",
    "space_role",
    "space_role_id",
    "org_role",
    "account_role",
    "expires_in",
    "expires_at",
    "renew_before",
    "max_age",
    "issued_after",
    "grace_period",
    "exclusive",
    "on_drift",
    "compare_roles",
    "on_lost_secret",
)
FILE_OPTIONS = ("owner", "group", "mode")
INHERITED = (
    "name",
    "hosts",
    "sharing",
    "keeper",
    "keeper_folder",
    "dest",
    "dest_format",
    "dest_variable",
    "services",
    *KEY_OPTIONS,
    *FILE_OPTIONS,
)
# Whoever sets one of a pair does away with the other one of an outer layer.
EXCLUDING = (("space_role", "space_role_id"), ("expires_in", "expires_at"))
EMPTY = (None, "")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_UNSAFE_IN_A_PATH = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Play:
    """Where the role runs: this host, the hosts of the batch, and the inventory's groups."""

    host: str
    batch: t.Sequence[str]
    groups: t.Mapping[str, t.Sequence[str]]

    def members(self, pattern: str) -> list[str] | None:
        """The hosts of a group, or the host of this name; None when there is neither."""
        if pattern == "all":
            return list(dict.fromkeys([*self.groups.get("all", ()), *self.batch]))
        if pattern in self.groups:
            return list(self.groups[pattern])
        known = pattern == "localhost" or pattern in self.batch or pattern in self.groups.get("all", ())
        return [pattern] if known else None


@dataclasses.dataclass(frozen=True)
class Declaration:
    """One space of one team with all that it inherits."""

    team: str
    space: str
    state: str
    values: Layer
    recipients: tuple[str, ...]

    @property
    def label(self) -> str:
        return f"team {self.team}, space {self.space}"

    @property
    def shared(self) -> bool:
        return bool(self.values.get("sharing") == "shared")

    def name_on(self, host: str) -> str:
        """The name of the key: each host has its own one, unless the key is shared."""
        pattern = str(self.values["name"])
        if not self.shared and "{host}" not in pattern:
            pattern += "-{host}"
        return self._fill(pattern, host, lambda text: text)

    def dest_on(self, host: str) -> str | None:
        """The file on a consuming host; None when an absent key has no file to remove."""
        if self.values.get("dest") is None:
            return None
        return self._fill(str(self.values["dest"]), host, _for_a_path)

    def file_on_keeper(self) -> str:
        """The file on the keeper of a shared key, in the format of the consuming hosts."""
        stem = f"{_for_a_path(self.space)}-{_for_a_path(self.name_on(''))}"
        return posixpath.join(str(self.values["keeper_folder"]), f"{stem}.key")

    def placeholders(self) -> set[str]:
        """The placeholders in use."""
        texts = (self.values.get("name"), self.values.get("dest"))
        return {found for text in texts for found in _PLACEHOLDER.findall(str(text or ""))}

    def _fill(self, pattern: str, host: str, clean: t.Callable[[str], str]) -> str:
        fields = {"team": self.team, "space": self.space, "host": host}
        return _PLACEHOLDER.sub(lambda found: clean(fields.get(found[1], found[0])), pattern)

    def options_on(self, host: str) -> dict[str, t.Any]:
        """The options of `arize_api_key` that differ from key to key."""
        options: dict[str, t.Any] = {"name": self.name_on(host), "space": self.space, "state": self.state}
        if self.state == "absent":
            options["exclusive"] = self.values.get("exclusive")
            return {name: value for name, value in options.items() if value is not None}
        options.update({name: self.values.get(name) for name in KEY_OPTIONS})
        options.update({name: self.values.get(name) for name in ("dest_format", "dest_variable")})
        options["dest"] = self.file_on_keeper() if self.shared else self.dest_on(host)
        if not self.shared:
            options.update({name: self.values.get(name) for name in FILE_OPTIONS})
        return {name: value for name, value in options.items() if value is not None}


def plan(teams: t.Sequence[Layer], defaults: Layer, play: Play) -> dict[str, t.Any]:
    """What this host has to do, as plain data: `problems`, and `entries` in the order of the declaration."""
    problems: list[str] = []
    declarations = []
    for team in teams:
        for space in team.get("spaces") or ():
            declared = _declaration(team, space, defaults, play, problems)
            if declared is not None:
                problems += _wrong_with(declared, play)
                declarations.append(declared)
    problems += _clashes(declarations)
    entries = [_entry(each, play) for each in declarations if play.host in each.recipients] if not problems else []
    return {"problems": list(dict.fromkeys(problems)), "entries": entries}


def _for_a_path(text: str) -> str:
    return _UNSAFE_IN_A_PATH.sub("_", text).lstrip(".") or "_"


def _declaration(team: Layer, space: Layer, defaults: Layer, play: Play, problems: list[str]) -> Declaration | None:
    """The layers laid over each other: role, team, space. An empty value takes back what an outer layer set."""
    label = f"team {team.get('name')}, space {space.get('space')}"
    values: dict[str, t.Any] = {}
    for layer in (defaults, team, space):
        # A team's name is its own and no pattern for its keys.
        given = {name: layer[name] for name in INHERITED if name in layer and (name != "name" or layer is not team)}
        for pair in EXCLUDING:
            if any(given.get(name) not in EMPTY for name in pair):
                given = {**dict.fromkeys(pair), **given}
        values.update(given)
    values = {name: value for name, value in values.items() if value not in EMPTY}
    state = space.get("state") or team.get("state") or "present"
    if team.get("state") == "absent" and space.get("state") == "present":
        problems.append(f"{label}: the team is absent, so its space can't be present; take the team's state away")
    missing = [name for name in ("name", "hosts") if not values.get(name)]
    if missing:
        problems.append(f"{label}: {missing[0]} is empty")
        return None
    recipients: dict[str, None] = {}
    for pattern in values["hosts"]:
        members = play.members(str(pattern))
        if members is None:
            problems.append(f"{label}: hosts names {pattern}, which is neither a host nor a group of the inventory")
        recipients.update(dict.fromkeys(members or ()))
    return Declaration(str(team.get("name")), str(space.get("space")), state, values, tuple(recipients))


def _wrong_with(declared: Declaration, play: Play) -> list[str]:
    """What is wrong with one declaration by itself."""
    label, values = declared.label, declared.values
    found = []
    unknown = declared.placeholders() - {"team", "space", "host"}
    if unknown:
        found.append(f"{label}: there is no placeholder {{{min(unknown)}}}; there are {{team}}, {{space}} and {{host}}")
    if declared.shared and "{host}" in str(values["name"]):
        found.append(f"{label}: a shared key has one name, so {{host}} can't be in it")
    if declared.shared and (not values.get("keeper") or play.members(str(values["keeper"])) != [values["keeper"]]):
        found.append(f"{label}: keeper must be a host of the inventory or localhost, not {values.get('keeper')!r}")
    if declared.shared and not str(values.get("keeper_folder") or "").startswith("/"):
        found.append(f"{label}: keeper_folder must be an absolute path, not {values.get('keeper_folder')!r}")
    if values.get("dest") is None:
        if declared.state == "present":
            found.append(f"{label}: dest is empty, so nobody would hold the secret")
    elif not str(values["dest"]).startswith("/"):
        found.append(f"{label}: dest must be an absolute path, not {values['dest']!r}")
    hosts = declared.recipients or ("",)
    longest = max((declared.name_on(host) for host in hosts), key=len)
    if len(longest) > LONGEST_NAME:
        found.append(f"{label}: a name has {len(longest)} characters; the service takes at most {LONGEST_NAME}")
    else:
        found += [f"{label}: {problem}" for problem in _refused_by_module(declared.options_on(hosts[0]))]
    return found


def _refused_by_module(options: dict[str, t.Any]) -> list[str]:
    """What the module itself would say about the options without asking the service."""
    validated = ArgumentSpecValidator(**key_arguments().for_module()).validate(options)
    if validated.error_messages:
        return list(validated.error_messages)
    try:
        desired_key(validated.validated_parameters)
    except InvalidOption as error:
        return [str(error)]
    except MissingLibrary:
        # The library is needed where the module runs, and there the module will say the same.
        return []
    return []


def _clashes(declarations: t.Sequence[Declaration]) -> list[str]:
    """Declarations that mean the same key, or whose secrets would overwrite each other."""
    found: list[str] = []
    keys: dict[tuple[str, str], Declaration] = {}
    files: dict[tuple[str, str], dict[str | None, Declaration]] = {}
    for declared in declarations:
        hosts = declared.recipients[:1] if declared.shared else declared.recipients
        for name in dict.fromkeys(declared.name_on(host) for host in hosts):
            other = keys.setdefault((declared.space, name), declared)
            if other is not declared:
                found.append(f"{declared.label}: the key {name} is declared twice, also by {other.label}")
        places = [(host, declared.dest_on(host)) for host in declared.recipients]
        if declared.shared:
            places.append((str(declared.values.get("keeper")), declared.file_on_keeper()))
        # Variables live side by side in a file of one host. A shared file is copied as a whole.
        beside = declared.values.get("dest_format") == "dotenv" and not declared.shared
        variable = str(declared.values.get("dest_variable")) if beside else None
        for host, path in places:
            if path is None:
                continue
            holders = files.setdefault((host, path), {})
            rivals = [each for name, each in holders.items() if None in (name, variable) or name == variable]
            for rival in rivals[:1]:
                found.append(f"{declared.label}: {path} on {host} is also the file of {rival.label}; change dest")
            holders.setdefault(variable, declared)
    return found


def _entry(declared: Declaration, play: Play) -> dict[str, t.Any]:
    """One declaration as the tasks of this host want it. `keeper` is there only for shared keys."""
    present = [host for host in play.batch if host in declared.recipients]
    dest = declared.dest_on(play.host)
    entry: dict[str, t.Any] = {
        "team": declared.team,
        "space": declared.space,
        "name": declared.name_on(play.host),
        "identity": f"{declared.space}: {declared.name_on(play.host)}",
        "state": declared.state,
        "sharing": "shared" if declared.shared else "per_host",
        "leader": present[0] if declared.shared and present else play.host,
        "options": declared.options_on(play.host),
        "dest": dest,
        "folder": None if dest is None else posixpath.dirname(dest),
        "dest_format": declared.values.get("dest_format", "raw"),
        "dest_variable": declared.values.get("dest_variable", "ARIZE_API_KEY"),
        "file": {name: declared.values[name] for name in FILE_OPTIONS if name in declared.values},
        "services": list(declared.values.get("services") or ()),
    }
    if declared.shared:
        entry["keeper"] = declared.values["keeper"]
        entry["keeper_file"] = declared.file_on_keeper()
        entry["keeper_folder"] = declared.values["keeper_folder"]
    return entry
