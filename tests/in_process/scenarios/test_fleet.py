# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many keys in one task: each as by a task of its own, a failure for its key alone, and pruning that fails closed."""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import os
import pathlib
import random
import signal
import time
import typing as t

import pytest
from support.in_process import Outcome, run_keys
from support.killed_run import STEPS, run_killed

from ansible_collections.community.arize.plugins.module_utils._host.arguments import key_arguments, keys_arguments
from ansible_collections.community.arize.plugins.module_utils._work import issue as _issue
from ansible_collections.community.arize.plugins.module_utils._work import keep_many
from simulator import Fault, Simulator

# As in the nightly run.
LONG = int(os.environ.get("ARIZE_TEST_ROUNDS", "2")) >= 20
SPACES = ["s0", "s1", "s2", "s3"]
CHECK = pytest.mark.parametrize("check", [False, True], ids=["real", "check"])


@pytest.fixture
def simulator() -> t.Iterator[Simulator]:
    with Simulator(spaces=tuple(SPACES)) as started:
        yield started


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path


def declared(folder: pathlib.Path, **options: t.Any) -> dict[str, t.Any]:
    """A key in a file for each space."""
    defaults = {"name": "{space}-ingest", "expires_in": "90d", "renew_before": "14d", "dest": f"{folder}/{{space}}.key"}
    return {"spaces": SPACES, "defaults": {**defaults, **options.pop("defaults", {})}, **options}


def paths(simulator: Simulator) -> list[tuple[str, str]]:
    return sorted((request.method, request.path) for request in simulator.requests)


def seed(simulator: Simulator, name: str, space: str, **values: t.Any) -> t.Any:
    (space_id,) = (found.id for found in simulator.spaces if found.name == space)
    return simulator.seed_key(name=name, space_id=space_id, **values)


def test_the_plan_says_why_a_key_is_replaced_and_names_it_once(simulator: Simulator, folder: pathlib.Path) -> None:
    run_keys(simulator, **declared(folder))
    simulator.age(days=80)
    line = run_keys(simulator, check=True, **declared(folder))["diff"]["prepared"].splitlines()[0]
    before = (
        "~ replace service key 's0-ingest' in space s0: expires in less than renew_before (14d). The new one expires 2"
    )
    assert line.startswith(before)


def test_workers_keep_their_connections(simulator: Simulator, folder: pathlib.Path) -> None:
    done = run_keys(simulator, **declared(folder, concurrency=2))
    assert summary(done) == {"created": len(SPACES)}
    assert simulator.connections == 2


def summary(outcome: Outcome) -> dict[str, int]:
    return {name: count for name, count in outcome["summary"].items() if count}


def assert_each_live_key_is_held(simulator: Simulator, folder: pathlib.Path, spaces: t.Sequence[str]) -> None:
    """Each file has the secret of a live key of its own, and no other key is live."""
    held = {(folder / f"{space}.key").read_text().strip() for space in spaces}
    assert {key.secret for key in simulator.keys(name=None, live=True) if not key.is_credential} == held
    assert len(held) == len(spaces)


@CHECK
def test_a_key_for_each_space(simulator: Simulator, folder: pathlib.Path, check: bool) -> None:
    outcome = run_keys(simulator, check, **declared(folder))
    assert not outcome.failed, outcome.message
    assert outcome["changed"] is True
    assert summary(outcome) == {"created": 4}
    assert [key["api_key"]["name"] for key in outcome["api_keys"]] == [f"{space}-ingest" for space in SPACES]
    assert outcome["diff"]["prepared"].count("+ create service key") == 4
    if check:
        assert simulator.writes == []
        assert list(folder.iterdir()) == []
        return
    held = {path.read_text().strip() for path in folder.iterdir()}
    assert held == {key.secret for key in simulator.keys(live=True)}
    assert all("key" not in key for key in outcome["api_keys"])
    simulator.requests_clear()
    again = run_keys(simulator, **declared(folder))
    assert summary(again) == {"none": 4}
    assert again["changed"] is False
    assert again["next_rotation_at"] == min(key["next_rotation_at"] for key in outcome["api_keys"])
    # One listing of all spaces, and one listing of the keys of each.
    assert paths(simulator) == [("GET", "/v2/api-keys")] * 4 + [("GET", "/v2/spaces")]


