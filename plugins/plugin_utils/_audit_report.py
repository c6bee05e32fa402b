# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From the results of `arize_api_key_info` to the content of a report. Pure: the time is that of the audit.

A report shows days without the time of day, so that a second run on the same day over the same keys makes the same
report.
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import date, datetime

from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS, SEVERITIES
from ansible_collections.community.arize.plugins.plugin_utils._audit_timeline import timeline

Row = t.Mapping[str, t.Any]

# What can fail a play besides the findings themselves.
ANY, INCOMPLETE = "any", "incomplete"
EVERY_NAME = "*"
_THRESHOLDS = ("expires_within", "unused_for", "older_than")
_OF_A_RULE = ("name", "id", "space", "finding", "reason")
_COPIED = (
    "id",
    "name",
    "description",
    "key_type",
    "status",
    "live",
    "redacted_key",
    "created_at",
    "expires_at",
)


@dataclasses.dataclass(frozen=True)
class Wishes:
    """Options of the report. Thresholds are the texts with which the audit was made.

    `not_looked_for` gives the cause for each finding that the audit can't have; `spaces` are the requested ones.
    """

    title: str
    made_by: str
    thresholds: t.Mapping[str, str]
    accepted: t.Sequence[Row]
    fail_on: t.Sequence[str]
    months: int
    not_looked_for: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    spaces: t.Sequence[str] = ()


def report(audits: t.Sequence[Row], wishes: Wishes) -> dict[str, t.Any]:
    """The report as plain data. `audits` are results for all spaces, or one for each requested space.

    Raises ValueError when no audit succeeded.
    """
    read = [audit for audit in audits if not audit.get("failed")]
    if not read:
        raise ValueError("no space could be read, so there is nothing to report")
    today = _day(read[-1]["listed_at"])
    spaces = {space["id"]: space for audit in read for space in audit["spaces"]}
    names = {space_id: space["name"] or space_id for space_id, space in spaces.items()}
    keys = _keys(read, names, wishes)
    unread_ids = [space_id for audit in read for space_id in audit["summary"]["unread_spaces"]]
    unread = [names.get(space_id, space_id) for space_id in unread_ids]
    unread += [str(audit.get("item")) for audit in audits if audit.get("failed")]
    names_read = {space_id: name for space_id, name in names.items() if space_id not in unread_ids}
    complete = not unread and all(audit["summary"]["complete"] for audit in read)
    groups = _groups(keys, wishes)
    return {
        "title": wishes.title,
        "date": today.isoformat(),
        "listed_at": read[-1]["listed_at"],
        "api_url": str(read[0]["api_url"]),
        "made_by": wishes.made_by,
        "thresholds": {name: value for name, value in sorted(wishes.thresholds.items()) if value},
        "asked_for": list(wishes.spaces),
        "complete": complete,
        "unread_spaces": sorted(unread),
        "not_looked_for": dict(wishes.not_looked_for),
        "roles_not_shown": sum(audit["summary"]["roles_not_shown"] for audit in read),
        "figures": _figures(keys, names_read, groups),
        "findings": groups,
        "unmatched_rules": _unmatched(keys, wishes),
        "keys": keys,
        "spaces": _spaces(keys, names_read, spaces),
        "timeline": timeline(
            [{**key, "expires_on": _day_or_none(key["expires_at"])} for key in keys], today, wishes.months
        ),
        "problems": _problems(keys, unread, complete, wishes),
    }


def _day(instant: str) -> date:
    return datetime.strptime(instant[:10], "%Y-%m-%d").date()


def _day_or_none(instant: str | None) -> date | None:
    return None if instant is None else _day(instant)


def _keys(audits: t.Sequence[Row], names: t.Mapping[str, str], wishes: Wishes) -> list[dict[str, t.Any]]:
    """Each key once, by name, with all spaces under which it was listed and with its accepted findings."""
    merged: dict[str, dict[str, t.Any]] = {}
    for audit in audits:
        for key in audit["api_keys"]:
            known = merged.setdefault(key["id"], {**key, "space_ids": [], "findings": []})
            known["space_ids"] += [each for each in key["space_ids"] or () if each not in known["space_ids"]]
            known["findings"] += [each for each in key.get("findings", ()) if each not in known["findings"]]
    rows = []
    for key in sorted(merged.values(), key=lambda each: (each["name"], each["created_at"], each["id"])):
        row = {name: key[name] for name in _COPIED}
        row["last_used_on"] = key["last_used_at"] and key["last_used_at"][:10]
        owner = key.get("owner") or {}
        row["owner"] = owner.get("name") or owner.get("email")
        row["owner_email"] = owner.get("email")
        row["space_ids"] = key["space_ids"]
        row["spaces"] = [names.get(space_id, space_id) for space_id in key["space_ids"]]
        accepted = {
            rule["finding"]: str(rule.get("reason") or "")
            for rule in wishes.accepted
            if rule["finding"] in key["findings"] and _matches(rule, row)
        }
        order = [each.finding for each in FINDINGS]
        row["findings"] = sorted(set(key["findings"]) - set(accepted), key=order.index)
        row["accepted"] = {name: accepted[name] for name in order if name in accepted}
        rows.append(row)
    return rows


