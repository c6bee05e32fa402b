# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What each finding of an audit means for an operator, the most severe ones first."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Explained:
    """A finding in words. In `meaning`, C({name}) stands for a threshold of the audit."""

    finding: str
    severity: str
    title: str
    meaning: str
    advice: str


SEVERITIES = ("high", "medium", "low")

FINDINGS = (
    Explained(
        "expires_soon",
        "high",
        "Expires soon",
        "Expires within {expires_within} and has no successor. Programs that use it will then be refused.",
        "Rotate it now. If a playbook manages it, find out why renew_before has not rotated it.",
    ),
    Explained(
        "admin_role",
        "high",
        "Admin role",
        "Has the role admin in the account, an organization or a space.",
        "Issue a key with the least role that its program works with, and revoke this one.",
    ),
    Explained(
        "expired",
        "medium",
        "Expired",
        "Has expired, though the service still lists it as active. It no longer works.",
        "Make sure that the programs that used it have another key, then revoke it to remove it from the list.",
    ),
    Explained(
        "never_expires",
        "medium",
        "Never expires",
        "Has no expiry. A leaked secret would work for ever.",
        "Replace it with a key with expires_in and renew_before, or rotate it with max_age.",
    ),
    Explained(
        "old",
        "medium",
        "Old",
        "Was issued longer ago than {older_than}.",
        "Rotate it: regularly with max_age, or once with issued_after.",
    ),
    Explained(
        "duplicate_name",
        "medium",
        "Same name twice",
        "Another live key has the same name in the same space, so the name does not identify the key.",
        "Find out which one is in use by the beginning and end of its secret, and revoke the others by their ids.",
    ),
    Explained(
        "unused",
        "medium",
        "Unused",
        "Has not been used for {unused_for}, according to the service.",
        "Ask its owner, and revoke it if nobody needs it.",
    ),
    Explained(
        "never_used",
        "low",
        "Never used",
        "Has not been used since it was issued at least two days ago.",
        "Make sure that its secret was delivered, and revoke it if nobody needs it.",
    ),
)
