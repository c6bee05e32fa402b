# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of the SDK that gives no answer fails a test with the reason."""

from __future__ import annotations

import pathlib

import pytest
from support.sdk import Sdk


@pytest.mark.parametrize(
    ("program", "patience", "told"),
    [
        ("import sys; sys.exit('why it ended')", 60, r"status 1 and no answer \(it has 60 s\): why it ended"),
        (
            "import sys; sys.stdin.readline(); sys.exit('why it ended')",
            60,
            r"status 1 and no answer \(it has 60 s\): why it ended",
        ),
        ("import time; time.sleep(60)", 0.5, r"status -9 and no answer \(it has 0.5 s\): "),
    ],
)
def test_no_answer(tmp_path: pathlib.Path, program: str, patience: float, told: str) -> None:
    server = tmp_path / "server.py"
    server.write_text(program, encoding="utf-8")
    sdk = Sdk("current", tmp_path, server, patience)
    for _attempt in range(2):
        with pytest.raises(RuntimeError, match=told):
            sdk.validate([])
    sdk.stop()
