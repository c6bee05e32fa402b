# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key that a task authenticates with is not cut off by accident."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from support.playbooks import PlaybookRunner

from simulator import Simulator, Switches


@dataclasses.dataclass
class Story:
    """A run that tries to get rid of its own credential."""

    simulator: Simulator
    results: dict[str, dict[str, t.Any]]


@pytest.fixture(scope="module", params=[False, True], ids=["new id", "same id"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    """Refused, refused, refreshed with an overlap, and at last revoked because it was allowed."""
    switches = Switches(credentials_listed=True, refresh_keeps_id=request.param)
    with Simulator(switches, spaces=("analytics",)) as simulator:
        (own,) = [key for key in simulator.keys(name=None) if key.secret == simulator.credential]
        runner = PlaybookRunner(simulator, tmp_path_factory.mktemp("own"))
        this = {"id": own.id, "key_type": "user"}
        tasks = {
            "revoke": runner.key(**this, state="absent"),
            "refresh": runner.key(**this, state="refreshed"),
            "refresh with grace": runner.key(**this, state="refreshed", grace_period="1h"),
            "revoke, allowed": runner.key(**this, state="absent", allow_self=True),
            "afterwards": runner.info(key_type="user"),
        }
        run = runner.run_tasks(*tasks.values())
        yield Story(simulator, dict(zip(tasks, run.results, strict=True)))


@pytest.mark.parametrize("name", ["revoke", "refresh"])
def test_it_is_refused_without_allow_self(story: Story, name: str) -> None:
    """With both ways out in the message."""
    result = story.results[name]
    assert result["failed"] is True
    assert "credential" in result["msg"]
    assert "allow_self" in result["msg"]


def test_a_refresh_with_an_overlap_is_no_danger(story: Story) -> None:
    """The credential goes on serving for a while, so it needs no permission."""
    result = story.results["refresh with grace"]
    assert not result.get("failed"), result
    assert result["changed"] is True


def test_allow_self_allows_it(story: Story) -> None:
    """Then the credential is gone."""
    result = story.results["revoke, allowed"]
    assert not result.get("failed"), result
    assert result["action"] == "revoked"
    assert not story.simulator.secret_is_valid(story.simulator.credential)
    assert story.results["afterwards"]["request"]["status"] == 401


def test_only_what_was_allowed_was_sent(story: Story) -> None:
    """One refresh and one revocation."""
    assert [record.path.rpartition("/")[2] for record in story.simulator.writes] == ["refresh", "revoke"]
