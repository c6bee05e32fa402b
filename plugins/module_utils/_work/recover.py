# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""After a request to issue a key whose answer was lost: look what came of it, and act only on what is certain.

The service has no idempotency key. A key is attributable to the lost request when it was not there before and carries
everything that was sent. It is certainly ours when its expiry is the very instant that was sent, fractions of a second
included, because these are random; or when it is the only such key, was issued since, and the operator says, by
`exclusive`, that nobody else owns keys of this name. What is certainly ours is refreshed without an overlap, if
`on_lost_secret` says so: its lost secret dies, and the refresh brings a new one.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
import shlex
import typing as t
from datetime import datetime, timedelta

from ansible_collections.community.arize.plugins.module_utils._decide.matches import describe, describe_all
from ansible_collections.community.arize.plugins.module_utils._decide.plan_types import Issue
from ansible_collections.community.arize.plugins.module_utils._model.declaration import DesiredKey
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AnswerLost,
    ApiError,
    RequestError,
    TaskFailed,
)
from ansible_collections.community.arize.plugins.module_utils._model.instants import SAME_INSTANT, format_instant
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, IssuedKey
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._work.observe import LOOKS, Observer

# How often a refresh that is to recover a lost answer may itself be lost.
MOST_RECOVERIES = 3


def signed_expiry(expires_at: datetime) -> datetime:
    """The same expiry, up to a second earlier, with random microseconds by which an issued key can be recognised.

    Earlier and not later, so that it stays within a maximum lifetime.
    """
    signed = expires_at - timedelta(microseconds=1 + secrets.randbelow(999_999))
    return signed if signed.microsecond else signed - timedelta(microseconds=1)


@dataclasses.dataclass(frozen=True)
class Sent:
    """A request to issue a key: what was sent, when, and which ids were known before.

    `at` is not later than the service's own clock, whichever of the known clocks is wrong.
    """

    issue: Issue
    description: str | None
    at: datetime
    known_ids: frozenset[str]

    @property
    def is_signed(self) -> bool:
        """Whether the expiry is an instant that no other run sends: not one that an existing key has already."""
        expires_at, refreshed = self.issue.expires_at, self.issue.refreshed
        inherited = refreshed is not None and expires_at == refreshed.expires_at
        return expires_at is not None and expires_at.microsecond != 0 and not inherited

    def may_have_made(self, key: ApiKey) -> bool:
        """Whether the key can be the outcome of this request."""
        refreshed = self.issue.refreshed
        if refreshed is not None and key.key_id == refreshed.key_id:
            # Some servers keep the id on a refresh (contract section 3.1); then the secret's redaction changes.
            return key.redacted_key != refreshed.redacted_key
        return (
            key.key_id not in self.known_ids
            and (key.description or None) == self.description
            and self._has_expiry(key.expires_at)
        )

    def _has_expiry(self, found: datetime | None) -> bool:
        if self.issue.expires_at is None:
            # An account's maximum lifetime may have set one (contract section 1.3).
            return True
        return found is not None and abs(found - self.issue.expires_at) <= SAME_INSTANT

    def precedes(self, key: ApiKey) -> bool:
        """Whether the key was issued since, as far as the clocks agree."""
        # Servers may note whole seconds only.
        return key.created_at >= self.at.replace(microsecond=0)

    def signs(self, key: ApiKey) -> bool:
        """Whether the key's expiry proves that this very request issued it."""
        return self.is_signed and key.expires_at == self.issue.expires_at


