# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something to call before each request that a module run in this process puts on the wire; one per thread."""

from __future__ import annotations

import contextlib
import threading
import typing as t

from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport

_local = threading.local()


class HookedTransport(HttpTransport):
    """The real transport, which calls the thread's hook before each attempt."""

    def _exchange(self, *arguments: t.Any, **keywords: t.Any) -> t.Any:
        hook = getattr(_local, "hook", None)
        if hook is not None:
            hook()
        return super()._exchange(*arguments, **keywords)


@contextlib.contextmanager
def before_each_request(hook: t.Callable[[], None]) -> t.Iterator[None]:
    """Call `hook` in this thread before each attempt of a request."""
    _local.hook = hook
    try:
        yield
    finally:
        _local.hook = None
