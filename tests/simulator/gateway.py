# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between the network and the application: the request log, the lock and the faults."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from .application import bearer_of
from .faults import PAGE_KINDS, Fault, FaultPlan
from .key_store import KeyStore
from .problems import Problem, problem_document
from .request_log import RequestLog, record_of
from .state import State

Environ = dict[str, Any]
CONTROL_PREFIX = "/_simulator/"
_HTML = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"


@dataclass
class Answer:
    """What goes over the wire, and what becomes of the connection."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    # keep, close (after the answer) or reset (in place of it); status 0 sends nothing.
    ending: str = "keep"


def _with_length(answer: Answer, length: int, body: bytes) -> Answer:
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    return Answer(answer.status, [*headers, ("Content-Length", str(length))], body, "close")


def _plain(status: int, body: bytes, content_type: str, extra: Mapping[str, str] | None = None) -> Answer:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return Answer(status, [*headers, *(extra or {}).items()], body)


class Gateway:
    """Answers one request at a time per connection, faults included."""

    def __init__(
        self,
        application: Flask,
        control: Callable[[], Flask],
        state: State,
        store: KeyStore,
        faults: FaultPlan,
        log: RequestLog,
    ) -> None:
        self._application = application
        self._control = control
        self._state = state
        self._store = store
        self._faults = faults
        self._log = log
        # How many requests the present second of the real clock has seen.
        self._second, self._answered = 0, 0
        # Set when the server stops, so that no delay or stall outlives it.
        self.stopping = threading.Event()

    def answer(self, environ: Environ, body: bytes) -> Answer:
        """Log, and do or spoil, one request."""
        path = environ["PATH_INFO"]
        if path.startswith(CONTROL_PREFIX):
            return self._run(self._control(), environ, body)
        credential = bearer_of(environ.get("HTTP_AUTHORIZATION"))
        with self._state.lock:
            caller = self._store.authenticate(credential, use=False) if credential else None
        record = record_of(environ, body, caller.id if caller else None, self._state.clock.now())
        self._log.append(record)
        fault = self._faults.next_for(environ["REQUEST_METHOD"], path) or self._rate_limit()
        answer = self._execute(environ, body) if fault is None else self._spoil(fault, environ, body)
        self._log.answered(record, answer.status, answer.body)
        return answer

    def _rate_limit(self) -> Fault | None:
        """Too many requests within the present second of the real clock."""
        limit = self._state.switches.requests_per_second
        if not limit:
            return None
        with self._state.lock:
            second = int(time.monotonic())
            self._answered = self._answered if self._second == second else 0
            self._second = second
            self._answered += 1
            return Fault(kind="status", status=429, retry_after="1") if self._answered > limit else None

    def _execute(self, environ: Environ, body: bytes) -> Answer:
        return self._run(self._application, environ, body)

    def _run(self, application: Flask, environ: Environ, body: bytes) -> Answer:
        """Let an application answer, alone: requests are linearizable."""
        own = {
            **environ,
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": str(len(body)),
        }
        with self._state.lock:
            chunks, status, headers = run_wsgi_app(application, own, buffered=True)
        return Answer(int(status.split()[0]), list(headers.items()), b"".join(chunks))

    def _spoil(self, fault: Fault, environ: Environ, body: bytes) -> Answer:
        """Apply a fault to a request."""
        kind = fault.kind
        if kind in PAGE_KINDS:
            return self._execute({**environ, "simulator.distortion": kind}, body)
        if kind == "delay":
            self.stopping.wait(fault.seconds)
            return self._execute(environ, body) if fault.commits else Answer(0, ending="close")
        if kind == "late_commit":
            self._faults.hold(partial(self._execute, environ, body))
            return Answer(0, ending="reset")
        if kind == "replay":
            self._execute(environ, body)
            return self._execute(environ, body)
        done = self._execute(environ, body) if fault.commits else None
        if kind == "stall":
            self.stopping.wait(fault.seconds or 3600)
            return Answer(0, ending="close")
        if kind in {"reset", "close"}:
            return Answer(0, ending=kind)
        if kind in {"truncate", "wrong_length"}:
            answer = done or self._problem(503, environ)
            half = len(answer.body) // 2
            if kind == "truncate":
                return _with_length(answer, len(answer.body), answer.body[:half])
            return _with_length(answer, half, answer.body)
        if kind == "edit":
            return _edited(done or self._problem(503, environ), fault.body)
        return self._substitute(fault, environ, done)

    def _substitute(self, fault: Fault, environ: Environ, done: Answer | None) -> Answer:
        """Faults that put an answer of their own in place of the real one."""
        status = fault.status or (done.status if done is not None else 200)
        if fault.kind == "html":
            text = fault.body if isinstance(fault.body, str) else _HTML
            return _plain(status, text.encode(), fault.content_type or "text/html; charset=utf-8")
        if fault.kind == "garbage_gzip":
            garbage = b"\x1f\x8b\x08\x00not a gzip stream"
            return _plain(status, garbage, "application/json", {"Content-Encoding": "gzip"})
        if fault.kind == "redirect":
            return _plain(fault.status or 302, b"", "text/html", {"Location": fault.location or ""})
        if fault.kind == "body":
            return _plain(status, _encoded(fault.body), fault.content_type or "application/json")
        if fault.body is None:
            answer = self._problem(status, environ)
        else:
            default_type = "text/plain" if isinstance(fault.body, str) else "application/problem+json"
            answer = _plain(status, _encoded(fault.body), fault.content_type or default_type)
        if status < 200:
            # An interim answer, after which the final one never comes.
            return Answer(status, ending="close")
        if fault.location is not None:
            answer.headers.append(("Location", fault.location))
        retry_after = fault.retry_after
        if retry_after is None and status in {429, 503}:
            retry_after = self._state.switches.retry_after
        if retry_after is not None:
            answer.headers.append(("Retry-After", str(retry_after)))
        return answer

    def _problem(self, status: int, environ: Environ) -> Answer:
        with self._state.lock:
            request_id = self._state.identifiers.request_id()
        details = {429: "Slow down", 503: "Try again later"}
        problem = Problem(status, details.get(status, "The request could not be served"))
        document = problem_document(problem, environ["PATH_INFO"], request_id, self._state.switches.error_codes)
        return _plain(status, json.dumps(document).encode(), "application/problem+json")


def _edited(answer: Answer, members: object) -> Answer:
    """The answer with some members of its object changed."""
    if not isinstance(members, Mapping) or not answer.body.startswith(b"{"):
        return answer
    body = json.dumps({**json.loads(answer.body), **members}).encode()
    changed = _with_length(answer, len(body), body)
    changed.ending = answer.ending
    return changed


def _encoded(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
