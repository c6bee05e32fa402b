# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From teams and their spaces to what one host has to do. Pure: no I/O, no clock."""

from __future__ import annotations

import dataclasses
import posixpath
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.plugin_utils._role_variables import address, octal_folder_mode
from ansible_collections.community.arize.plugins.plugin_utils._service_key_declared import (
    EMPTY,
    EXCLUDING,
    Declaration,
    Layer,
    values_of,
)
from ansible_collections.community.arize.plugins.plugin_utils._service_key_problems import (
    clashes,
    doubts_about,
    wrong_with,
    wrong_with_credential,
)

_DEFAULT_FOLDER_MODE = "0755"
_KEEPER_FOLDER_MODE = "0700"
_PLACES = ("folders", "keeper_folders", "copies", "removals")
Place = t.Dict[str, t.Any]


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


def plan(
    teams: t.Sequence[Layer], defaults: Layer, play: Play, settings: Layer, environment: t.Mapping[str, str]
) -> dict[str, t.Any]:
    """What this host has to do, as plain data: `problems`, or else `entries` in the order of the declaration.

    `folders`, `keeper_folders`, `copies` and `removals` are the places of these entries. `address` are options of the
    module, from `settings` and the `environment` of the controller. Messages that concern all hosts are reported by
    the `first` of them.
    """
    where, problems = address("service_keys", settings, environment)
    problems += wrong_with_credential(settings.get("api_key") or None)
    folder_mode = _DEFAULT_FOLDER_MODE
    try:
        folder_mode = octal_folder_mode(settings.get("folder_mode", _DEFAULT_FOLDER_MODE))
    except InvalidOption as error:
        problems.append(f"service_keys_folder_mode: {error.problem}")
    declarations = list(_declarations(teams, defaults, play, problems))
    for declared in declarations:
        problems += wrong_with(declared, lambda host: play.members(host) == [host])
    problems += clashes(declarations)
    first = next(iter(play.batch), play.host)
    if problems:
        nothing: dict[str, t.Any] = {name: [] for name in ("warnings", "entries", *_PLACES)}
        return {"first": first, "problems": list(dict.fromkeys(problems)), **nothing}
    mine = [each for each in declarations if play.host in each.recipients]
    pairs = [(each, _entry(each, play)) for each in mine]
    folders = _folders(pairs, play, folder_mode)
    return {
        "first": first,
        "host": play.host,
        "address": where,
        "problems": [],
        "warnings": [doubt for each in declarations for doubt in doubts_about(each)] if play.host == first else [],
        "entries": [entry for _declared, entry in pairs],
        "folders": [place for place in folders if "keeper" not in place],
        "keeper_folders": [place for place in folders if "keeper" in place],
        "copies": [_copy(*pair) for pair in pairs if "keeper" in pair[1] and pair[1]["state"] == "present"],
        "removals": [place for pair in pairs if pair[1]["state"] != "present" for place in _removals(*pair, play)],
    }


def _declarations(
    teams: t.Sequence[Layer], defaults: Layer, play: Play, problems: list[str]
) -> t.Iterator[Declaration]:
    outer = values_of(defaults, "service_keys_ variables", problems)
    for team_number, team in enumerate(teams, 1):
        if team.get("name") in EMPTY:
            problems.append(f"team {team_number}: name is empty; the keys are named after it")
            continue
        # The name of a team is not the pattern for the names of its keys.
        of_team = values_of({**team, "name": None}, f"team {team['name']}", problems)
        del of_team["name"]
        for space_number, space in enumerate(team.get("spaces") or (), 1):
            if space.get("space") in EMPTY:
                problems.append(f"team {team['name']}: space {space_number} is empty; give its name or id")
                continue
            label = f"team {team['name']}, space {space['space']}"
            values = _laid_over(outer, of_team, values_of(space, label, problems))
            declared = _declaration(team, space, values, play, problems)
            if declared is not None:
                yield declared


