# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules under interpreters of managed hosts, which ARIZE_TEST_HOSTS names as a list of paths."""

from __future__ import annotations

import os
import pathlib

import pytest
from support.playbooks import ROOT, PlaybookRunner

INTERPRETERS = [ROOT / name for name in os.environ.get("ARIZE_TEST_HOSTS", "").split(os.pathsep) if name]


@pytest.mark.parametrize("interpreter", INTERPRETERS, ids=lambda path: path.parts[-3])
def test_both_modules_under(interpreter: pathlib.Path, playbooks: PlaybookRunner, tmp_path: pathlib.Path) -> None:
    declared = {"name": "a-key", "space": "analytics", "expires_in": "90d", "dest": str(tmp_path / "a.key")}
    run = playbooks.run_tasks(
        {**playbooks.key(**declared), "check_mode": True},
        playbooks.key(**declared),
        playbooks.key(**declared),
        playbooks.info(space="analytics", expires_within="30d"),
        {"ansible.builtin.setup": {"gather_subset": ["!all", "!min", "python"]}},
        arguments=("--extra-vars", f"ansible_python_interpreter={interpreter}"),
    )
    assert run.returncode == 0, run.everything_printed
    check, created, again, info, facts = run.results
    assert facts["ansible_facts"]["ansible_python"]["executable"] == str(interpreter)
    assert [result["action"] for result in (check, created, again)] == ["created", "created", "none"]
    assert [result["changed"] for result in (check, created, again, info)] == [True, True, False, False]
    assert [key["id"] for key in info["api_keys"]] == [created["api_key"]["id"]]
    methods = [record.method for record in playbooks.simulator.requests]
    assert methods.count("POST") == 1
    # Its check-mode twin ran first: the only write is the one of the run after it.
    assert set(methods) == {"GET", "POST"}
    secret = (tmp_path / "a.key").read_text(encoding="utf-8").strip()
    assert secret
    assert secret not in run.everything_printed
