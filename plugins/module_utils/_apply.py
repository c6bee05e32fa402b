# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Carry a plan out in the order that can't lose a key: the only place that changes anything.

Find out, plan, prove that `dest` can be written, issue, deliver, settle with rivals, and only then revoke.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils import _errors, _outcome
from ansible_collections.community.arize.plugins.module_utils._client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._conditions import (
    check_age_was_reset,
    expiry_warnings,
    overlap_warnings,
)
from ansible_collections.community.arize.plugins.module_utils._custody import Custody
from ansible_collections.community.arize.plugins.module_utils._desired import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._matches import (
    StoredSecret,
    describe,
    describe_all,
    lapses_no_later,
)
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey, IssuedKey, Secret, secret_fits
from ansible_collections.community.arize.plugins.module_utils._observe import Observer
from ansible_collections.community.arize.plugins.module_utils._plan import make_plan
from ansible_collections.community.arize.plugins.module_utils._plan_types import Issue, Plan
from ansible_collections.community.arize.plugins.module_utils._recover import (
    LostRound,
    Recovery,
    Sent,
    sent_request,
    signed_expiry,
    what_to_look_for,
)
from ansible_collections.community.arize.plugins.module_utils._revoke import Revoker
from ansible_collections.community.arize.plugins.module_utils._secret_file import (
    FileState,
    PreparedFile,
    SecretFile,
    restore,
)

# Rounds of a race that this run may lose before it gives up.
MOST_ROUNDS = 8
# Seconds. The random pause after a lost round grows up to this.
LONGEST_PAUSE = 16.0


@dataclasses.dataclass(frozen=True)
class _Situation:
    """One look at the service and at `dest`, and what follows from it."""

    now: datetime
    plan: Plan
    file_state: FileState | None
    file_change: _outcome.FileChange | None


