# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Break plugins/module_utils at a sample of lines, one at a time, and report what no unit or in-process test notices.

usage: mutants.py FOLDER POINTS SEED

FOLDER gets two copies of the checkout, in which the mutants are made. The same tree and SEED give the same mutants.
Survivors are a report and no failure: some of them behave like the original.
"""

from __future__ import annotations

import difflib
import itertools
import json
import os
import queue
import random
import re
import signal
import subprocess
import sys
import typing as t
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import libcst as cst
from collection_copy import CHECKOUT, copy_collection
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators, operator_string
from mutmut.mutation.pragma_handling import IgnoredCode

# Two halves, which take about as long. The two years take minutes.
HALVES = (
    ["tests/unit/plugins", "tests/in_process/properties", "tests/in_process/hostile"],
    ["tests/in_process/scenarios", "--ignore=tests/in_process/scenarios/test_two_years.py"],
)
JUDGES = [*HALVES[0], *HALVES[1]]
# Seconds that those tests may take that run the mutated line, before all tests are asked.
FIRST = 30
PYTEST = [".venv/bin/pytest", "-x", "-q", "--hypothesis-seed=0"]
ENVIRONMENT = {**os.environ, "ARIZE_TEST_SCHEDULES": "40", "ARIZE_TEST_ROUNDS": "1"}
# Seconds. A mutant that the tests can't finish with in this time is noticed.
LIMIT = 900
# A mutated file gets a time of its own, or Python would take what it compiled of the last mutant.
_times = itertools.count(1)


def _without_call(node: cst.Expr) -> Iterable[cst.CSTNode]:
    return [cst.Pass()] if isinstance(node.value, cst.Call) else []


def _without_value(node: cst.Return) -> Iterable[cst.CSTNode]:
    return [node.with_changes(value=cst.Name("None"))] if node.value is not None else []


def _other_word(node: cst.SimpleString) -> Iterable[cst.CSTNode]:
    # Prose is left alone.
    return [] if " " in node.value else operator_string(node)


OPERATORS = [pair for pair in mutation_operators if pair[1] is not operator_string]
OPERATORS += [(cst.Expr, _without_call), (cst.Return, _without_value), (cst.SimpleString, _other_word)]


class Visitor(MutationVisitor):  # type: ignore[misc]
    """Mutates decorated functions, too: only mutmut's own runner can't."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        decorated = isinstance(node, cst.FunctionDef) and node.decorators
        return not decorated and super()._skip_node_and_children(node)


def points(root: Path) -> Iterator[tuple[str, int, list[Callable[[], str]]]]:
    """File, line, and for each mutant of that line what makes the file's text; to make them all takes minutes."""
    for path in sorted((root / "plugins/module_utils").rglob("*.py")):
        wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
        visitor = Visitor(OPERATORS, IgnoredCode(set(), set(), set()))
        wrapper.visit(visitor)
        positions = wrapper.resolve(PositionProvider)
        by_line: dict[int, list[Callable[[], str]]] = {}
        for mutation in visitor.mutations:
            line = positions[mutation.original_node].start.line
            by_line.setdefault(line, []).append(partial(_mutant, wrapper.module, mutation))
        yield from ((str(path.relative_to(root)), line, mutants) for line, mutants in sorted(by_line.items()))


def _mutant(module: cst.Module, mutation: Mutation) -> str:
    return str(module.deep_replace(mutation.original_node, mutation.mutated_node).code)


