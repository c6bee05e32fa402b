# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The one tree of errors. Each message says what happened and what to do next, and holds no secret."""

from __future__ import annotations

import typing as t


class ArizeError(Exception):
    """Base of all errors that a module reports. `str(error)` is a text for the operator."""

    def details(self) -> dict[str, t.Any]:
        """A structured copy for the failed result, beside C(msg)."""
        return {}


class MissingLibrary(ArizeError):
    """A Python library that the module needs is not installed where the module runs."""

    def __init__(self, library: str, reason: str | None = None) -> None:
        super().__init__(library)
        self.library = library
        self.reason = reason


class InvalidOption(ArizeError):
    """An option's value can't be used; nothing was sent that changes anything."""

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(f"{option}: {problem}")
        self.option = option
        self.problem = problem

    def details(self) -> dict[str, t.Any]:
        return {"option": self.option}


class UnresolvedName(InvalidOption):
    """An option names something that the service does not know, or knows several times. `problem` is a sentence."""

    def __init__(
        self,
        option: str,
        problem: str,
        candidates: t.Iterable[dict[str, t.Any]] = (),
    ) -> None:
        super().__init__(option, problem)
        self.candidates = list(candidates)

    def __str__(self) -> str:
        return self.problem

    def details(self) -> dict[str, t.Any]:
        found = super().details()
        if self.candidates:
            found["candidates"] = self.candidates
        return found


class TaskFailed(ArizeError):
    """An error with the details of its own, which may be the result of what had been done until it came."""

    def __init__(self, message: str, details: dict[str, t.Any]) -> None:
        super().__init__(message)
        self._details = details

    def details(self) -> dict[str, t.Any]:
        return self._details


class Refused(TaskFailed):
    """The state found forbids the change asked for; nothing was changed.

    `keys` are the public dictionaries of the keys concerned, `orphans` those of live keys known to have no holder.
    """

    def __init__(
        self,
        message: str,
        keys: t.Sequence[dict[str, t.Any]] = (),
        orphans: t.Sequence[dict[str, t.Any]] = (),
    ) -> None:
        given = {"candidates": list(keys), "orphans": list(orphans)}
        super().__init__(message, {name: shown for name, shown in given.items() if shown})


class SecretFileError(ArizeError):
    """`dest` can't be read, parsed or written."""


class MalformedAnswer(ValueError):
    """A field of an answer has not the documented type. Holds the field's name, never its value."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"field {field} is not {expected}")


class RequestError(ArizeError):
    """A request did not bring what was asked for. `path` is the path without host and query."""

    def __init__(self, method: str, path: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.method = method
        self.path = path
        self.status = status

    def details(self) -> dict[str, t.Any]:
        request: dict[str, t.Any] = {"method": self.method, "path": self.path}
        if self.status is not None:
            request["status"] = self.status
        return {"request": request}


class NotConnected(RequestError):
    """The connection was never established, so the service did nothing."""


class AnswerLost(RequestError):
    """The request may have reached the service and no usable answer came back: the outcome is unknown."""


class ProtocolError(RequestError):
    """The answer is not what the service documents: HTML of a proxy, a redirect, wrong types."""


class ApiError(RequestError):
    """The service answered with an error (RFC 9457 problem, contract section 5)."""

    def __init__(
        self,
        method: str,
        path: str,
        message: str,
        status: int,
        problem: t.Mapping[str, t.Any],
    ) -> None:
        """`problem` has of C(title), C(detail), C(request_id), C(error_code) and C(plan) what the service sent."""
        super().__init__(method, path, message, status)
        self.problem = problem

    def with_hint(self, hint: str) -> ApiError:
        """An error like this one, with more words at the end of its message."""
        return type(self)(self.method, self.path, f"{self}{hint}", self.status or 0, self.problem)

    def is_about(self, field: str) -> bool:
        """Whether the service names this field of the request in what it disliked."""
        return field in f"{self.problem.get('title')} {self.problem.get('detail')}"

    def details(self) -> dict[str, t.Any]:
        found = super().details()
        found["request"].update(self.problem)
        return found


class AuthenticationFailed(ApiError):
    """401: the credential is missing, unknown, expired or revoked."""


class AccessForbidden(ApiError):
    """403: the caller may see the resource but not act on it, or a plan limit is reached."""


class NotFound(ApiError):
    """404: the resource is absent or not visible to the caller."""


class RequestRejected(ApiError):
    """400, 409, 422 and other 4xx: the service refused the request as it is."""


class RateLimited(ApiError):
    """429: the service refused because of too many requests, and went on refusing."""


class ServerFailed(ApiError):
    """5xx to a request that may be repeated, and went on failing."""
