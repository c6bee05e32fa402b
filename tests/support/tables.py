# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of the documentation that tests make: compared on each run, written by `make tables`."""

from __future__ import annotations

import os
import pathlib

# REUSE-IgnoreStart
HEAD = """\
<!--
SPDX-FileCopyrightText: community.arize contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->

"""
# REUSE-IgnoreEnd
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def check_table(name: str, made: str) -> None:
    """Hold `made`, under a head that names the licence, against the page `name` below docs.

    With ARIZE_TEST_WRITE_TABLES set, write it.
    """
    made = HEAD + made
    page = DOCS / name
    if os.environ.get("ARIZE_TEST_WRITE_TABLES"):
        page.parent.mkdir(exist_ok=True)
        page.write_text(made, encoding="utf-8")
    assert page.exists(), f"docs/{name} is missing: run `make tables`"
    assert page.read_text(encoding="utf-8") == made, f"docs/{name} is not what the tests find: run `make tables`"