class Known:
    """Which tests run which line, and how long each takes."""

    def __init__(self, copies: list[Path]) -> None:
        self._seconds: dict[str, float] = {}
        self._tests: dict[tuple[str, int], list[str]] = {}
        with ThreadPoolExecutor(len(HALVES)) as pool:
            for learned in pool.map(_learn, copies, HALVES):
                self._seconds.update(learned["seconds"])
                for name, lines in learned["tests"].items():
                    for line, tests in lines.items():
                        self._tests.setdefault((name, int(line)), []).extend(tests)

    def quickest(self, name: str, line: int) -> list[str]:
        """Of the tests that run a line, the quickest; of a statement over several lines, the first line is known."""
        above = (self._tests.get((name, number)) for number in range(line, max(line - 9, 0), -1))
        tests = sorted(next(filter(None, above), []), key=lambda test: self._seconds.get(test, 0))
        total = itertools.accumulate(self._seconds.get(test, 0) for test in tests)
        return [test for test, until in zip(tests, total, strict=True) if until < FIRST]


def _learn(copy: Path, tests: list[str]) -> dict[str, dict[str, t.Any]]:
    """What the plugin tests_by_line finds. Ends the program when tests fail without a mutant."""
    found = copy.parents[2] / "tests_by_line.json"
    told = {"TESTS_BY_LINE": str(found), "PYTHONPATH": str(copy / "tests/tools")}
    if broken := failure(copy, ["-p", "tests_by_line", *tests], **told):
        raise RuntimeError(f"The tests fail without a mutant, too: {broken}")
    learned: dict[str, dict[str, t.Any]] = json.loads(found.read_text(encoding="utf-8"))
    return learned


def failure(copy: Path, tests: list[str], **variables: str) -> str:
    """Run tests in a copy, up to the first failure, and return pytest's line about it; empty when all pass."""
    command = [str(CHECKOUT / PYTEST[0]), *PYTEST[1:], *tests]
    process = subprocess.Popen(
        command,
        cwd=copy,
        env={**ENVIRONMENT, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    try:
        output, _none = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"no end within {LIMIT} s"
    if process.returncode == 0:
        return ""
    told = re.search("^(FAILED|ERROR|ImportError) .*", output, re.MULTILINE)
    # A module that can't be imported leaves no test to be found.
    if process.returncode > 3 and not told:
        raise RuntimeError(output)
    return told[0] if told else f"pytest ended with {process.returncode}: {output[-200:]}"


def killer(copy: Path, name: str, mutant: str, first: list[str]) -> str:
    """What fails with the mutant, empty when nothing does. All tests come after those that run the line."""
    original = (copy / name).read_text(encoding="utf-8")
    try:
        _write(copy / name, mutant)
        return (failure(copy, first) if first else "") or failure(copy, JUDGES)
    finally:
        _write(copy / name, original)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (moment := next(_times), moment))


def survives(copies: queue.Queue[Path], known: Known, name: str, line: int, mutant: str) -> bool:
    """Try a mutant in a copy that is free, and print what came of it."""
    copy = copies.get()
    try:
        killed_by = killer(copy, name, mutant, known.quickest(name, line))
        original = (copy / name).read_text(encoding="utf-8")
    finally:
        copies.put(copy)
    changes = difflib.unified_diff(original.split("\n"), mutant.split("\n"), name, name, n=1, lineterm="")
    told = [f"{name}:{line} killed: {killed_by}"] if killed_by else [f"{name}:{line} survived", *changes]
    print(*told, sep="\n", flush=True)
    return not killed_by


def main(folder: Path, count: int, seed: int) -> None:
    copies: queue.Queue[Path] = queue.Queue()
    for number in range(2):
        copy = copy_collection(folder / str(number))
        tree = copy / ".cache/collections/ansible_collections/community"
        tree.mkdir(parents=True)
        (tree / "arize").symlink_to("../../../..")
        copies.put(copy)
    known = Known(list(copies.queue))
    chance = random.Random(seed)
    drawn = chance.sample(list(points(copies.queue[0])), count)
    mutants = [(name, line, chance.choice(texts)()) for name, line, texts in drawn]
    with ThreadPoolExecutor(copies.qsize()) as pool:
        survivors = sum(pool.map(lambda mutant: survives(copies, known, *mutant), mutants))
    print(f"{count - survivors} of {count} mutants killed (seed {seed})")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3]))
