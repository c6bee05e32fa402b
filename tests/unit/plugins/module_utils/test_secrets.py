# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No text that Python makes of a value shows a secret."""

from __future__ import annotations

import dataclasses
import inspect
import logging
import pathlib
import sys
import types
import typing as t

import pytest
from support.in_process import run_info, run_key
from unit.plugins.builders import CREDENTIAL, connection, issued_key, secret_of

from ansible_collections.community.arize.plugins.module_utils import _errors
from ansible_collections.community.arize.plugins.module_utils._models import Secret, secret_fits, shown_redaction
from simulator import Fault, Simulator

SECRET = secret_of("abc")
VALUES = [Secret(SECRET), issued_key(), connection(credential=Secret(SECRET)), [Secret(SECRET)], {"k": Secret(SECRET)}]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values(value: t.Any, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger().warning("%s %r", value, value)
    for shown in (repr(value), str(value), f"{value}", f"{value!r}", f"{value!s:>200}", caplog.text):
        assert SECRET not in shown
        assert "********" in shown


def test_no_dataclass_shows_a_secret(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    """Every one that the modules pass about while they issue, deliver, rotate, recover and list."""
    shown: dict[str, set[str]] = {}

    def watch(frame: types.FrameType, event: str, _value: object) -> None:
        if event == "return" and "module_utils/_" in frame.f_code.co_filename:
            for value in list(frame.f_locals.values()):
                if dataclasses.is_dataclass(value) and not isinstance(value, type):
                    shown.setdefault(type(value).__name__, set()).add(repr(value))

    options: dict[str, t.Any] = {"name": "ingest", "space": "analytics", "dest": str(tmp_path / "secret")}
    sys.setprofile(watch)
    try:
        run_key(simulator, **options)
        run_key(simulator, **options)
        run_key(simulator, **options, state="refreshed")
        simulator.faults.add(Fault(kind="truncate", method="POST", path="/api-keys$"))
        lost: dict[str, t.Any] = {
            "name": "other",
            "space": "analytics",
            "expires_in": "9d",
            "on_lost_secret": "reissue",
        }
        outcome = run_key(simulator, **lost)
        run_info(simulator, space="analytics", proxy="http://user:pw-of-proxy@127.0.0.1:1")
    finally:
        sys.setprofile(None)
    assert outcome["key"]
    assert {"Observation", "StoredSecret", "FileState", "Connection", "IssuedKey", "Sent", "Host"} <= set(shown)
    for name, texts in shown.items():
        for secret in (simulator.credential, *simulator.secrets, "pw-of-proxy"):
            assert not [text for text in texts if secret in text], name


@pytest.mark.parametrize(
    ("redacted_key", "shown"),
    [
        ("ak-abc...cba", "ak-abc...cba"),
        ("ak-abcdefghi...cba", "ak-abcdefghi...cba"),
        ("ak-ab***", "ak-ab***"),
        ("********", "********"),
        ("", ""),
        (SECRET, "ak-abc...cba"),
        (f"{SECRET}...", "ak-abc......"),
        (f"ak-...{SECRET}", "ak-......cba"),
        (f"{SECRET}*", "ak-abc...ba*"),
    ],
)
def test_a_redaction_that_is_none_is_made_one(redacted_key: str, shown: str) -> None:
    assert shown_redaction(redacted_key) == shown


def test_secret_has_no_attributes_to_dump() -> None:
    assert not hasattr(Secret(SECRET), "__dict__")
    assert Secret(SECRET).reveal() == SECRET


def test_proxy_password_is_not_shown() -> None:
    assert "pw-of-proxy" not in repr(connection(proxy="http://user:pw-of-proxy@proxy:3128"))


def test_public_dictionary_has_no_secret() -> None:
    assert SECRET not in repr(issued_key().api_key.public())


ERRORS = [
    error
    for _name, error in inspect.getmembers(_errors, inspect.isclass)
    if issubclass(error, _errors.ArizeError) and error is not _errors.ArizeError
]


def test_all_errors_are_in_one_tree() -> None:
    classes = [error for _name, error in inspect.getmembers(_errors, inspect.isclass) if issubclass(error, Exception)]
    assert {error for error in classes if not issubclass(error, _errors.ArizeError)} == {_errors.MalformedAnswer}
    assert len(ERRORS) > 10


def test_malformed_answer_takes_no_value() -> None:
    assert list(inspect.signature(_errors.MalformedAnswer.__init__).parameters) == ["self", "field", "expected"]


@pytest.mark.parametrize(
    ("secret", "redacted_key", "fits"),
    [
        (SECRET, "ak-abc...cba", True),
        (SECRET, "ak-a...a", True),
        (SECRET, "ak-abd...cba", False),
        (SECRET, "ak-abc...cbb", False),
        (CREDENTIAL, "ak-abc...cba", False),
        ("ak-abccba", "ak-abc...cba", False),
        ("ak-abcba", "ak-abc...cba", False),
        ("ak-abcxcba", "ak-abc...cba", True),
        (SECRET, "ak-...cba", None),
        (SECRET, "ak-abc...", None),
        (SECRET, "ak-abc", None),
        (SECRET, "", None),
        (SECRET, "ak-ab*...cba", None),
        (SECRET, "...", None),
    ],
)
def test_redaction(secret: str, redacted_key: str, fits: bool | None) -> None:
    assert secret_fits(secret, redacted_key) is fits
