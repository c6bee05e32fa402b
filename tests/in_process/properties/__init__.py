# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The invariants, for any sequence of runs, clock moves, faults and parallel runs."""
