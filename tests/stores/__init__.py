# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of docs/stores.md against the stores that they are for."""
