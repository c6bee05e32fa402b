# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The collection's version, the same as in galaxy.yml (a test compares them)."""

from __future__ import annotations

COLLECTION_VERSION = "1.1.0"
