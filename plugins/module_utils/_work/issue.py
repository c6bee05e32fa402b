# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Issue a secret, deliver it, and settle with other runs, in the order that can't lose a key."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
from datetime import datetime

from ansible_collections.community.arize.plugins.module_utils._decide.matches import (
    age_order,
    describe,
    describe_all,
    is_retiring,
)
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import Issue, Plan
from ansible_collections.community.arize.plugins.module_utils._decide.rotation import expiry_warnings, overlap_warnings
from ansible_collections.community.arize.plugins.module_utils._deliver.secret_file import (
    FileState,
    PreparedFile,
    SecretFile,
)
from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, IssuedKey, Secret, secret_fits
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._work.observe import LOOKS, Observer
from ansible_collections.community.arize.plugins.module_utils._work.recover import (
    LostRound,
    Recovery,
    Sent,
    signed_expiry,
    what_to_look_for,
)
from ansible_collections.community.arize.plugins.module_utils._work.result import Progress
from ansible_collections.community.arize.plugins.module_utils._work.revoke import Revoker


@dataclasses.dataclass(frozen=True)
class Means:
    """What a run may use of the place where it runs."""

    credential: Secret
    diff: bool
    sleep: t.Callable[[float], None]
    # Called before each issue of a secret: from then on nothing may end the process. Told what a signal does.
    hold_signals: t.Callable[[t.Callable[[], None]], None]
    # Told from time to time how far long work has come.
    progress: t.Callable[[str], None]
    # The present UTC instant by the clock of this place.
    local_now: t.Callable[[], datetime]


@dataclasses.dataclass(frozen=True)
class Tools:
    """What an issue needs of its run."""

    desired: DesiredKey
    client: ArizeClient
    means: Means
    observer: Observer
    revoker: Revoker
    file: SecretFile | None


