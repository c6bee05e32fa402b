# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface and the process interface."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.command_line import parse_arguments, process_is_alive
from simulator.switches import parse_switch

TESTS = Path(__file__).resolve().parents[2]


class Control:
    """Requests to the control interface."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.url}/{path}", json=body, headers=self.headers, timeout=5)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def control(world: Any) -> Control:
    return Control(world.simulator.control_url, world.simulator.control_token)


def test_token_is_needed(world: Any) -> None:
    for token in (world.simulator.credential, "", "x"):
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(f"{world.simulator.control_url}/keys", headers=headers, timeout=5)
        assert answer.status_code == 401
    token = {"Authorization": f"Bearer {world.simulator.control_token}"}
    assert requests.get(f"{world.simulator.url}/v2/spaces", headers=token, timeout=5).status_code == 401


def test_requests_and_keys(world: Any, control: Any) -> None:
    key = world.service()
    (record,) = control("GET", "requests")["requests"]
    assert record["method"] == "POST"
    assert record["status"] == 201
    control("DELETE", "requests")
    assert control("GET", "requests") == {"requests": []}
    (row,) = control("GET", "keys")["keys"]
    assert row["id"] == key["id"]
    assert row["live"]
    assert "secret" not in row
    assert control("GET", "keys?secrets=1")["keys"][0]["secret"] == key["key"]
    assert control("GET", "keys?name=other")["keys"] == []
    assert control("POST", "valid", {"secret": key["key"]}) == {"valid": True}
    assert control("POST", "valid", {"secret": "ak-x"}) == {"valid": False}


def test_clock_switches_and_account(world: Any, control: Any) -> None:
    assert control("PUT", "clock", {"now": "2030-01-01T00:00:00Z"})["now"].startswith("2030-01-01T00:00:0")
    assert control("PUT", "clock", {"advance_seconds": 86400})["now"].startswith("2030-01-02T")
    assert control("GET", "clock")["now"].startswith("2030-01-02T")
    assert control("PUT", "switches", {"ordering": "oldest"})["ordering"] == "oldest"
    assert world.simulator.switches.ordering == "oldest"
    assert control("GET", "switches")["page_size_max"] == 100
    assert control("PUT", "account", {"maximum_key_lifetime": 60}) == {"maximum_key_lifetime": 60}
    assert world.simulator.account.maximum_key_lifetime == 60


def test_faults(world: Any, control: Any) -> None:
    control("POST", "faults", {"kind": "status", "status": 503, "path": "spaces", "times": -1})
    assert world.admin.get("/spaces").status_code == 503
    control("DELETE", "faults")
    assert world.admin.get("/spaces").status_code == 200


def test_population(world: Any, control: Any) -> None:
    organization = control("POST", "organizations", {"name": "Third"})
    first = control("POST", "spaces", {"name": "one", "organization": organization["id"]})
    second = control("POST", "spaces", {"name": "two", "organization": "Third"})
    assert first["organization_id"] == second["organization_id"] == organization["id"]
    role = control("POST", "roles", {"name": "Reader", "permissions": ["SPACE_READ"]})
    user = control("POST", "users", {"name": "P", "spaces": {first["id"]: role["id"]}})
    spaces = world.client(user["credential"]).get("/spaces").json()["spaces"]
    assert [space["id"] for space in spaces] == [first["id"]]
    key = control("POST", "keys", {"name": "k", "space_id": first["id"], "expires_at": "2099-01-01T00:00:00Z"})
    assert key["secret"]
    assert key["expires_at"] == "2099-01-01T00:00:00Z"
    control("POST", "reset")
    assert control("GET", "keys") == {"keys": []}
    assert world.simulator.spaces == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "switches", {"nonsense": True}),
        ("PUT", "switches", {"ordering": "sideways"}),
        ("PUT", "account", {"name": "x"}),
        ("PUT", "clock", {"now": "tomorrow"}),
        ("PUT", "clock", [1]),
        ("POST", "faults", {"kind": "earthquake"}),
        ("POST", "faults", {"status": 500}),
        ("POST", "keys", {"space_id": "x"}),
        ("POST", "keys", {"name": "k", "space_id": "x"}),
        ("POST", "users", {"name": "P", "account_role": "KING"}),
        ("POST", "organizations", {"name": "Example Org"}),
        ("POST", "organizations", {}),
    ],
)
def test_mistakes_are_explained(control: Any, method: Any, path: Any, body: Any) -> None:
    answer = requests.request(method, f"{control.url}/{path}", json=body, headers=control.headers, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]


@contextmanager
def process(tmp_path: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A simulator process that has written its state file."""
    state_file = tmp_path / "state.json"
    command = [sys.executable, "-m", "simulator", "--state-file", str(state_file), *options]
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        try:
            deadline = time.monotonic() + 60
            while not state_file.exists() and child.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            yield child, state_file
        finally:
            child.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process(tmp_path: Any, number: Any) -> None:
    options = (
        "--tls",
        "--spaces",
        "analytics, ingest",
        "--switch",
        "ordering=oldest",
        "--max-lifetime",
        "60",
    )
    with process(tmp_path, *options) as (child, state_file):
        assert stat.S_IMODE(state_file.stat().st_mode) == 0o600
        state = json.loads(state_file.read_text())
        assert state["pid"] == child.pid
        assert list(state["spaces"]) == ["analytics", "ingest"]
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {state['credential']}"
            # Otherwise a bundle named in the environment would win over the one given here.
            session.trust_env = False
            session.verify = state["ca_path"]
            rows = session.get(f"{state['url']}/v2/spaces", timeout=5).json()["spaces"]
            assert {row["organization_id"] for row in rows} == {state["organization_id"]}
            body = {"key_type": "USER", "name": "k"}
            assert session.post(f"{state['url']}/v2/api-keys", json=body, timeout=5).json()["expires_at"]
            token = {"Authorization": f"Bearer {state['control_token']}"}
            url = f"{state['control_url']}/switches"
            assert session.get(url, headers=token, timeout=5).json()["ordering"] == "oldest"
        child.send_signal(number)
        assert child.wait(30) == 0
        assert child.stdout.read() == f"Simulated Arize API (not the real service) on {state['url']}\n"
        assert list(tmp_path.iterdir()) == []
        assert not Path(state["ca_path"]).exists()


def test_process_ends_with_its_parent(tmp_path: Any) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with process(tmp_path, "--parent-pid", str(parent.pid)) as (child, state_file):
        assert child.poll() is None
        parent.stdin.close()
        # Not waited for yet: a dead process that is still listed counts as gone.
        assert child.wait(30) == 0
        assert not state_file.exists()
    parent.wait()
    assert not process_is_alive(parent.pid)
    assert process_is_alive(os.getpid())


def test_switches_on_the_command_line(capsys: Any) -> None:
    assert parse_switch("refresh_keeps_id=true") == ("refresh_keeps_id", True)
    assert parse_switch("page_size_max=2") == ("page_size_max", 2)
    assert parse_switch("list_lag_seconds=1.5") == ("list_lag_seconds", 1.5)
    for wrong in ("nonsense=1", "refresh_keeps_id=maybe", "page_size_max"):
        with pytest.raises(SystemExit):
            parse_arguments(["--switch", wrong])
    assert "refresh_keeps_id must be true or false" in capsys.readouterr().err
