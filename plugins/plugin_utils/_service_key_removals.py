# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From the files of keys that are gone, or that a copy replaces, to what can be removed of them. Pure.

The module judges what a file holds before it writes a secret to it. The same judgement decides here, so that a file
that it would not overwrite is not removed either.
"""

from __future__ import annotations

import base64
import typing as t

from ansible_collections.community.arize.plugins.module_utils._deliver.content import without_secret
from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError

Row = t.Mapping[str, t.Any]

_TOO_LARGE = "is larger than 1 MiB, so it is not a secret file, and is kept as it is"
_MORE = "holds other settings as well, and is kept as it is. Give another path, or remove it"
_ADVICE = "; or set an empty dest for this key to leave the file alone"


def place_of(result: Row) -> Row:
    """The place that a task worked on. A loop over the results of another task holds it one level deeper."""
    item: Row = result["item"]
    return item if "label" in item else place_of(item)


def removals(read: t.Sequence[Row]) -> dict[str, list[dict[str, t.Any]]]:
    """What to do, for each file once: `files` that go, `rewritten` ones with their new content, and `kept` ones.

    `read` are results of `slurp` for removals or copies of the plan; a skipped one is too large to be read. What is
    kept has the form of a failed result. What could not be read is left out, because that task has failed.
    """
    left: dict[tuple[t.Any, str], dict[str, t.Any]] = {}
    kept: list[dict[str, t.Any]] = []
    for result in read:
        place = place_of(result)
        try:
            if result.get("skipped"):
                raise SecretFileError(_TOO_LARGE)
            if "content" in result:
                _take_out(left, place, base64.b64decode(result["content"]))
        except SecretFileError as error:
            advice = "" if "keeper_file" in place else _ADVICE
            kept.append({"item": place, "failed": True, "msg": f"the file {error}{advice}"})
    changed = [each for each in left.values() if each["identities"]]
    return {
        "files": [_without_content(each) for each in changed if each["content"] is None],
        "rewritten": [
            {**each, "content": each["content"].decode("utf-8")} for each in changed if each["content"] is not None
        ],
        "kept": kept,
    }


def _take_out(left: dict[tuple[t.Any, str], dict[str, t.Any]], place: Row, content: bytes) -> None:
    """Several variables may go from one file, so each starts from what the last one left. Raises SecretFileError."""
    shared = {name: place[name] for name in ("path", "label", "keeper") if name in place}
    file = left.setdefault((place.get("keeper"), place["path"]), {**shared, "identities": [], "content": content})
    rest = without_secret(file["content"], place["format"], place["variable"])
    if rest is not None and place["whole"]:
        if rest.strip():
            raise SecretFileError(_MORE)
        rest = None
    if rest != file["content"]:
        file["content"] = rest
        file["identities"].append(place["identity"])


def _without_content(file: Row) -> dict[str, t.Any]:
    return {name: value for name, value in file.items() if name != "content"}
