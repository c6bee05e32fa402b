# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The result of `arize_api_keys`, in check mode and after a real run alike. Pure."""

from __future__ import annotations

import collections
import re
import typing as t

from ansible_collections.community.arize.plugins.module_utils._decide.fleet import Entry
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey

Result = t.Dict[str, t.Any]
_SIGNS = {"created": "+", "refreshed": "~", "replaced": "~", "revoked": "-"}
_VERBS = {"created": "create", "refreshed": "refresh", "replaced": "replace", "revoked": "revoke"}
# What `describe` puts before a reason.
_SUBJECT = re.compile(r"\A\w+ key .+? \(id [^)]*\) ")


def fleet_result(
    entries: t.Sequence[Entry],
    results: t.Sequence[Result | None],
    halted: str,
    pruned: t.Sequence[tuple[ApiKey, str]],
    diff: bool,
) -> Result:
    """One shape for one key and for many, on success and on failure.

    `results` has None for what was not begun, because of what `halted` says; `pruned` has keys with their space.
    """
    not_begun = {"changed": False, "failed": True, "msg": f"Not begun, because {halted}."}
    done = [
        {"failed": False, **_without_diff(not_begun if result is None else result), "declared": entry.label}
        for entry, result in zip(entries, results)
    ]
    not_started = [entry.label for entry, result in zip(entries, results) if result is None]
    failed = [result for result in results if result is not None and result.get("failed")]
    counts = collections.Counter(result["action"] for result in done if not result["failed"])
    rotations = [result["next_rotation_at"] for result in done if result.get("next_rotation_at")]
    summary = {
        **{action: counts[action] for action in ("created", "refreshed", "replaced", "revoked", "none")},
        "failed": len(failed),
        "not_started": len(not_started),
        "pruned": len(pruned),
    }
    result: Result = {
        "changed": any(result["changed"] for result in done) or bool(pruned),
        "failed": bool(failed or not_started),
        "api_keys": done,
        "pruned": [{**key.public(), "status": "revoked", "space": space} for key, space in pruned],
        "not_started": not_started,
        "summary": summary,
        "next_rotation_at": min(rotations, default=None),
        "msg": _message(summary, failed, halted),
    }
    if diff:
        result["diff"] = {"prepared": "".join(f"{line}\n" for line in _plan(entries, results, pruned))}
    return result


def _without_diff(result: Result) -> Result:
    return {name: value for name, value in result.items() if name != "diff"}


def _message(summary: t.Mapping[str, int], failed: t.Sequence[Result], halted: str) -> str:
    words = [f"{summary[name]} {name}" for name in ("created", "refreshed", "replaced", "revoked", "pruned")]
    told = [text for text in words if not text.startswith("0 ")] + [f"{summary['none']} unchanged"]
    if summary["failed"]:
        told.append(f"{summary['failed']} failed")
    if summary["not_started"]:
        told.append(f"{summary['not_started']} not begun, because {halted}")
    message = f"API keys: {', '.join(told)}."
    return " ".join([message, *(result["msg"] for result in failed[:3]), *(["..."] if len(failed) > 3 else [])])


def _plan(
    entries: t.Sequence[Entry], results: t.Sequence[Result | None], pruned: t.Sequence[tuple[ApiKey, str]]
) -> t.Iterator[str]:
    """A line for each change, as in a plan, and one for all that stays."""
    unchanged = 0
    for entry, result in zip(entries, results):
        if result is None or result.get("failed"):
            yield f"! {entry.label}: {'not begun' if result is None else result['msg']}"
        elif not result["changed"]:
            unchanged += 1
        elif result["action"] == "none":
            yield f"~ correct the file of {entry.desired.label}"
        else:
            yield _line(entry, result)
    for api_key, space in pruned:
        yield f"- prune {api_key.key_type} key {api_key.name!r} in space {space} (id {api_key.key_id})"
    if unchanged:
        yield f"  {unchanged} unchanged"


def _line(entry: Entry, result: Result) -> str:
    """One key that is issued or revoked."""
    action = result["action"]
    begin = f"{_SIGNS[action]} {_VERBS[action]} {entry.desired.label}"
    ends = (result["api_key"] or {}).get("expires_at")
    if action == "created":
        return begin if ends is None else f"{begin}, expires {ends}"
    if action == "revoked":
        return f"{begin}: {' '.join(result['reasons'])}"
    # The line has named the key already.
    reasons = " ".join(_SUBJECT.sub("", reason) for reason in result["reasons"])
    return f"{begin}: {reasons}" if ends is None else f"{begin}: {reasons} The new one expires {ends}."
