# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Variables that the roles have in common: where the service is, and permissions. Pure.

The rules are those of the modules, so that the same text or number means the same everywhere.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.community.arize.plugins.module_utils._deliver.access import file_mode
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption
from ansible_collections.community.arize.plugins.module_utils._service.connection import base_url, named_address

_SYMBOLIC = re.compile(r"[ugoa]*[-+=][rwxXstugo]*(,[ugoa]*[-+=][rwxXstugo]*)*")
_WITH_SPECIAL_BITS = re.compile(r"(0?)([1-7])([0-7]{3})", re.ASCII)


def address(
    role: str, variables: t.Mapping[str, t.Any], environment: t.Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """`api_url` or `region` for the module, and problems. `environment` is the controller's.

    Neither is in the result when nothing names the service: then the defaults of the module decide, where it runs.
    """
    given = {name: variables.get(name) or None for name in ("api_url", "region")}
    if all(given.values()):
        return {}, [f"{role}_api_url and {role}_region exclude each other; set one of them"]
    named = named_address(given, environment)
    if named is None:
        return {}, []
    try:
        base_url(given, environment)
    except InvalidOption as error:
        source = f"{role}_{error.option}" if error.option in given else error.option
        return {}, [f"{source}: {error.problem}"]
    return {named.option: named.value}, []


def octal_mode(value: t.Any) -> str:
    """Four octal digits. Raises InvalidOption."""
    return f"{file_mode(value):04o}"


def octal_folder_mode(value: t.Any) -> str:
    """Four octal digits; a text may have the bits for set-group-ID and sticky, too. Raises InvalidOption."""
    found = _WITH_SPECIAL_BITS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return octal_mode(value)
    try:
        return found[2] + octal_mode(found[1] + found[3])[1:]
    except InvalidOption:
        raise InvalidOption("mode", f"{value!r} may not be the mode that you want; start it with a zero") from None


def is_symbolic(value: t.Any) -> bool:
    """Whether the value is a mode such as u=rw,g=r, which Ansible's own modules take as it is."""
    return isinstance(value, str) and _SYMBOLIC.fullmatch(value) is not None
