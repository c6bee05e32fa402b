# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""From issuing a secret to handing it over: whatever fails in between, the failed result carries it."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.community.arize.plugins.module_utils._errors import ArizeError, Interrupted
from ansible_collections.community.arize.plugins.module_utils._outcome import Progress


class Custody:
    """A block that turns any error into an Interrupted with the result so far, once something has been changed.

    It is a class, and not an exception handler, so that even an error in this collection itself loses no secret.
    """

    def __init__(
        self,
        progress: Progress,
        result: t.Callable[[], dict[str, t.Any]],
        passes: type[Exception],
    ) -> None:
        """`result` makes the result of what `progress` says has been done; errors of type `passes` pass through."""
        self._progress = progress
        self._result = result
        self._passes = passes

    def __enter__(self) -> None:
        return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: types.TracebackType | None,
    ) -> None:
        changed = self._progress.issued is not None or bool(self._progress.revoked)
        if error is None or isinstance(error, self._passes) or not (changed or self._progress.orphans):
            return
        if isinstance(error, ArizeError):
            message, details = str(error), error.details()
        else:
            # Its text is not known to be free of secrets.
            message = f"An error in this collection ({type(error).__name__}) ended the run halfway; please report it."
            details = {}
        raise Interrupted(message, {**self._result(), "changed": changed, **details}) from None