@CHECK
def test_keys_of_one_space_share_a_listing(simulator: Simulator, check: bool) -> None:
    keys = [{"name": f"k{index}", "space": "s0"} for index in range(20)]
    assert summary(run_keys(simulator, api_keys=keys)) == {"created": 20}
    simulator.requests_clear()
    outcome = run_keys(simulator, check, api_keys=keys)
    assert summary(outcome) == {"none": 20}
    assert paths(simulator) == [("GET", "/v2/api-keys"), ("GET", "/v2/spaces")]


def test_an_entry_wins_over_the_defaults(simulator: Simulator, folder: pathlib.Path) -> None:
    own = {"space": "s0", "name": "billing", "expires_at": "2031-01-01T00:00:00Z", "dest": f"{folder}/billing"}
    outcome = run_keys(simulator, **declared(folder, spaces=[], api_keys=[own], defaults={"renew_before": None}))
    assert not outcome.failed, outcome.message
    (key,) = simulator.keys(live=True)
    assert key.name == "billing"
    assert key.expires_at is not None
    assert key.expires_at.year == 2031
    assert (folder / "billing").read_text().strip() == key.secret


@CHECK
def test_a_failure_concerns_its_key_alone(simulator: Simulator, folder: pathlib.Path, check: bool) -> None:
    keys = [{"space": "nowhere", "name": "x", "dest": f"{folder}/x"}]
    outcome = run_keys(simulator, check, **declared(folder, api_keys=keys))
    assert outcome.failed
    assert summary(outcome) == {"created": 4, "failed": 1}
    assert outcome["changed"] is True
    failed = outcome["api_keys"][-1]
    assert failed["failed"] is True
    assert "nowhere" in failed["msg"]
    assert failed["msg"] in outcome.message
    assert len(simulator.keys(live=True)) == (0 if check else 4)


@CHECK
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"concurrency": 0}, "between 1 and 32"),
        ({"concurrency": 33}, "between 1 and 32"),
        ({"defaults": {"dest": "/tmp/one.key"}}, "the same dest"),
        ({"defaults": {"name": "{team}"}}, "{team}"),
        ({"api_keys": [{"space": "s1", "name": "s1-ingest", "dest": "/tmp/x"}]}, "declare the same key"),
        ({"spaces": ["../s0"]}, "another folder"),
        ({"spaces": [".s0"]}, "another folder"),
        ({"spaces": []}, "nothing is declared"),
        ({"spaces": [], "prune_spaces": ["s0"]}, "prune_all"),
        ({"prune_spaces": ["nowhere"]}, "nowhere"),
        (
            {"api_keys": [{"space": "s1", "name": "x", "expires_at": "soon", "dest": "/tmp/x"}]},
            "api_keys[0].expires_at",
        ),
    ],
)
def test_refused_before_the_first_write(
    simulator: Simulator, folder: pathlib.Path, options: dict[str, t.Any], words: str, check: bool
) -> None:
    outcome = run_keys(simulator, check, **declared(folder, **options))
    assert outcome.failed
    assert words in outcome.message, outcome.message
    known = {**keys_arguments()["argument_spec"], **key_arguments()["argument_spec"]}
    for name in outcome["option"].split("."):
        assert name.partition("[")[0] in known
    assert simulator.writes == []


def test_the_same_space_by_name_and_by_id_is_the_same_key(simulator: Simulator) -> None:
    keys = [{"space": space, "name": "x"} for space in ("s0", simulator.spaces[0].id)]
    outcome = run_keys(simulator, api_keys=keys)
    assert "api_keys[0]" in outcome.message
    assert "api_keys[1]" in outcome.message
    assert simulator.writes == []


def test_a_rejected_credential_ends_the_work(simulator: Simulator, folder: pathlib.Path) -> None:
    """What was done is reported, what was not begun is named."""
    simulator.faults.add(Fault(method="POST", nth=3, times=-1, kind="status", status=401))
    outcome = run_keys(simulator, **declared(folder, concurrency=1))
    assert outcome.failed
    assert summary(outcome) == {"created": 2, "failed": 1, "not_started": 1}
    assert outcome["not_started"] == ["spaces[3] (service key 's3-ingest' in space s3)"]
    assert len(simulator.keys(live=True)) == 2


