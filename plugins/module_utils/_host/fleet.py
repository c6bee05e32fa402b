# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The options of each key of a fleet: its own, laid over `defaults`, with the placeholders filled in."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.community.arize.plugins.module_utils._decide.fleet import Entry
from ansible_collections.community.arize.plugins.module_utils._host.arguments import key_arguments
from ansible_collections.community.arize.plugins.module_utils._model.declaration import desired_key
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._work.keep_many import Fleet

Options = t.Dict[str, t.Any]
MOST_WORKERS = 32
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_FILLED_IN = ("name", "description", "dest")


def fleet(options: t.Mapping[str, t.Any]) -> Fleet:
    """Raises InvalidOption."""
    concurrency = options["concurrency"]
    if not 1 <= concurrency <= MOST_WORKERS:
        raise InvalidOption("concurrency", f"{concurrency} is not between 1 and {MOST_WORKERS}")
    defaults = options.get("defaults") or {}
    if defaults.get("held_secret") is not None:
        raise InvalidOption("defaults.held_secret", "a secret belongs to one key: set it for each entry of api_keys")
    entries = [_entry(f"spaces[{index}]", defaults, {"space": space}) for index, space in _numbered(options, "spaces")]
    entries += [_entry(f"api_keys[{index}]", defaults, own) for index, own in _numbered(options, "api_keys")]
    prune_spaces = tuple(options.get("prune_spaces") or ())
    if prune_spaces and not entries and not options["prune_all"]:
        raise InvalidOption(
            "prune_spaces",
            "nothing is declared, so every key of these spaces would be revoked. If that is meant, set prune_all",
        )
    if not prune_spaces and not entries:
        raise InvalidOption("api_keys", "nothing is declared: give spaces with defaults, or api_keys")
    return Fleet(tuple(entries), concurrency, prune_spaces, tuple(options.get("prune_exclude") or ()))


def _numbered(options: t.Mapping[str, t.Any], name: str) -> t.Iterable[tuple[int, t.Any]]:
    return enumerate(options.get(name) or ())


def _entry(place: str, defaults: Options, own: Options) -> Entry:
    specification = key_arguments()
    given = _given(own)
    inherited = _given(defaults)
    for group in specification["mutually_exclusive"]:
        # One of them on the key does away with the others among the defaults.
        if set(group) & set(given):
            inherited = {name: value for name, value in inherited.items() if name not in group}
    options = {
        **{name: option.get("default") for name, option in specification["argument_spec"].items()},
        **inherited,
        **given,
    }
    try:
        _fill_in(options)
        for group in specification["mutually_exclusive"]:
            both = [name for name in group if options[name] is not None]
            if len(both) > 1:
                raise InvalidOption(both[0], f"excludes {' and '.join(both[1:])}")
        return Entry(place, desired_key(options))
    except InvalidOption as error:
        raise InvalidOption(f"{place}.{error.option}", error.problem) from None


def _given(options: Options) -> Options:
    return {name: value for name, value in options.items() if value is not None}


def _fill_in(options: Options) -> None:
    """Put in what {space} and {name} stand for. Raises InvalidOption."""
    values = {"space": options["space"]}
    for option in _FILLED_IN:
        text = options[option]
        if text is None:
            continue
        unknown = sorted({found for found in _PLACEHOLDER.findall(text) if found not in ("space", "name")})
        if unknown:
            raise InvalidOption(option, f"has the placeholder {{{unknown[0]}}}; there are {{space}} and {{name}} only")
        for found in set(_PLACEHOLDER.findall(text)):
            value = values.get(found)
            if value is None:
                raise InvalidOption(option, f"has the placeholder {{{found}}}, but the key has no {found}")
            if option == "dest" and (os.sep in value or value.startswith(".")):
                raise InvalidOption(
                    option, f"{value!r} in place of {{{found}}} would lead into another folder; give this key a dest"
                )
        options[option] = _PLACEHOLDER.sub(lambda match: values[match[1]], text)
        values[option] = options[option]