class LostRound(Exception):
    """Another run issued the key first, and what this run issued, if anything, is revoked again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Recovery:
    """Finds out what came of a request without a usable answer."""

    def __init__(
        self,
        desired: DesiredKey,
        client: ArizeClient,
        observer: Observer,
        sleep: t.Callable[[float], None],
    ) -> None:
        self._desired = desired
        self._client = client
        self._observer = observer
        self._sleep = sleep
        # What the operator should know of a recovery, in sentences.
        self.notes: list[str] = []

    def recover(self, sent: Sent, error: RequestError) -> tuple[IssuedKey, Sent]:
        """Look, and refresh what is certainly ours. Returns the key and the request that issued its secret.

        Raises TaskFailed when that is not certain or not wanted, LostRound when another run was quicker, and the
        error itself when the service refused the request for another reason.
        """
        if not isinstance(error, AnswerLost):
            self._check_refusal(sent, error)
        return self._roll_forward(sent, error)

    def _check_refusal(self, sent: Sent, error: RequestError) -> None:
        """Returns when the refusal is of a request that a proxy sent for the second time, and the first made our key.

        Then it is a lost answer as well.
        """
        old = sent.issue.refreshed
        if old is None:
            if sent.issue.expires_at is not None and isinstance(error, ApiError) and error.is_about("expires_at"):
                raise TaskFailed(f"{error} Declare an earlier expiry with expires_in or expires_at.", error.details())
            raise error
        failed = f"Refreshing {describe(old)} failed: {error}"
        try:
            live = self._observer.live_matches()
        except RequestError as failure:
            words = f"{failed} Looking for what came of it failed, too: {failure}"
            raise self._told(error, [], f"{words} {what_to_look_for(sent, self._desired)}") from None
        new = [key for key in live if sent.may_have_made(key)]
        if any(sent.signs(key) for key in new):
            return
        if not new and (self._desired.state == "refreshed" or old.key_id in {key.key_id for key in live}):
            # A listing that lags behind may not show it yet.
            raise TaskFailed(f"{failed} {what_to_look_for(sent, self._desired)}", error.details())
        made = f"; {describe_all(new)} came of another request" if new else ""
        raise LostRound(f"The refresh of {describe(old)} was refused ({error.status}){made}.")

    def _roll_forward(self, sent: Sent, lost: RequestError) -> tuple[IssuedKey, Sent]:
        for _attempt in range(MOST_RECOVERIES):
            found = self._look(sent, lost)
            ours = self._certain(sent, found, lost)
            again = self._anew(sent, ours)
            try:
                issued = self._client.refresh_key(ours.key_id, again.issue.expires_at, again.issue.grace_seconds)
            except AnswerLost as error:
                lost, sent = error, again
            except RequestError as error:
                new = self._visible_now(again)
                if not any(again.signs(key) for key in new):
                    # A proxy may have sent it twice, and the first was carried out.
                    made = f" {describe_all(new)} may have come of that." if new else ""
                    words = f"{lost} {describe(ours)} came of it, but refreshing it failed: {error}{made}"
                    told = f"{words} {what_to_look_for(again, self._desired)}"
                    raise self._told(error, [*found, *new], told) from None
                lost, sent = error, again
            else:
                self.notes.append(f"The answer to the request was lost. {describe(ours)} came of it and was refreshed.")
                return issued, again
        words = f"{lost} This was the last of {MOST_RECOVERIES} attempts to get the secret of it."
        raise self._told(lost, self._visible_now(sent), f"{words} {what_to_look_for(sent, self._desired)}")

    def _anew(self, sent: Sent, ours: ApiKey) -> Sent:
        """The request that refreshes what came of `sent`: signed anew, because its answer may be lost as well."""
        expires_at = ours.expires_at
        if expires_at is not None and sent.signs(ours):
            expires_at = signed_expiry(expires_at)
        # Where a refresh keeps the id, the one without an overlap would end the old secret's, too.
        refreshed = sent.issue.refreshed
        grace = sent.issue.grace_seconds if refreshed is not None and ours.key_id == refreshed.key_id else 0
        issue = Issue(expires_at, grace, ours)
        return Sent(issue, ours.description, self._client.earliest_now(), sent.known_ids | {ours.key_id})

    def _visible(self, sent: Sent) -> list[ApiKey]:
        return [key for key in self._observer.live_matches() if sent.may_have_made(key)]

    def _visible_now(self, sent: Sent) -> list[ApiKey]:
        """The same, or nothing when looking fails."""
        try:
            return self._visible(sent)
        except RequestError:
            return []

    def _look(self, sent: Sent, lost: RequestError) -> list[ApiKey]:
        """The keys that may have come of the request. Raises TaskFailed when none shows up, or looking fails."""
        failure: RequestError | None = None
        for seconds in LOOKS:
            self._sleep(seconds)
            try:
                found = self._visible(sent)
            except RequestError as error:
                failure = error
                continue
            failure = None
            if found:
                return found
        seen = "No new key is visible, and running again is safe."
        if failure is not None:
            seen = f"Looking for a new key failed, too: {failure}"
        raise self._told(lost, [], f"{lost} {seen} {self._old_secret(sent)}{what_to_look_for(sent, self._desired)}")

    def _certain(self, sent: Sent, found: list[ApiKey], lost: RequestError) -> ApiKey:
        """The key that is certainly ours, where it may be reissued."""
        candidates = [key for key in found if sent.signs(key)] or found
        ours = candidates[0]
        certain = len(candidates) == 1 and (sent.signs(ours) or (self._desired.exclusive and sent.precedes(ours)))
        if certain and self._desired.on_lost_secret == "reissue":
            return ours
        if len(candidates) > 1:
            why = "more than one new key is visible"
        elif self._desired.on_lost_secret != "reissue":
            why = "on_lost_secret is fail"
        elif self._desired.exclusive:
            why = "it might be another run's: by the clocks, it was issued before"
        else:
            why = "it might be another run's: exclusive does not say that this task owns all such keys"
        # Ours may be one that the listing does not show yet.
        later = "" if len(candidates) == 1 and sent.signs(ours) else what_to_look_for(sent, self._desired)
        words = f"{lost} {describe_all(found)} may have come of it, and {why}. {self._old_secret(sent)}{later}"
        raise self._told(lost, found, words)

    def _old_secret(self, sent: Sent) -> str:
        refreshed = sent.issue.refreshed
        if refreshed is None:
            return ""
        if sent.issue.grace_seconds:
            until = sent.at + timedelta(seconds=sent.issue.grace_seconds)
            if refreshed.expires_at is not None:
                until = min(until, refreshed.expires_at)
            return f"The old secret of {refreshed.key_id} serves until {format_instant(until)} at least. "
        return f"If the service carried it out, the old secret of {refreshed.key_id} no longer serves. "

    def _told(self, cause: RequestError, found: list[ApiKey], message: str) -> TaskFailed:
        """The error that names every key concerned and the two tasks that resolve it."""
        told = message.rstrip()
        orphans = []
        for key in found:
            told += f" {advice(self._desired, key)}"
            orphans.append({**key.public(), "what_to_do": "take it over with state=refreshed, or revoke it"})
        return TaskFailed(told, {**cause.details(), "changed": bool(found), "orphans": orphans})


def advice(desired: DesiredKey, key: ApiKey) -> str:
    """How to take over a live key whose secret nobody holds, and how to revoke it: arguments that can be pasted."""
    take_over = _ad_hoc(desired, key, "refreshed")
    if desired.destination is None:
        take_over += " with dest, or in a task that registers its result"
    return (
        f"To give {key.key_id} a new secret, run community.arize.arize_api_key on this host with {take_over}. To "
        f"revoke it, run it with {_ad_hoc(desired, key, 'absent')}."
    )


def _ad_hoc(desired: DesiredKey, key: ApiKey, state: str) -> str:
    """The argument C(-a) of the command C(ansible) for a key by its id."""
    arguments: dict[str, t.Any] = {"id": key.key_id}
    if key.key_type != "service":
        arguments["key_type"] = key.key_type
    spaces = [space.space for organization in desired.organizations for space in organization.spaces]
    if spaces:
        arguments["space"] = spaces[0]
    arguments["state"] = state
    if state == "refreshed" and desired.destination is not None:
        arguments.update(desired.destination.options())
    return f"-a {shlex.quote(json.dumps(arguments))}"


def what_to_look_for(sent: Sent, desired: DesiredKey) -> str:
    """The sentence for keys that could not be seen."""
    return (
        f"Should another {desired.label} show up that was issued at {format_instant(sent.at)} or later, nobody holds "
        "its secret: revoke it, or refresh it, by id."
    )
