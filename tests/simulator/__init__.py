# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stateful simulator of the Arize AX REST API. It is not the service and holds no real key."""

from __future__ import annotations

from .clock import Clock
from .entities import Account, Organization, Role, Space, StoredKey, User
from .faults import Fault
from .request_log import RequestRecord
from .simulator import Simulator
from .switches import Switches

__all__ = [
    "Account",
    "Clock",
    "Fault",
    "Organization",
    "RequestRecord",
    "Role",
    "Simulator",
    "Space",
    "StoredKey",
    "Switches",
    "User",
]
