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
import os
import queue
import random
import re
import signal
import subprocess
import sys
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

UNIT = "tests/unit/plugins"
# The two years take minutes.
JUDGES = [
    UNIT,
    "tests/in_process/scenarios",
    "tests/in_process/properties",
    "--ignore=tests/in_process/scenarios/test_two_years.py",
]
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


def failure(copy: Path, tests: list[str]) -> str:
    """Run tests in a copy, up to the first failure, and return pytest's line about it; empty when all pass."""
    command = [str(CHECKOUT / PYTEST[0]), *PYTEST[1:], *tests]
    process = subprocess.Popen(
        command,
        cwd=copy,
        env=ENVIRONMENT,
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
    if process.returncode > 3:
        raise RuntimeError(output)
    told = re.search("^(FAILED|ERROR) .*", output, re.MULTILINE)
    if process.returncode == 0:
        return ""
    return told[0] if told else f"pytest ended with {process.returncode}: {output[-200:]}"


def killer(copy: Path, name: str, mutant: str) -> str:
    """What fails with the mutant, empty when nothing does. Tests that name the file come first: they fail soonest."""
    word = re.compile(rf"\b{Path(name).stem}\b")
    files = sorted((copy / UNIT).rglob("test_*.py"))
    related = [str(path.relative_to(copy)) for path in files if word.search(path.read_text(encoding="utf-8"))]
    original = (copy / name).read_text(encoding="utf-8")
    try:
        _write(copy / name, mutant)
        return (failure(copy, related) if related else "") or failure(copy, JUDGES)
    finally:
        _write(copy / name, original)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (moment := next(_times), moment))


def survives(copies: queue.Queue[Path], name: str, line: int, mutant: str) -> bool:
    """Try a mutant in a copy that is free, and print what came of it."""
    copy = copies.get()
    try:
        killed_by = killer(copy, name, mutant)
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
    if broken := failure(copies.queue[0], JUDGES):
        sys.exit(f"The tests fail without a mutant, too: {broken}")
    chance = random.Random(seed)
    drawn = chance.sample(list(points(copies.queue[0])), count)
    mutants = [(name, line, chance.choice(texts)()) for name, line, texts in drawn]
    with ThreadPoolExecutor(copies.qsize()) as pool:
        survivors = sum(pool.map(lambda mutant: survives(copies, *mutant), mutants))
    print(f"{count - survivors} of {count} mutants killed (seed {seed})")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3]))
