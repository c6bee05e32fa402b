# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as problem+json (contract section 5)."""

from __future__ import annotations

from collections.abc import Mapping

_ANCHOR = "https://arize.com/docs/ax/rest-reference/errors#"
_KNOWN = {
    400: ("Invalid request parameters", "invalid-request"),
    401: ("Authentication required", "authentication-required"),
    403: ("Access forbidden", "access-forbidden"),
    404: ("Resource not found", "resource-not-found"),
    405: ("Method not allowed", "invalid-request"),
    409: ("Resource conflict", "resource-conflict"),
    422: ("Unprocessable Entity", "validation-error"),
    429: ("Rate limit exceeded", "rate-limit-exceeded"),
    500: ("Internal Server Error", "internal-error"),
    502: ("Bad Gateway", "bad-gateway"),
    503: ("Service Unavailable", "service-unavailable"),
    504: ("Gateway Timeout", "gateway-timeout"),
}


class Problem(Exception):
    """A refusal, with the status it is answered with."""

    def __init__(self, status: int, detail: str, extra: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.extra = dict(extra or {})


def problem_document(
    problem: Problem, instance: str, request_id: str, with_error_code: bool = False
) -> dict[str, object]:
    """The body that goes with a refusal. What the real values of `error_code` are is not known."""
    title, suffix = _KNOWN.get(problem.status, ("Error", "error"))
    error_code = {"error_code": suffix.replace("-", "_").upper()} if with_error_code else {}
    return {
        "status": problem.status,
        "title": title,
        "type": _ANCHOR + suffix,
        "detail": problem.detail,
        "instance": instance,
        "request_id": request_id,
        **error_code,
        **problem.extra,
    }
