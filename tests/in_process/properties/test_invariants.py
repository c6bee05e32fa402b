# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the state machines: some hundred schedules here.

In `make nightly` 10,000 of one key in a file, 2,000 of one in a store, and 2,000 of a fleet.
"""

from __future__ import annotations

import os
import typing as t

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from in_process.properties.fleet_machine import SPACES, FleetMachine
from in_process.properties.machine import KeyMachine
from in_process.properties.store_machine import StoreMachine
from simulator import Simulator

SCHEDULES = int(os.environ.get("ARIZE_TEST_SCHEDULES", "100"))
# Of each of the other machines.
FEWER = SCHEDULES // 5
SHARDS = 2


@pytest.fixture(scope="module")
def simulator() -> t.Iterator[Simulator]:
    # Time passes in pauses only, so that a failure can be repeated on a slow machine.
    with Simulator(spaces=["analytics"], frozen=True) as started:
        yield started


def play(machine: type[RuleBasedStateMachine], schedules: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=12,
            # Each nightly run plays others; its failures print what repeats them.
            derandomize="CI" in os.environ and "ARIZE_TEST_SCHEDULES" not in os.environ,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.parametrize("shard", range(SHARDS))
def test_invariants(simulator: Simulator, shard: int, record_property: t.Callable[[str, object], None]) -> None:
    play(type(f"Shard{shard}", (KeyMachine,), {"simulator": simulator}), SCHEDULES // SHARDS)
    record_property("schedules", SCHEDULES // SHARDS)


def test_invariants_with_a_store(simulator: Simulator) -> None:
    play(type("Store", (StoreMachine,), {"simulator": simulator}), FEWER)


def test_invariants_of_a_fleet() -> None:
    with Simulator(spaces=SPACES, frozen=True) as simulator:
        play(type("Fleet", (FleetMachine,), {"simulator": simulator}), FEWER)
