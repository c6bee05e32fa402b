# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Global ids, secrets and their redacted forms (contract section 7)."""

from __future__ import annotations

import base64
import binascii
import random
import string

_ALPHANUMERIC = string.ascii_letters + string.digits
_TYPES = frozenset({"ApiKey", "User", "Space", "Organization", "Role", "RoleBinding", "Account", "Model"})


class Identifiers:
    """Issues ids, secrets and request ids from one random source."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._count = 1000

    def sequence(self) -> int:
        """A number that only grows: the order in which things came to be."""
        self._count += 1
        return self._count

    def identifier(self, type_name: str, sequence: int) -> str:
        """base64 of `Type:<number>:<tag>`, with padding."""
        tag = self._text(4)
        return base64.b64encode(f"{type_name}:{sequence}:{tag}".encode()).decode()

    def secret(self) -> str:
        """A raw key: recognisably fake, yet with a beginning and an end of its own for the redacted form."""
        return "ak-" + self._text(3) + "FAKE" + self._text(43)

    def credential(self) -> str:
        """The key of a person that the simulator made, rather than one issued over the API."""
        return "ak-FAKE" + self._text(46)

    def request_id(self) -> str:
        """An id for one answer."""
        return "req_" + self._text(12).upper()

    def token(self) -> str:
        """A bearer token for the control interface."""
        return "control-" + self._text(32)

    def _text(self, length: int) -> str:
        return "".join(self._source.choice(_ALPHANUMERIC) for _count in range(length))


def type_of_identifier(text: str) -> str | None:
    """The type named inside a global id; None when it is not one."""
    try:
        decoded = base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    type_name, separator, _rest = decoded.partition(":")
    return type_name if separator and type_name in _TYPES else None


def redact(secret: str, form: str = "dots") -> str:
    """What a listing shows in place of a secret."""
    if form == "stars":
        return "ak-********"
    return f"ak-{secret[3:6]}...{secret[-3:]}"
