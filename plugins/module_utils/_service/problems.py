# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The service's error answers (RFC 9457 problems, contract section 5) as errors with advice; dates in headers. Pure."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._model.cleaning import Cleaner
from ansible_collections.community.arize.plugins.module_utils._model.instants import parse_http_date
from ansible_collections.community.arize.plugins.module_utils._service.parse import decoded

# Texts of a problem that are shown, and how many characters of each.
_SHOWN = {"title": 500, "detail": 500, "request_id": 100, "error_code": 100}
_ABOVE_CALLER = re.compile(r"above the caller(?:'s)? own|above your own", re.IGNORECASE)


def api_error(
    method: str,
    path: str,
    status: int,
    content: bytes,
    host: str,
    cleaner: Cleaner,
) -> _errors.ApiError:
    """The error for an answer of status 400 or more. `path` begins with C(/v2); `content` is the body."""
    problem = _problem(content)
    texts = {name: cleaner.line(problem.get(name), longest) for name, longest in _SHOWN.items()}
    told: dict[str, t.Any] = {name: text for name, text in texts.items() if text is not None}
    plan: dict[str, t.Any] = {}
    for name in ("entitlement", "limit", "current_count", "required_plan"):
        value = problem.get(name)
        is_count = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15
        shown = value if is_count else cleaner.line(value, 100)
        if shown is not None:
            plan[name] = shown
    words = told.get("detail") or told.get("title") or "no reason given"
    message = f"{method} {path} was answered {status}: {words.rstrip('.')}."
    if plan:
        message += " Plan limit: " + ", ".join(f"{name} {value}" for name, value in plan.items()) + "."
        told["plan"] = plan
    kind, advice = _advice(status, bool(plan), f"{told.get('title', '')} {told.get('detail', '')}", host)
    if content and not problem and status < 500:
        advice += " The answer is not in the form of the Arize API: check scheme, host and port of api_url."
    message = f"{message} {advice.strip()}".rstrip()
    if "request_id" in told:
        message += f" (request {told['request_id']})"
    return kind(method, path, message, status, told)


def is_refusal(status: int, content: bytes, has_retry_after: bool) -> bool:
    """Whether an answer to a POST says for certain that the service did nothing.

    That is a 4xx with the API's own problem document (contract section 5), or a 429 that says when to come again.
    Anything else may have been put in place of the answer to a request that was carried out.
    """
    if not 400 <= status < 500:
        return False
    problem = _problem(content)
    is_own = problem.get("status") == status and isinstance(problem.get("title"), str)
    return is_own or (status == 429 and has_retry_after)


def _problem(content: bytes) -> t.Mapping[str, t.Any]:
    try:
        problem = decoded(content)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _advice(status: int, plan: bool, words: str, host: str) -> tuple[type[_errors.ApiError], str]:
    if status == 401:
        return (
            _errors.AuthenticationFailed,
            f"The credential is not valid at {host}: check api_key, that it has not expired or been revoked, and that "
            "region or api_url is the one in which it was issued.",
        )
    if status == 403:
        if plan:
            return _errors.AccessForbidden, "Revoke what is no longer needed, or ask Arize for a larger plan."
        if "developer access" in words.lower():
            return _errors.AccessForbidden, "No role helps; an account admin must enable it."
        return (
            _errors.AccessForbidden,
            "The caller lacks the permission: use a credential with the role that the space or the account asks for.",
        )
    if status == 404:
        return _errors.NotFound, "It does not exist, or the caller may not see it."
    if status == 429:
        return _errors.RateLimited, "Nothing was done. Run again later, or with fewer tasks at a time."
    if _ABOVE_CALLER.search(words):
        # Servers before SDK 8.41 say it with 400 (contract section 2.1).
        return _errors.RequestRejected, _lower_role(words)
    if status >= 500:
        return _errors.ServerFailed, "The service is in trouble; run again later."
    return _errors.RequestRejected, ""


def _lower_role(words: str) -> str:
    """What to do about a role that is too high, in the words of the options."""
    for option, place in (("account_role", "account"), ("org_role", "organization")):
        if place in words.lower() or option in words.lower():
            return f"Lower {option}, or use a credential with a higher role in the {place}."
    return "Lower space_role, or use a credential with a higher role in the space."


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds that the service asks to wait, from its header `Retry-After`; None when it asks for nothing."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    instant = parse_http_date(text)
    return None if instant is None else max(0.0, (instant - now).total_seconds())
