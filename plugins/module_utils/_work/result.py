# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The result of `arize_api_key`, in check mode and after a real run alike. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._decide.plan import predicted_key
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import (
    CREATED,
    NONE,
    REFRESHED,
    REPLACED,
    REVOKED,
    Plan,
)
from ansible_collections.community.arize.plugins.module_utils._decide.rotation import next_rotation
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.instants import format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, IssuedKey
from ansible_collections.community.arize.plugins.module_utils._work.scope import DescribedSpace

_SHOWN_IN_DIFF = ("id", "name", "key_type", "description", "status", "expires_at", "spaces", "account_role")
_LATER = "(known once the key is issued)"
_DONE = {CREATED: "Created", REFRESHED: "Refreshed", REPLACED: "Replaced", REVOKED: "Revoked"}
_PREDICTED = {
    CREATED: "Would create",
    REFRESHED: "Would refresh",
    REPLACED: "Would replace",
    REVOKED: "Would revoke",
}


@dataclasses.dataclass(frozen=True)
class FileChange:
    """What happens to `dest`, never its content."""

    path: str
    existed: bool
    attributes_only: bool


@dataclasses.dataclass(frozen=True)
class Situation:
    """What a result is about: the plan, when it was made, and what of it concerns the file and the spaces."""

    desired: DesiredKey
    plan: Plan
    now: datetime
    spaces: tuple[DescribedSpace, ...] | None
    file_change: FileChange | None


