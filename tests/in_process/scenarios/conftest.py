# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with one key to look after: a simulated service, a space, and a file for the secret."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import typing as t

import pytest
from support.in_process import Outcome, run_key

from simulator import Simulator, Switches

NAME = "ingest"


@dataclasses.dataclass
class World:
    """The simulator, the id of the space that the key belongs to, and where its secret goes."""

    simulator: Simulator
    space_id: str
    dest: pathlib.Path

    def seed(self, age_days: float = 0.0, expires_in_days: float | None = None, **values: t.Any) -> t.Any:
        """A key issued `age_days` ago that expires `expires_in_days` from now (None: never)."""
        now = self.simulator.clock.now()
        expires_at = None if expires_in_days is None else now + datetime.timedelta(days=expires_in_days)
        return self.simulator.seed_key(
            **{
                "name": NAME,
                "space_id": self.space_id,
                "created_at": (now - datetime.timedelta(days=age_days)).replace(microsecond=0),
                "expires_at": expires_at,
                **values,
            },
        )

    def run(self, check: bool = False, **options: t.Any) -> Outcome:
        """Run the module for the key; an option that is None is left out."""
        return run_key(self.simulator, check=check, **{"name": NAME, "space": self.space_id, **options})

    @property
    def live(self) -> list[t.Any]:
        return list(self.simulator.keys(name=NAME, live=True))

    @property
    def delivered(self) -> str | None:
        """The secret in the file, None where there is no file."""
        return self.dest.read_text().strip() if self.dest.exists() else None

    def file_holds_valid_secret(self) -> bool:
        return self.delivered is not None and self.simulator.secret_is_valid(self.delivered)

    def no_leftovers(self) -> bool:
        """Whether nothing but the destination lies in its folder."""
        return {path.name for path in self.dest.parent.iterdir()} <= {self.dest.name}


@pytest.fixture
def make_world(tmp_path: pathlib.Path) -> t.Iterator[t.Callable[..., World]]:
    """Make a world whose simulator has the given switches."""
    started: list[Simulator] = []

    def make(**switches: t.Any) -> World:
        simulator = Simulator(switches=Switches(**switches))
        simulator.start()
        started.append(simulator)
        folder = tmp_path / f"secrets{len(started)}"
        folder.mkdir()
        return World(simulator, simulator.add_space("analytics", "Example Org").id, folder / "ingest.key")

    yield make
    for simulator in started:
        simulator.stop()


@pytest.fixture
def world(make_world: t.Callable[..., World]) -> World:
    """A world with the contract's suggested switches."""
    return make_world()
