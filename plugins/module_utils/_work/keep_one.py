# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Bring one declared key about: find out, plan, and, but for check mode, carry the plan out."""

from __future__ import annotations

import contextlib
import dataclasses
import platform
import random
import typing as t

from ansible_collections.community.arize.plugins.module_utils._decide.matches import StoredSecret
from ansible_collections.community.arize.plugins.module_utils._decide.plan import make_plan, seconds_to_wait
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import Observation
from ansible_collections.community.arize.plugins.module_utils._decide.rotation import check_age_was_reset
from ansible_collections.community.arize.plugins.module_utils._deliver.secret_file import FileState, SecretFile
from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.keys import Secret
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._work.issue import Issuer, Means, Tools
from ansible_collections.community.arize.plugins.module_utils._work.observe import Observer
from ansible_collections.community.arize.plugins.module_utils._work.recover import LostRound
from ansible_collections.community.arize.plugins.module_utils._work.result import (
    FileChange,
    Progress,
    Situation,
    predicted_result,
    real_result,
)
from ansible_collections.community.arize.plugins.module_utils._work.revoke import Revoker

# Rounds of a race that this run may lose before it gives up.
MOST_ROUNDS = 8
# Seconds. The random pause after a lost round grows up to this.
LONGEST_PAUSE = 16.0


