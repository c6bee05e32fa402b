# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From the registered results of `service_keys` to its own results: metadata, never a secret. Pure."""

from __future__ import annotations

import typing as t

Row = t.Mapping[str, t.Any]

ISSUING = ("created", "refreshed", "replaced")
# Named one by one, because a failed result may carry a secret that could not be delivered.
_OF_THE_MODULE = ("reasons", "api_key", "next_rotation_at", "retiring", "revoked", "orphans")
_OF_THE_ENTRY = ("team", "space", "name", "state", "sharing", "dest", "services")
_LOST = "the folder of its file is missing, so its secret is lost; set on_lost_secret to reissue for a new one"


def key_results(
    entries: t.Sequence[Row],
    module_results: t.Sequence[Row],
    copy_results: t.Sequence[Row] = (),
    steps: t.Mapping[str, t.Sequence[Row]] | None = None,
    removal_results: t.Sequence[Row] = (),
) -> list[dict[str, t.Any]]:
    """One row for each entry of this host.

    `module_results` are those of the key module, on this host or, for a shared key, on the one that led; they carry
    their entry. `copy_results` are those of copying shared secrets. `steps` are those of all other tasks,
    by what they do. `removal_results` are those of the tasks that removed secrets. All carry a place of the plan.
    """
    by_key = {each["item"]["identity"]: each for each in module_results}
    copies = {place_of(each)["identity"]: each for each in copy_results}
    stopped: dict[str, str] = {}
    for doing, results in (steps or {}).items():
        for each in results:
            problem = _problem_with(each, doing)
            for identity in _identities(place_of(each)) if problem else ():
                stopped.setdefault(identity, str(problem))
    lost = {identity for results in (steps or {}).values() for each in results for identity in _lost_in(each)}
    rows = []
    for entry in entries:
        result, copy = by_key.get(entry["identity"], {}), copies.get(entry["identity"], {})
        row: dict[str, t.Any] = {name: entry[name] for name in _OF_THE_ENTRY}
        if entry["identity"] in lost and _needs_its_secret(entry, result):
            stopped.setdefault(entry["identity"], _LOST)
        row["msg"] = _message(entry, result, stopped.get(entry["identity"]))
        row["failed"] = row["msg"] is not None
        row["action"] = result.get("action", "failed" if row["failed"] else "none")
        row["removed"] = _removed(entry["identity"], removal_results)
        row["changed"] = bool(result.get("changed")) or bool(copy.get("changed")) or bool(row["removed"])
        issued = _went_well(result) and result.get("action") in ISSUING
        row["renewed"] = bool(copy.get("changed")) if entry["sharing"] == "shared" else issued
        row.update({name: result.get(name) for name in _OF_THE_MODULE})
        rows.append(row)
    _report_same_keys(rows)
    return rows


def _went_well(result: Row) -> bool:
    return bool(result) and not result.get("failed") and not result.get("unreachable")


def place_of(result: Row) -> Row:
    """The place that a task worked on. A loop over the results of another task holds it one level deeper."""
    item: Row = result["item"]
    return item if "label" in item else place_of(item)


def _identities(place: Row) -> t.Sequence[str]:
    """A folder serves several keys."""
    return place["identities"] if "identities" in place else [place["identity"]]


def _removed(identity: str, results: t.Sequence[Row]) -> list[str]:
    """The files from which the secret of a key was removed."""
    places = [place_of(each) for each in results if each.get("changed")]
    return [str(place["label"]) for place in places if identity in _identities(place)]


def _lost_in(result: Row) -> t.Sequence[str]:
    """Keys whose files were in a folder that is not there."""
    place = place_of(result)
    missing = result.get("stat", {}).get("exists") is False
    return place.get("issued", ()) if missing else ()


def _needs_its_secret(entry: Row, result: Row) -> bool:
    """Whether a run would fail. Check mode, which makes no folder, can't ask the module about the file."""
    reissued = entry.get("options", {}).get("on_lost_secret") == "reissue"
    return entry["state"] == "present" and result.get("action") == "none" and not reissued


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
    elif not _went_well(result):
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


def _report_same_keys(rows: t.Sequence[dict[str, t.Any]]) -> None:
    """Report a key that is declared twice, with its space once by name and once by id.

    Each run would invalidate the secret of one of the two. The module then finds another secret in use and names the
    key, or both rows have the same key.
    """
    holders: dict[str, dict[str, t.Any]] = {}
    for row in rows:
        for key_id in _ids(row):
            holders.setdefault(key_id, row)
    for row in rows:
        said = str(row["msg"])
        for key_id, other in holders.items():
            if other is row or other["name"] != row["name"] or not (key_id in _ids(row) or key_id in said):
                continue
            row["failed"] = True
            row["msg"] = (
                f"{row['name']} of space {row['space']} (team {row['team']}): this is the key {key_id}, which team "
                f"{other['team']} also declares for space {other['space']}; remove one of the two declarations"
            )


def _ids(row: Row) -> list[str]:
    keys = [row["api_key"] or {}, *(row["retiring"] or ()), *(row["revoked"] or ())]
    return [key["id"] for key in keys if key.get("id")]
