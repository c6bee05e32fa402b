# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles of the ax CLI, through playbooks: used, masked, and refused with clear words."""

from __future__ import annotations

import pathlib
from urllib.parse import urlsplit

import pytest
from support.interpreters import interpreter
from support.playbooks import PlaybookRunner

from simulator import Simulator

TASK = {"name": "a key", "space": "analytics"}


def write_profile(home: pathlib.Path, name: str, credential: str, url: str) -> None:
    folder = home / ".arize" / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    address = urlsplit(url)
    (folder / f"{name}.toml").write_text(
        f'[profile]\nname = "{name}"\n[auth]\nauth_method = "api-key"\napi_key = "{credential}"\n'
        f'[routing]\napi_host = "{address.netloc}"\napi_scheme = "{address.scheme}"\n'
    )


def test_a_profile_instead_of_options(playbooks: PlaybookRunner, simulator: Simulator, tmp_path: pathlib.Path) -> None:
    write_profile(tmp_path, "work", "${THE_KEY}", simulator.url)
    home = {"HOME": str(tmp_path), "THE_KEY": simulator.credential}
    tasks = (playbooks.key(**TASK, profile="work"), playbooks.info(space="analytics", profile="work"))
    run = playbooks.run_tasks(*tasks, arguments=("--check", "-vvvv", "--diff"), defaults={}, **home)
    assert [result["changed"] for result in run.results] == [True, False]
    assert {record.method for record in simulator.requests} == {"GET"}
    assert simulator.credential not in run.everything_printed
    run = playbooks.run_tasks(*tasks, arguments=("-vvvv", "--diff"), defaults={}, **home)
    assert run.results[0]["action"] == "created"
    assert [key["name"] for key in run.results[1]["api_keys"]] == ["a key"]
    assert simulator.credential not in run.everything_printed


@pytest.mark.parametrize("version", ["3.8"])
def test_an_older_interpreter_says_what_it_needs(
    playbooks: PlaybookRunner, simulator: Simulator, tmp_path: pathlib.Path, version: str
) -> None:
    write_profile(tmp_path, "work", simulator.credential, simulator.url)
    python = interpreter(version)
    run = playbooks.run_tasks(
        playbooks.key(**TASK, profile="work"),
        arguments=("--extra-vars", f"ansible_python_interpreter={python} arize_in_process=false"),
        defaults={},
        HOME=str(tmp_path),
    )
    message = run.results[0]["msg"]
    assert "tomli" in message
    assert "before 3.11" in message
