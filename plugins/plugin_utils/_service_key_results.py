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
_LOST = "the folder of its file is missing, so its secret is lost; on_lost_secret: reissue gives it a new one"
_NO_CREDENTIAL = "No Arize API key on host"
_NO_SPACE = "no space named"


def key_results(
    entries: t.Sequence[Row],
    module_results: t.Sequence[Row],
    copy_results: t.Sequence[Row] = (),
    steps: t.Mapping[str, t.Sequence[Row]] | None = None,
) -> list[dict[str, t.Any]]:
    """One row for each entry of this host.

    `module_results` are those of the key module, on this host or, for a shared key, on the one that led; they carry
    their entry. `copy_results` are those of handing shared secrets on. `steps` are those of all other tasks,
    by what they were to do. Both carry a place of the plan.
    """
    by_key = {each["item"]["identity"]: each for each in module_results}
    copies = {_place(each)["identity"]: each for each in copy_results}
    stopped: dict[str, str] = {}
    for doing, results in (steps or {}).items():
        for each in results:
            problem = _problem_with(each, doing)
            for identity in _identities(_place(each)) if problem else ():
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
        row["changed"] = bool(result.get("changed")) or bool(copy.get("changed"))
        issued = _went_well(result) and result.get("action") in ISSUING
        row["renewed"] = bool(copy.get("changed")) if entry["sharing"] == "shared" else issued
        row.update({name: result.get(name) for name in _OF_THE_MODULE})
        rows.append(row)
    _name_those_that_are_one(rows)
    return rows


def _went_well(result: Row) -> bool:
    return bool(result) and not result.get("failed") and not result.get("unreachable")


def _place(result: Row) -> Row:
    """What a task was about. A loop over the results of another task holds it one level deeper."""
    item: Row = result["item"]
    return item if "label" in item else _place(item)


def _identities(place: Row) -> t.Sequence[str]:
    """A folder serves several keys."""
    return place["identities"] if "identities" in place else [place["identity"]]


def _lost_in(result: Row) -> t.Sequence[str]:
    """Keys whose files were in a folder that is not there."""
    place = _place(result)
    missing = result.get("stat", {}).get("exists") is False
    return place.get("issued", ()) if missing else ()


def _needs_its_secret(entry: Row, result: Row) -> bool:
    """Whether a run would fail. Check mode, which makes no folder, can't ask the module about the file."""
    reissued = entry.get("options", {}).get("on_lost_secret") == "reissue"
    return entry["state"] == "present" and result.get("action") == "none" and not reissued


def _problem_with(result: Row, doing: str) -> str | None:
    """What kept a task from doing its part, or the next one from starting."""
    place = _place(result)
    if result.get("unreachable") or result.get("failed"):
        return f"can't {doing} {place['label']}: {result.get('msg') or 'the task failed'}"
    found = result.get("stat") or {}
    wanted = "isdir" if "issued" in place else "isreg"
    if found.get("exists") and not found.get(wanted):
        kind = "a symbolic link" if found.get("islnk") else "a folder" if found.get("isdir") else "something else"
        remedy = "make room for the folder" if wanted == "isdir" else "give the path of the file itself in dest"
        return f"{place['label']} is {kind} and is left alone; {remedy}"
    return None


def _message(entry: Row, result: Row, stopped: str | None) -> str | None:
    """What went wrong, said of the key."""
    if stopped is not None:
        what = stopped
    elif not result:
        if entry["state"] == "forgotten":
            return None
        what = f"{entry['leader']} was to see to this key and did not; see what it says, and run again"
    elif not _went_well(result):
        where = f" on {entry['keeper']}" if result.get("unreachable") and entry.get("keeper") else ""
        what = f"{result.get('msg') or 'the task failed'}{where}{_advice(entry, result)}"
    else:
        return None
    return what if entry["name"] in what else f"{entry['name']} of space {entry['space']}: {what}"


def _advice(entry: Row, result: Row) -> str:
    """What the module can't know: the names of the role's variables and its other states."""
    said = str(result.get("msg"))
    if _NO_CREDENTIAL in said:
        return ". For the role, set service_keys_api_key, or ARIZE_API_KEY on the controller"
    unseen = _NO_SPACE in said or (result.get("request") or {}).get("status") == 404
    if entry["state"] == "absent" and unseen:
        return ". If the space was deleted, its keys went with it: set state: forgotten to remove their files"
    return ""


def _name_those_that_are_one(rows: t.Sequence[dict[str, t.Any]]) -> None:
    """A space declared once by name and once by id: each run would take the secret from one of the two.

    The module finds another secret in use then, and names the key, or else both have the same one.
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
                f"{other['team']} declares for space {other['space']}, too; take one of the two away"
            )


def _ids(row: Row) -> list[str]:
    keys = [row["api_key"] or {}, *(row["retiring"] or ()), *(row["revoked"] or ())]
    return [key["id"] for key in keys if key.get("id")]
