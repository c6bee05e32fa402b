# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state machine that runs the real modules against the simulator and checks the invariants after each step.

The letters are those of the invariants: (a) one non-retiring live key, (b) a holder for each key, (c) check mode
predicts and only reads, (d) a second run changes nothing, (e) the delivered secret serves throughout, (f) no output
holds a secret.
"""

from __future__ import annotations

import datetime
import functools
import os
import pathlib
import shutil
import tempfile
import typing as t

import requests
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from support.hooks import before_each_request
from support.in_process import Outcome, run_key

from in_process.properties.interleaving import run_interleaved
from simulator import Fault, Simulator

NAME = "ingest"
PROFILES: list[dict[str, t.Any]] = [
    {"expires_in": "90d", "renew_before": "14d"},
    {"expires_in": "90d", "renew_before": "14d", "exclusive": True},
    {"expires_in": "90d", "renew_before": "14d", "exclusive": True, "grace_period": "0"},
    {"max_age": "30d"},
    {"max_age": "30d", "exclusive": True},
    {"max_age": "30d", "exclusive": True, "grace_period": "2h"},
    {"max_age": "30d", "exclusive": True, "retire_unused_for": "3d"},
    {"max_age": "30d", "exclusive": True, "description": "described", "on_drift": "replace"},
    {"max_age": "30d", "grace_period": "0"},
    {"max_age": "30d", "expires_in": "60d", "description": "described", "on_drift": "replace"},
    {"expires_in": "90d", "renew_before": "14d", "exclusive": True, "on_drift": "replace", "description": "described"},
    {"expires_in": "30d", "renew_before": "7d", "on_drift": "ignore", "description": "described"},
]
BLOCKED = {"body": "<html><h1>Blocked</h1></html>", "content_type": "text/html"}
FAULT_KINDS: list[dict[str, t.Any]] = [
    {"kind": "reset", "commit": True},
    {"kind": "reset", "commit": False},
    {"kind": "close", "commit": True},
    {"kind": "status", "status": 502, "commit": True},
    {"kind": "status", "status": 502, "commit": False},
    {"kind": "status", "status": 504, "commit": True},
    {"kind": "status", "status": 503, "commit": False},
    {"kind": "status", "status": 500, "commit": True},
    {"kind": "status", "status": 429, "commit": False, "retry_after": "2"},
    {"kind": "truncate"},
    {"kind": "html", "commit": True},
    {"kind": "html", "commit": False},
    {"kind": "garbage_gzip"},
    {"kind": "status", "status": 101, "commit": True},
    {"kind": "status", "status": 302, "commit": True, "location": "https://elsewhere.invalid/"},
    {"kind": "status", "status": 403, "commit": True, **BLOCKED},
    {"kind": "status", "status": 404, "commit": True, **BLOCKED},
    {"kind": "status", "status": 429, "commit": True, **BLOCKED},
    {"kind": "edit", "body": {"key": "********"}},
    {"kind": "edit", "body": {"id": "QXBpS2V5OjE6WFhYWA=="}},
    {"kind": "replay"},
    {"kind": "missing_cursor"},
    {"kind": "empty_page"},
]
FAULTS = st.lists(
    st.builds(
        lambda kind, method, nth: {"method": method, "nth": nth, **kind},
        st.sampled_from(FAULT_KINDS),
        st.sampled_from(["POST", "POST", "POST", "GET", "PUT"]),
        st.integers(1, 3),
    ),
    max_size=3,
)
# Seconds by which clocks differ: hours and minutes of which a run warns, and days that keep it from issuing a key.
DIFFERENCES = [0.0, 30.0, 400.0, -400.0, 7200.0, -7200.0, 90_000.0, -90_000.0, 100 * 86_400.0, -400 * 86_400.0]
DAY = 86_400


def blinded_by(faults: list[dict[str, t.Any]]) -> bool:
    """Whether faults can keep a run from seeing what came of a request."""
    return any(fault["method"] == "GET" for fault in faults)


def foreseen_and_done(
    simulator: Simulator,
    foresee: t.Callable[[], Outcome],
    carry_out: t.Callable[[], Outcome | None],
    account_for: t.Callable[[Outcome], None],
) -> tuple[Outcome, Outcome]:
    """Run in check mode, which only reads, and then for real, which fails if check mode has said so: (c)."""
    simulator.requests_clear()
    predicted = foresee()
    assert simulator.writes == [], "(c) check mode sent a write"
    outcome = carry_out()
    assert outcome is not None
    account_for(outcome)
    assert predicted.failed == outcome.failed, f"(c) {predicted.message} / {outcome.message}"
    return predicted, outcome


class Killed(BaseException):
    """The process is gone: nobody gets its result."""


class KeyMachine(RuleBasedStateMachine):
    """One declared key, one file for its secret, and whatever happens to them."""

    simulator: t.ClassVar[Simulator]
    extra_options: t.ClassVar[dict[str, t.Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="arize-properties-"))
        self.dest = self.folder / "ingest.key"
        self.held: set[str] = set()
        self.told: set[str] = set()
        # Secrets of all keys that were live after an earlier run.
        self.seen: set[str] = set()
        self.excused: set[str] = set()
        self.foreign: t.Any = None
        # How far the clock of this host is ahead of the service's.
        self.host_ahead = 0.0
        # The time that the file was given, in nanoseconds since 1970.
        self.dated = 0
        # Whether the newest run may have ended before the listing showed what it did.
        self.unsettled = False

    @initialize(
        profile=st.sampled_from(PROFILES),
        reissue=st.sampled_from([True, True, False]),
        keeps_id=st.booleans(),
        resolution=st.sampled_from(["second", "microsecond"]),
        expired=st.booleans(),
        legacy=st.sampled_from([False, False, False, True]),
        lag=st.sampled_from([0.0, 0.0, 1.5, 5.0, 8.0]),
    )
    def begin(
        self,
        profile: dict[str, t.Any],
        reissue: bool,
        keeps_id: bool,
        resolution: str,
        expired: bool,
        legacy: bool,
        lag: float,
    ) -> None:
        self.simulator.reset()
        switches = {
            "refresh_keeps_id": keeps_id,
            "created_at_resolution": resolution,
            "expired_keys_listed": expired,
            "legacy": legacy,
            "list_lag_seconds": lag,
        }
        for name, value in switches.items():
            setattr(self.simulator.switches, name, value)
        self.space_id = self.simulator.spaces[0].id
        self.profile = {**profile, "on_lost_secret": "reissue" if reissue else "fail", **self.extra_options}
        self.foreign = self.simulator.seed_key(name="another", space_id=self.space_id)

    def options(self, dest: pathlib.Path | None) -> dict[str, t.Any]:
        return {"name": NAME, "space": self.space_id, **self.profile, **self.holder(dest)}

    def holder(self, dest: pathlib.Path | None) -> dict[str, str]:
        return {} if dest is None else {"dest": str(dest)}

    def run(self, dest: pathlib.Path | None, check: bool = False) -> Outcome:
        """Run the module; clocks that are more than a day apart keep it from issuing anything."""
        clock, posts = self.simulator.clock, self.posts()
        ahead = datetime.timedelta(seconds=self.host_ahead)
        outcome = run_key(self.simulator, check=check, local_now=lambda: clock.now() + ahead, **self.options(dest))
        self.unsettled |= outcome.failed and not check
        if abs(self.simulator.switches.date_skew_seconds - self.host_ahead) > DAY + 60:
            assert self.posts() == posts, "a key was issued by clocks that are more than a day apart"
        return outcome

    def date_file(self) -> None:
        """Give `dest` the time of this host's clock, which is not the real one, if it was written just now."""
        if self.dest.exists() and self.dest.stat().st_mtime_ns != self.dated:
            now = self.simulator.clock.now() + datetime.timedelta(seconds=self.host_ahead)
            os.utime(self.dest, (now.timestamp(), now.timestamp()))
            self.dated = self.dest.stat().st_mtime_ns

    def settle(self) -> None:
        """Let the listing show what runs have done that failed or were killed; the others have waited for it."""
        if self.unsettled:
            self.simulator.clock.advance(seconds=self.simulator.switches.list_lag_seconds + 1)
            self.unsettled = False

    def posts(self) -> int:
        return sum(request.method == "POST" for request in self.simulator.writes)

    def live(self) -> list[t.Any]:
        return list(self.simulator.keys(name=NAME, live=True))

    def delivered(self) -> str | None:
        return self.dest.read_text().strip() if self.dest.exists() else None

    def file_is_valid(self) -> bool:
        secret = self.delivered()
        return secret is not None and self.simulator.secret_is_valid(secret)

    def file_serves(self) -> bool:
        """Whether the delivered secret is valid; a Date header that is behind makes an expired key look live."""
        held: t.Any = self.simulator.key_of_secret(str(self.delivered()))
        behind = datetime.timedelta(seconds=-self.simulator.switches.date_skew_seconds)
        return self.file_is_valid() or (held is not None and held.live_at(self.simulator.clock.now() - behind))

    def file_lasts(self) -> bool:
        """Whether the delivered secret is valid, and will be to the end of a run."""
        held: t.Any = self.simulator.key_of_secret(str(self.delivered()))
        return self.file_is_valid() and held.fits(
            self.delivered(), self.simulator.clock.now() + datetime.timedelta(seconds=300)
        )

    def account_for(self, outcome: Outcome, blind: bool = False) -> None:
        """Note who holds what after a run, and check (b) and (f).

        A run is blind when listings failed or lag behind: it can only say by what a key can be known that nobody holds.
        """
        note(f"{outcome.get('action')} failed={outcome.failed} {outcome.message} live={[k.id for k in self.live()]}")
        secret = outcome.get("key")
        if secret:
            self.held.add(secret)
        if self.delivered():
            self.held.add(str(self.delivered()))
        visible = {name: value for name, value in outcome.result.items() if name != "key"}
        shown = f"{visible} {outcome.warnings}"
        for raw in self.simulator.secrets:
            assert raw not in shown, "(f) a secret or the credential is in the output"
        if outcome.failed:
            self.told |= {key.id for key in self.live() if key.id in shown}
            blind |= self.simulator.switches.list_lag_seconds > 0
            if blind and "Should another" in outcome.message:
                self.told |= {key.id for key in self.live() if key.secret not in self.seen}
        self.seen |= {key.secret for key in self.live()}
        if outcome.warnings:
            self.told |= {key.id for key in self.live() if key.id in str(outcome.warnings)}
        for key in self.live():
            known = key.secret in self.held or key.id in self.told | self.excused
            assert known, f"(b) nobody holds the secret of {key.id}, and nobody was told"
        assert self.simulator.secret_is_valid(self.foreign.secret), "a key of another name was touched"

    def guarded_run(self, faults: list[dict[str, t.Any]], killed_at: int | None = None) -> Outcome | None:
        """One run for the file, with (e) checked before each request. None when it was killed."""
        served = self.file_lasts()
        overlap = self.profile.get("grace_period") != "0"
        count = 0

        def watch() -> None:
            nonlocal count
            count += 1
            self.date_file()
            if count == killed_at:
                raise Killed
            assert not (served and overlap) or self.file_is_valid(), "(e) the delivered secret died during the run"

        for fault in faults:
            self.simulator.faults.add(Fault(**fault))
        before = {key.id for key in self.simulator.keys(name=NAME)}
        secrets_before = {key.secret for key in self.simulator.keys(name=NAME)}
        try:
            with before_each_request(watch):
                outcome: Outcome | None = self.run(self.dest)
        except Killed:
            outcome = None
        if killed_at is not None and count >= killed_at:
            outcome = None
        self.simulator.faults.clear()
        self.date_file()
        if outcome is None:
            self.unsettled = True
            new = [
                key
                for key in self.simulator.keys(name=NAME)
                if key.id not in before or key.secret not in secrets_before
            ]
            self.excused |= {key.id for key in new}
            if self.delivered():
                self.held.add(str(self.delivered()))
        elif served and overlap:
            assert self.file_is_valid(), "(e) the delivered secret died in the run"
        return outcome

    @rule()
    def run_and_again(self) -> None:
        """Without faults: (c) and (d)."""
        self.settle()
        predicted, outcome = foreseen_and_done(
            self.simulator, lambda: self.run(self.dest, check=True), lambda: self.guarded_run([]), self.account_for
        )
        if outcome.failed:
            assert self.simulator.writes == []
            return
        assert predicted["changed"] == outcome["changed"], "(c)"
        assert predicted["action"] == outcome["action"], "(c)"
        assert self.file_serves(), "success, and the delivered secret does not serve"
        self.simulator.requests_clear()
        again = self.run(self.dest)
        assert not again.failed, f"(d) {again.message}"
        # Where both clocks are ahead, the grace period of what was issued a moment ago seems to be over.
        if again["action"] != "revoked" or min(self.host_ahead, self.simulator.switches.date_skew_seconds) <= 0:
            assert again["action"] == "none", f"(d) {again['reasons']}"
            assert self.simulator.writes == [], "(d)"

    @rule(faults=FAULTS)
    def run_with_faults(self, faults: list[dict[str, t.Any]]) -> None:
        outcome = self.guarded_run(faults)
        assert outcome is not None
        self.account_for(outcome, blinded_by(faults))
        if not outcome.failed:
            assert self.file_serves(), "success, and the delivered secret does not serve"

    @rule(faults=FAULTS, at=st.integers(1, 6))
    def run_and_be_killed(self, faults: list[dict[str, t.Any]], at: int) -> None:
        outcome = self.guarded_run(faults, killed_at=at)
        if outcome is not None:
            self.account_for(outcome, blinded_by(faults))

    @rule(days=st.sampled_from([0.01, 1, 20, 31, 40, 77, 77, 120]))
    def time_passes(self, days: float) -> None:
        self.simulator.clock.advance(days=days)

    @rule(ahead=st.sampled_from(DIFFERENCES))
    def clock_of_the_host_differs(self, ahead: float) -> None:
        self.host_ahead = ahead

    @rule(ahead=st.sampled_from([value for value in DIFFERENCES if abs(value) < DAY]))
    def date_header_differs(self, ahead: float) -> None:
        """The service's own clock, by which keys are issued and expire, does not."""
        self.simulator.switches.date_skew_seconds = ahead

    @rule(description=st.sampled_from(["described", "described anew"]))
    def declaration_changes(self, description: str) -> None:
        # Nobody edits a playbook within the second in which a run has issued a key.
        self.simulator.clock.advance(seconds=2)
        if "description" in self.profile:
            self.profile["description"] = description

    @rule(which=st.integers(0, 2))
    def somebody_uses_a_secret(self, which: int) -> None:
        for key in self.live()[which : which + 1]:
            credential = {"Authorization": f"Bearer {key.secret}"}
            requests.get(f"{self.simulator.url}/v2/spaces", headers=credential, timeout=10)

    @rule()
    def file_is_lost(self) -> None:
        self.dest.unlink(missing_ok=True)

    @precondition(lambda self: any(r.method == "POST" and r.status == 0 for r in self.simulator.requests))
    @rule()
    def lost_request_is_carried_out_late(self) -> None:
        """A request that was given up takes effect after all; its answer reaches nobody."""
        record = next(r for r in self.simulator.requests if r.method == "POST" and r.status == 0)
        before = {key.secret for key in self.live()}
        requests.post(
            f"{self.simulator.url}{record.path}",
            json=record.body,
            headers={"Authorization": f"Bearer {self.simulator.credential}"},
            timeout=10,
        )
        self.excused |= {key.id for key in self.live() if key.secret not in before}
        self.simulator.requests_clear()
        self.unsettled = True

    @rule(count=st.integers(2, 3), order=st.lists(st.integers(0, 2), max_size=30), same_file=st.booleans())
    def parallel_runs(self, count: int, order: list[int], same_file: bool) -> None:
        """Several runs at a time, on one host with a file each, or without a file."""
        files = [self.folder / f"other{index}.key" for index in range(count)]
        targets: list[pathlib.Path | None] = [None] * count if same_file else list(files)
        outcomes = run_interleaved(
            [functools.partial(self.run, target) for target in targets],
            order,
        )
        for file in files:
            if file.exists():
                self.held.add(file.read_text().strip())
                file.unlink()
        self.held |= {outcome["key"] for outcome in outcomes if outcome.get("key")}
        for outcome in outcomes:
            self.account_for(outcome)

    def teardown(self) -> None:
        """Left alone, a declaration that owns its keys converges: (a)."""
        try:
            if self.foreign is not None:
                self.converge()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def converge(self) -> None:
        self.simulator.faults.clear()
        self.host_ahead = self.simulator.switches.date_skew_seconds = 0.0
        # A file that a clock has dated ahead is young for longer.
        self.simulator.clock.advance(seconds=700 + 7200)
        first = self.run(self.dest)
        self.account_for(first)
        if first.failed:
            owns = self.profile.get("exclusive") and self.profile["on_lost_secret"] == "reissue"
            drift = "differs from what is declared" in first.message
            assert drift or not owns, f"does not converge: {first.message}"
            return
        assert self.file_is_valid()
        if self.profile.get("exclusive"):
            # By then the grace period is over, and nobody has used an older key for long.
            self.simulator.clock.advance(days=4 if "retire_unused_for" in self.profile else 0.125)
            second = self.run(self.dest)
            assert not second.failed, second.message
            now = self.simulator.clock.now()
            current: t.Any = self.simulator.key_of_secret(str(self.delivered()))
            others = [key for key in self.live() if key.id != current.id]
            lasting = [
                key for key in others if key.expires_at is None or key.expires_at > now + datetime.timedelta(days=1)
            ]
            grace_over = second["action"] in ("none", "revoked")
            assert not (lasting and grace_over), "(a) more than one live key after a converging run"