def _laid_over(*layers: Layer) -> dict[str, t.Any]:
    """The innermost value counts. An empty one clears an outer one."""
    values: dict[str, t.Any] = {}
    for layer in layers:
        for pair in EXCLUDING:
            if any(layer.get(name) not in EMPTY for name in pair):
                values.update(dict.fromkeys(pair))
        values.update(layer)
    return {name: value for name, value in values.items() if value not in EMPTY}


def _declaration(team: Layer, space: Layer, values: Layer, play: Play, problems: list[str]) -> Declaration | None:
    label = f"team {team['name']}, space {space['space']}"
    state = space.get("state") or team.get("state") or "present"
    if team.get("state") in ("absent", "forgotten") and state == "present":
        problems.append(
            f"{label}: the team is {team['state']}, so its space can't be present; remove the state of the space"
        )
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
    return Declaration.made(str(team["name"]), str(space["space"]), state, values, recipients)


def _entry(declared: Declaration, play: Play) -> dict[str, t.Any]:
    """One declaration in the form that the tasks of this host use. Only shared keys have a `keeper`."""
    leader = next((host for host in play.batch if host in declared.recipients), play.host)
    entry: dict[str, t.Any] = {
        "team": declared.team,
        "space": declared.space,
        "name": declared.name_on(play.host),
        "identity": f"{declared.space}: {declared.name_on(play.host)}",
        "state": declared.state,
        "sharing": "shared" if declared.shared else "per_host",
        "leader": leader if declared.shared else play.host,
        "options": declared.options_on(play.host),
        "dest": declared.dest_on(play.host),
        "services": list(declared.values.get("services") or ()),
    }
    if declared.shared:
        entry["keeper"] = declared.values["keeper"]
        entry["keeper_file"] = declared.file_on_keeper()
    return entry


def _folders(pairs: t.Sequence[tuple[Declaration, Place]], play: Play, mode: str) -> list[Place]:
    """The folders that must exist, each once. Of its `identities`, the module itself writes the `issued` ones there."""
    folders: dict[tuple[str, str], Place] = {}

    def need(path: str, mode: str, identity: str, issued: bool, keeper: str = "") -> None:
        found = folders.setdefault(
            (keeper, path), {"path": path, "label": path, "mode": mode, "identities": [], "issued": []}
        )
        if keeper:
            found.update(keeper=keeper, label=f"{path} on {keeper}")
        found["identities"].append(identity)
        found["issued"] += [identity] if issued else []

    for declared, entry in pairs:
        if entry["state"] != "present":
            continue
        need(posixpath.dirname(entry["dest"]), mode, entry["identity"], not declared.shared)
        if declared.shared and entry["leader"] == play.host:
            keeper_folder = posixpath.dirname(entry["keeper_file"])
            need(keeper_folder, _KEEPER_FOLDER_MODE, entry["identity"], True, entry["keeper"])
    return list(folders.values())


def _copy(declared: Declaration, entry: Place) -> Place:
    """Where the secret of a shared key comes from and goes to."""
    return {
        "identity": entry["identity"],
        "format": declared.values.get("dest_format", "raw"),
        "variable": declared.variable,
        "whole": True,
        "path": entry["dest"],
        "label": f"{entry['dest']} (from {entry['keeper_file']} on {entry['keeper']})",
        "owner": declared.values.get("owner"),
        "group": declared.values.get("group"),
        "mode": declared.mode,
        "keeper": entry["keeper"],
        "keeper_file": entry["keeper_file"],
    }


def _removals(declared: Declaration, entry: Place, play: Play) -> t.Iterator[Place]:
    """The files with the secret of an absent key. The file of a keeper is the key's own, so it goes as a `whole`."""
    of_key = {
        "identity": entry["identity"],
        "format": declared.values.get("dest_format", "raw"),
        "variable": declared.variable,
    }
    if entry["dest"] is not None:
        yield {**of_key, "path": entry["dest"], "label": entry["dest"], "whole": False}
    if declared.shared and entry["leader"] == play.host:
        path, keeper = entry["keeper_file"], entry["keeper"]
        yield {**of_key, "path": path, "label": f"{path} on {keeper}", "whole": True, "keeper": keeper}
