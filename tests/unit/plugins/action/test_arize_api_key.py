# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result that carries a secret is hidden, what happened is told, and what could not be hidden is refused."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action.normal import ActionModule as NormalActionModule
from unit.plugins.builders import secret_of

from ansible_collections.community.arize.plugins.action import arize_api_key
from ansible_collections.community.arize.plugins.plugin_utils import _hiding

SECRET = secret_of("abc")
OLD, CURRENT = "2.18.19", "2.19.14"


class Run:
    """An action plugin with a module that answers as told, and what it displayed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.told: list[tuple[str, bool]] = []
        self.warned: list[str] = []
        self.registered: list[str] = []
        self.shown_by_connection: list[bool] = []
        self.commands: list[tuple[str, bool]] = []
        self.reconnect: t.Callable[[], object] = lambda: None
        self.context = types.SimpleNamespace(no_log=False)
        self.task = types.SimpleNamespace(async_val=0, poll=15, no_log=False, register="result", args={})
        self.core(CURRENT)
        monkeypatch.setattr(_hiding, "register_secret", None)
        monkeypatch.setattr(
            _hiding.display, "display", lambda text, stderr=False, **_more: self.told.append((text, stderr))
        )
        monkeypatch.setattr(_hiding.display, "warning", self.warned.append)

    def core(self, version: str) -> None:
        self._monkeypatch.setattr(_hiding, "core_version", version)

    def __call__(self, fails: Exception | None = None, **answer: t.Any) -> dict[str, t.Any]:
        def ordinary(_self: t.Any, _tmp: t.Any, _variables: t.Any) -> dict[str, t.Any]:
            self.shown_by_connection.append(not self.context.no_log)
            if fails is not None:
                raise fails
            return dict(answer)

        def command(text: str, sudoable: bool = True) -> object:
            self.shown_by_connection.append(not self.context.no_log)
            self.commands.append((text, sudoable))
            return self.reconnect()

        self._monkeypatch.setattr(NormalActionModule, "run", ordinary)
        plugin = arize_api_key.ActionModule.__new__(arize_api_key.ActionModule)
        plugin._task = self.task
        plugin._connection = types.SimpleNamespace(_play_context=self.context)
        plugin._low_level_execute_command = command
        result: dict[str, t.Any] = plugin.run(None, {"inventory_hostname": "web1"})
        return result

    @property
    def ran(self) -> bool:
        return bool(self.shown_by_connection)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


def test_result_with_a_secret_is_hidden_and_kept(run: Run) -> None:
    assert run(changed=True, key=SECRET) == {"changed": True, "key": SECRET, "_ansible_no_log": True}
    assert run.told == []


@pytest.mark.parametrize(("core", "hidden"), [(OLD, True), (CURRENT, False)])
def test_the_task_is_hidden_only_where_the_result_of_its_loop_would_show(run: Run, core: str, hidden: bool) -> None:
    """Elsewhere the unchanged items of a loop stay readable."""
    run.core(core)
    run(changed=True, key=SECRET)
    assert run.task.no_log is hidden


@pytest.mark.parametrize("core", [OLD, CURRENT])
def test_warnings_of_a_hidden_result_are_shown_once(run: Run, core: str) -> None:
    run.core(core)
    run(changed=True, key=SECRET, warnings=[f"The clock is wrong. {SECRET}"])
    # Later releases show them by themselves.
    assert run.warned == (["The clock is wrong. ********"] if core == OLD else [])


@pytest.mark.parametrize("no_log", [True, False])
def test_the_connection_shows_nothing_meanwhile(run: Run, no_log: bool) -> None:
    run.context.no_log = no_log
    run(changed=True, key=SECRET)
    assert run.shown_by_connection == [False]
    assert run.context.no_log is no_log


@pytest.mark.parametrize("answer", [{"changed": False}, {"changed": True, "key": None}, {"failed": True, "msg": "m"}])
def test_result_without_a_secret_is_left_alone(run: Run, answer: dict[str, t.Any]) -> None:
    run.core(OLD)
    assert run(**answer) == answer
    assert run.told == []
    assert run.task.no_log is False


@pytest.mark.parametrize(("failed", "start"), [(False, "web1: "), (True, "[ERROR]: web1: ")])
def test_what_happened_is_told_in_one_line_without_the_secret(run: Run, failed: bool, start: str) -> None:
    """On stderr, because stdout may be read by a program."""
    result = run(failed=failed, msg=f"The key {SECRET}\nis new.", key=SECRET)
    assert result["_ansible_no_log"] is True
    assert run.told == [(f"{start}The key ******** is new.", True)]


def test_a_new_secret_is_registered_where_ansible_has_a_register(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_hiding, "register_secret", run.registered.append)
    run(changed=True, key=SECRET)
    run(changed=False)
    assert run.registered == [SECRET]


@pytest.mark.parametrize("args", [{}, {"state": "refreshed"}, {"state": "present", "dest": ""}])
def test_a_secret_that_nobody_would_receive_is_refused(run: Run, args: dict[str, t.Any]) -> None:
    run.task.args, run.task.register = args, None
    result = run(changed=True)
    assert result["failed"]
    assert "register" in result["msg"]
    assert "dest" in result["msg"]
    assert not run.ran


@pytest.mark.parametrize(
    ("args", "register"), [({"dest": "/a"}, None), ({"state": "absent"}, None), ({}, {"a": "{{ b }}"})]
)
def test_a_secret_with_a_receiver_is_issued(run: Run, args: dict[str, t.Any], register: object) -> None:
    run.task.args, run.task.register = args, register
    assert run(changed=True) == {"changed": True}


@pytest.mark.parametrize("core", ["2.15.13", "2.16.12", "2.16.13", "2.17.0", "2.17.5", "2.17.6", "2.18.0", "2.22.0rc1"])
@pytest.mark.parametrize("no_log", [True, False])
def test_a_core_that_would_print_the_secret_is_refused(run: Run, core: str, no_log: bool) -> None:
    run.core(core)
    run.task.no_log = no_log
    result = run(changed=True)
    if core in ("2.15.13", "2.16.12", "2.17.0", "2.17.5") and not no_log:
        assert "no_log" in result["msg"]
        assert "CVE-2024-8775" in result["msg"]
        assert not run.ran
    else:
        assert result == {"changed": True}


@pytest.mark.parametrize(
    ("args", "poll", "told"),
    [
        ({}, 15, "Set dest"),
        ({"state": "refreshed", "dest": "/a", "return_key": "yes"}, 15, "return_key"),
        ({"dest": "/a"}, 0, "dest can't be written"),
        ({"dest": "/a", "return_key": False}, 15, None),
        ({"dest": "/a"}, 15, None),
        ({"state": "absent"}, 0, None),
    ],
)
def test_async_runs_where_its_result_shows_no_secret(
    run: Run, args: dict[str, t.Any], poll: int, told: str | None
) -> None:
    run.task.async_val, run.task.poll, run.task.args = 60, poll, args
    result = run(changed=True)
    if told is None:
        assert result == {"changed": True}
        # The result that Ansible fetches later holds the secret if dest can't be written.
        assert run.task.no_log is ("dest" in args)
    else:
        assert told in result["msg"]
        assert not run.ran


def test_async_runs_where_the_operator_hides_it(run: Run) -> None:
    run.task.async_val, run.task.poll, run.task.no_log = 60, 0, True
    assert run(changed=True) == {"changed": True}


def test_an_unreachable_host_is_told_with_its_cause(run: Run) -> None:
    """The first attempt was hidden, and with it the words of ssh."""

    def reconnect() -> t.NoReturn:
        raise AnsibleConnectionFailure("ssh: Connection refused")

    run.reconnect = reconnect
    with pytest.raises(AnsibleConnectionFailure, match="refused") as caught:
        run(fails=AnsibleConnectionFailure("<error censored due to no log>"))
    assert caught.value.__context__ is None
    assert run.commands == [("true", False)]
    assert run.shown_by_connection == [False, True]


@pytest.mark.parametrize("no_log", [True, False])
def test_a_host_that_answers_again_is_still_reported(run: Run, no_log: bool) -> None:
    run.task.no_log = no_log
    with pytest.raises(AnsibleConnectionFailure, match="censored"):
        run(fails=AnsibleConnectionFailure("<error censored due to no log>"))
    # What the operator hides is not asked for again.
    assert bool(run.commands) is not no_log
    assert run.context.no_log is False
