# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From what the tasks of `service_keys` registered to what the caller gets: metadata, never a secret. Pure."""

from __future__ import annotations

import typing as t

Row = t.Mapping[str, t.Any]

ISSUING = ("created", "refreshed", "replaced")
# Named one by one, because a failed result may carry a secret that could not be delivered.
_OF_THE_MODULE = ("reasons", "api_key", "next_rotation_at", "retiring", "revoked", "orphans")
_OF_THE_ENTRY = ("team", "space", "name", "state", "sharing", "dest", "services")


def key_results(
    entries: t.Sequence[Row],
    module_results: t.Sequence[Row],
    copy_results: t.Sequence[Row] = (),
) -> list[dict[str, t.Any]]:
    """One row for each entry of this host.

    `module_results` are those of the key module, on this host or, for a shared key, on the one that led.
    `copy_results` are those of handing shared secrets on. Both carry their entry as `item`.
    """
    by_key = {each["item"]["identity"]: each for each in module_results}
    copies = {each["item"]["identity"]: each for each in copy_results}
    rows = []
    for entry in entries:
        result, copy = by_key.get(entry["identity"], {}), copies.get(entry["identity"], {})
        row: dict[str, t.Any] = {name: entry[name] for name in _OF_THE_ENTRY}
        row["action"] = result.get("action", "failed" if result.get("failed") else "none")
        row["changed"] = bool(result.get("changed")) or bool(copy.get("changed"))
        row["msg"] = _message(entry, result, copy)
        row["failed"] = row["msg"] is not None
        issued = not result.get("failed") and result.get("action") in ISSUING
        row["renewed"] = bool(copy.get("changed")) if entry["sharing"] == "shared" else issued
        row.update({name: result.get(name) for name in _OF_THE_MODULE})
        rows.append(row)
    return rows


def _message(entry: Row, result: Row, copy: Row) -> str | None:
    """What went wrong, said of the key."""
    if result.get("failed"):
        what = result.get("msg")
    elif not result:
        what = f"{entry['leader']} was to see to this key and did not"
    elif copy.get("skipped"):
        what = f"{entry.get('keeper')} holds no secret to hand on, in {entry.get('keeper_file')}"
    elif copy.get("failed"):
        what = f"the secret could not be handed on from {entry.get('keeper')} to {entry['dest']}: {copy.get('msg')}"
    else:
        return None
    said = str(what or "the task failed")
    return said if entry["name"] in said else f"{entry['name']} of space {entry['space']}: {said}"
