# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A profile that ax made leads ax and the modules to the same service with the same credential."""

from __future__ import annotations

import pathlib
from urllib.parse import urlsplit

import pytest
from clients.conftest import MakeAx
from support.playbooks import PlaybookRunner

from simulator import Simulator


@pytest.mark.parametrize(
    ("key", "host"),
    [("{key}", "{host}"), ("${{MY_KEY}}", "${{MY_HOST:nowhere.example}}"), ("${{NONE:{key}}}", "${{NONE:{host}}}")],
    ids=["plain", "variables", "defaults"],
)
def test_both_go_to_the_same_place(
    simulator: Simulator, make_ax: MakeAx, tmp_path: pathlib.Path, key: str, host: str
) -> None:
    address = urlsplit(simulator.url).netloc
    ax = make_ax("current", simulator)
    path = ax.write_profile("work")
    written = path.read_text()
    for value, form in ((simulator.credential, key), (address, host)):
        written = written.replace(value, form.format(key=simulator.credential, host=address))
    path.write_text(written)
    variables = {"MY_KEY": simulator.credential, "MY_HOST": address}
    done = ax.run("api-keys", "list", **variables)
    assert done.returncode == 0, done.stderr
    (by_ax,) = simulator.requests
    simulator.requests_clear()
    runner = PlaybookRunner(simulator, tmp_path)
    task = runner.info(profile="work")
    (result,) = runner.run_tasks(task, arguments=("--check",), defaults={}, HOME=str(ax.home), **variables).results
    assert not result.get("failed"), result
    (by_task,) = simulator.requests
    assert by_ax.caller == by_task.caller
    assert by_ax.caller is not None
    assert (by_ax.method, by_ax.path) == (by_task.method, by_task.path) == ("GET", "/v2/api-keys")


def test_a_profile_as_ax_itself_writes_it(simulator: Simulator, make_ax: MakeAx, tmp_path: pathlib.Path) -> None:
    ax = make_ax("current", simulator)
    address = urlsplit(simulator.url)
    # Hosts other than its own it takes from a file only.
    source = tmp_path / "source.toml"
    source.write_text(
        f'[auth]\nauth_method = "api-key"\napi_key = "{simulator.credential}"\n'
        f'[routing]\napi_host = "{address.netloc}"\napi_scheme = "{address.scheme}"\n'
    )
    done = ax.run("profiles", "create", "made", "--from-file", str(source))
    assert done.returncode == 0, done.stdout + done.stderr
    runner = PlaybookRunner(simulator, tmp_path)
    (result,) = runner.run_tasks(runner.info(profile="made"), defaults={}, HOME=str(ax.home)).results
    assert not result.get("failed"), result
    assert simulator.requests
