# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What is wrong with declarations, in sentences that name team and space. Pure.

Problems are sentences and not exceptions, so that an operator sees all of them at once.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._deliver.access import mode_warnings
from ansible_collections.community.arize.plugins.module_utils._host.arguments import connection_arguments, key_arguments
from ansible_collections.community.arize.plugins.module_utils._model.declaration import LONGEST_NAME, desired_key
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, MissingLibrary
from ansible_collections.community.arize.plugins.module_utils._service.connection import resolve_connection
from ansible_collections.community.arize.plugins.plugin_utils._service_key_declared import Declaration


def wrong_with_credential(credential: str | None) -> list[str]:
    """Problems with the credential. A missing one may be in `module_defaults`."""
    if credential is None:
        return []
    options = {name: option.get("default") for name, option in connection_arguments()["argument_spec"].items()}
    try:
        resolve_connection({**options, "api_key": credential}, {})
    except InvalidOption as error:
        return [f"service_keys_{error.option}: {error.problem}"]
    return []


def wrong_with(declared: Declaration, known: t.Callable[[str], bool]) -> list[str]:
    """Problems of one declaration by itself. `known` says whether a host is in the inventory."""
    label, values = declared.label, declared.values
    found = []
    unknown = declared.placeholders() - {"team", "space", "host"}
    if unknown:
        found.append(f"{label}: unknown placeholder {{{min(unknown)}}}; use {{team}}, {{space}} or {{host}}")
    if declared.shared and "{host}" in str(values["name"]):
        found.append(f"{label}: a shared key has the same name on all hosts; remove {{host}} from it")
    if declared.shared and not (values.get("keeper") and known(str(values["keeper"]))):
        found.append(f"{label}: keeper must be a host of the inventory or localhost, not {values.get('keeper')!r}")
    if declared.shared and not str(values.get("keeper_folder") or "").startswith("/"):
        found.append(f"{label}: keeper_folder must be an absolute path, not {values.get('keeper_folder')!r}")
    hosts = declared.recipients or ("",)
    found += _wrong_with_dest(declared, declared.dest_on(hosts[0]))
    longest = max((declared.name_on(host) for host in hosts), key=len)
    if len(longest) > LONGEST_NAME:
        found.append(f"{label}: a name has {len(longest)} characters; the service accepts at most {LONGEST_NAME}")
    else:
        found += [f"{label}: {problem}" for problem in _refused_by_module(_options_to_check(declared, hosts[0]))]
    return found


def _options_to_check(declared: Declaration, host: str) -> dict[str, t.Any]:
    """What the module would get. It is never asked about the file of a key that goes, but the role edits that file."""
    options = declared.options_on(host)
    if declared.state != "present":
        of_file = {name: declared.values[name] for name in ("dest_format", "dest_variable") if name in declared.values}
        options.update(of_file, state="absent", dest="/some/file")
    return options


def _wrong_with_dest(declared: Declaration, dest: str | None) -> list[str]:
    if dest is None:
        wrong = (
            "dest is empty, so the secret would be lost; set it to the path of a file"
            if declared.state == "present"
            else None
        )
    elif not dest.startswith("/"):
        wrong = f"dest must be an absolute path, not {dest!r}"
    else:
        wrong = f"dest must be the path of a file, but {dest} is a folder" if dest.endswith("/") else None
    return [] if wrong is None else [f"{declared.label}: {wrong}"]


def doubts_about(declared: Declaration) -> list[str]:
    """Declarations that are allowed, but are probably a mistake."""
    found = []
    if not declared.recipients:
        groups = ", ".join(map(str, declared.values["hosts"]))
        found.append(f"{declared.label}: hosts ({groups}) holds no host, so no key is issued")
    # The module warns of the files that it writes.
    if declared.state == "present" and declared.shared:
        found += [f"{declared.label}: {warning}" for warning in mode_warnings(int(declared.mode, 8))]
    return found


def _refused_by_module(options: dict[str, t.Any]) -> list[str]:
    """What the module itself would say about the options without asking the service."""
    validated = ArgumentSpecValidator(**key_arguments()).validate(options)
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


@dataclasses.dataclass
class _Clashes:
    """Conflicts between two declarations, each reported once, with the first of its cases."""

    first: dict[tuple[str, str, str], str] = dataclasses.field(default_factory=dict)
    count: dict[tuple[str, str, str], int] = dataclasses.field(default_factory=dict)

    def add(self, declared: Declaration, rival: Declaration, kind: str, what: str) -> None:
        pair = (declared.label, rival.label, kind)
        self.first.setdefault(pair, what)
        self.count[pair] = self.count.get(pair, 0) + 1

    def sentences(self) -> list[str]:
        found = []
        for (label, rival, kind), what in self.first.items():
            more = self.count[label, rival, kind] - 1
            found.append(f"{label}: {what} {kind} {rival}{f' (and {more} more)' if more else ''}{_REMEDY[kind]}")
        return found


_SAME_KEY = "is declared twice, also in"
_SAME_FILE = "is also the file of"
_OTHER_FILE = "has a different owner, group or mode in"
_REMEDY = {
    _SAME_KEY: "; remove one of the two",
    _SAME_FILE: "; change dest",
    _OTHER_FILE: "; declare the same owner, group and mode for one file",
}


def clashes(declarations: t.Sequence[Declaration]) -> list[str]:
    """Declarations of the same key, and declarations whose secrets would overwrite each other."""
    found = _Clashes()
    keys: dict[tuple[str, str], Declaration] = {}
    files: dict[tuple[str, str], dict[str | None, Declaration]] = {}
    for declared in declarations:
        hosts = declared.recipients[:1] if declared.shared else declared.recipients
        for name in dict.fromkeys(declared.name_on(host) for host in hosts):
            other = keys.setdefault((declared.space, name), declared)
            if other is not declared:
                found.add(declared, other, _SAME_KEY, f"the key {name}")
        places = [(host, declared.dest_on(host)) for host in declared.recipients]
        if declared.shared:
            places.append((str(declared.values.get("keeper")), declared.file_on_keeper()))
        # One dotenv file of a host can hold several variables. A shared file is copied as a whole.
        beside = declared.values.get("dest_format") == "dotenv" and not declared.shared
        variable = declared.variable if beside else None
        for host, path in places:
            if path is None:
                continue
            holders = files.setdefault((host, path), {})
            rivals = [each for name, each in holders.items() if None in (name, variable) or name == variable]
            for rival in rivals[:1]:
                found.add(declared, rival, _SAME_FILE, f"{path} on {host}")
            others = [each for each in holders.values() if _contradict(each, declared)]
            for other in [] if rivals else others[:1]:
                found.add(declared, other, _OTHER_FILE, f"{path} on {host}")
            holders.setdefault(variable, declared)
    return found.sentences()


def _contradict(one: Declaration, other: Declaration) -> bool:
    """Whether each run would change owner, group or mode of the file back and forth. An absent key sets none."""
    if one.state != "present" or other.state != "present":
        return False
    pairs = [(each.values.get("owner"), each.values.get("group")) for each in (one, other)]
    return one.mode != other.mode or any(None not in pair and pair[0] != pair[1] for pair in zip(*pairs))
