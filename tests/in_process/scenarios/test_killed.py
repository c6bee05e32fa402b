# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed at any step leaves a valid secret in the file, or what the next run heals."""

from __future__ import annotations

import json
import signal
import subprocess
import typing as t

import pytest
from support.killed_run import STEPS, run_killed

from in_process.scenarios.conftest import NAME, World

SITUATIONS: dict[str, tuple[list[tuple[float, float | None]], dict[str, t.Any]]] = {
    "create": ([], {"expires_in": "90d"}),
    "refresh with an overlap": ([(31, None)], {"max_age": "30d"}),
    "refresh without one": ([(31, None)], {"max_age": "30d", "grace_period": "0"}),
    "replace": ([(80, 10)], {"expires_in": "90d", "renew_before": "14d"}),
    "replace and revoke": (
        [(80, 10)],
        {"expires_in": "90d", "renew_before": "14d", "exclusive": True, "grace_period": "0"},
    ),
}


def started(world: World, step: str, options: dict[str, t.Any], kind: str) -> subprocess.CompletedProcess[str]:
    """Run the module in a process of its own that gets the signal at the step."""
    connection = {"api_url": world.simulator.url, "api_key": world.simulator.credential}
    return run_killed(step, kind, {**connection, "name": NAME, "space": world.space_id, **options})


@pytest.mark.parametrize(
    ("step", "situation"),
    [
        (step, situation)
        for step in STEPS
        for situation in SITUATIONS
        if situation == "replace and revoke" or not step.endswith("a revocation")
    ],
)
def test_killed(world: World, step: str, situation: str) -> None:
    seeds, options = SITUATIONS[situation]
    seeded = [world.seed(age, expires) for age, expires in seeds]
    if seeded:
        world.dest.write_text(seeded[-1].secret)
        world.dest.chmod(0o600)
    options = {**options, "dest": str(world.dest), "on_lost_secret": "reissue"}

    killed = started(world, step, options, "SIGKILL")

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for path in world.dest.parent.iterdir():
        assert path.stat().st_mode & 0o077 == 0, f"{path.name} is readable by others"
    if options.get("grace_period") != "0" and seeded:
        assert world.file_holds_valid_secret(), "with an overlap the old secret or the new one serves"

    # Within ten minutes it might be another run that is still at work.
    world.simulator.clock.advance(seconds=700)
    healed = world.run(**options)
    assert not healed.failed, healed.message
    assert world.file_holds_valid_secret()
    assert world.no_leftovers()
    settled = world.run(**options)
    assert settled["action"] in ("none", "revoked"), settled["reasons"]
    assert world.file_holds_valid_secret()
    unbounded = [key for key in world.live if key.expires_at is None]
    assert len(unbounded) <= 1
    if not seeded:
        assert len(world.live) == 1


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        *(("posted", kind) for kind in ("SIGTERM", "SIGINT", "SIGHUP")),
        *((step, "SIGTERM") for step in ("content made", "written", "renamed", "settled")),
    ],
)
def test_a_signal_while_a_secret_is_on_its_way_waits(world: World, step: str, kind: str) -> None:
    """Between issuing and delivery the run goes on to its end: the secret is in the file and the result is told."""
    finished = started(world, step, {"expires_in": "90d", "dest": str(world.dest), "return_key": True}, kind)
    assert finished.returncode == 0, finished.stderr
    result = json.loads(finished.stdout)
    assert result["action"] == "created"
    assert world.delivered == result["key"]
    assert world.file_holds_valid_secret()


@pytest.mark.parametrize("kind", ["SIGTERM", "SIGINT"])
def test_a_signal_before_that_ends_the_run(world: World, kind: str) -> None:
    """Nothing has been issued, so there is nothing to finish."""
    ended = started(world, "planned", {"expires_in": "90d", "dest": str(world.dest)}, kind)
    assert ended.returncode != 0
    assert world.live == []
    assert world.simulator.writes == []