class Issuer:
    """Carries out the issue of one plan; `progress` says at any time what has been done."""

    def __init__(self, tools: Tools, plan: Plan, issue: Issue, before: FileState | None, progress: Progress) -> None:
        self._tools = tools
        self._plan = plan
        self._issue = issue
        self._before = before
        self._progress = progress
        self.warnings: list[str] = []

    def carry_out(self) -> None:
        """Raises ArizeError; LostRound when another run issued the key first."""
        tools, progress = self._tools, self._progress
        with contextlib.ExitStack() as stack:
            prepared = None
            if tools.file is not None and self._before is not None:
                prepared = stack.enter_context(tools.file.prepared(self._before))
            issued, sent = self._post()
            progress.issued = issued
            self._check_created(issued.api_key)
            refreshed = self._issue.refreshed
            if refreshed is not None and secret_fits(tools.means.credential.reveal(), refreshed.redacted_key):
                # The task's own credential (allow_self): without an overlap it is dead by now.
                tools.client.use_credential(issued.secret)
            if prepared is not None:
                self._deliver(issued, prepared)
            self._settle(issued, sent)

    def _post(self) -> tuple[IssuedKey, Sent]:
        tools, issue = self._tools, self._issue
        if issue.expires_at is not None and tools.desired.expires_in is not None:
            issue = dataclasses.replace(issue, expires_at=signed_expiry(issue.expires_at))
        bindings = tools.observer.scope.bindings() if issue.refreshed is None else ()
        description = tools.desired.description if issue.refreshed is None else issue.refreshed.description
        sent = Sent(issue, description or None, tools.client.earliest_now(), tools.observer.known_ids)
        # The work ends soon anyway, since every request has a deadline.
        tools.means.hold_signals(lambda: None)
        try:
            if issue.refreshed is None:
                return tools.client.create_key(tools.desired, issue.expires_at, bindings), sent
            return tools.client.refresh_key(issue.refreshed.key_id, issue.expires_at, issue.grace_seconds), sent
        except (_errors.AnswerLost, _errors.NotFound, _errors.RequestRejected) as error:
            recovery = Recovery(tools.desired, tools.client, tools.observer, tools.means.sleep)
            recovered = recovery.recover(sent, error)
            self._progress.extra_reasons += recovery.notes
            return recovered

    def _check_created(self, made: ApiKey) -> None:
        """A server that ignores unknown fields may have issued another kind of key."""
        tools = self._tools
        asked = (tools.desired.key_type, tools.desired.name)
        if (
            self._issue.refreshed is not None
            or made.key_id in tools.observer.known_ids
            or asked == (made.key_type, made.name)
        ):
            return
        tools.revoker.revoke(made)
        self._progress.issued = None
        self._progress.revoked.append(made)
        raise _errors.Refused(
            f"The service was asked for {tools.desired.label} and issued {describe(made)}, which was revoked again. A "
            "self-hosted server of before July 2026 needs api_dialect legacy.",
        )

    def _deliver(self, issued: IssuedKey, prepared: PreparedFile) -> None:
        """Write the secret. When that fails, revoke the new key if the old one still serves."""
        refreshed = self._issue.refreshed
        try:
            prepared.commit(issued)
        except _errors.SecretFileError as error:
            if refreshed is not None and self._issue.grace_seconds == 0:
                raise _errors.SecretFileError(
                    f"{error}. {describe(refreshed)} was refreshed to id {issued.api_key.key_id} and its old secret no "
                    "longer serves. The new secret is in key of this result: store it, or correct dest and run again "
                    "with on_lost_secret=reissue.",
                ) from None
            self._revoke_undelivered(issued, error)
        self._progress.delivered = True
        self._progress.file_changed = True

    def _revoke_undelivered(self, issued: IssuedKey, error: Exception) -> t.NoReturn:
        try:
            self._tools.revoker.revoke(issued.api_key)
        except _errors.ArizeError as second:
            raise _errors.SecretFileError(
                f"{error}. Revoking the new {describe(issued.api_key)} failed as well ({second}). Its secret is in key "
                "of this result: store it, or revoke the key by id.",
            ) from None
        self._progress.issued = None
        self._progress.revoked.append(issued.api_key)
        raise _errors.SecretFileError(
            f"{error}. The new {describe(issued.api_key)} was revoked again, because nobody would hold its secret. "
            "What served before still serves. Correct dest and run again.",
        )

    def _settle(self, issued: IssuedKey, sent: Sent) -> None:
        """Look for rivals: live matches that were not there before and are not ours. The older one wins."""
        ours, progress = issued.api_key, self._progress
        listed = self._listing_with(issued, sent)
        new = [key for key in listed if key.key_id not in self._tools.observer.known_ids | {ours.key_id}]
        twins = self._twins(issued, sent, new, any(key.key_id == ours.key_id for key in listed))
        older = [key for key in new if key not in twins and key.created_at <= ours.created_at]
        if older:
            self._give_way(ours, older)
        gone = {key.key_id for key in [*self._plan.revoke, *twins, ours]}
        progress.retiring = [key for key in listed if key.key_id not in gone and is_retiring(key, ours)]
        self.warnings += self._strangers(progress.retiring)
        self.warnings += expiry_warnings(self._tools.desired, ours, sent.issue.expires_at)
        self.warnings += overlap_warnings(self._issue, ours, listed)

    def _listing_with(self, issued: IssuedKey, sent: Sent) -> list[ApiKey]:
        """The live matches once the listing, which may lag behind, shows our own key; or after the last look."""
        listed: list[ApiKey] = []
        for seconds in (0.0, *LOOKS):
            if seconds:
                self._tools.means.sleep(seconds)
            try:
                listed = self._tools.observer.live_matches()
            except _errors.RequestError as error:
                raise _errors.TaskFailed(
                    f"{describe(issued.api_key)} was issued, but whether it is the only new one could not be seen: "
                    f"{error} {what_to_look_for(sent, self._tools.desired)}",
                    error.details(),
                ) from None
            if any(_is_same_key(issued, key) for key in listed):
                return listed
        self.warnings.append(
            f"The service did not list {describe(issued.api_key)} within {sum(LOOKS):.0f} seconds, so whether another "
            "run issued one at the same time could not be seen."
        )
        return listed

    def _twins(self, issued: IssuedKey, sent: Sent, new: list[ApiKey], is_listed: bool) -> list[ApiKey]:
        """Revoke and return other outcomes of the same request: a proxy sent it twice. Nobody has seen their secrets.

        Raises Refused when the listing shows our own key with another id than the answer did.
        """
        ours = issued.api_key
        for key in () if is_listed else new:
            if _is_same_key(issued, key) or sent.signs(key):
                raise _errors.Refused(
                    f"The service answered that it issued the id {ours.key_id}, and lists what seems to be the same "
                    f"key as {describe(key)}. Nothing was revoked, because it is not clear which id is right. The new "
                    "secret was kept; report this to Arize, and check both ids.",
                    [ours.public(), key.public()],
                )
        twins = [key for key in new if sent.signs(key)]
        for twin in twins:
            self._tools.revoker.revoke(twin)
            self._progress.revoked.append(twin)
            self._progress.extra_reasons.append(f"{describe(twin)} was a second outcome of the same request.")
        return twins

    def _give_way(self, ours: ApiKey, older: list[ApiKey]) -> t.NoReturn:
        """Undo our own issue, because another run was first."""
        tools, progress = self._tools, self._progress
        if progress.delivered and tools.file is not None and self._before is not None:
            # Before the revocation, so that dest holds no dead secret at any time.
            tools.file.restore(self._before)
            progress.delivered = progress.file_changed = False
        try:
            tools.revoker.revoke(ours)
        except _errors.RequestError as error:
            raise _errors.TaskFailed(
                f"Another run issued {describe_all(older)} first, but revoking ours, {describe(ours)}, failed: {error} "
                "If no other run has the secret of the first one, revoke it by its id.",
                error.details(),
            ) from None
        progress.issued = None
        raise LostRound(f"Another run issued {describe_all(older)} first, so ours ({ours.key_id}) was revoked.")

    def _strangers(self, retiring: list[ApiKey]) -> list[str]:
        """Keys that were issued after the one that this run rotated: no holder of their secrets is known."""
        predecessor = self._plan.matches.current
        strangers = [key for key in retiring if predecessor is None or age_order(key) > age_order(predecessor)]
        if not strangers:
            return []
        return [
            f"No holder of the secret of {describe_all(strangers)} is known. It expires by itself; if nobody uses it, "
            "revoke it by id."
        ]


def _is_same_key(issued: IssuedKey, listed: ApiKey) -> bool:
    """Whether a listed key is the one that was issued, whatever its id."""
    same_secret = secret_fits(issued.secret.reveal(), listed.redacted_key)
    return listed.key_id == issued.api_key.key_id if same_secret is None else same_secret
