# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The service's error answers (RFC 9457 problems, contract section 5) as errors with advice. Pure."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.community.arize.plugins.module_utils import _errors
from ansible_collections.community.arize.plugins.module_utils._models import Secret


def api_error(
    method: str,
    path: str,
    status: int,
    content: bytes,
    host: str,
    credential: Secret,
) -> _errors.ApiError:
    """The error for an answer of status 400 or more. `path` begins with C(/v2); `content` is the body."""
    problem = _problem(content)
    texts = {name: _clean(problem.get(name), credential) for name in ("title", "detail", "request_id")}
    plan = {
        name: problem[name]
        for name in ("entitlement", "limit", "current_count", "required_plan")
        if isinstance(problem.get(name), (str, int))
    }
    words = texts["detail"] or texts["title"] or "no reason given"
    message = f"{method} {path} was answered {status}: {words.rstrip('.')}."
    if plan:
        message += " Plan limit: " + ", ".join(f"{name} {value}" for name, value in plan.items()) + "."
    kind, advice = _advice(status, bool(plan), host)
    message = f"{message} {advice}".rstrip()
    if texts["request_id"]:
        message += f" (request {texts['request_id']})"
    return kind(method, path, message, status, plan=plan, **texts)


def _problem(content: bytes) -> t.Mapping[str, t.Any]:
    try:
        problem = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return problem if isinstance(problem, dict) else {}


def _advice(status: int, plan: bool, host: str) -> tuple[type[_errors.ApiError], str]:
    if status == 401:
        return (
            _errors.AuthenticationFailed,
            f"The credential is not valid at {host}: check api_key, that it has not lapsed or been revoked, and that "
            "region or api_url is the one in which it was issued.",
        )
    if status == 403:
        if plan:
            return _errors.AccessForbidden, "Revoke what is no longer needed, or ask Arize for a larger plan."
        return (
            _errors.AccessForbidden,
            "The caller lacks the permission: use a credential with the role that the space or the account asks for.",
        )
    if status == 404:
        return _errors.NotFound, "It does not exist, or the caller may not see it."
    if status == 429:
        return _errors.RateLimited, "Nothing was done. Run again later, or with fewer tasks at a time."
    if status >= 500:
        return _errors.ServerFailed, "The service is in trouble; run again later."
    return _errors.RequestRejected, ""


def _clean(value: t.Any, credential: Secret) -> str | None:
    """A text of the service for display: on one line, bounded, without the credential."""
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.replace(credential.reveal(), "********")
    return " ".join(text.split())[:500]
