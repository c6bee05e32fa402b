# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""JSON over HTTP: time-outs, repeats, deadlines, and one error tree. The only file that imports requests.

What may be repeated follows from what repeating can do (design of the rules: contract section 5.1). GET and the
idempotent PUT are repeated after 429, 502, 503, 504 and broken connections. A POST issues a key, so it is repeated
only when the service certainly did nothing: after 429, and when the connection was never established.
The loop is ours and not urllib3's `Retry`, because that one would repeat a POST after a TLS error in mid-answer,
reads an HTTP date of `Retry-After` by the local clock, and knows no deadline over all attempts.
"""

from __future__ import annotations

import dataclasses
import http.cookiejar
import platform
import random
import threading
import time
import typing as t
import zlib
from urllib.parse import unquote, urlsplit

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._model.cleaning import Cleaner
from ansible_collections.community.arize.plugins.module_utils._model.instants import ServerClock
from ansible_collections.community.arize.plugins.module_utils._model.keys import Secret
from ansible_collections.community.arize.plugins.module_utils._service.connection import Connection
from ansible_collections.community.arize.plugins.module_utils._service.limits import (
    AnswerRefused,
    Repeatable,
    causes_of,
    read_body,
    tls_failure,
    within,
)
from ansible_collections.community.arize.plugins.module_utils._service.pace import Pace
from ansible_collections.community.arize.plugins.module_utils._service.parse import decoded
from ansible_collections.community.arize.plugins.module_utils._service.problems import (
    api_error,
    is_refusal,
    retry_after,
)
from ansible_collections.community.arize.plugins.module_utils._service.version import COLLECTION_VERSION

try:
    import requests
    import urllib3
except ImportError:
    requests = None  # type: ignore[assignment]

# Seconds. No attempt begins, and no body is read on, later than this after a request's first attempt. An attempt that
# has begun gets a whole time-out at least, so a request ends at the latest one read time-out after this.
DEADLINE = 240.0
# Seconds by which the bound of an attempt is later than the socket's own time-out, so that a server that is silent is
# always called that, and asked again where that is allowed. The last attempt begins this much before the deadline.
LATITUDE = 1.0
# Seconds. A task, which has a transport of its own, sends no request later than this after its beginning.
TASK_DEADLINE = 1800.0
# Seconds. Giving up on a POST early makes doubt about what it did.
SHORTEST_POST_TIMEOUT = 60.0
# Bytes. A page of 100 keys has less than 200 kB.
LARGEST_BODY = 16 * 1024 * 1024
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
_REPEATABLE_STATUS = (429, 502, 503, 504)


class _BearerAuth:
    """Sets the credential on a request, and on no session. It also keeps requests from reading a .netrc."""

    def __init__(self, credential: Secret) -> None:
        self._credential = credential

    def __call__(self, request: t.Any) -> t.Any:
        request.headers["Authorization"] = f"Bearer {self._credential.reveal()}"
        return request


class SessionPool:
    """Kept-alive sessions that are lent to one transport at a time. They hold no credential and take no cookie.

    A pool may outlive a task. It also remembers which service could not be reached, so that many tasks in a row do not
    each have the full patience with it.
    """

    def __init__(self) -> None:
        """Raises MissingLibrary without requests."""
        if requests is None:
            raise _errors.MissingLibrary("requests")
        self._lock = threading.Lock()
        self._idle: dict[tuple[t.Any, ...], list[t.Any]] = {}
        self._unreachable: set[tuple[t.Any, ...]] = set()

    def lend(self, connection: Connection) -> t.Any:
        """A session for these settings of a connection: one that is idle, or a new one."""
        with self._lock:
            idle = self._idle.get(_settings(connection))
            return idle.pop() if idle else _new_session(connection)

    def take_back(self, connection: Connection, session: t.Any) -> None:
        with self._lock:
            self._idle.setdefault(_settings(connection), []).append(session)

    def close(self) -> None:
        """Close the idle sessions."""
        with self._lock:
            for sessions in self._idle.values():
                for session in sessions:
                    session.close()
            self._idle.clear()

    def was_unreachable(self, connection: Connection) -> bool:
        """Whether the newest request with these settings found no connection."""
        return _settings(connection) in self._unreachable

    def note_reached(self, connection: Connection, reached: bool) -> None:
        change = self._unreachable.discard if reached else self._unreachable.add
        change(_settings(connection))


def _settings(connection: Connection) -> tuple[t.Any, ...]:
    """What a session depends on."""
    return (connection.base_url, connection.proxy, connection.no_proxy, connection.verify)


def _new_session(connection: Connection) -> t.Any:
    session = requests.Session()
    # The environment has been read already, by our own rules; requests must not read it a second time.
    session.trust_env = False
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update(
        {
            "Accept": "application/json, application/problem+json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"community.arize/{COLLECTION_VERSION} python/{platform.python_version()}",
        },
    )
    direct = connection.no_proxy is not None and requests.utils.should_bypass_proxies(
        connection.base_url, no_proxy=connection.no_proxy
    )
    if connection.proxy and not direct:
        session.proxies = {"http": connection.proxy, "https": connection.proxy}
    return session


def shown_path(path: str) -> str:
    """A path below C(/v2) as messages show it: with ids as the operator knows them."""
    return f"/v2{unquote(path)}"


class HttpTransport:
    """Sends requests over one kept-alive session and keeps the server's clock."""

    def __init__(
        self,
        connection: Connection,
        pool: SessionPool,
        sleep: t.Callable[[float], None] = time.sleep,
        clock: ServerClock | None = None,
        cleaner: Cleaner | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`cleaner` cleans what errors say, and is told the credential.

        Transports that share a `pace` slow down together; those of one task share a `clock`.
        """
        self._pool = pool
        self._pace = pace
        self.clock = ServerClock() if clock is None else clock
        # Bytes of all answers so far.
        self.received = 0
        self._cleaner = Cleaner() if cleaner is None else cleaner
        self._cleaner.learn(connection.credential)
        self._connection = connection
        self._sleep = sleep
        self._ends_at = time.monotonic() + TASK_DEADLINE
        self._host = urlsplit(connection.base_url).netloc
        self._session = self._pool.lend(connection)

    def learn(self, secret: Secret) -> None:
        """Show this secret in no message from now on."""
        self._cleaner.learn(secret)

    def use_credential(self, credential: Secret) -> None:
        """Authenticate with another credential from now on: the one so far has been refreshed."""
        self._connection = dataclasses.replace(self._connection, credential=credential)
        self.learn(credential)

    def close(self) -> None:
        """Give the session back. No request may follow."""
        self._pool.take_back(self._connection, self._session)

    def request(
        self,
        method: str,
        path: str,
        query: t.Mapping[str, str | int] | None = None,
        body: t.Mapping[str, t.Any] | None = None,
    ) -> t.Any:
        """Send a request below C(/v2) and return its decoded JSON body, None for 204.

        Raises NotConnected, AnswerLost (never for what has been repeated with success), ProtocolError, or the
        ApiError of the answered status.
        """
        shown = shown_path(path)
        started = time.monotonic()
        if started > self._ends_at:
            raise _errors.NotConnected(
                method,
                shown,
                f"{method} {shown} was not sent: the task has already run for "
                f"{TASK_DEADLINE / 60:.0f} minutes because {self._host} answers too slowly. Run again later.",
            )
        attempt = 0
        repeats = 0 if self._pool.was_unreachable(self._connection) else self._connection.max_retries
        while True:
            if self._pace is not None:
                self._pace.wait(self._sleep)
            try:
                answer = self._outcome(method, shown, *self._exchange(method, path, query, body, started))
            except Repeatable as repeatable:
                pause = repeatable.wait
                if pause is None:
                    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1.5)
                attempt += 1
                out_of_time = time.monotonic() + pause - started > DEADLINE - LATITUDE
                if self._pace is not None and repeatable.error.status == 429 and not out_of_time:
                    self._pace.slow_down(pause)
                if isinstance(repeatable.error, _errors.NotConnected):
                    self._pool.note_reached(self._connection, False)
                else:
                    self._pool.note_reached(self._connection, True)
                    repeats = self._connection.max_retries
                if attempt > repeats or out_of_time:
                    raise repeatable.error from None
            else:
                self._pool.note_reached(self._connection, True)
                return answer
            self._sleep(pause)

    def _exchange(
        self,
        method: str,
        path: str,
        query: t.Mapping[str, str | int] | None,
        body: t.Mapping[str, t.Any] | None,
        started: float,
    ) -> tuple[t.Any, bytes]:
        """One attempt: the response and its body."""
        timeout = self._connection.timeout
        read_timeout = max(timeout, SHORTEST_POST_TIMEOUT) if method == "POST" else timeout

        def exchange() -> tuple[t.Any, bytes]:
            response = self._session.request(
                method,
                f"{self._connection.base_url}/v2{path}",
                params=query,
                json=body,
                auth=_BearerAuth(self._connection.credential),
                timeout=(timeout, read_timeout),
                verify=self._connection.verify,
                allow_redirects=False,
                stream=True,
            )
            self.clock.learn(response.headers.get("Date"))
            try:
                return response, read_body(response, LARGEST_BODY, started + DEADLINE)
            finally:
                response.close()

        try:
            time_left = started + DEADLINE - time.monotonic()
            response, content = within(max(time_left, read_timeout + LATITUDE), exchange)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, zlib.error, AnswerRefused) as error:
            raise self._failure(method, shown_path(path), error) from None
        self.received += len(content)
        return response, content

    def _outcome(self, method: str, path: str, response: t.Any, content: bytes) -> t.Any:
        """What an answer means. `path` is the one that messages show."""
        status = response.status_code
        if status == 204:
            return None
        if 200 <= status < 300:
            return self._decoded(method, path, response, content)
        error = api_error(method, path, status, content, self._host, self._cleaner)
        if method == "POST" and not is_refusal(status, content, "Retry-After" in response.headers):
            # The service may have issued a key before a proxy or firewall put an answer of its own in place of it.
            form = f"not in the form of the API ({self._content_type(response)})"
            words = error.problem.get("detail") or error.problem.get("title") or form
            if 300 <= status < 400:
                words = "a redirect, which is not followed"
            raise self._lost(method, path, f"was answered {status}: {words.rstrip('.')}", status)
        if status < 200:
            words = f"answered {status}, which is not the end of an answer. Check what stands between this host and"
            raise self._undocumented(method, path, f"{words} the Arize API.", status)
        if status < 400:
            words = f"answered with a redirect ({status}), which is not followed because the credential would go with"
            raise self._undocumented(
                method, path, f"{words} it. Set api_url to the address of the Arize API itself.", status
            )
        if status in _REPEATABLE_STATUS:
            # An HTTP date counts from the answer's own date.
            raise Repeatable(error, retry_after(response.headers.get("Retry-After", ""), self.clock.now()))
        if method == "PUT" and status < 500 and status not in (401, 404) and not is_refusal(status, content, False):
            # As with a POST, it may have been carried out: the listing will tell.
            raise _errors.ProtocolError(method, path, str(error), status)
        raise error

    def _decoded(self, method: str, path: str, response: t.Any, content: bytes) -> t.Any:
        try:
            return decoded(content)
        except ValueError:
            status, kind = response.status_code, self._content_type(response)
        # The body is not shown: that of an issued key holds a secret.
        if method == "POST":
            raise self._lost(method, path, f"was answered {status} with a body that can't be read ({kind})", status)
        words = f"answered {status} with something that is not JSON ({kind}). Check that api_url is the address of the"
        raise self._undocumented(method, path, f"{words} Arize API and not of a login page or a proxy.", status)

    def _content_type(self, response: t.Any) -> str:
        # Cleaned before it is cut, at the semicolon as well.
        kind = self._cleaner.line(response.headers.get("Content-Type", "")) or ""
        return kind.split(";")[0][:60].strip() or "no content type"

    def _failure(self, method: str, path: str, error: Exception) -> Exception:
        """Turn what the libraries raise into our errors, wrapped where the request may be repeated."""
        if isinstance(error, requests.exceptions.InvalidSchema) and "SOCKS" in str(error):
            return _errors.InvalidOption(
                "proxy", "a SOCKS proxy needs the Python library PySocks where the module runs"
            )
        if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
            return _errors.InvalidOption("api_url", f"{self._host} is not an address that a request can be sent to")
        if isinstance(error, (requests.exceptions.InvalidProxyURL, requests.exceptions.MissingSchema)):
            return _errors.InvalidOption("proxy", "is not the URL of a proxy")
        if _is_about_ca_bundle(error):
            return _errors.InvalidOption("ca_path", "the CA bundle does not exist or holds no certificate")
        if isinstance(error, AnswerRefused):
            if method == "POST":
                return self._lost(method, path, str(error))
            return self._undocumented(method, path, f"{error}.")
        reached, words = _classify(error)
        if reached:
            lost = self._lost(method, path, words)
            return lost if method == "POST" else Repeatable(lost)
        failure = _errors.NotConnected(
            method,
            path,
            f"{self._host} can't be reached ({method} {path}): {words} Nothing was changed by this request.",
        )
        return failure if isinstance(error, requests.exceptions.SSLError) else Repeatable(failure)

    def _undocumented(self, method: str, path: str, words: str, status: int | None = None) -> _errors.ProtocolError:
        return _errors.ProtocolError(method, path, f"{method} {path}: {self._host} {words}", status)

    def _lost(self, method: str, path: str, words: str, status: int | None = None) -> _errors.AnswerLost:
        message = f"{method} {path} to {self._host} {words}"
        if method == "POST":
            message += "; whether the service carried it out is unknown"
        return _errors.AnswerLost(method, path, f"{message}.", status)


def _is_about_ca_bundle(error: Exception) -> bool:
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        # requests' own complaint about the path has no error number; that of a socket has one.
        return error.errno is None
    return "NO_CERTIFICATE_OR_CRL_FOUND" in str(error) or "PEM lib" in str(error)


def _classify(error: Exception) -> tuple[bool, str]:
    """Whether the request may have reached the service, and what went wrong in words."""
    if isinstance(error, requests.exceptions.SSLError):
        return tls_failure(error)
    causes = list(causes_of(error))
    never_sent = (
        requests.exceptions.ConnectTimeout,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
    )
    tunnel = any("Tunnel connection failed" in str(cause) for cause in causes if isinstance(cause, OSError))
    reached = not tunnel and not any(isinstance(cause, never_sent) for cause in causes)
    if isinstance(error, requests.exceptions.ProxyError):
        return reached, "the proxy refuses or can't be reached; check proxy and the proxy variables."
    if any(isinstance(cause, urllib3.exceptions.NewConnectionError) for cause in causes):
        texts = " ".join(str(cause) for cause in causes)
        if "resolve" in texts or "Name or service" in texts or "getaddrinfo" in texts:
            return reached, "its name can't be resolved; check api_url or region."
        if "refused" in texts:
            return reached, "the connection was refused; check host and port of api_url."
        return reached, "no connection; check api_url and the network."
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return reached, "no connection within the time-out; check api_url, proxy and the network."
    if isinstance(error, requests.exceptions.ReadTimeout) or any(
        isinstance(cause, urllib3.exceptions.ReadTimeoutError) for cause in causes
    ):
        return reached, "was not answered within the time-out"
    if isinstance(error, zlib.error):
        return reached, "was answered with a body that can't be decompressed"
    return reached, "got no complete answer, because the connection broke"
