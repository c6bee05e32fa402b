# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated service holds before a playbook runs."""

from support.rows import seed as seed
from support.rows import space_id as space_id