class KeyReconciler:
    """Brings one declared key about. `predict` and `carry_out` return the module's result or raise ArizeError."""

    def __init__(self, desired: DesiredKey, client: ArizeClient, means: Means) -> None:
        """Raises InvalidOption for an owner, group or mode that this host does not know."""
        self.label = desired.label
        self._desired = desired
        self._means = means
        # What the operator must know of the last look and what followed it, however the task ends.
        self.warnings: list[str] = []
        self._observer = observer = Observer(desired, client, means.credential)
        self._revoker = Revoker(client, means.sleep, observer.active_matches, lambda: observer.known_ids)
        wants_file = desired.destination is not None and desired.state != "absent"
        self._file = SecretFile(desired.destination) if wants_file and desired.destination is not None else None
        self._tools = Tools(desired, client, means, observer, self._revoker, self._file)

    def predict(self) -> dict[str, t.Any]:
        """What a real run would do now, with GET requests only."""
        if self._file is not None and not self._file.has_folder():
            self.warnings.append(
                f"The folder {self._file.folder} of dest does not exist. Check mode assumes that an earlier task of "
                "the playbook creates it."
            )
        situation, _state = self._look(folder_needed=False)
        self.warnings += self._warnings_of(situation)
        return predicted_result(situation, self._means.diff)

    def carry_out(self) -> dict[str, t.Any]:
        """Do it, and return the result."""
        with contextlib.nullcontext() if self._file is None else self._file.locked(self._means.sleep):
            lost_rounds: list[str] = []
            try:
                return self._rounds(lost_rounds)
            except _errors.RequestError as error:
                if not lost_rounds:
                    raise
                # They name keys of which nobody else may be told.
                raise _errors.TaskFailed(f"{' '.join(lost_rounds)} After that: {error}", error.details()) from None

    def _rounds(self, lost_rounds: list[str]) -> dict[str, t.Any]:
        """Look and carry out until no other run is quicker; `lost_rounds` fills with the reasons."""
        for attempt in range(MOST_ROUNDS):
            situation, state = self._look()
            if lost_rounds and self._desired.state == "refreshed":
                break
            try:
                return self._carry(situation, state, lost_rounds)
            except LostRound as lost:
                lost_rounds.append(lost.reason)
            self._means.sleep(random.uniform(0, min(LONGEST_PAUSE, 2.0**attempt)))
        raise _errors.Refused(
            f"Other runs issue {self._desired.label} at the same time: {' '.join(lost_rounds)} Let one run at a time "
            "manage a key (run_once, no simultaneous jobs), and run again.",
        )

    def _look(self, folder_needed: bool = True) -> tuple[Situation, FileState | None]:
        """One look at the service and at `dest`, and what follows from it."""
        state = self._file_state(folder_needed)
        seen = self._waited_for(self._observer.observe(self._stored(state)))
        plan = make_plan(self._desired, seen)
        if plan.issue is not None and plan.issue.refreshed is None:
            # In check mode as well: it must fail for what creating a key would fail for.
            self._observer.scope.bindings()
        change = None
        if self._file is not None and state is not None:
            attributes_only = plan.issue is None
            if not attributes_only or self._file.attributes_differ(state):
                change = FileChange(self._file.path, state.content is not None, attributes_only)
        spaces = tuple(self._observer.scope.spaces()) if self._desired.organizations else None
        return Situation(self._desired, plan, seen.now, spaces, change), state

    def _file_state(self, folder_needed: bool) -> FileState | None:
        if self._file is None:
            return None
        if not folder_needed and not self._file.has_folder():
            return FileState(None)
        self._file.check_writable()
        return self._file.state()

    def _stored(self, state: FileState | None) -> StoredSecret | None:
        """What the holder has, which tells the key that is in use. None unless the state is present."""
        held = self._desired.held_secret
        if held is not None:
            return StoredSecret(held if held.reveal() else None, True, "the store")
        if self._file is None or state is None or self._desired.state != "present":
            return None
        secret = self._file.secret_in(state)
        return StoredSecret(
            None if secret is None else Secret(secret),
            state.content is not None,
            f"dest {self._file.path} on {platform.node()}",
            None if state.modified_at is None else self._means.local_now() - state.modified_at,
        )

    def _waited_for(self, seen: Observation) -> Observation:
        """Let a moment pass where issued_after is not there yet."""
        seconds = seconds_to_wait(self._desired, seen.now)
        if not seconds or self._desired.issued_after is None:
            return seen
        self._means.sleep(seconds)
        return dataclasses.replace(seen, now=self._desired.issued_after)

    def _warnings_of(self, situation: Situation) -> list[str]:
        """What was noticed before anything is done, in check mode and in a real run alike."""
        of_file = [] if self._file is None else self._file.warnings()
        return [*situation.plan.matches.warnings, *situation.plan.warnings, *of_file]

    def _carry(self, situation: Situation, state: FileState | None, lost_rounds: list[str]) -> dict[str, t.Any]:
        plan = situation.plan
        progress = Progress(extra_reasons=list(lost_rounds))
        self.warnings[:] = self._warnings_of(situation)
        if lost_rounds and not plan.changes and self._file is None:
            self.warnings.append(
                f"{' '.join(lost_rounds)} Its secret is with that run. If there was none, a proxy has sent the request "
                "twice and nobody holds the secret: refresh the key by its id, or revoke it.",
            )
        try:
            self._do(situation, state, progress)
        except LostRound:
            raise
        except Exception as error:
            # Even an error in this collection itself must not lose a secret that was issued.
            if not progress.changed and not progress.orphans:
                raise
            raise self._halfway(situation, progress, error) from None
        return real_result(situation, progress, self._means.diff)

    def _do(self, situation: Situation, state: FileState | None, progress: Progress) -> None:
        plan = situation.plan
        if plan.issue is not None:
            issuer = Issuer(self._tools, plan, plan.issue, state, progress)
            try:
                issuer.carry_out()
            finally:
                self.warnings += issuer.warnings
        elif self._file is not None and situation.file_change is not None:
            self._file.correct_attributes()
            progress.file_changed = True
        self._revoker.revoke_all(plan.revoke, progress)
        check_age_was_reset(plan, progress.issued)

    def _halfway(self, situation: Situation, progress: Progress, error: Exception) -> _errors.TaskFailed:
        """The error with the result of what has been done until it came."""
        details: dict[str, t.Any] = {}
        if isinstance(error, _errors.ArizeError):
            message, details = str(error), error.details()
        else:
            # Its text is not known to be free of secrets.
            message = f"An error in this collection ({type(error).__name__}) ended the run halfway; please report it."
        result = real_result(situation, progress, self._means.diff)
        result.pop("msg")
        return _errors.TaskFailed(message, {**result, **details})
