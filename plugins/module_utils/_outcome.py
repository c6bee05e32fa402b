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

from ansible_collections.community.arize.plugins.module_utils._conditions import next_rotation
from ansible_collections.community.arize.plugins.module_utils._desired import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey, IssuedKey
from ansible_collections.community.arize.plugins.module_utils._plan import predicted_key
from ansible_collections.community.arize.plugins.module_utils._plan_types import Plan
from ansible_collections.community.arize.plugins.module_utils._time import format_instant

_SHOWN_IN_DIFF = ("id", "name", "key_type", "description", "status", "expires_at")
_LATER = "(known once the key is issued)"


@dataclasses.dataclass(frozen=True)
class FileChange:
    """What happens to `dest`, never its content."""

    path: str
    existed: bool
    attributes_only: bool


@dataclasses.dataclass
class Progress:
    """What a real run has done so far; the failed result carries the same."""

    issued: IssuedKey | None = None
    # Whether nothing is done at all, and this is what would be.
    predicted: bool = False
    delivered: bool = False
    revoked: list[ApiKey] = dataclasses.field(default_factory=list)
    orphans: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    retiring: list[ApiKey] | None = None
    extra_reasons: list[str] = dataclasses.field(default_factory=list)


def predicted_result(
    desired: DesiredKey,
    plan: Plan,
    now: datetime,
    file_change: FileChange | None,
    diff: bool,
) -> dict[str, t.Any]:
    """The result that check mode gives: that of a real run at `now`, with None for what only the service can know."""
    progress = Progress(predicted=True, revoked=list(plan.revoke))
    return _result(desired, plan, predicted_key(desired, plan, now), progress, file_change, diff)


def real_result(
    desired: DesiredKey,
    plan: Plan,
    now: datetime,
    progress: Progress,
    file_change: FileChange | None,
    diff: bool,
) -> dict[str, t.Any]:
    """The result of what was done. It holds the secret in C(key) when one was issued and shall be returned."""
    api_key = predicted_key(desired, plan, now) if progress.issued is None else progress.issued.api_key
    result = _result(desired, plan, api_key, progress, file_change, diff)
    if progress.issued is not None and (desired.return_key or not progress.delivered):
        result["key"] = progress.issued.secret.reveal()
    return result


def _result(
    desired: DesiredKey,
    plan: Plan,
    api_key: ApiKey | None,
    progress: Progress,
    file_change: FileChange | None,
    diff: bool,
) -> dict[str, t.Any]:
    current = plan.matches.current
    retiring = _retiring_after(plan, progress)
    reasons = [*plan.reasons, *progress.extra_reasons]
    if file_change is not None and file_change.attributes_only:
        reasons.append(f"The mode, owner or group of {file_change.path} was another one.")
    public = None if api_key is None else _public(api_key)
    rotation = None if api_key is None or api_key.status != "active" else next_rotation(desired, api_key)
    result: dict[str, t.Any] = {
        "changed": plan.changes or file_change is not None,
        "action": plan.action,
        "reasons": reasons,
        "api_key": public,
        "retiring": [key.public() for key in retiring],
        "revoked": [{**key.public(), "status": "revoked"} for key in progress.revoked],
        "orphans": progress.orphans,
        "next_rotation_at": None if rotation is None else format_instant(rotation),
        "not_compared": list(plan.not_compared),
    }
    if diff:
        before: dict[str, t.Any] = {} if current is None else {"api_key": _shown(current.public())}
        after: dict[str, t.Any] = {} if public is None else {"api_key": _shown(public)}
        _add_others(plan, before, after)
        if file_change is not None:
            before["dest"] = {"path": file_change.path, "state": "file" if file_change.existed else "absent"}
            after["dest"] = {"path": file_change.path, "state": _file_words(file_change, progress.predicted)}
        result["diff"] = {"before": before, "after": after}
    return result


def _public(api_key: ApiKey) -> dict[str, t.Any]:
    public = api_key.public()
    if not api_key.key_id:
        public.update(dict.fromkeys(("id", "redacted_key", "created_at", "created_by_user_id", "last_used_at")))
    return public


def _retiring_after(plan: Plan, progress: Progress) -> list[ApiKey]:
    """The keys that lapse by themselves after the run."""
    if progress.retiring is not None:
        return progress.retiring
    gone = {key.key_id for key in plan.revoke}
    retiring = list(plan.matches.retiring)
    issue = plan.issue
    if issue is not None and plan.matches.current is not None and (issue.refreshed is None or issue.grace_seconds):
        retiring.append(plan.matches.current)
    return [key for key in retiring if key.key_id not in gone]


def _shown(public: dict[str, t.Any]) -> dict[str, t.Any]:
    shown = {name: public[name] for name in _SHOWN_IN_DIFF}
    if shown["id"] is None:
        shown["id"] = _LATER
    return shown


def _add_others(plan: Plan, before: dict[str, t.Any], after: dict[str, t.Any]) -> None:
    """Other keys that the run revokes: the current key's own end shows in its status."""
    current = plan.matches.current
    replaced = plan.issue is not None
    others = [key for key in plan.revoke if replaced or current is None or key.key_id != current.key_id]
    if others:
        before["other_keys"] = {key.key_id: key.status for key in others}
        after["other_keys"] = {key.key_id: "revoked" for key in others}


def _file_words(file_change: FileChange, predicted: bool) -> str:
    if file_change.attributes_only:
        return "file (mode, owner or group corrected)"
    return "file with the new secret (would be written)" if predicted else "file with the new secret (written)"
