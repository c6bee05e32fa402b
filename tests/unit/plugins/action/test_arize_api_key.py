# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result that carries a secret is hidden; what its failure says is not."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible.plugins.action.normal import ActionModule as NormalActionModule
from unit.plugins.builders import secret_of

from ansible_collections.community.arize.plugins.action import arize_api_key

SECRET = secret_of("abc")


class Run:
    """The action plugin with a module that answers as told, and what it displayed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.displayed: list[str] = []
        self._monkeypatch = monkeypatch
        self.shown_by_connection: list[bool] = []
        self.context = types.SimpleNamespace(no_log=False)
        self.task = types.SimpleNamespace(async_val=0, no_log=False, args={})
        monkeypatch.setattr(arize_api_key.display, "error", lambda message, **_more: self.displayed.append(message))

    def __call__(self, **answer: t.Any) -> dict[str, t.Any]:
        def ordinary(_self: t.Any, _tmp: t.Any, _variables: t.Any) -> dict[str, t.Any]:
            self.shown_by_connection.append(not self.context.no_log)
            return dict(answer)

        self._monkeypatch.setattr(NormalActionModule, "run", ordinary)
        plugin = arize_api_key.ActionModule.__new__(arize_api_key.ActionModule)
        plugin._task = self.task
        plugin._connection = types.SimpleNamespace(_play_context=self.context)
        result: dict[str, t.Any] = plugin.run(None, {})
        return result


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


def test_result_with_a_secret_is_hidden_and_kept(run: Run) -> None:
    assert run(changed=True, key=SECRET) == {"changed": True, "key": SECRET, "_ansible_no_log": True}
    assert run.displayed == []


@pytest.mark.parametrize("no_log", [True, False])
def test_the_connection_shows_nothing_meanwhile(run: Run, no_log: bool) -> None:
    run.context.no_log = no_log
    run(changed=True, key=SECRET)
    assert run.shown_by_connection == [False]
    assert run.context.no_log is no_log


@pytest.mark.parametrize("answer", [{"changed": False}, {"changed": True, "key": None}, {"failed": True, "msg": "m"}])
def test_result_without_a_secret_is_left_alone(run: Run, answer: dict[str, t.Any]) -> None:
    assert run(**answer) == answer
    assert run.displayed == []


def test_failure_with_a_secret_is_hidden_and_told(run: Run) -> None:
    result = run(failed=True, msg="dest can't be written", key=SECRET)
    assert result["_ansible_no_log"] is True
    assert run.displayed == ["dest can't be written"]


@pytest.mark.parametrize("no_log", [True, False])
@pytest.mark.parametrize("state", ["present", "refreshed", "absent", None])
def test_async_would_show_the_secret(run: Run, state: str | None, no_log: bool) -> None:
    """Other code fetches the result of such a task, so it is refused unless the operator hides it."""
    run.task.async_val, run.task.no_log, run.task.args = 60, no_log, {} if state is None else {"state": state}
    result = run(changed=True)
    if no_log or state == "absent":
        assert result == {"changed": True}
    else:
        assert result["failed"]
        assert "no_log" in result["msg"]


def test_everything_else_is_the_ordinary_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    assert issubclass(arize_api_key.ActionModule, NormalActionModule)
    assert set(vars(arize_api_key.ActionModule)) & {"run", "_execute_module", "TRANSFERS_FILES"} == {"run"}

    def interrupted(*_arguments: t.Any) -> t.NoReturn:
        raise ConnectionError("host is gone")

    monkeypatch.setattr(NormalActionModule, "run", interrupted)
    plugin = arize_api_key.ActionModule.__new__(arize_api_key.ActionModule)
    plugin._task = types.SimpleNamespace(async_val=0, no_log=False, args={})
    context = types.SimpleNamespace(no_log=False)
    plugin._connection = types.SimpleNamespace(_play_context=context)
    with pytest.raises(ConnectionError):
        plugin.run(None, {})
    assert context.no_log is False
