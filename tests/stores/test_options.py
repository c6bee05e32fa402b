# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages and examples show of other collections, against the documentation of these."""

from __future__ import annotations

import json
import os
import subprocess

import yaml
from support.pages import BLOCKS, module_calls, plays_of

from stores.conftest import VENV

OURS = ("ansible.builtin.", "community.arize.", "group/")


def test_options_of_modules_of_other_collections_exist() -> None:
    calls = [
        (module, set(options))
        for block in BLOCKS
        if block.language == "yaml"
        for module, options in module_calls(plays_of(yaml.safe_load(block.text)))
        if not module.startswith(OURS)
    ]
    modules = sorted({module for module, _options in calls})
    assert len(modules) > len(OURS)
    shown = subprocess.run(
        [str(VENV / "bin" / "ansible-doc"), "--json", *modules],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=True,
        capture_output=True,
        text=True,
    )
    known = {
        module: {
            name for option, told in found["doc"]["options"].items() for name in (option, *told.get("aliases", ()))
        }
        for module, found in json.loads(shown.stdout).items()
    }
    for module, options in calls:
        assert options <= known[module], f"{module} has no option {options - known[module]}"