class KeyReconciler:
    """Brings one declared key about. `predict` and `carry_out` return the module's result or raise ArizeError."""

    def __init__(
        self,
        desired: DesiredKey,
        client: ArizeClient,
        credential: Secret,
        diff: bool,
        sleep: t.Callable[[float], None],
        hold_signals: t.Callable[[], None],
    ) -> None:
        """`hold_signals` is called before a secret is issued: from then on nothing may end the process.

        Raises InvalidOption for an owner, group or mode that this host does not know.
        """
        self._desired = desired
        self._client = client
        self._diff = diff
        self._sleep = sleep
        self._hold_signals = hold_signals
        self._sent: Sent | None = None
        # What the operator shall know of the last look and what followed it, however the task ends.
        self.warnings: list[str] = []
        self._credential = credential
        self._observer = Observer(desired, client, credential)
        self._revoker = Revoker(client, self._observer)
        wants_file = desired.destination is not None and desired.state != "absent"
        self._file = SecretFile(desired.destination) if wants_file and desired.destination is not None else None

    def predict(self) -> dict[str, t.Any]:
        """What a real run would do now, with GET requests only."""
        if self._file is not None and not self._file.has_folder():
            # An earlier task of the play may be about to make it.
            self.warnings.append(f"The folder of dest {self._file.path} does not exist; a real run needs it.")
        seen = self._look(folder_needed=False)
        self.warnings += [*seen.plan.matches.warnings, *seen.plan.warnings]
        if self._file is not None:
            self.warnings += self._file.warnings()
        return _outcome.predicted_result(self._desired, seen.plan, seen.now, seen.file_change, self._diff)

    def carry_out(self) -> dict[str, t.Any]:
        """Do it, and return the result."""
        with contextlib.nullcontext() if self._file is None else self._file.locked():
            lost_rounds: list[str] = []
            for attempt in range(MOST_ROUNDS):
                seen = self._look()
                if lost_rounds and self._desired.state == "refreshed":
                    break
                try:
                    return self._carry(seen, lost_rounds)
                except LostRound as lost:
                    lost_rounds.append(lost.reason)
                self._sleep(random.uniform(0, min(LONGEST_PAUSE, 2.0**attempt)))
        raise _errors.Refused(
            f"Other runs issue {self._desired.label} at the same time: {' '.join(lost_rounds)} "
            "See to it that one run at a time manages a key (run_once, no simultaneous jobs), and run again.",
        )

    def _look(self, folder_needed: bool = True) -> _Situation:
        state, stored = None, None
        if self._file is not None:
            if folder_needed or self._file.has_folder():
                self._file.check_writable()
                state = self._file.state()
            else:
                state = FileState(None)
            stored = StoredSecret(self._file.secret_in(state), state.content is not None)
        seen = self._observer.observe(stored if self._desired.state == "present" else None)
        self._client.dialect.check(self._desired)
        plan = make_plan(self._desired, seen)
        if plan.issue is not None and plan.issue.refreshed is None:
            # In check mode, too: what creating a key would fail for shall fail now.
            self._observer.scope.bindings()
        change = None
        if self._file is not None and state is not None:
            attributes_only = plan.issue is None
            if not attributes_only or self._file.attributes_differ(state):
                change = _outcome.FileChange(self._file.path, state.content is not None, attributes_only)
        return _Situation(seen.now, plan, state, change)

    def _carry(self, seen: _Situation, lost_rounds: list[str]) -> dict[str, t.Any]:
        plan = seen.plan
        progress = _outcome.Progress(extra_reasons=list(lost_rounds))
        self.warnings[:] = [*plan.matches.warnings, *plan.warnings]
        if self._file is not None:
            self.warnings += self._file.warnings()
        if lost_rounds and not plan.changes and self._file is None:
            self.warnings.append(
                f"{' '.join(lost_rounds)} Its secret is with that run. If there was none, a proxy has sent the request "
                "twice and nobody holds the secret: refresh the key by its id, or revoke it.",
            )
        with Custody(progress, lambda: self._result(seen, progress), LostRound):
            if plan.issue is not None:
                self._issue(seen, plan.issue, progress)
            elif self._file is not None and seen.file_change is not None:
                self._file.correct_attributes()
            self._revoker.revoke_all(plan.revoke, progress)
            check_age_was_reset(plan, progress.issued)
        return self._result(seen, progress)

    def _result(self, seen: _Situation, progress: _outcome.Progress) -> dict[str, t.Any]:
        return _outcome.real_result(self._desired, seen.plan, seen.now, progress, seen.file_change, self._diff)

    def _issue(self, seen: _Situation, issue: Issue, progress: _outcome.Progress) -> None:
        with contextlib.ExitStack() as stack:
            prepared = None
            if self._file is not None and seen.file_state is not None:
                prepared = stack.enter_context(self._file.prepared(seen.file_state))
            progress.issued = self._post(issue, progress)
            self._check_created(issue, progress.issued.api_key, progress)
            if issue.refreshed is not None and secret_fits(self._credential.reveal(), issue.refreshed.redacted_key):
                # The task's own credential (allow_self): without an overlap it is dead by now.
                self._client.use_credential(progress.issued.secret)
            self._deliver(issue, progress, prepared)
            self._settle(seen, progress)

    def _post(self, issue: Issue, progress: _outcome.Progress) -> IssuedKey:
        if issue.expires_at is not None and self._desired.expires_in is not None:
            issue = dataclasses.replace(issue, expires_at=signed_expiry(issue.expires_at))
        bindings = self._observer.scope.bindings() if issue.refreshed is None else ()
        self._sent = sent_request(issue, self._desired, self._client.now(), self._observer.known_ids)
        self._hold_signals()
        try:
            if issue.refreshed is None:
                return self._client.create_key(
                    self._client.dialect.create_body(self._desired, issue.expires_at, bindings)
                )
            return self._client.refresh_key(issue.refreshed.key_id, issue.expires_at, issue.grace_seconds)
        except (_errors.AnswerLost, _errors.NotFound, _errors.RequestRejected) as error:
            recovery = Recovery(self._desired, self._client, self._observer, self._sleep)
            issued = recovery.recover(self._sent, error)
            progress.extra_reasons += recovery.notes
            return issued

    def _check_created(self, issue: Issue, made: ApiKey, progress: _outcome.Progress) -> None:
        """A server that passes over what it does not understand may have issued another kind of key."""
        asked = (self._desired.key_type, self._desired.name)
        if (
            issue.refreshed is not None
            or made.key_id in self._observer.known_ids
            or asked == (made.key_type, made.name)
        ):
            return
        self._revoker.revoke(made)
        progress.issued = None
        progress.revoked.append(made)
        raise _errors.Refused(
            f"The service was asked for {self._desired.label} and issued {describe(made)} of type {made.key_type}, "
            "which was revoked again. A self-hosted server of before July 2026 needs api_dialect legacy.",
        )

    def _deliver(self, issue: Issue, progress: _outcome.Progress, prepared: PreparedFile | None) -> None:
        """Write the secret. When that fails, revoke the new key if the old one still serves."""
        issued = progress.issued
        if issued is None or prepared is None:
            return
        try:
            prepared.commit(issued)
        except _errors.SecretFileError as error:
            if issue.refreshed is not None and issue.grace_seconds == 0:
                raise _errors.SecretFileError(
                    f"{error}. {describe(issue.refreshed)} has been refreshed to id {issued.api_key.key_id} and its "
                    "old secret no longer serves. The new secret is in key of this result: store it, or mend dest and "
                    "run again with on_lost_secret reissue.",
                ) from None
            self._revoke_undelivered(issued, progress, error)
        progress.delivered = True

    def _revoke_undelivered(self, issued: IssuedKey, progress: _outcome.Progress, error: Exception) -> t.NoReturn:
        try:
            self._revoker.revoke(issued.api_key)
        except _errors.RequestError as second:
            raise _errors.SecretFileError(
                f"{error}. Revoking the new {describe(issued.api_key)} failed, too ({second}). Its secret is in key of "
                "this result: store it, or revoke the key by id.",
            ) from None
        progress.issued = None
        progress.revoked.append(issued.api_key)
        raise _errors.SecretFileError(
            f"{error}. The new {describe(issued.api_key)} was revoked again, since nobody would hold its secret; what "
            "served before serves on. Mend dest and run again.",
        )

    def _listed_after(self, issued: IssuedKey) -> list[ApiKey]:
        try:
            return self._observer.live_matches()
        except _errors.RequestError as error:
            if self._sent is not None:
                error.args = (
                    f"{describe(issued.api_key)} was issued, but whether it is the only new one could not be seen: "
                    f"{error} {what_to_look_for(self._sent, self._desired)}",
                )
            raise

    def _settle(self, seen: _Situation, progress: _outcome.Progress) -> None:
        """Look for rivals: live matches that were not there before and are not ours. The older one wins."""
        issued = progress.issued
        if issued is None:
            return
        listed = self._listed_after(issued)
        ours = issued.api_key
        new = [key for key in listed if key.key_id not in self._observer.known_ids | {ours.key_id}]
        # A proxy that sent our request twice made a twin, whose secret nobody has seen.
        twins = [key for key in new if self._sent is not None and self._sent.signs(key)]
        for twin in twins:
            self._revoker.revoke(twin)
            progress.revoked.append(twin)
            progress.extra_reasons.append(f"{describe(twin)} was a second outcome of the same request.")
        rivals = [key for key in new if key not in twins]
        older = [key for key in rivals if key.created_at <= ours.created_at]
        if older:
            self._revoker.revoke(ours)
            if progress.delivered and self._file is not None and seen.file_state is not None:
                restore(self._file, seen.file_state)
            progress.issued = None
            raise LostRound(f"Another run issued {describe_all(older)} first, so ours ({ours.key_id}) was revoked.")
        gone = {key.key_id for key in seen.plan.revoke}
        progress.retiring = [
            key
            for key in listed
            if key.key_id not in gone and key not in twins and key.key_id != ours.key_id and lapses_no_later(key, ours)
        ]
        issue = seen.plan.issue
        self.warnings += expiry_warnings(self._desired, ours, None if issue is None else issue.expires_at)
        self.warnings += overlap_warnings(issue, ours, listed)
