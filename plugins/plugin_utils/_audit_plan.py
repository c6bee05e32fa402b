# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From the variables of the role `key_audit` to the plan of an audit. Pure.

Problems are sentences and not exceptions, so that an operator sees all of them at once.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.arize.plugins.module_utils._model.declaration import duration_option
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS
from ansible_collections.community.arize.plugins.plugin_utils._audit_report import ANY, INCOMPLETE
from ansible_collections.community.arize.plugins.plugin_utils._role_variables import (
    address,
    is_symbolic,
    octal_folder_mode,
    octal_mode,
)

Row = t.Mapping[str, t.Any]

# The findings of each threshold. The other findings are looked for with any threshold.
THRESHOLDS = {
    "key_audit_expires_within": ("expires_soon", "never_expires"),
    "key_audit_unused_for": ("unused", "never_used"),
    "key_audit_older_than": ("old",),
}
MONTHS = (1, 120)
EMPTY = (None, "")
_NAMES = [each.finding for each in FINDINGS]
# Variables that may come as text from C(-e), with the types of the role's argument specification.
SPECIFICATION: dict[str, dict[str, t.Any]] = {
    "key_audit_spaces": {"type": "list", "elements": "str"},
    "key_audit_accepted": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "id": {"type": "str"},
            "space": {"type": "str"},
            "finding": {"type": "str", "required": True, "choices": _NAMES},
            "reason": {"type": "str"},
        },
    },
    "key_audit_fail_on": {"type": "list", "elements": "str", "choices": [ANY, INCOMPLETE, *_NAMES]},
    "key_audit_formats": {"type": "list", "elements": "str", "choices": ["html", "csv", "json", "metrics"]},
    "key_audit_months": {"type": "int"},
    **{name: {"type": "str"} for name in THRESHOLDS},
}
_LISTS = tuple(name for name, option in SPECIFICATION.items() if option["type"] == "list")


def plan(variables: Row, environment: t.Mapping[str, str]) -> dict[str, t.Any]:
    """The values of the variables without the prefix, each in its form, `not_looked_for` and `problems`.

    `environment` is that of the controller. With problems there is nothing else.
    """
    given = {name: variables.get(name) for name in SPECIFICATION}
    given.update({name: _listed(given[name]) for name in _LISTS})
    problems = [problem for name in _LISTS for problem in _empty_entries(name, given[name])]
    # Reported above, and some releases of ansible-core would report them again.
    lists: dict[str, list[t.Any]] = {name: value for name, value in given.items() if isinstance(value, list)}
    given.update({name: [entry for entry in entries if entry is not None] for name, entries in lists.items()})
    validated = ArgumentSpecValidator(SPECIFICATION).validate({k: v for k, v in given.items() if v not in EMPTY})
    # Values of the wrong type are reported once, so they are not judged any further.
    problems += validated.error_messages or _contradictions(validated.validated_parameters)
    problems += _of_the_files(variables)
    modes, unreadable = _modes(variables)
    problems += unreadable
    of_service = {name: variables.get(f"key_audit_{name}") for name in ("api_url", "region")}
    where, wrong = address("key_audit", of_service, environment)
    problems += wrong
    if problems:
        return {"problems": problems}
    read = validated.validated_parameters
    return {
        "problems": [],
        "accepted": [{name: text for name, text in rule.items() if text} for rule in read["key_audit_accepted"]],
        "fail_on": read["key_audit_fail_on"],
        "formats": list(dict.fromkeys(read["key_audit_formats"])),
        "months": read["key_audit_months"],
        "not_looked_for": not_looked_for(read),
        "spaces": list(dict.fromkeys(read["key_audit_spaces"])),
        **modes,
        "thresholds": {name[len("key_audit_") :]: read.get(name) or "" for name in THRESHOLDS},
        "address": where,
    }


def not_looked_for(variables: Row) -> dict[str, str]:
    """The findings that an audit can't have, and why, in the order of the report."""
    return {finding: why for finding, (why, _remedy) in _missed(variables).items()}


def _missed(variables: Row) -> dict[str, tuple[str, str]]:
    """Why each finding is not looked for, and what would change it."""
    empty = [name for name in THRESHOLDS if not variables.get(name)]
    if len(empty) == len(THRESHOLDS):
        return dict.fromkeys(_NAMES, (f"{', '.join(empty[:-1])} and {empty[-1]} are empty", "set one of them"))
    why = {finding: (f"{name} is empty", "set it") for name in empty for finding in THRESHOLDS[name]}
    if variables.get("key_audit_spaces"):
        cause = "key_audit_spaces is set, and the service shows no roles in the listing of one space"
        why["admin_role"] = (cause, "leave key_audit_spaces empty")
    return {finding: why[finding] for finding in _NAMES if finding in why}


def _listed(value: t.Any) -> t.Any:
    """The value as a list, where a text stands for one as it does for Ansible: entries between commas."""
    if value in EMPTY:
        return []
    return [entry.strip() for entry in value.split(",")] if isinstance(value, str) else value


def _empty_entries(name: str, entries: t.Any) -> list[str]:
    """Empty entries, which the service would take for values."""
    if not isinstance(entries, t.Sequence):
        return []
    return [
        f"{name}: entry {number} is empty; remove it"
        for number, entry in enumerate(entries, 1)
        if entry is None or not str(entry).strip()
    ]


def _contradictions(read: Row) -> list[str]:
    """What is wrong with values of the right type."""
    found = []
    for name in THRESHOLDS:
        try:
            duration_option(read, name)
        except InvalidOption as error:
            found.append(str(error))
    missed = _missed(read)
    # C(any) stands for all findings that are looked for, so it is refused only when there are none.
    if len(missed) == len(_NAMES):
        missed[ANY] = missed[_NAMES[0]]
    for finding in dict.fromkeys(read["key_audit_fail_on"]):
        if finding in missed:
            why, remedy = missed[finding]
            found.append(
                f"key_audit_fail_on lists {finding}, which is not looked for because {why}; {remedy}, or remove it"
            )
    months = read.get("key_audit_months")
    if months is None or not MONTHS[0] <= months <= MONTHS[1]:
        found.append(f"key_audit_months is {months}; set it to a number from {MONTHS[0]} to {MONTHS[1]}")
    for number, rule in enumerate(read["key_audit_accepted"], 1):
        if not rule.get("name") and not rule.get("id"):
            found.append(f"key_audit_accepted: rule {number} has neither name nor id; set one of them, or the name '*'")
    return found


def _of_the_files(variables: Row) -> list[str]:
    """Problems with the paths of the reports."""
    found = []
    if variables.get("key_audit_folder") in EMPTY:
        found.append("key_audit_folder is empty; set it to a folder")
    name = str(variables.get("key_audit_file_name") or "")
    if not name.strip(". ") or "/" in name or not name.isprintable():
        found.append(
            f"key_audit_file_name is {name!r}; set it to a name without a path, and key_audit_folder to the folder"
        )
    return found


def _modes(variables: Row) -> tuple[dict[str, str], list[str]]:
    """`mode` and `folder_mode` as text, whose form Ansible's own modules can't mistake."""
    modes, problems = {}, []
    for name, read in (("mode", octal_mode), ("folder_mode", octal_folder_mode)):
        value = variables.get(f"key_audit_{name}")
        try:
            modes[name] = value if isinstance(value, str) and is_symbolic(value) else read(value)
        except InvalidOption as error:
            problems.append(f"key_audit_{name}: {error.problem}")
    return modes, problems