@dataclasses.dataclass
class Progress:
    """What a real run has done so far; the failed result carries the same."""

    issued: IssuedKey | None = None
    delivered: bool = False
    # Whether `dest` was written or given another mode, owner or group.
    file_changed: bool = False
    revoked: list[ApiKey] = dataclasses.field(default_factory=list)
    orphans: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    retiring: list[ApiKey] | None = None
    extra_reasons: list[str] = dataclasses.field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, be it undone again."""
        return self.issued is not None or bool(self.revoked) or self.file_changed


def predicted_result(situation: Situation, diff: bool) -> dict[str, t.Any]:
    """The result that check mode gives: that of a real run now, with None for what only the service can know."""
    plan = situation.plan
    result = _result(
        situation,
        Progress(revoked=list(plan.revoke)),
        predicted_key(situation.desired, plan, situation.now),
        plan.action,
        plan.changes or situation.file_change is not None,
    )
    result["msg"] = _message(situation, result, _PREDICTED)
    if diff:
        result["diff"] = _diff(situation, result, "would be written")
    return result


def real_result(situation: Situation, progress: Progress, diff: bool) -> dict[str, t.Any]:
    """The result of what was done. It holds the secret in C(key) when one was issued and is to be returned."""
    desired, plan = situation.desired, situation.plan
    issued = progress.issued
    action = plan.action if issued is not None else REVOKED if progress.revoked else NONE
    api_key = plan.matches.current if issued is None else issued.api_key
    if issued is None and progress.revoked and (api_key is None or api_key in progress.revoked):
        api_key = dataclasses.replace(api_key or progress.revoked[0], status="revoked")
    result = _result(situation, progress, api_key, action, progress.changed)
    result["msg"] = _message(situation, result, _DONE)
    if issued is not None and (desired.return_key or not progress.delivered):
        result["key"] = issued.secret.reveal()
    if diff:
        result["diff"] = _diff(situation, result, "written")
    return result


def _result(
    situation: Situation, progress: Progress, api_key: ApiKey | None, action: str, changed: bool
) -> dict[str, t.Any]:
    desired, plan = situation.desired, situation.plan
    reasons = [*plan.reasons, *progress.extra_reasons]
    if situation.file_change is not None and situation.file_change.attributes_only:
        reasons.append(f"The mode, owner or group of {situation.file_change.path} differs from what the task declares.")
    rotation = None if api_key is None or api_key.status != "active" else next_rotation(desired, api_key)
    return {
        "changed": changed,
        "action": action,
        "reasons": reasons,
        "api_key": None if api_key is None else _public(situation, api_key),
        "retiring": [{**key.public(), "in_use": key in plan.in_use} for key in _retiring_after(plan, progress)],
        "revoked": [{**key.public(), "status": "revoked"} for key in progress.revoked],
        "orphans": progress.orphans,
        "next_rotation_at": None if rotation is None else format_instant(rotation),
        "not_compared": list(plan.not_compared),
    }


def _public(situation: Situation, api_key: ApiKey) -> dict[str, t.Any]:
    """A key with the spaces and roles that the task declares for it."""
    desired = situation.desired
    public = api_key.public()
    if not api_key.key_id:
        public.update(dict.fromkeys(("id", "redacted_key", "created_at", "created_by_user_id", "last_used_at")))
    public["spaces"] = None if situation.spaces is None else [space.public() for space in situation.spaces]
    public["account_role"] = None if desired.account_role is None else str(desired.account_role)
    return public


def _retiring_after(plan: Plan, progress: Progress) -> list[ApiKey]:
    """The keys that expire by themselves after the run, and those that were spared."""
    if progress.retiring is not None:
        return progress.retiring
    gone = {key.key_id for key in plan.revoke}
    retiring = list(plan.matches.retiring) + [key for key in plan.in_use if key not in plan.matches.retiring]
    issue = plan.issue
    if issue is not None and plan.matches.current is not None and (issue.refreshed is None or issue.grace_seconds):
        retiring.append(plan.matches.current)
    return [key for key in retiring if key.key_id not in gone]


def _message(situation: Situation, result: t.Mapping[str, t.Any], verbs: t.Mapping[str, str]) -> str:
    """One line: what was done to which key in which space, and when it is next due."""
    desired, change = situation.desired, situation.file_change
    subject = desired.label
    api_key = result["api_key"]
    if desired.name is None and api_key is not None:
        subject = f"{api_key['key_type']} key {api_key['name']!r}"
    action = result["action"]
    if action == NONE:
        corrected = change is not None and change.attributes_only and result["changed"]
        begin = f"{subject[0].upper()}{subject[1:]} is unchanged"
        if corrected and change is not None:
            verb = "was corrected" if verbs is _DONE else "would be corrected"
            begin += f", the mode, owner or group of {change.path} {verb}"
        parts = [begin if api_key is not None else f"There is no live {subject}"]
    elif action == REVOKED:
        parts = [f"{verbs[action]} {subject}: {', '.join(key['id'] for key in result['revoked'])}"]
    else:
        parts = [f"{verbs[action]} {subject}"]
        if api_key is not None and api_key["id"] is not None:
            parts[0] += f" (id {api_key['id']})"
    if api_key is not None and api_key["status"] == "active":
        ends = api_key["expires_at"]
        parts.append("never expires" if ends is None else f"expires {ends}")
        if result["next_rotation_at"] is not None:
            parts.append(f"next due {result['next_rotation_at']}")
        if result["not_compared"]:
            parts.append("roles not compared")
    return f"{', '.join(parts)}."


def _diff(situation: Situation, result: t.Mapping[str, t.Any], written: str) -> dict[str, t.Any]:
    """Metadata before and after, with the spaces, roles and reasons that a reviewer looks for."""
    plan, change = situation.plan, situation.file_change
    current = plan.matches.current
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    if current is not None:
        public = _public(situation, current)
        if plan.issue is not None and plan.issue.refreshed is None:
            # A new key is bound anew, and what the old one may do shows in the reasons at most.
            public.update(spaces=None, account_role=None)
        before["api_key"] = _shown(public)
    if result["api_key"] is not None:
        after["api_key"] = _shown(result["api_key"])
    if result["action"] != NONE:
        after["action"] = result["action"]
        after["reasons"] = result["reasons"]
    others = [key for key in plan.revoke if plan.issue is not None or current is None or key.key_id != current.key_id]
    gone = {key["id"] for key in result["revoked"]}
    if others:
        before["other_keys"] = {key.key_id: key.status for key in others}
        after["other_keys"] = {key.key_id: "revoked" if key.key_id in gone else key.status for key in others}
    if change is not None:
        words = "mode, owner or group corrected" if change.attributes_only else f"with the new secret ({written})"
        before["dest"] = {"path": change.path, "state": "file" if change.existed else "absent"}
        after["dest"] = {"path": change.path, "state": f"file {words}"}
    return {"before": before, "after": after}


def _shown(public: dict[str, t.Any]) -> dict[str, t.Any]:
    shown = {name: public[name] for name in _SHOWN_IN_DIFF}
    if shown["id"] is None:
        shown["id"] = _LATER
    return shown
