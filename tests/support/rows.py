# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows: one task each, with a service of its own, played in check mode, then for real, then for real again."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
from datetime import datetime, timedelta, timezone

from dateutil.parser import isoparse

from simulator import Simulator, StoredKey, Switches
from support.in_process import run_key

Options = dict[str, t.Any]
# Prepares the service and returns the options of the task.
Row = t.Callable[[Simulator], Options]
Rows = t.Mapping[str, Row]
# What check mode can't know, since the service decides it when it issues a key.
ONLY_THE_SERVICE_KNOWS = ("id", "redacted_key", "created_at", "created_by_user_id", "last_used_at")
LATER = "(known once the key is issued)"


@dataclasses.dataclass
class Played:
    """What one row did. `before` are the keys as they were at its start, secrets included."""

    simulator: Simulator
    options: Options
    before: dict[str, t.Any]
    check: dict[str, t.Any]
    check_methods: list[str]
    real: dict[str, t.Any]
    again: dict[str, t.Any]
    writes: list[str]

    @property
    def stored(self) -> t.Any:
        """The key of the real run as the service has it, which is another route than the module's."""
        (found,) = [key for key in self.simulator.keys(name=None) if key.id == self.real["api_key"]["id"]]
        return found


def play(rows: Rows, stack: contextlib.ExitStack, **switches: t.Any) -> dict[str, Played]:
    """Play all rows. The clock stands still, so that check mode and the real run see the same time."""
    return {name: _play(row, stack, switches) for name, row in rows.items()}


def _play(row: Row, stack: contextlib.ExitStack, switches: dict[str, t.Any]) -> Played:
    simulator = stack.enter_context(
        Simulator(Switches(**switches), frozen=True, spaces=("analytics", "ingest", "support"))
    )
    options = row(simulator)
    before = {key.id: key for key in simulator.keys(name=None)}

    def run(check: bool = False) -> dict[str, t.Any]:
        outcome = run_key(simulator, check, **options)
        return {**outcome.result, "warnings": outcome.warnings}

    checked = run(check=True)
    methods = [record.method for record in simulator.requests]
    simulator.requests_clear()
    real, again = run(), run()
    writes = [f"{record.method} {record.path.rpartition('/')[2]}" for record in simulator.writes]
    return Played(simulator, options, before, checked, methods, real, again, writes)


def space_id(simulator: Simulator, name: str = "analytics") -> str:
    """The id of a space in the first organization."""
    return next(space.id for space in simulator.spaces if space.name == name)


def seed(
    simulator: Simulator, name: str, age_days: float = 0, expires_in_days: float | None = None, **values: t.Any
) -> StoredKey:
    """A key that is there before the run; of a service key's spaces, analytics."""
    now = simulator.clock.now()
    if values.get("key_type", "SERVICE") == "SERVICE":
        values.setdefault("space_id", space_id(simulator))
    return simulator.seed_key(
        name=name,
        created_at=(now - timedelta(days=age_days)).replace(microsecond=0),
        expires_at=None if expires_in_days is None else now + timedelta(days=expires_in_days),
        **values,
    )


def instant(text: str) -> datetime:
    """An instant of a result."""
    return isoparse(text).astimezone(timezone.utc)


def assert_same_expiry(predicted: str | None, real: str | None) -> None:
    """Equal, but for the seconds that pass between two answers."""
    if predicted is None or real is None:
        assert predicted == real
    else:
        assert abs(instant(predicted) - instant(real)) < timedelta(seconds=5)


def assert_predicted(row: Played) -> None:
    """Check mode sent only GET and said what the real run then did, field by field."""
    check, real = row.check, row.real
    assert not check.get("failed"), check
    assert not real.get("failed"), real
    assert row.check_methods
    assert set(row.check_methods) == {"GET"}
    assert "key" not in check
    for name in ("changed", "action", "reasons", "not_compared"):
        assert check[name] == real[name], name
    assert [key["id"] for key in check["revoked"]] == [key["id"] for key in real["revoked"]]
    issued = real["action"] in {"created", "refreshed", "replaced"}
    if not issued:
        assert check["api_key"] == real["api_key"]
        assert check["diff"] == real["diff"]
        return
    predicted, found = dict(check["api_key"]), dict(real["api_key"])
    assert set(predicted) == set(found)
    for name in ONLY_THE_SERVICE_KNOWS:
        assert predicted.pop(name) is None, name
        found.pop(name)
    assert_same_expiry(predicted.pop("expires_at"), found.pop("expires_at"))
    assert predicted == found
    assert_predicted_diff(check["diff"], real["diff"], real["api_key"]["id"])


def assert_predicted_diff(check: dict[str, t.Any], real: dict[str, t.Any], issued_id: str) -> None:
    """The same diff, but for the id of the new key and the seconds in an expiry."""
    assert check["before"] == real["before"]
    assert set(check["after"]) == set(real["after"])
    predicted, found = dict(check["after"]["api_key"]), dict(real["after"]["api_key"])
    assert predicted.pop("id") == LATER
    assert found.pop("id") == issued_id
    assert_same_expiry(predicted.pop("expires_at"), found.pop("expires_at"))
    assert predicted == found
    assert check["after"].get("other_keys") == real["after"].get("other_keys")


def assert_settled(row: Played, writes: t.Sequence[str]) -> None:
    """The second run changed nothing, and both runs together sent just these writes."""
    assert not row.again.get("failed"), row.again
    assert row.again["changed"] is False
    assert row.again["action"] == "none"
    assert "key" not in row.again
    assert row.writes == list(writes)