def test_a_limited_rate_slows_all_down_and_loses_nothing(simulator: Simulator, folder: pathlib.Path) -> None:
    simulator.faults.add(Fault(kind="status", status=429, times=4, retry_after="1"))
    outcome = run_keys(simulator, **declared(folder))
    assert summary(outcome) == {"created": 4}, outcome.message


def test_slices_of_a_large_fleet_share_a_rate_limit(tmp_path: pathlib.Path) -> None:
    """Four tasks at once, each with its own spaces: nothing is lost, and no 429 ends one of them."""
    of_slice, limit = (500, 200) if LONG else (20, 40)
    spaces = [f"s{number}" for number in range(4 * of_slice)]
    with Simulator(spaces=tuple(spaces)) as simulator:
        simulator.switches.requests_per_second = limit
        fleet = declared(tmp_path)

        def one(number: int) -> Outcome:
            mine = spaces[number * of_slice : (number + 1) * of_slice]
            return run_keys(simulator, sleep=time.sleep, **{**fleet, "spaces": mine})

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(one, range(4)))
        assert [outcome.message for outcome in outcomes if outcome.failed] == []
        assert sum(request.status == 429 for request in simulator.requests) > 0
        assert_each_live_key_is_held(simulator, tmp_path, spaces)


def test_a_space_that_vanishes_meanwhile(simulator: Simulator, folder: pathlib.Path) -> None:
    simulator.faults.add(Fault(method="GET", path="/api-keys$", nth=6, kind="status", status=404))
    outcome = run_keys(simulator, **declared(folder, concurrency=1))
    assert outcome.failed
    assert outcome["summary"]["failed"] == 1


@CHECK
def test_pruning(simulator: Simulator, folder: pathlib.Path, check: bool) -> None:
    run_keys(simulator, **declared(folder))
    stray = seed(simulator, "stray", "s0")
    elsewhere = seed(simulator, "stray", "s3")
    kept = seed(simulator, "terraform-a", "s1")
    before = simulator.clock.now() - datetime.timedelta(days=1)
    namesake = seed(simulator, "s0-ingest", "s0", created_at=before, expires_at="2027-01-01T00:00:00Z")
    simulator.requests_clear()
    pruning = {"prune_spaces": ["s0", "s1"], "prune_exclude": ["terraform-*", "nothing-*"]}
    # The key of s1 is declared no more.
    outcome = run_keys(simulator, check, **declared(folder, spaces=["s0", "s2", "s3"], **pruning))
    assert not outcome.failed, outcome.message
    gone = {stray.id, *(key.id for key in simulator.keys(name="s1-ingest"))}
    assert {key["id"] for key in outcome["pruned"]} == gone
    for key in outcome["pruned"]:
        line = f"- prune service key {key['name']!r} in space {key['space']} (id {key['id']})"
        assert line in outcome["diff"]["prepared"].splitlines()
    assert any("nothing-*" in warning for warning in outcome.warnings)
    assert "- prune service key 'stray'" in outcome["diff"]["prepared"]
    assert outcome["diff"]["prepared"].endswith("\n  3 unchanged\n")
    live = {key.id for key in simulator.keys(live=True)}
    assert {elsewhere.id, kept.id, namesake.id} <= live
    if check:
        assert simulator.writes == []
        assert gone <= live
    else:
        assert not gone & live


def test_nothing_is_pruned_after_a_failure(simulator: Simulator, folder: pathlib.Path) -> None:
    stray = seed(simulator, "stray", "s0")
    keys = [{"space": "nowhere", "name": "x", "dest": f"{folder}/x"}]
    outcome = run_keys(simulator, **declared(folder, api_keys=keys, prune_spaces=["s0"]))
    assert outcome.failed
    assert outcome["pruned"] == []
    assert any("Nothing was pruned" in warning for warning in outcome.warnings)
    assert stray.id in {key.id for key in simulator.keys(live=True)}


