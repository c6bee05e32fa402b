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


def test_the_profile_wins_over_variables_and_an_option_over_the_profile(
    playbooks: PlaybookRunner, simulator: Simulator, tmp_path: pathlib.Path
) -> None:
    write_profile(tmp_path, "work", simulator.credential, simulator.url)
    with Simulator(spaces=("analytics",)) as other:
        environment = {"HOME": str(tmp_path), "ARIZE_API_KEY": other.credential, "ARIZE_BASE_URL": other.url}
        options = {"api_key": other.credential, "api_url": other.url}
        run = playbooks.run_tasks(playbooks.info(profile="work", **options), defaults={}, HOME=str(tmp_path))
        assert not run.results[0].get("failed")
        assert other.requests
        other.requests_clear()
        run = playbooks.run_tasks(playbooks.info(), defaults={}, ARIZE_PROFILE="work", **environment)
        assert not run.results[0].get("failed")
        assert simulator.requests
        assert other.requests == []


def test_refusals(playbooks: PlaybookRunner, simulator: Simulator, tmp_path: pathlib.Path) -> None:
    write_profile(tmp_path, "work", "${NOT_SET_ANYWHERE}", simulator.url)
    (tmp_path / ".arize" / "profiles" / "person.toml").write_text('[auth]\nauth_method = "oauth"\n')
    names = ("missing", "work", "person", "../work")
    run = playbooks.run_tasks(*(playbooks.key(**TASK, profile=name) for name in names), defaults={}, HOME=str(tmp_path))
    words = (
        "the profiles there are person, work",
        "NOT_SET_ANYWHERE, which is not set",
        "OAuth",
        "not a valid profile name",
    )
    for result, expected in zip(run.results, words, strict=True):
        assert expected in result["msg"]
        assert result["failed"]
    assert simulator.requests == []
    assert "Traceback" not in run.everything_printed


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
