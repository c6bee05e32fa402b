# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state machine that runs `arize_api_keys` against the simulator and checks the invariants after each step.

The letters are those of the machine for one key, and (h): pruning never revokes a declared key, an excluded one, or one
outside the named spaces.
"""

from __future__ import annotations

import datetime
import pathlib
import shutil
import tempfile
import typing as t

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from support.hooks import HookedTransport
from support.in_process import Outcome, run_keys

from in_process.properties.machine import FAULTS, Killed, blinded_by, foreseen_and_done
from simulator import Fault, Simulator

SPACES = ("s0", "s1", "s2")
PROFILES: list[dict[str, t.Any]] = [
    {"expires_in": "90d", "renew_before": "14d"},
    {"expires_in": "90d", "renew_before": "14d", "exclusive": True},
    {"max_age": "30d", "exclusive": True},
    {"max_age": "30d", "grace_period": "0"},
]
STRAYS = ("stray", "kept-by-pattern", "kept-by-pattern", "s0-ingest", "s1-ingest")


class FleetMachine(RuleBasedStateMachine):
    """A key in a file for each of some spaces, keys of others beside them, and whatever happens to them."""

    simulator: t.ClassVar[Simulator]

    def __init__(self) -> None:
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="arize-fleet-"))
        self.declared = set(SPACES)
        self.held: set[str] = set()
        self.told: set[str] = set()
        self.excused: set[str] = set()
        self.unsettled = False

    @initialize(
        profile=st.sampled_from(PROFILES),
        keeps_id=st.booleans(),
        lag=st.sampled_from([0.0, 0.0, 1.5]),
        prune_spaces=st.sampled_from([(), ("s0", "s1"), SPACES]),
    )
    def begin(self, profile: dict[str, t.Any], keeps_id: bool, lag: float, prune_spaces: tuple[str, ...]) -> None:
        self.simulator.reset()
        self.simulator.switches.refresh_keeps_id = keeps_id
        self.simulator.switches.list_lag_seconds = lag
        self.space_ids = {space.name: space.id for space in self.simulator.spaces}
        self.profile = {**profile, "on_lost_secret": "reissue"}
        self.prune_spaces = prune_spaces

    def options(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = {
            "spaces": sorted(self.declared),
            "defaults": {**self.profile, "name": "{space}-ingest", "dest": f"{self.folder}/{{space}}.key"},
            # One worker, so that a failure can be repeated.
            "concurrency": 1,
        }
        if self.prune_spaces:
            found.update(prune_spaces=list(self.prune_spaces), prune_exclude=["kept-*"], prune_all=True)
        return found

    def dest(self, space: str) -> pathlib.Path:
        return self.folder / f"{space}.key"

    def live(self) -> list[t.Any]:
        return [key for key in self.simulator.keys(name=None, live=True) if not key.is_credential]

    def is_declared(self, key: t.Any) -> bool:
        return any(key.name == f"{space}-ingest" and self.space_ids[space] in key.space_ids for space in self.declared)

    def serving(self) -> set[str]:
        """The spaces whose file has a secret that serves for the next minutes."""
        soon = self.simulator.clock.now() + datetime.timedelta(seconds=600)
        found = set()
        for space in self.declared:
            secret = self.dest(space).read_text().strip() if self.dest(space).exists() else ""
            key: t.Any = self.simulator.key_of_secret(secret) if secret else None
            if key is not None and key.fits(secret, soon):
                found.add(space)
        return found

    def run(self, check: bool = False, watch: t.Callable[[], None] | None = None) -> Outcome:
        class Watched(HookedTransport):
            def _exchange(self, *arguments: t.Any, **keywords: t.Any) -> t.Any:
                if watch is not None:
                    watch()
                return super()._exchange(*arguments, **keywords)

        return run_keys(self.simulator, check, place={"connect": Watched}, **self.options())

    def guarded_run(self, faults: list[dict[str, t.Any]], killed_at: int | None = None) -> Outcome | None:
        """One run, with (e) checked before each request, and (h) at its end. None when it was killed."""
        overlap = self.profile.get("grace_period") != "0"
        served = self.serving() if overlap else set()
        before = {key.secret: key for key in self.live()}
        count = 0

        def watch() -> None:
            nonlocal count
            count += 1
            if killed_at is not None and count >= killed_at:
                raise Killed
            assert served <= self.serving(), "(e) a delivered secret died during the run"

        for fault in faults:
            self.simulator.faults.add(Fault(**fault))
        try:
            outcome: Outcome | None = self.run(watch=watch)
        except Killed:
            outcome = None
            self.excused |= {key.id for key in self.live() if key.secret not in before}
        self.simulator.faults.clear()
        self.unsettled |= outcome is None or outcome.failed
        self.held |= {path.read_text().strip() for path in self.folder.glob("*.key")}
        assert served <= self.serving(), "(e) a delivered secret died in the run"
        revoked = {key.id for key in self.simulator.keys(name=None) if key.status != "ACTIVE"}
        for key in before.values():
            if key.id not in revoked or self.is_declared(key):
                continue
            assert self.prune_spaces, "(h) a foreign key was revoked, and nothing was to be pruned"
            assert not key.name.startswith("kept-"), "(h) an excluded key was pruned"
            assert {*key.space_ids} <= {self.space_ids[space] for space in self.prune_spaces}, "(h) another space's key"
        if outcome is not None:
            pruned = {key["id"] for key in outcome.get("pruned") or ()}
            assert not any(self.is_declared(key) for key in before.values() if key.id in pruned), "(h) a declared key"
        return outcome

    def account_for(self, outcome: Outcome, blind: bool = False) -> None:
        """Check (b) and (f)."""
        note(f"failed={outcome.failed} {outcome.message} live={[(key.name, key.id) for key in self.live()]}")
        results = outcome.get("api_keys") or []
        self.held |= {result["key"] for result in results if result.get("key")}
        shown = str([{name: value for name, value in result.items() if name != "key"} for result in results])
        shown += f"{outcome.message} {outcome.warnings} {outcome.get('pruned')} {outcome.get('diff')}"
        for raw in self.simulator.secrets:
            assert raw not in shown, "(f) a secret or the credential is in the output"
        self.told |= {key.id for key in self.live() if key.id in shown}
        for key in self.live():
            # By what a blind run could see, it can only tell how to recognise the key.
            unseen = (blind or self.simulator.switches.list_lag_seconds > 0) and "Should another" in shown
            known = key.secret in self.held or key.id in self.told | self.excused or unseen
            assert known, f"(b) nobody holds the secret of {key.id}, and nobody was told"

    @rule()
    def run_and_again(self) -> None:
        """Without faults: (c) and (d)."""
        self.settle()
        predicted, outcome = foreseen_and_done(
            self.simulator, lambda: self.run(check=True), lambda: self.guarded_run([]), self.account_for
        )
        if outcome.failed:
            return
        assert predicted["changed"] == outcome["changed"], "(c)"
        assert predicted["summary"] == outcome["summary"], "(c)"
        assert [key["id"] for key in predicted["pruned"]] == [key["id"] for key in outcome["pruned"]], "(c)"
        assert self.serving() == self.declared, "success, and a delivered secret does not serve"
        self.settle(always=True)
        self.simulator.requests_clear()
        again = self.run()
        assert not again.failed, f"(d) {again.message}"
        assert not again["changed"], f"(d) {again.message}"
        assert self.simulator.writes == [], "(d)"

    @rule(faults=FAULTS)
    def run_with_faults(self, faults: list[dict[str, t.Any]]) -> None:
        outcome = self.guarded_run(faults)
        assert outcome is not None
        self.account_for(outcome, blinded_by(faults))
        if not outcome.failed:
            assert self.serving() == self.declared, "success, and a delivered secret does not serve"

    @rule(faults=FAULTS, at=st.integers(1, 20))
    def run_and_be_killed(self, faults: list[dict[str, t.Any]], at: int) -> None:
        outcome = self.guarded_run(faults, killed_at=at)
        if outcome is not None:
            self.account_for(outcome, blinded_by(faults))

    @rule(days=st.sampled_from([0.01, 20, 31, 77, 120]))
    def time_passes(self, days: float) -> None:
        self.simulator.clock.advance(days=days)

    @rule(space=st.sampled_from(SPACES))
    def a_file_is_lost(self, space: str) -> None:
        self.dest(space).unlink(missing_ok=True)

    @rule(space=st.sampled_from(SPACES))
    def the_declaration_changes(self, space: str) -> None:
        self.declared ^= {space}
        if not self.declared and not self.prune_spaces:
            # Refused as a whole.
            self.declared = {space}

    @rule(name=st.sampled_from(STRAYS), space=st.sampled_from(SPACES), days=st.integers(1, 60))
    def somebody_issues_a_key(self, name: str, space: str, days: int) -> None:
        before = self.simulator.clock.now() - datetime.timedelta(days=days)
        key = self.simulator.seed_key(name=name, space_id=self.space_ids[space], created_at=before)
        self.excused.add(key.id)

    def settle(self, always: bool = False) -> None:
        if self.unsettled or always:
            self.simulator.clock.advance(seconds=self.simulator.switches.list_lag_seconds + 1)
            self.unsettled = False

    def teardown(self) -> None:
        """Left alone, a fleet that owns its keys converges: (a)."""
        try:
            if hasattr(self, "profile"):
                self.converge()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def converge(self) -> None:
        self.simulator.faults.clear()
        if not self.profile.get("exclusive"):
            return
        for seconds in (700, 3 * 3600, 10):
            self.simulator.clock.advance(seconds=seconds)
            outcome = self.run()
            self.account_for(outcome)
            assert not outcome.failed, f"does not converge: {outcome.message}"
        assert self.serving() == self.declared
        names = [key.name for key in self.live() if self.is_declared(key)]
        assert sorted(names) == sorted(f"{space}-ingest" for space in self.declared), "(a) more than one live key"
