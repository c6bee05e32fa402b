# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What lies behind an exception of the HTTP libraries. Pure."""

from __future__ import annotations

import ssl
import typing as t

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
