# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plugin for pytest, for mutants.py: which tests run which line of plugins/module_utils, and how long each takes.

The file TESTS_BY_LINE gets {"seconds": {test: seconds}, "tests": {file: {line: [test]}}}. A line that runs while it is
imported has no test.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

_seconds: dict[str, float] = {}
_coverage = coverage.Coverage(data_file=None, include=["*/plugins/module_utils/*"], config_file=False)
# Before the tests, and with them the modules, are imported.
_coverage.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _coverage.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0) + report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    _coverage.stop()
    data = _coverage.get_data()
    tests = {
        str(Path(name).resolve().relative_to(session.config.rootpath)): {
            line: [test for test in contexts if test] for line, contexts in data.contexts_by_lineno(name).items()
        }
        for name in data.measured_files()
    }
    Path(os.environ["TESTS_BY_LINE"]).write_text(json.dumps({"seconds": _seconds, "tests": tests}), encoding="utf-8")
