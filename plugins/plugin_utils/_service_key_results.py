# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From the registered results of `service_keys` to its own results: metadata, never a secret. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_removals import Row, place_of, removals
from ansible_collections.community.arize.plugins.plugin_utils._service_key_work import (
    ISSUING,
    Seen,
    key_outcomes,
    of_this_use,
    went_well,
)

# Named one by one, because a failed result may carry a secret that could not be delivered.
_OF_THE_MODULE = ("reasons", "api_key", "next_rotation_at", "retiring", "revoked", "orphans")
_OF_THE_ENTRY = ("team", "space", "name", "state", "sharing", "dest", "services")
# Tasks beside the module that can stop a key, and what they do. Messages begin with "can't" and these words.
_STEPS = {
    "folders": "find the folder",
    "keeper_folders": "find the folder",
    "made": "create the folder",
    "keeper_made": "create the folder",
    "secrets": "read the secret for",
    "receiving": "inspect",
    "former_copies": "read",
    "ready": "create the file",
    "copies": "write the secret to",
    "left": "inspect the secret file",
    "keeper_left": "inspect the secret file",
    "former": "read the secret file",
    "keeper_former": "read the secret file",
    "removed": "remove the secret file",
    "keeper_removed": "remove the secret file",
    "taken_out": "rewrite the file",
}


def key_results(plan: Row, seen: Seen) -> list[dict[str, t.Any]]:
    """One row for each entry of this host, from the results that its tasks have registered."""
    seen = of_this_use(plan, seen)
    outcomes = key_outcomes(plan, seen)
    copies = {place_of(each)["identity"]: each for each in seen["copies"]}
    removed = [each for name in ("removed", "taken_out", "keeper_removed") for each in seen[name]]
    stopped = _stopped(seen)
    rows = []
    for entry in plan["entries"]:
        result, copy = outcomes.get(entry["identity"], {}), copies.get(entry["identity"], {})
        row: dict[str, t.Any] = {name: entry[name] for name in _OF_THE_ENTRY}
        row["msg"] = _message(entry, result, stopped.get(entry["identity"]))
        row["failed"] = row["msg"] is not None
        row["action"] = result.get("action", "failed" if row["failed"] else "none")
        row["removed"] = _removed(entry["identity"], removed)
        row["changed"] = bool(result.get("changed")) or bool(copy.get("changed")) or bool(row["removed"])
        issued = went_well(result) and result.get("action") in ISSUING
        row["renewed"] = bool(copy.get("changed")) if entry["sharing"] == "shared" else issued
        row.update({name: result.get(name) for name in _OF_THE_MODULE})
        rows.append(row)
    return rows


def _stopped(seen: Seen) -> dict[str, str]:
    """By identity, the first thing that stood in the way of a key."""
    steps = [(doing, seen[name]) for name, doing in _STEPS.items()]
    steps.append(("overwrite", removals(seen["former_copies"])["kept"]))
    steps += [("remove the secret from", removals(seen[name])["kept"]) for name in ("former", "keeper_former")]
    stopped: dict[str, str] = {}
    for doing, results in steps:
        for each in results:
            problem = _problem_with(each, doing)
            for identity in _identities(place_of(each)) if problem else ():
                stopped.setdefault(identity, str(problem))
    return stopped


def _identities(place: Row) -> t.Sequence[str]:
    """A folder serves several keys."""
    return place["identities"] if "identities" in place else [place["identity"]]


def _removed(identity: str, results: t.Sequence[Row]) -> list[str]:
    """The files from which the secret of a key was removed."""
    places = [place_of(each) for each in results if each.get("changed")]
    return [str(place["label"]) for place in places if identity in _identities(place)]


def _problem_with(result: Row, doing: str) -> str | None:
    """Why a task failed, or why the next one could not start."""
    place = place_of(result)
    if result.get("unreachable") or result.get("failed"):
        return f"can't {doing} {place['label']}: {result.get('msg') or 'the task failed'}"
    found = result.get("stat") or {}
    wanted = "isdir" if "issued" in place else "isreg"
    if found.get("exists") and not found.get(wanted):
        kind = "a symbolic link" if found.get("islnk") else "a folder" if found.get("isdir") else "not a regular file"
        remedy = "a folder is needed there" if wanted == "isdir" else "set dest to the path of the file itself"
        return f"{place['label']} is {kind} and is left alone; {remedy}"
    return None


def _message(entry: Row, result: Row, stopped: str | None) -> str | None:
    """What went wrong with the key."""
    if stopped is not None:
        what = stopped
    elif not result:
        if entry["state"] == "forgotten":
            return None
        what = (
            f"{entry['leader']} manages this key for all its hosts and did not finish; see its messages, and run again"
        )
    elif not went_well(result):
        where = f" on {entry['keeper']}" if result.get("unreachable") and entry.get("keeper") else ""
        what = f"{result.get('msg') or 'the task failed'}{where}{_advice(entry, result)}"
    else:
        return None
    return what if entry["name"] in what else f"{entry['name']} of space {entry['space']}: {what}"


def _advice(entry: Row, result: Row) -> str:
    """Advice that the module can't give: the names of the role's variables and its other states."""
    option = result.get("option")
    if option == "api_key":
        return ". For the role, set service_keys_api_key, or ARIZE_API_KEY on the controller"
    unseen = option == "space" or (result.get("request") or {}).get("status") == 404
    if entry["state"] == "absent" and unseen:
        return ". If the space was deleted, its keys were deleted with it: set state to forgotten to remove their files"
    return ""
