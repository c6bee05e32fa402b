# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What a server may not do to a client, and what lies behind an exception of the HTTP libraries. No I/O of its own."""

from __future__ import annotations

import ssl
import threading
import time
import typing as t
import zlib

from ansible_collections.community.arize.plugins.module_utils._model.errors import RequestError

T = t.TypeVar("T")

# OpenSSL's reasons that can only come before a request is sent.
_HANDSHAKE_REASONS = (
    "CERTIFICATE_VERIFY_FAILED",
    "WRONG_VERSION_NUMBER",
    "UNKNOWN_PROTOCOL",
    "UNSUPPORTED_PROTOCOL",
    "NO_PROTOCOLS_AVAILABLE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "TLSV1_UNRECOGNIZED_NAME",
)


def tls_failure(error: Exception) -> tuple[bool, str]:
    """Whether the request may have reached the service before TLS failed, and what went wrong in words."""
    for cause in causes_of(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return False, (
                f"its TLS certificate can't be verified ({cause.verify_message}); "
                "name the CA that issued it in ca_path, or check the host."
            )
        if isinstance(cause, ssl.SSLError) and cause.reason in _HANDSHAKE_REASONS:
            return (
                False,
                "no TLS connection: the server speaks another protocol; check scheme and port of api_url.",
            )
    if "CERTIFICATE_VERIFY_FAILED" in str(error) or "doesn't match" in str(error):
        return (
            False,
            "its TLS certificate can't be verified; name the CA that issued it in ca_path, or check the host.",
        )
    return True, "got no complete answer, because the TLS connection broke"


def causes_of(error: BaseException | None) -> t.Iterator[BaseException]:
    """The error and all that is wrapped in it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        waiting += [item.__cause__, item.__context__, getattr(item, "reason", None)]
        waiting += [argument for argument in item.args if isinstance(argument, BaseException)]
        waiting.append(getattr(item, "original_error", None))


class AnswerRefused(Exception):
    """The answer is too large, takes too long, or has an encoding that was not asked for."""


class Repeatable(Exception):
    """Carries an error whose request may be sent again; `wait` is what the service asked for, in seconds."""

    def __init__(self, error: RequestError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


def within(seconds: float, work: t.Callable[[], T]) -> T:
    """Do `work`, and raise AnswerRefused once it takes longer.

    A socket's time-out counts from byte to byte, so an answer in drops, its headers included, would never end. The
    thread that still waits for it is left behind and ends with the connection or the process.
    """
    values: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            values.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="arize-request", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        # Not kept here: its traceback leads back to this frame, and the circle would keep the connection open.
        raise errors.pop()
    if not values:
        raise AnswerRefused(f"did not finish its answer within {seconds:.0f} s")
    return values[0]


def read_body(response: t.Any, largest: int, ends_at: float) -> bytes:
    """The body, up to `largest` bytes and the monotonic instant `ends_at`. Raises AnswerRefused, zlib.error.

    It is inflated here, because an older urllib3 makes gigabytes of a small chunk at once.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise AnswerRefused("answered in a content encoding that was not asked for")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
    content = bytearray()
    for chunk in response.raw.stream(64 * 1024, decode_content=False):
        content += chunk if inflater is None else inflater.decompress(chunk, largest + 1 - len(content))
        if len(content) > largest:
            raise AnswerRefused(f"answered with a body of more than {largest // 2**20} MiB")
        if time.monotonic() > ends_at:
            raise AnswerRefused("did not finish its answer in time")
    if inflater is not None and content and not inflater.eof:
        raise zlib.error("the stream is incomplete")
    return bytes(content)
