# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty runs at once for one name: exactly one live key that is not retiring, and each loser says what happened."""

from __future__ import annotations

import concurrent.futures
import datetime
import os
import random
import time
import typing as t

import pytest
from support.in_process import Outcome, run_key, run_keys

from simulator import Simulator

ROUNDS = int(os.environ.get("ARIZE_TEST_ROUNDS", "2"))
RUNS = 50
NAME = "ingest"
KINDS: dict[str, tuple[int | None, int | None, dict[str, t.Any]]] = {
    # Age in days of the key that is there, days until it expires, and what is declared.
    "create": (None, None, {"expires_in": "90d"}),
    "create, unbounded": (None, None, {}),
    "refresh": (31, None, {"max_age": "30d"}),
    "refresh without an overlap": (31, None, {"max_age": "30d", "grace_period": "0"}),
    "replace": (80, 10, {"expires_in": "90d", "renew_before": "14d"}),
}


def race(simulator: Simulator, space_id: str, options: dict[str, t.Any]) -> list[Outcome]:
    """All runs at once, in threads, with real pauses."""

    def one(_number: int) -> Outcome:
        return run_key(simulator, sleep=lambda seconds: time.sleep(seconds / 4), name=NAME, space=space_id, **options)

    with concurrent.futures.ThreadPoolExecutor(RUNS) as pool:
        return list(pool.map(one, range(RUNS)))


@pytest.mark.parametrize("round_number", range(ROUNDS))
@pytest.mark.parametrize("kind", KINDS)
def test_race(kind: str, round_number: int) -> None:
    age, expires, options = KINDS[kind]
    random.seed(round_number)
    with Simulator(seed=round_number, spaces=["analytics"]) as simulator:
        space_id = simulator.spaces[0].id
        now = simulator.clock.now().replace(microsecond=0)
        old = None
        if age is not None:
            old = simulator.seed_key(
                name=NAME,
                space_id=space_id,
                created_at=now - datetime.timedelta(days=age),
                expires_at=None if expires is None else now + datetime.timedelta(days=expires),
            )
        outcomes = race(simulator, space_id, options)

        live = simulator.keys(name=NAME, live=True)
        new = [key for key in live if old is None or key.id != old.id]
        assert len(new) == 1, [outcome.message or outcome["reasons"] for outcome in outcomes]
        holders = [outcome for outcome in outcomes if outcome.get("key") == new[0].secret]
        assert len(holders) == 1, "the secret of the key that stays is with exactly one run"
        assert holders[0]["changed"]
        for outcome in outcomes:
            assert not outcome.failed, outcome.message
            assert outcome is holders[0] or not outcome["changed"]
            secret = outcome.get("key")
            assert secret is None or simulator.secret_is_valid(secret)
        issued = {key.id for key in simulator.keys(name=NAME)} - {new[0].id} - ({old.id} if old else set())
        told = " ".join(str(outcome.get("reasons")) for outcome in outcomes)
        assert all(key_id in told for key_id in issued), "each loser says which key it has revoked again"


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_race_of_fleets(round_number: int) -> None:
    """Eight bulk runs on one fleet: one live key in each space, whose secret exactly one run has."""
    spaces = [f"s{number}" for number in range(6)]
    random.seed(round_number)
    with Simulator(seed=round_number, spaces=spaces) as simulator:

        def one(_number: int) -> Outcome:
            defaults = {"name": "{space}-ingest", "expires_in": "90d"}
            return run_keys(
                simulator,
                sleep=lambda seconds: time.sleep(seconds / 4),
                spaces=spaces,
                defaults=defaults,
                concurrency=4,
            )

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(one, range(8)))
        assert [outcome.message for outcome in outcomes if outcome.failed] == []
        live = simulator.keys(name=None, live=True)
        secrets = [result["key"] for outcome in outcomes for result in outcome["api_keys"] if result.get("key")]
        for space in spaces:
            (key,) = [key for key in live if key.name == f"{space}-ingest"]
            assert secrets.count(key.secret) == 1
        assert all(simulator.secret_is_valid(secret) for secret in secrets), "no run has a secret that does not serve"
