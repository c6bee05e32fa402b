# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for all tests."""

from __future__ import annotations

import os
import pathlib
import typing as t

import hypothesis
import pytest
from support.playbooks import PlaybookRunner

from simulator import Simulator

# The pace of the machine is no property of the code: these would fail where other work runs beside the tests.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of `make nightly` to it."""
    if os.environ.get("ARIZE_TEST_SWEEP") != "full":
        left = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.fixture
def simulator() -> t.Iterator[Simulator]:
    """A simulated service of its own, with three spaces in one organization."""
    with Simulator() as started:
        for name in ("analytics", "ingest", "support"):
            started.add_space(name, "Example Org")
        yield started


@pytest.fixture
def playbooks(simulator: Simulator, tmp_path: pathlib.Path) -> PlaybookRunner:
    """Runs playbooks against `simulator`."""
    return PlaybookRunner(simulator, tmp_path)
