# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The invariants, and the tests that hold each: they exist, and the documentation lists them."""

from __future__ import annotations

import re

import pytest
from support.playbooks import ROOT
from support.tables import check_table

# By the letters that the state machine in tests/in_process/properties uses. A test is a file, or a function of one.
_MACHINES = tuple(
    f"tests/in_process/properties/test_invariants.py::{test}"
    for test in ("test_invariants", "test_invariants_with_a_store", "test_invariants_of_a_fleet")
)
INVARIANTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a": (
        "With `exclusive`, a run that converges leaves one live key that is not retiring",
        (
            *_MACHINES,
            "tests/in_process/properties/test_races.py::test_race",
            "tests/in_process/properties/test_races.py::test_race_of_fleets",
        ),
    ),
    "b": (
        "A live key that a run issued has a holder: the result, `dest`, the store, or a failure that names its id",
        (
            *_MACHINES,
            "tests/in_process/scenarios/test_faults.py::test_the_table",
            "tests/in_process/scenarios/test_fleet.py::test_killed_at_any_moment",
            "tests/in_process/scenarios/test_killed.py::test_killed",
            "tests/in_process/scenarios/test_lag.py",
            "tests/in_process/scenarios/test_lost_answers.py",
            "tests/in_process/scenarios/test_write_failures.py::test_delivery_fails",
        ),
    ),
    "c": (
        "Check mode sends reads only, and predicts what a run does",
        (
            *_MACHINES,
            "tests/in_process/scenarios/test_present_table.py::test_row",
            "tests/in_process/scenarios/test_refusals.py",
        ),
    ),
    "d": (
        "A second run with the same input changes nothing",
        (
            *_MACHINES,
            "tests/in_process/scenarios/test_present_table.py::test_row",
        ),
    ),
    "e": (
        "No old secret dies before the new one is delivered, unless a refresh without an overlap was asked for",
        (
            *_MACHINES,
            "tests/in_process/scenarios/test_killed.py::test_killed",
            "tests/in_process/scenarios/test_two_years.py",
        ),
    ),
    "f": (
        "No output holds a secret or the credential, but `key`",
        (
            *_MACHINES,
            "tests/playbooks/test_leak_scan.py",
            "tests/playbooks/test_leaks.py",
            "tests/in_process/hostile/test_hostile_answers.py",
        ),
    ),
    "g": (
        "A store whose writes fail holds a working secret again one run after the last failure, with `held_secret`",
        (
            "tests/in_process/properties/test_invariants.py::test_invariants_with_a_store",
            "tests/in_process/scenarios/test_held_secret.py",
            "tests/stores/test_recipes.py::test_a_playbook_with_a_store",
        ),
    ),
    "h": (
        "Pruning never revokes a declared key, an excluded one, or one outside the named spaces",
        (
            "tests/in_process/properties/test_invariants.py::test_invariants_of_a_fleet",
            "tests/in_process/scenarios/test_fleet.py::test_pruning",
        ),
    ),
}
TESTS = sorted({test for _statement, tests in INVARIANTS.values() for test in tests})


@pytest.mark.parametrize("test", TESTS)
def test_a_test_that_is_named_exists(test: str) -> None:
    path, _mark, function = test.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^def {function or 'test_'}", text, re.MULTILINE)


def test_the_state_machines_assert_each_invariant() -> None:
    beside = {"machine": "gh", "store_machine": "abcdefh", "fleet_machine": "g"}
    for name, letters in ((name, set(INVARIANTS) - set(others)) for name, others in beside.items()):
        text = (ROOT / f"tests/in_process/properties/{name}.py").read_text(encoding="utf-8")
        assert set(re.findall(r'assert [^\n]*"\((\w)\)', text)) == letters


def test_the_table() -> None:
    lines = [
        "# Invariants",
        "",
        "Made by `make tables`. They hold for each sequence of runs, pauses, faults, kills and simultaneous runs that",
        "the state machines in `tests/in_process/properties` play. Their assertions carry the letters.",
        "",
        "| invariant | statement | held by |",
        "|---|---|---|",
    ]
    for letter, (statement, tests) in INVARIANTS.items():
        lines.append(f"| {letter} | {statement} | " + ", ".join(f"`{test}`" for test in tests) + " |")
    check_table("tables/invariants.md", "\n".join(lines) + "\n")
