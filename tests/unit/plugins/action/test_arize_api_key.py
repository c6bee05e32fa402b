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
from ansible_collections.community.arize.plugins.plugin_utils import _action

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
        monkeypatch.setattr(_action, "register_secret", None)
        monkeypatch.setattr(
            _action.display, "display", lambda text, stderr=False, **_more: self.told.append((text, stderr))
        )
        monkeypatch.setattr(_action.display, "warning", self.warned.append)

    def core(self, version: str) -> None:
        self._monkeypatch.setattr(_action, "core_version", version)

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
    monkeypatch.setattr(_action, "register_secret", run.registered.append)
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


class Place:
    """An action plugin of a task, where nothing keeps it from running in process unless a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        self.told: list[str] = []
        self.given: dict[str, t.Any] = {}
        self.plugin: t.Any = arize_api_key.ActionModule.__new__(arize_api_key.ActionModule)
        self.plugin._task = types.SimpleNamespace(
            args={"name": "a"},
            action="arize_api_key",
            resolved_action=None,
            async_val=0,
            timeout=0,
            check_mode=True,
            diff=True,
        )
        self.plugin._connection = types.SimpleNamespace(transport="local")
        self.plugin._play_context = types.SimpleNamespace(become=False)
        self.plugin._templar = types.SimpleNamespace(template=lambda value: value)
        self.plugin._compute_environment_string = lambda found: found.update({"FROM_TASK": 1})
        monkeypatch.setattr(_action.display, "vv", self.told.append)
        monkeypatch.setattr(_action, "run_in_process", self.in_process)
        monkeypatch.setattr(NormalActionModule, "_execute_module", self.as_module)

    def in_process(self, *given: t.Any, **more: t.Any) -> dict[str, t.Any]:
        self.ran.append("in process")
        self.given = {"arguments": given, **more}
        return {}

    def as_module(self, *_given: t.Any, **_more: t.Any) -> dict[str, t.Any]:
        self.ran.append("module")
        return {}


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(monkeypatch)


def test_a_local_task_runs_in_process(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_ANSIBLE", "2")
    place.plugin._execute_module(task_vars={})
    assert place.ran == ["in process"]
    name, options, environment = place.given["arguments"]
    assert (name, options) == ("arize_api_key", {"name": "a"})
    assert (environment["FROM_TASK"], environment["OF_ANSIBLE"]) == ("1", "2")
    assert (place.given["dry_run"], place.given["diff"]) == (True, True)


@pytest.mark.parametrize(
    ("obstacle", "told"),
    [
        (lambda place: setattr(place.plugin._connection, "transport", "ssh"), "connection is ssh"),
        (lambda place: setattr(place.plugin._play_context, "become", True), "become"),
        (lambda place: setattr(place.plugin._task, "async_val", 60), "async"),
        (lambda place: setattr(place.plugin._task, "timeout", 60), "timeout"),
    ],
    ids=["ssh", "become", "async", "timeout"],
)
def test_a_task_that_can_not_runs_as_a_module(place: Place, obstacle: t.Callable[[Place], None], told: str) -> None:
    obstacle(place)
    place.plugin._execute_module(task_vars={})
    assert place.ran == ["module"]
    assert told in place.told[0]


@pytest.mark.parametrize(("value", "ran"), [(False, "module"), ("false", "module"), (True, "in process")])
def test_the_variable_that_turns_it_off(place: Place, value: object, ran: str) -> None:
    place.plugin._execute_module(task_vars={"arize_in_process": value})
    assert place.ran == [ran]


def test_a_python_without_the_libraries(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_action, "missing_library", lambda: "requests")
    place.plugin._execute_module(task_vars={})
    assert place.ran == ["module"]
    assert "requests" in place.told[0]


@pytest.mark.parametrize("nothing", [None, []])
def test_a_lookup_that_finds_nothing(nothing: object) -> None:
    """Ansible takes null for an option that is not set."""
    assert _action.with_nothing_held({"held_secret": nothing, "dest": None}) == {"held_secret": "", "dest": None}
    keys = [{"held_secret": None}, {"held_secret": SECRET}, {"name": "a"}, "no key"]
    assert _action.with_nothing_held({"api_keys": keys})["api_keys"] == [{"held_secret": ""}, *keys[1:]]
