# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the state machine: a few hundred schedules here, ten thousand in `make nightly`."""

from __future__ import annotations

import os
import typing as t

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from in_process.properties.machine import KeyMachine
from simulator import Simulator

SCHEDULES = int(os.environ.get("ARIZE_TEST_SCHEDULES", "300"))
SHARDS = 2


@pytest.fixture(scope="module")
def simulator() -> t.Iterator[Simulator]:
    # Time passes in pauses only, so that a failure can be repeated on a slow machine.
    with Simulator(spaces=["analytics"], frozen=True) as started:
        yield started


@pytest.mark.parametrize("shard", range(SHARDS))
def test_invariants(simulator: Simulator, shard: int, record_property: t.Callable[[str, object], None]) -> None:
    machine = type(f"Shard{shard}", (KeyMachine,), {"simulator": simulator})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SCHEDULES // SHARDS,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    record_property("schedules", SCHEDULES // SHARDS)