@CHECK
def test_everything_is_pruned_only_when_that_is_said(simulator: Simulator, check: bool) -> None:
    stray = seed(simulator, "stray", "s0")
    outcome = run_keys(simulator, check, prune_spaces=["s0"], prune_all=True)
    assert not outcome.failed, outcome.message
    assert [key["id"] for key in outcome["pruned"]] == [stray.id]
    assert len(simulator.keys(live=True)) == int(check)


def test_a_revocation_that_is_refused_is_told_with_the_rest(simulator: Simulator, folder: pathlib.Path) -> None:
    stray = seed(simulator, "stray", "s0")
    simulator.faults.add(Fault(method="PUT", times=-1, kind="status", status=403))
    outcome = run_keys(simulator, **declared(folder, prune_spaces=["s0"]))
    assert outcome.failed
    assert summary(outcome) == {"created": 4}
    assert stray.id in outcome.message
    assert outcome["pruned"] == []


@CHECK
def test_the_credential_and_keys_of_other_spaces_are_not_pruned(
    simulator: Simulator, folder: pathlib.Path, check: bool
) -> None:
    own = seed(simulator, "automation", "s0", space_role="ADMIN")
    stray = seed(simulator, "stray", "s0")
    ids = [space.id for space in simulator.spaces]
    both = run_keys(
        simulator,
        api_keys=[
            {
                "name": "both",
                "organizations": [
                    {
                        "id": simulator.spaces[0].organization_id,
                        "spaces": [{"space": ids[0], "role": "member"}, {"space": ids[1], "role": "member"}],
                    }
                ],
            }
        ],
    )
    assert not both.failed, both.message
    outcome = run_keys(
        simulator, check, **declared(folder, spaces=["s0"], prune_spaces=["s0"]), api_key=simulator.credential
    )
    assert not outcome.failed, outcome.message
    assert {key["id"] for key in outcome["pruned"]} == {stray.id, own.id}
    assert any("'both'" in warning and ids[1] in warning for warning in outcome.warnings)
    if check:
        outcome = run_keys(simulator, check, **declared(folder, spaces=["s0"], prune_spaces=["s0"]), api_key=own.secret)
        assert stray.id in {key["id"] for key in outcome["pruned"]}, outcome.message
        assert own.id not in {key["id"] for key in outcome["pruned"]}


