# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be known to be wrong beforehand is refused with the option's name, before any request."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from support.refusals import Case, Refusal, assert_refused, refuse_all
from support.rows import Options

KEY: Options = {"name": "a key", "space": "analytics"}
BAD_CREDENTIALS = ("ak-half a-credential", "ak-half\na-credential", "ak-zyxw", "ak-schlüssel-schlüssel")

# One of each place that refuses. All that each of them refuses is in the unit tests.
CASES: dict[str, Case] = {
    "specification": Case({**KEY, "id": "QXBpS2V5OjE6YWFhYQ=="}, ("name", "id", "mutually exclusive")),
    "declaration": Case({**KEY, "name": ""}, ("name", "empty")),
    "address": Case({**KEY, "api_url": "https://user:pass@api.arize.example"}, ("api_url", "api_key")),
    "no credential": Case({**KEY, "api_key": None}, ("api_key", "ARIZE_API_KEY")),
    **{credential: Case({**KEY, "api_key": credential}, ("api_key",)) for credential in BAD_CREDENTIALS},
    "listing": Case({"limit": 0}, ("limit", "1"), module="info"),
}


@pytest.fixture(scope="module")
def refusals() -> t.Iterator[dict[str, Refusal]]:
    """All cases, run."""
    with contextlib.ExitStack() as stack:
        yield refuse_all(CASES, stack)


@pytest.mark.parametrize("name", CASES)
def test_a_bad_option_is_refused_without_a_request(refusals: dict[str, Refusal], name: str) -> None:
    """One clear message, and the service is not bothered."""
    assert_refused(refusals[name])
    assert refusals[name].simulator.requests == []


def test_a_bad_credential_is_not_shown(refusals: dict[str, Refusal]) -> None:
    """Not even one that can't be right, for it may be half of a right one."""
    for credential in BAD_CREDENTIALS:
        assert credential not in str(refusals[credential].result)
    assert "user:pass" not in refusals["address"].result["msg"]
