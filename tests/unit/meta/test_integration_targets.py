# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The integration targets find the simulator, wherever the checkout lies."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[3]
TARGETS = "tests/integration/targets/setup_simulator"


@pytest.mark.parametrize(
    "above", ["/home/user", "/build/tests/integration/x", "/a/ansible_collections/community/arize/tests"]
)
@pytest.mark.parametrize("copy", ["", "tests/output/.tmp/integration/arize_api_key-x/"])
def test_the_folder_of_the_simulator(above: str, copy: str) -> None:
    tasks = yaml.safe_load((ROOT / TARGETS / "tasks/main.yml").read_text(encoding="utf-8"))
    (variable,) = [task["environment"]["PYTHONPATH"] for task in tasks if "environment" in task]
    (pattern,) = re.findall(r"\{\{ role_path \| regex_search\('(.*)'\) \}\}", variable)
    collection = f"{above}/ansible_collections/community/arize"
    found = re.search(pattern, f"{collection}/{copy}{TARGETS}")
    assert found
    assert found[0] == f"{collection}/tests"