def test_an_error_of_ours_loses_no_result_of_the_others(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    make_sent = _issue.Sent

    def broken(*given: t.Any) -> t.Any:
        if given[1] == "broken":
            raise ValueError("ak-secret")
        return make_sent(*given)

    monkeypatch.setattr(_issue, "Sent", broken)
    keys = [
        {"space": "s0", "name": "a", "description": "broken", "expires_in": "90d"},
        {"space": "s0", "name": "b", "description": "works", "expires_in": "90d"},
    ]
    outcome = run_keys(simulator, api_keys=keys)
    assert outcome.failed
    assert summary(outcome) == {"created": 1, "failed": 1}
    assert "ValueError" in outcome["api_keys"][0]["msg"]
    assert "ak-secret" not in str(outcome.result)
    assert simulator.secret_is_valid(outcome["api_keys"][1]["key"])


def test_an_error_of_ours_while_pruning_loses_no_result(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: t.Any) -> t.Any:
        raise ValueError("ak-secret")

    monkeypatch.setattr(keep_many, "undeclared", broken)
    outcome = run_keys(simulator, api_keys=[{"space": simulator.spaces[0].id, "name": "a"}], prune_spaces=["s0"])
    assert outcome.failed
    assert "Pruning failed: " in outcome.message
    assert "ValueError" in outcome.message
    assert "ak-secret" not in str(outcome.result)
    assert simulator.secret_is_valid(outcome["api_keys"][0]["key"])


@CHECK
def test_a_missing_folder_is_told_of_once(simulator: Simulator, folder: pathlib.Path, check: bool) -> None:
    """Check mode assumes that an earlier task makes it."""
    dest = f"{folder}/later/{{space}}.key"
    outcome = run_keys(simulator, check, **declared(folder, defaults={"dest": dest}))
    assert simulator.writes == []
    assert outcome.failed is not check
    if check:
        assert summary(outcome) == {"created": 4}
        assert [text for text in outcome.warnings if f"The folder {folder}/later of dest" in text] == outcome.warnings
        assert len(outcome.warnings) == 1


def test_a_task_that_is_told_to_stop_begins_no_further_key(simulator: Simulator, folder: pathlib.Path) -> None:
    place = {"hold_signals": lambda told: told()}
    outcome = run_keys(simulator, place=place, **declared(folder))
    assert outcome.failed
    assert "4 not begun, because the task was told to stop" in outcome.message
    assert [key["msg"] for key in outcome["api_keys"]] == ["Not begun, because the task was told to stop."] * 4
    assert simulator.writes == []


def test_a_signal_loses_nothing_and_ends_the_work_soon(simulator: Simulator, folder: pathlib.Path) -> None:
    connection = {"api_url": simulator.url, "api_key": simulator.credential}
    ended = run_killed("posted", "SIGTERM", {**connection, **declared(folder, concurrency=1)}, nth=2, many=True)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert (result["summary"]["created"], result["summary"]["not_started"]) == (2, 2)
    assert len(simulator.keys(live=True)) == 2
    for space in SPACES[:2]:
        assert simulator.secret_is_valid((folder / f"{space}.key").read_text().strip())


def test_long_work_tells_how_far_it_is(
    simulator: Simulator, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_many, "PROGRESS_SECONDS", 0.05)
    simulator.faults.add(Fault(method="POST", kind="status", status=400))
    simulator.faults.add(Fault(method="POST", nth=2, kind="delay", seconds=0.4))
    told: list[str] = []
    run_keys(simulator, place={"progress": told.append}, **declared(folder, concurrency=1))
    assert "1 of 4 keys done, 1 failed" in told


@pytest.mark.parametrize("round_number", range(10 if LONG else 2))
def test_killed_at_any_moment(tmp_path: pathlib.Path, round_number: int) -> None:
    """The next run converges, and each live key has its secret in a file."""
    chance = random.Random(round_number)
    step = chance.choice([step for step in STEPS if not step.endswith("a revocation")])
    spaces = [f"s{number}" for number in range(50)]
    with Simulator(spaces=tuple(spaces)) as simulator:
        options = {"defaults": {"on_lost_secret": "reissue", "exclusive": True}, "concurrency": 8}
        fleet = {**declared(tmp_path, **options), "spaces": spaces}
        connection = {"api_url": simulator.url, "api_key": simulator.credential}
        killed = run_killed(step, "SIGKILL", {**connection, **fleet}, nth=chance.randrange(1, 50), many=True)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        # Within ten minutes it might be another run that is still at work, and then the grace period must pass.
        for seconds in (700, 4000, 0):
            simulator.clock.advance(seconds=seconds)
            outcome = run_keys(simulator, **fleet)
            assert not outcome.failed, outcome.message
        assert outcome["changed"] is False, f"{step}: {outcome.message}"
        assert_each_live_key_is_held(simulator, tmp_path, spaces)
        # The lock of a file that needs nothing more may stay; what was half written may not.
        assert {path.suffix for path in tmp_path.iterdir()} <= {".key", ".lock"}


def test_ten_thousand_keys(simulator: Simulator) -> None:
    """Twenty-five hundred names in each of four spaces; one space that is unknown spoils nothing."""
    names = [f"k{number}" for number in range(2500)]
    seed(simulator, "k7", "s1", expires_at="2099-01-01T00:00:00Z")
    keys = [{"name": name, "space": space} for space in SPACES for name in names]
    outcome = run_keys(simulator, check=True, api_keys=[*keys, {"name": "k", "space": "nowhere"}], concurrency=32)
    assert outcome.failed
    assert "'nowhere'" in outcome.message
    assert summary(outcome) == {"created": 9999, "none": 1, "failed": 1}
    assert len(outcome["api_keys"]) == 10_001
    assert {request.method for request in simulator.requests} == {"GET"}
    # A listing of the spaces, one of each space, and a look at the names of which none was found.
    assert len(simulator.requests) < 20, len(simulator.requests)
