# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What is left to do for the role `service_keys` on one host, from what its tasks have registered so far. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_removals import Row, place_of, removals

# The registered results of each task, by the names in the role's variables.
Seen = t.Mapping[str, t.Sequence[Row]]
Work = t.Dict[str, t.Any]
ISSUING = ("created", "refreshed", "replaced")

# Tasks that run only where there are shared keys, or files to remove. Else their variables may hold what an earlier use
# of the role in the same play has registered.
_OF_COPIES = ("secrets", "receiving", "former_copies", "ready", "copies")
_OF_REMOVALS = ("left", "keeper_left", "former", "keeper_former", "removed", "taken_out", "keeper_removed")


def work(plan: Row, seen: Seen) -> Work:
    """Lists for the loops of the role's tasks; each is known once the tasks before have run."""
    seen = of_this_use(plan, seen)
    outcomes = key_outcomes(plan, seen)
    removable = _removable(plan, outcomes)
    return {
        "missing_folders": _missing(seen["folders"]),
        "missing_keeper_folders": _missing(seen["keeper_folders"]),
        "own": [entry["options"] for entry in _own(plan, seen)],
        "keepers": _by_keeper(plan),
        **_copying(plan, seen, outcomes),
        "removals": [place for place in removable if "keeper" not in place],
        "keeper_removals": [place for place in removable if "keeper" in place],
        "leftovers": _regular(seen["left"]),
        "keeper_leftovers": _regular(seen["keeper_left"]),
        # The other content of these files is among it, so only tasks with no_log show it.
        "judged": removals(seen["former"]),
        "keeper_judged": removals(seen["keeper_former"]),
    }


def key_outcomes(plan: Row, seen: Seen) -> dict[str, Row]:
    """By the identity of the key, what became of it: of this host's own keys, and of shared ones, on any host."""
    found: dict[str, Row] = {}
    for result in seen["own"]:
        found.update(_outcomes([entry["identity"] for entry in _own(plan, seen)], result))
    for result in seen["led"]:
        found.update(_outcomes(result["item"]["identities"], result))
    return found


def of_this_use(plan: Row, seen: Seen) -> Seen:
    """Without results of an earlier use of the role in the same play."""
    stale = (() if plan["copies"] else _OF_COPIES) + (() if plan["removals"] else _OF_REMOVALS)
    return {name: () if name in stale else results for name, results in seen.items()}


def went_well(result: Row) -> bool:
    return bool(result) and not result.get("failed") and not result.get("unreachable")


def _unwritable(seen: Seen, which: str) -> set[str]:
    """The keys whose folder on this host could not be inspected or created: `issued` there, or all `identities`."""
    bad = [each for each in (*seen["folders"], *seen["made"]) if not went_well(each)]
    return {identity for result in bad for identity in place_of(result)[which]}


def _outcomes(identities: t.Sequence[str], result: Row) -> dict[str, Row]:
    """A task that failed as a whole, or whose host was not reached, failed for each of its keys."""
    if result.get("skipped"):
        return {}
    return dict(zip(identities, result["api_keys"] if "api_keys" in result else [result] * len(identities)))


def _missing(results: t.Sequence[Row]) -> list[Row]:
    """Folders that were not there when the host looked. In check mode they are still missing."""
    return [place_of(result) for result in results if result.get("stat", {}).get("exists") is False]


def _led(plan: Row) -> list[Row]:
    """The keys for which this host sends requests. For forgotten ones nothing is sent."""
    return [entry for entry in plan["entries"] if entry["leader"] == plan["host"] and entry["state"] != "forgotten"]


def _own(plan: Row, seen: Seen) -> list[Row]:
    """This host's own keys, without those whose folder failed: no secret could be written there."""
    unwritable = _unwritable(seen, "issued")
    return [entry for entry in _led(plan) if "keeper" not in entry and entry["identity"] not in unwritable]


def _by_keeper(plan: Row) -> list[Work]:
    found: dict[str, Work] = {}
    for entry in _led(plan):
        if "keeper" in entry:
            empty: Work = {"keeper": entry["keeper"], "identities": [], "api_keys": []}
            keeper = found.setdefault(entry["keeper"], empty)
            keeper["identities"].append(entry["identity"])
            keeper["api_keys"].append(entry["options"])
    return list(found.values())


def _copying(plan: Row, seen: Seen, outcomes: t.Mapping[str, Row]) -> Work:
    """Of shared secrets: whose files are copied here, which of them may be prepared, and which are ready.

    Loops over the first list register their results in its order, to which `position` leads.
    """
    # The secret of a failed key is not copied: the file on the keeper may hold an older one.
    well = {identity: result for identity, result in outcomes.items() if went_well(result)}
    unwritable = _unwritable(seen, "identities")
    possible = [copy for copy in plan["copies"] if copy["identity"] in well and copy["identity"] not in unwritable]
    copied = [
        {**copy, "position": position, "is_issued": well[copy["identity"]].get("action") in ISSUING}
        for position, copy in enumerate(possible)
    ]
    # A file that can't be read, or that holds something other than one secret, is kept.
    kept = {each["item"]["identity"] for each in removals(seen["former_copies"])["kept"]}
    kept |= {place_of(result)["identity"] for result in seen["former_copies"] if result.get("failed")}
    return {
        "copied": copied,
        "replaced": _regular(seen["receiving"]),
        "prepared": [
            copy
            for copy, found in zip(copied, seen["receiving"])
            if copy["identity"] not in kept and _is_free(found.get("stat"))
        ],
        "ready": [place_of(result) for result in seen["ready"] if went_well(result) and not result.get("skipped")],
    }


def _is_free(stat: Row | None) -> bool:
    """Whether a secret file may be where a task has looked; None when it could not look."""
    return stat is not None and (not stat["exists"] or bool(stat.get("isreg")))


def _removable(plan: Row, outcomes: t.Mapping[str, Row]) -> list[Row]:
    """The files of keys that were revoked, gone already, or forgotten."""
    gone = {identity for identity, result in outcomes.items() if went_well(result)}
    gone |= {entry["identity"] for entry in plan["entries"] if entry["state"] == "forgotten"}
    return [place for place in plan["removals"] if place["identity"] in gone]


def _regular(results: t.Sequence[Row]) -> list[Row]:
    """Regular files that are there. Only these are read, and only what the module would overwrite is removed."""
    return [result for result in results if result.get("stat", {}).get("isreg")]
