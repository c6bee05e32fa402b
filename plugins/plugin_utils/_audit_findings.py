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
        "Lapses soon",
        "Lapses within {expires_within} and has no successor. What uses it will then be refused.",
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
        "Lapsed",
        "Has lapsed, though the service still lists it as active. It opens nothing any more.",
        "Make sure that what used it has another key, then revoke it to clear the list.",
    ),
    Explained(
        "never_expires",
        "medium",
        "Never lapses",
        "Has no end. A leaked secret would serve for ever.",
        "Replace it by a key with expires_in and renew_before, or rotate it with max_age.",
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
        "Another live key has the same name in the same space, so a name does not tell which one is meant.",
        "Find out by its beginning and end which one is in use, and revoke the others by their ids.",
    ),
    Explained(
        "unused",
        "medium",
        "Unused",
        "Has not been used for {unused_for}, as far as the service has noted.",
        "Ask its owner, and revoke it if nobody needs it.",
    ),
    Explained(
        "never_used",
        "low",
        "Never used",
        "Has not been used since it was issued at least two days ago.",
        "Make sure that its secret was delivered, and revoke it if nobody needs it.",
    ),
    Explained(
        "roles_unknown",
        "low",
        "Roles not shown",
        "The service does not show the roles to the credential of this audit, so nothing is known of an admin role.",
        "Audit all spaces with the credential that issues the keys, or accept the finding.",
    ),
)
