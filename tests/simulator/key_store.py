# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to keys: issue, refresh, revoke, use (contract sections 1.3 to 1.5 and 3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from .entities import Account, StoredKey, User
from .key_requests import CreateRequest, check_developer_access, check_roles
from .key_table import age_of
from .permissions import Access
from .problems import Problem
from .state import State
from .validation import Fields


class KeyStore:
    """The keys in a State and the rules for changing them."""

    def __init__(self, state: State) -> None:
        self._state = state

    def authenticate(self, secret: str, use: bool) -> User | None:
        """The user a credential acts as; `use` records that the key was used."""
        key = self._state.keys.with_secret(secret)
        now = self._state.clock.now()
        if key is None or not key.fits(secret, now):
            return None
        if use:
            key.last_used_at = now.replace(microsecond=0)
        return key.bot_user or self._state.users[key.created_by_user_id]

    def create(self, caller: User, request: CreateRequest) -> StoredKey:
        """Issue a new key."""
        state = self._state
        check_developer_access(caller.account)
        check_roles(state, Access(state, caller), request)
        expires_at = self._bounded(caller.account, request.expires_at)
        self._check_duplicate(caller, request)
        if caller.account.plan_limit is not None:
            raise Problem(403, "Plan limit reached", caller.account.plan_limit)
        bot_user = None
        if request.key_type == "SERVICE":
            role = request.account_role.name or "MEMBER"
            bot_user = state.add_bot_user(request.name, caller.account, role, request.organizations)
        identifier, sequence = state.new_id("ApiKey")
        key = StoredKey(
            identifier,
            sequence,
            request.name,
            request.key_type,
            self._new_secret(),
            caller.account,
            caller.id,
            state.creation_time(),
            request.description,
            expires_at,
            bot_user=bot_user,
        )
        self.put(key)
        return key

    def refresh(self, caller: User, key_id: str, body: dict[str, object]) -> StoredKey:
        """Replace the secret of a key (contract section 3)."""
        state = self._state
        fields = Fields(body, "", ("expires_at", "grace_period_seconds"))
        wanted = fields.instant("expires_at")
        grace = fields.integer("grace_period_seconds", 0, 86400, 0)
        key = self._readable(caller, key_id)
        check_developer_access(caller.account)
        if not Access(state, caller).may_refresh(key):
            raise Problem(403, "You may not refresh this key")
        if key.status != "ACTIVE":
            raise Problem(state.switches.refresh_of_dead_key_status, "This key is revoked")
        expires_at = self._refreshed_expiry(key, wanted)
        until = self._grace_end(key, grace)
        if state.switches.refresh_keeps_id:
            return self._refresh_in_place(key, expires_at, until)
        identifier, sequence = state.new_id("ApiKey")
        fresh = replace(
            key,
            id=identifier,
            sequence=sequence,
            secret=self._new_secret(),
            created_at=self._refreshed_creation(key),
            created_by_user_id=self._refreshed_creator(key, caller),
            expires_at=expires_at,
            last_used_at=None,
            earlier_secrets=[],
            is_credential=False,
            history=[],
        )
        if until is None:
            key.status = "REVOKED"
        else:
            key.expires_at = until
        self._record(key)
        self.put(fresh)
        return fresh

    def revoke(self, caller: User, key_id: str) -> None:
        """Deactivate a key at once and for good; again is no error."""
        key = self._readable(caller, key_id)
        if not Access(self._state, caller).may_revoke(key):
            raise Problem(403, "You may not revoke this key")
        if key.status == "REVOKED":
            return
        key.status = "REVOKED"
        self._record(key)

    def put(self, key: StoredKey, visible_since: datetime | None = None) -> None:
        """Store a new key; `visible_since` is for keys that were there before the test began."""
        self._state.keys.add(key)
        self._state.secrets.add(key.secret)
        self._record(key, visible_since)

    def as_listed(self, key: StoredKey) -> StoredKey | None:
        """The key as a listing shows it, which may lag behind."""
        lag = self._state.switches.list_lag_seconds
        if lag <= 0 or not key.history:
            return key
        horizon = self._state.clock.now() - timedelta(seconds=lag)
        seen = [former for changed_at, former in key.history if changed_at <= horizon]
        return seen[-1] if seen else None

    def _record(self, key: StoredKey, visible_since: datetime | None = None) -> None:
        key.history.append((visible_since or self._state.clock.now(), key.snapshot()))

    def _new_secret(self) -> str:
        secret = self._state.identifiers.secret()
        self._state.secrets.add(secret)
        return secret

    def _readable(self, caller: User, key_id: str) -> StoredKey:
        key = self._state.keys.by_id.get(key_id)
        hidden = key is not None and key.is_credential and not self._state.switches.credentials_listed
        if key is None or hidden or not Access(self._state, caller).reads_key(key):
            raise Problem(404, "API key not found")
        return key

    def _bounded(self, account: Account, wanted: datetime | None) -> datetime | None:
        """The expiry a key gets under the account's maximum lifetime."""
        now = self._state.clock.now()
        maximum = account.maximum_key_lifetime
        latest = None if maximum is None else now + timedelta(seconds=maximum)
        if wanted is None:
            return None if latest is None else self._stored_expiry(latest)
        if wanted <= now:
            raise Problem(self._state.switches.past_expiry_status, "expires_at must be in the future")
        if latest is not None and wanted > latest:
            raise Problem(422, "expires_at is beyond the account's maximum key lifetime")
        return self._stored_expiry(wanted)

    def _stored_expiry(self, moment: datetime) -> datetime:
        whole = self._state.switches.expires_at_resolution == "second"
        return moment.replace(microsecond=0) if whole else moment

    def _refreshed_expiry(self, key: StoredKey, wanted: datetime | None) -> datetime | None:
        """A refresh may shorten a life, never extend it."""
        if key.expires_at is not None:
            if key.expires_at <= self._state.clock.now():
                raise Problem(422, "This key has expired; create a new one")
            if self._state.switches.legacy:
                # Contract section 2: the replacement has the expiry asked for, or none.
                return self._bounded(key.account, wanted)
            if wanted is None and self._state.switches.refresh_without_expiry == "inherited":
                wanted = key.expires_at
            if wanted is None:
                raise Problem(422, "expires_at is required, for this key expires")
            if wanted > key.expires_at:
                raise Problem(422, "expires_at is later than the current expiry of this key")
        return self._bounded(key.account, wanted)

    def _grace_end(self, key: StoredKey, grace: int) -> datetime | None:
        if grace == 0:
            return None
        end = self._state.creation_time() + timedelta(seconds=grace)
        return end if key.expires_at is None else min(end, key.expires_at)

    def _refreshed_creation(self, key: StoredKey) -> datetime:
        keeps = self._state.switches.refresh_keeps_created_at
        return key.created_at if keeps else self._state.creation_time()

    def _refreshed_creator(self, key: StoredKey, caller: User) -> str:
        # A user key acts as its creator; handing it to the refresher would change who it is.
        keeps = self._state.switches.refresh_keeps_creator or key.key_type == "USER"
        return key.created_by_user_id if keeps else caller.id

    def _refresh_in_place(self, key: StoredKey, expires_at: datetime | None, until: datetime | None) -> StoredKey:
        """One row with a new secret; the old one lasts to the end of its grace."""
        still_good = [] if until is None else [*key.earlier_secrets, (key.secret, until)]
        # Replacing the secret ends the grace of earlier refreshes unless a new grace is granted.
        key.earlier_secrets = still_good
        key.secret = self._new_secret()
        self._state.keys.note_secret(key)
        former, key.created_at = age_of(key), self._refreshed_creation(key)
        self._state.keys.moved(key, former)
        key.expires_at = expires_at
        key.last_used_at = None
        self._record(key)
        return key

    def _check_duplicate(self, caller: User, request: CreateRequest) -> None:
        if self._state.switches.duplicate_names == "accepted":
            return
        spaces = {space.space_id for binding in request.organizations for space in binding.spaces}
        for key in self._state.keys:
            same = (key.name, key.key_type, key.account) == (request.name, request.key_type, caller.account)
            shares = key.created_by_user_id == caller.id if not spaces else spaces & set(key.space_ids)
            if same and shares and key.live_at(self._state.clock.now()):
                raise Problem(409, "An active key of this name exists")
