# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's work in the process of an action plugin: what AnsibleModule does around it, and sessions that are kept."""

from __future__ import annotations

import importlib.util
import pathlib
import typing as t
from unittest import mock

import pytest
from support.in_process import Outcome
from unit.plugins.builders import CREDENTIAL, secret_of

from ansible_collections.community.arize.plugins.module_utils._host.arguments import key_arguments, keys_arguments
from ansible_collections.community.arize.plugins.module_utils._host.task import WORK, Host, Result, Work
from ansible_collections.community.arize.plugins.module_utils._model.errors import MissingLibrary, Refused
from ansible_collections.community.arize.plugins.plugin_utils import _in_process
from simulator import Simulator

# From ansible-core 2.22 on the display masks what is registered, and results stay as they are.
MASKS_RESULTS = importlib.util.find_spec("ansible.module_utils.secrets") is None
HOME = {"HOME": "/home/worker", "KEYS": "/keys"}


class FakeTask:
    """Tells what it was given, or fails."""

    label = "service key 'a'"

    def __init__(self, host: Host, error: Exception | None = None) -> None:
        self._host = host
        self._error = error
        self.warnings = ["a warning"]

    def predict(self) -> Result:
        return {"predicted": True}

    def carry_out(self) -> Result:
        if self._error is not None:
            raise self._error
        return {"dest": self._host.options["dest"], "shown": f"the credential is {self._host.options['api_key']}"}


def run(error: Exception | None = None, dry_run: bool = False, **options: t.Any) -> Result:
    given = {"name": "a", "api_key": CREDENTIAL, "api_url": "http://127.0.0.1:1", **options}
    fake = Work(key_arguments, lambda host, *_more: FakeTask(host, error))
    with mock.patch.dict(WORK, z=fake):
        return _in_process.run_in_process("x.y.z", given, HOME, dry_run, diff=False)


def test_what_a_module_would_add_to_a_result() -> None:
    result = run(dest="~/a", exclusive="yes")
    assert result["dest"] == "/home/worker/a"
    assert (CREDENTIAL in str(result)) is not MASKS_RESULTS
    assert result["warnings"] == ["a warning"]
    shown = result["invocation"]["module_args"]
    assert shown["exclusive"] is True
    assert shown["max_retries"] == 4
    assert "VALUE" in shown["api_key"]
    assert shown["proxy"] is None


def test_secrets_of_a_fleet_are_not_shown() -> None:
    held = secret_of("abc")
    given = {"api_key": CREDENTIAL, "api_keys": [{"name": "a", "held_secret": held}, {"name": "b", "held_secret": ""}]}
    with mock.patch.dict(WORK, z=Work(keys_arguments, lambda host, *_more: FakeTask(host))):
        result = _in_process.run_in_process("x.y.z", given, HOME, True, diff=False)
    shown = result["invocation"]["module_args"]["api_keys"]
    assert held not in str(result)
    assert [key["held_secret"] for key in shown] == ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", ""]


def test_check_mode() -> None:
    assert run(dry_run=True)["predicted"] is True


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("Not now.", [{"id": "x"}]), "Not now."),
        (MissingLibrary("requests"), "Failed to import the required Python library (requests)"),
    ],
)
def test_a_failure_and_its_details(error: Exception, told: str) -> None:
    result = run(error)
    assert result["failed"] is True
    assert told in result["msg"]
    assert result.get("candidates") == ([{"id": "x"}] if isinstance(error, Refused) else None)
    assert result["warnings"] == ["a warning"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"nonsense": 1}, "Unsupported parameters for (x.y.z) module: nonsense. Supported parameters include: account"),
        ({"state": "gone"}, "value of state must be one of: present, absent, refreshed, got: gone"),
        ({"api_url": "https://user:open-sesame@h.example", "timeout": "soon"}, "timeout"),
    ],
)
def test_options_are_refused_as_ansible_does(options: dict[str, t.Any], told: str) -> None:
    result = run(**options)
    assert result["failed"] is True
    assert told in result["msg"]
    assert not MASKS_RESULTS or "open-sesame" not in str(result)


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        ("~/a", "/home/worker/a"),
        ("~", "/home/worker"),
        ("$KEYS/a", "/keys/a"),
        ("${KEYS}/$UNKNOWN/a", "/keys/$UNKNOWN/a"),
        ("a/~", "a/~"),
    ],
)
def test_paths_are_resolved_by_the_environment_of_the_task(path: str, resolved: str) -> None:
    specification = {
        "dest": {"type": "path"},
        "name": {"type": "str"},
        "defaults": {"type": "dict", "options": {"dest": {"type": "path"}}},
        "keys": {"type": "list", "elements": "dict", "options": {"dest": {"type": "path"}}},
    }
    given = {"dest": path, "name": path, "defaults": {"dest": path}, "keys": [{"dest": path}], "other": path}
    assert _in_process.with_paths(specification, given, HOME) == {
        "dest": resolved,
        "name": path,
        "defaults": {"dest": resolved},
        "keys": [{"dest": resolved}],
        "other": path,
    }


def test_options_come_without_what_ansible_hangs_on_them() -> None:
    class Tagged(str):
        pass

    plain = _in_process.plain({Tagged("a"): [Tagged("b"), 1, None, True, (Tagged("c"),)]})
    assert plain == {"a": ["b", 1, None, True, ["c"]]}
    assert {type(text) for text in (*plain, plain["a"][0], plain["a"][4][0])} == {str}


def test_a_loop_keeps_its_connection(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    for index in range(5):
        result = _in_process.run_in_process(
            "community.arize.arize_api_key",
            {
                "api_key": simulator.credential,
                "api_url": simulator.url,
                "name": f"k{index}",
                "space": "analytics",
                "dest": str(tmp_path / f"{index}"),
            },
            {},
            dry_run=False,
            diff=False,
        )
        assert not Outcome(result, []).failed, result["msg"]
    assert simulator.connections == 1