def _matches(rule: Row, key: Row) -> bool:
    """Whether a rule applies to a key: the name, id and space that the rule has are those of the key."""
    return (
        (rule.get("name") or EVERY_NAME) in (EVERY_NAME, key["name"])
        and rule.get("id") in (None, "", key["id"])
        and (not rule.get("space") or rule["space"] in (*key["space_ids"], *key["spaces"]))
    )


def _unmatched(keys: t.Sequence[Row], wishes: Wishes) -> list[dict[str, t.Any]]:
    """Rules for certain keys that match no finding, each with the cause. A rule for every key is a policy."""
    found = []
    for rule in wishes.accepted:
        policy = rule.get("name") == EVERY_NAME and not rule.get("id") and not rule.get("space")
        if policy or rule["finding"] in wishes.not_looked_for:
            continue
        matching = [key for key in keys if _matches(rule, key)]
        if not any(rule["finding"] in key["accepted"] for key in matching):
            why = "the key does not have it" if matching else "there is no such key in this audit"
            found.append({**{name: rule.get(name) or None for name in _OF_A_RULE}, "why": why})
    return found


def _groups(keys: t.Sequence[Row], wishes: Wishes) -> list[dict[str, t.Any]]:
    """Findings that some key has, each with its keys, the most severe first."""
    groups = []
    for explained in FINDINGS:
        # Keys that expire or were issued first come first.
        by = {"expires_soon": "expires_at", "expired": "expires_at", "old": "created_at"}.get(explained.finding, "name")
        having = sorted((key for key in keys if explained.finding in key["findings"]), key=lambda key: key[by])
        accepted = [key for key in keys if explained.finding in key["accepted"]]
        if having or accepted:
            group = dataclasses.asdict(explained)
            group["meaning"] = explained.meaning.format(**{**dict.fromkeys(_THRESHOLDS, "?"), **wishes.thresholds})
            group["keys"] = [key["id"] for key in having]
            group["accepted"] = [key["id"] for key in accepted]
            groups.append(group)
    return groups


def _figures(keys: t.Sequence[Row], names: t.Mapping[str, str], groups: t.Sequence[Row]) -> dict[str, t.Any]:
    live = [key for key in keys if key["live"]]
    ends = sorted(key["expires_at"] for key in live if key["expires_at"] is not None)
    by_severity = {
        severity: len({key for group in groups if group["severity"] == severity for key in group["keys"]})
        for severity in SEVERITIES
    }
    return {
        "spaces": len(names),
        "keys": len(keys),
        "live": len(live),
        "expired": sum(not key["live"] and key["status"] == "active" for key in keys),
        "unbounded": sum(key["expires_at"] is None for key in live),
        "next_expires_on": ends[0][:10] if ends else None,
        "keys_with_findings": sum(bool(key["findings"]) for key in keys),
        "accepted": sum(len(key["accepted"]) for key in keys),
        "by_severity": by_severity,
        "by_finding": {group["finding"]: len(group["keys"]) for group in groups if group["keys"]},
    }


def _spaces(keys: t.Sequence[Row], names: t.Mapping[str, str], spaces: t.Mapping[str, Row]) -> list[dict[str, t.Any]]:
    """Spaces by name with the ids of their keys; last the keys whose space is not known."""
    inside: dict[str, list[str]] = {space_id: [] for space_id in names}
    for key in keys:
        for space_id in key["space_ids"]:
            if space_id in inside:
                inside[space_id].append(key["id"])
    rows = [
        {"id": space_id, "name": name, "organization": spaces[space_id]["organization"], "keys": inside[space_id]}
        for space_id, name in sorted(names.items(), key=lambda each: (each[1], each[0]))
    ]
    homeless = [key["id"] for key in keys if inside.keys().isdisjoint(key["space_ids"])]
    if homeless:
        rows.append({"id": "", "name": "Not in a space of this audit", "organization": None, "keys": homeless})
    return rows


def _problems(keys: t.Sequence[Row], unread: t.Sequence[str], complete: bool, wishes: Wishes) -> list[str]:
    """The findings that fail the play, in sentences."""
    found = []
    if INCOMPLETE in wishes.fail_on:
        found += [f"The keys of space {name} could not be read." for name in sorted(unread)]
        if not complete and not unread:
            found.append("The list of keys is not complete.")
    for key in keys:
        for finding in key["findings"]:
            if ANY in wishes.fail_on or finding in wishes.fail_on:
                found.append(f"{key['name']} ({key['redacted_key']}, id {key['id']}): {finding}")
    return found
