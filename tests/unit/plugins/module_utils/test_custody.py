# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever fails once a secret is issued, the failed result carries it."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import api_key, issued_key

from ansible_collections.community.arize.plugins.module_utils._custody import Custody
from ansible_collections.community.arize.plugins.module_utils._errors import Interrupted, NotConnected, Refused
from ansible_collections.community.arize.plugins.module_utils._outcome import Progress

CHANGED = [
    Progress(issued=issued_key()),
    Progress(revoked=[api_key()]),
]
HALFWAY = [*CHANGED, Progress(orphans=[{"id": "x"}])]


class Passing(Exception):
    """Goes through."""


def fail_with(error: BaseException, progress: Progress) -> None:
    with Custody(progress, lambda: {"key": "the secret", "changed": False}, Passing):
        raise error


@pytest.mark.parametrize("progress", HALFWAY)
def test_known_error(progress: Progress) -> None:
    with pytest.raises(Interrupted, match="no answer") as caught:
        fail_with(NotConnected("GET", "/v2/x", "no answer"), progress)
    assert caught.value.details() == {
        "key": "the secret",
        "changed": progress in CHANGED,
        "request": {"method": "GET", "path": "/v2/x"},
    }


@pytest.mark.parametrize("progress", HALFWAY)
@pytest.mark.parametrize("error", [ValueError("ak-in-the-text"), KeyboardInterrupt(), SystemExit(1), MemoryError()])
def test_any_other_error_keeps_the_secret_and_hides_its_own_text(progress: Progress, error: BaseException) -> None:
    with pytest.raises(Interrupted, match=type(error).__name__) as caught:
        fail_with(error, progress)
    assert "ak-in-the-text" not in str(caught.value)
    assert caught.value.details()["key"] == "the secret"


@pytest.mark.parametrize("error", [Refused("no"), ValueError("x"), Passing()])
def test_nothing_changed_yet(error: Exception) -> None:
    with pytest.raises(type(error)):
        fail_with(error, Progress())


def test_passing_error_and_success() -> None:
    with pytest.raises(Passing):
        fail_with(Passing(), CHANGED[0])

    def unwanted() -> dict[str, t.Any]:
        raise AssertionError

    with Custody(CHANGED[0], unwanted, Passing):
        pass
