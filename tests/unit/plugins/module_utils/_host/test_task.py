# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between Ansible and the reconcilers: the gate, the ladder, and the whole way against the simulator."""

from __future__ import annotations

import concurrent.futures
import contextlib
import pathlib
import signal
import typing as t

import pytest
from support.in_process import run_key
from unit.plugins.builders import connection_options

from ansible_collections.community.arize.plugins.module_utils._host import task as _task
from ansible_collections.community.arize.plugins.module_utils._host.signals import signals_held
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    ArizeError,
    InvalidOption,
    MissingLibrary,
    NotConnected,
    Refused,
    TaskFailed,
)
from ansible_collections.community.arize.plugins.module_utils._service.http import HttpTransport
from simulator import Simulator


class FakeTask:
    """Says which of its methods ran, or fails."""

    label = "service key 'ingest'"

    def __init__(self, error: ArizeError | None = None) -> None:
        self._error = error
        self.warnings: list[str] = []

    def predict(self) -> dict[str, t.Any]:
        return {"ran": "predict"}

    def carry_out(self) -> dict[str, t.Any]:
        self.warnings.append("a warning")
        if self._error is not None:
            raise self._error
        return {"ran": "carry_out"}


def host(dry_run: bool = False, warnings: list[str] | None = None, **further: t.Any) -> _task.Host:
    told: list[str] = [] if warnings is None else warnings
    return _task.Host(connection_options(), {}, dry_run=dry_run, diff=False, warn=told.append, **further)


def test_gate() -> None:
    assert _task.execute(host(dry_run=True), lambda *_given: FakeTask()) == {"ran": "predict"}
    assert _task.execute(host(), lambda *_given: FakeTask()) == {"ran": "carry_out"}


@pytest.mark.parametrize("error", [None, Refused("no")])
def test_warnings_are_told_however_a_task_ends(error: ArizeError | None) -> None:
    warnings: list[str] = []
    with contextlib.suppress(TaskFailed):
        _task.execute(host(warnings=warnings), lambda *_given: FakeTask(error))
    assert warnings == ["a warning"]


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("api_url", "count"), [("http://h.example", 1), ("http://127.0.0.1", 0), ("https://h.example", 0)]
)
def test_a_credential_in_clear_is_warned_about_once(api_url: str, count: int, dry_run: bool) -> None:
    warnings: list[str] = []
    given = _task.Host(connection_options(api_url=api_url), {}, dry_run=dry_run, diff=False, warn=warnings.append)
    _task.execute(given, lambda *_given: FakeTask())
    assert sum("without encryption" in warning for warning in warnings) == count


def test_what_must_not_be_shown_is_masked_before_a_refusal() -> None:
    masked: list[str] = []
    url = "https://user:open-sesame@h.example"
    given = _task.Host(connection_options(api_url=url), {}, dry_run=False, diff=False, mask=masked.append)
    with pytest.raises(TaskFailed, match="takes no user or password"):
        _task.execute(given, lambda *_given: FakeTask())
    assert url in masked


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NotConnected("GET", "/v2/x", "no answer"), "Service key 'ingest': no answer"),
        (InvalidOption("space", "unknown"), "Service key 'ingest': space: unknown"),
        (Refused("It is not clear."), "It is not clear."),
        (MissingLibrary("requests"), "requests"),
        (NotConnected("GET", "/v2/x", "service key 'ingest' is x"), "service key 'ingest' is x"),
    ],
)
def test_errors_name_the_key_once(error: ArizeError, message: str) -> None:
    with pytest.raises((TaskFailed, MissingLibrary)) as caught:
        _task.execute(host(), lambda *_given: FakeTask(error))
    assert str(caught.value) == message
    assert caught.value.details() == error.details()


def test_session_is_closed_in_any_case() -> None:
    closed: list[bool] = []

    class Watched(HttpTransport):
        def close(self) -> None:
            closed.append(True)

    def make(error: ArizeError | None) -> _task.TaskMaker:
        def task(_host: _task.Host, clients: _task.Clients, closing: contextlib.ExitStack) -> FakeTask:
            closing.enter_context(clients.one())
            return FakeTask(error)

        return task

    for error in (None, Refused("no")):
        with contextlib.suppress(TaskFailed):
            _task.execute(host(connect=Watched), make(error))
    assert closed == [True, True]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_held_and_their_handlers_restored(number: signal.Signals) -> None:
    received: list[int] = []
    before = signal.signal(number, lambda number, _frame: received.append(number))
    try:
        with signals_held() as hold:
            signal.raise_signal(number)
            assert received == [number]
            told: list[str] = []
            hold(lambda: told.append("first"))
            hold(lambda: told.append("second"))
            signal.raise_signal(number)
            assert received == [number]
            assert told == ["first"], "a fleet is told, whatever its keys ask for"
        signal.raise_signal(number)
        assert received == [number, number]
    finally:
        signal.signal(number, before)


def test_another_thread_than_the_main_one_holds_nothing() -> None:
    def hold_and_end() -> str:
        with signals_held() as hold:
            hold(lambda: None)
        return "done"

    with concurrent.futures.ThreadPoolExecutor() as threads:
        assert threads.submit(hold_and_end).result() == "done"


OPTIONS: dict[str, t.Any] = {"name": "ingest", "space": "analytics"}


@pytest.mark.parametrize("file_format", ["raw", "dotenv", "json"])
def test_delivered_secret_serves_and_a_second_run_changes_nothing(
    simulator: Simulator, tmp_path: pathlib.Path, file_format: str
) -> None:
    path = tmp_path / "secret"
    options = {**OPTIONS, "dest": str(path), "dest_format": file_format}
    first = run_key(simulator, **options)
    assert "key" not in first.result
    (stored,) = simulator.keys("ingest")
    assert stored.secret in path.read_text()
    assert run_key(simulator, **options)["changed"] is False
    path.chmod(0o644)
    foreseen, corrected = run_key(simulator, True, **options), run_key(simulator, **options)
    for outcome, verb in ((foreseen, "would be corrected"), (corrected, "was corrected")):
        assert (outcome["changed"], outcome["action"]) == (True, "none")
        assert f"the mode, owner or group of {path} {verb}" in outcome["msg"]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("source", ["environment", "profile"])
def test_credential_that_no_option_names_is_masked_before_its_first_use(tmp_path: pathlib.Path, source: str) -> None:
    """Ansible masks the options by itself, but knows nothing of what comes from elsewhere."""
    credential = "ak-FAKEelsewhere1234567890"
    environment = {"HOME": str(tmp_path)}
    if source == "environment":
        environment["ARIZE_API_KEY"] = credential
    else:
        pytest.importorskip("tomllib", reason="a profile is read by Python 3.11 and later")
        environment["ARIZE_PROFILE"] = "work"
        profile = tmp_path / ".arize" / "profiles" / "work.toml"
        profile.parent.mkdir(parents=True)
        profile.write_text(f'[auth]\nauth_method = "api-key"\napi_key = "{credential}"\n')
    masked: list[str] = []
    masked_at_first_use: list[str] = []

    def make_task(*_given: t.Any) -> FakeTask:
        masked_at_first_use.extend(masked)
        return FakeTask()

    options = {**connection_options(), "api_key": None}
    _task.execute(_task.Host(options, environment, dry_run=False, diff=False, mask=masked.append), make_task)
    assert masked_at_first_use == [credential]
