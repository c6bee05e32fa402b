# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Bring many declared keys about: the same work for each as for a single one, and at last what nobody declares.

First all keys are looked at, with what they have in common asked for once. A key with nothing to do is done by then.
The others go through a whole run of their own, which looks again with the lock on `dest` held: what was seen before
may have changed.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.community.arize.plugins.module_utils._decide.fleet import (
    Entry,
    Pruning,
    check_destinations,
    check_identities,
    undeclared,
)
from ansible_collections.community.arize.plugins.module_utils._decide.matches import describe
from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    ArizeError,
    AuthenticationFailed,
    MissingLibrary,
    TaskFailed,
)
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey
from ansible_collections.community.arize.plugins.module_utils._service.memory import RememberingClient
from ansible_collections.community.arize.plugins.module_utils._work.fleet_result import fleet_result
from ansible_collections.community.arize.plugins.module_utils._work.issue import Means
from ansible_collections.community.arize.plugins.module_utils._work.keep_one import KeyReconciler
from ansible_collections.community.arize.plugins.module_utils._work.result import Progress
from ansible_collections.community.arize.plugins.module_utils._work.revoke import Revoker
from ansible_collections.community.arize.plugins.module_utils._work.scope import ScopeResolver

Result = t.Dict[str, t.Any]
# Between two lines on the progress of long work.
PROGRESS_SECONDS = 5.0
Lend = t.Callable[[bool], t.ContextManager[RememberingClient]]


@dataclasses.dataclass(frozen=True)
class Fleet:
    """What one task declares. `prune_spaces` are names or ids."""

    entries: tuple[Entry, ...]
    concurrency: int
    prune_spaces: tuple[str, ...]
    prune_exclude: tuple[str, ...]


class FleetReconciler:
    """Brings a fleet about. `predict` and `carry_out` return the module's result or raise ArizeError."""

    label = ""

    def __init__(self, fleet: Fleet, lend: Lend, means: Means) -> None:
        """`lend` gives a client that asks anew when told so."""
        self._fleet = fleet
        self._lend = lend
        self._means = means
        # Why no further key is begun. Workers set it, and read it before each key.
        self._halted: str | None = None
        # In the order of the keys that they are about, each once.
        self.warnings: list[str] = []
        # The pruned space of each key in it by id, as it is called in prune_spaces.
        self._homes: dict[str, str] = {}

    def predict(self) -> Result:
        """What a real run would do now, with GET requests only."""
        results = self._looked_at(is_last=True)
        return self._result(results, *self._prune(results, dry_run=True))

    def carry_out(self) -> Result:
        """Do it. A failure concerns its key alone, but for a rejected credential, which ends the work."""
        results = self._looked_at(is_last=False)
        to_do = [index for index, result in enumerate(results) if result is not None and _is_due(result)]
        if to_do:
            self._means.hold_signals(lambda: self._halt("the task was told to stop"))
        for index, result in zip(to_do, self._each(to_do, fresh=True, is_last=True)):
            results[index] = result
        return self._result(results, *self._prune(results, dry_run=False))

    def _looked_at(self, is_last: bool) -> list[Result | None]:
        check_destinations(self._fleet.entries)
        space_ids = []
        with self._lend(False) as client:
            for name in self._fleet.prune_spaces:
                ScopeResolver(client, ()).space_id_of(name, "prune_spaces")
            for entry in self._fleet.entries:
                # What can't be resolved is told of its key.
                try:
                    space_ids.append(ScopeResolver(client, entry.desired.organizations).space_ids())
                except AuthenticationFailed:
                    raise
                except ArizeError:
                    space_ids.append([entry.place])
        check_identities(self._fleet.entries, space_ids)
        return self._each(range(len(self._fleet.entries)), fresh=False, is_last=is_last)

    def _each(self, indexes: t.Sequence[int], fresh: bool, is_last: bool) -> list[Result | None]:
        """The results for these entries, None for what was not begun. Warnings are kept of the last run of each key."""
        doing = "done" if fresh else "looked at"
        with concurrent.futures.ThreadPoolExecutor(self._fleet.concurrency) as workers:
            futures = [workers.submit(self._one, self._fleet.entries[index], fresh) for index in indexes]
            while concurrent.futures.wait(futures, timeout=PROGRESS_SECONDS).not_done:
                finished = [future.result()[0] for future in futures if future.done() and not future.exception()]
                failed = sum(bool(result and result.get("failed")) for result in finished)
                self._means.progress(f"{len(finished)} of {len(futures)} keys {doing}, {failed} failed")
        results = []
        for result, warnings in (future.result() for future in futures):
            results.append(result)
            if result is not None and (is_last or not _is_due(result)):
                self.warnings += [warning for warning in warnings if warning not in self.warnings]
        return results

    def _halt(self, why: str) -> None:
        self._halted = self._halted or why

    def _one(self, entry: Entry, fresh: bool) -> tuple[Result | None, list[str]]:
        if self._halted:
            return None, []
        # Signals are held by the thread that began the work.
        means = dataclasses.replace(self._means, hold_signals=lambda _told: None)
        desired = entry.desired
        warnings: list[str] = []
        try:
            with self._lend(fresh) as client:
                client.check(desired)
                reconciler = KeyReconciler(desired, client, means)
                warnings = reconciler.warnings
                return reconciler.carry_out() if fresh else reconciler.predict(), warnings
        except MissingLibrary:
            raise
        except ArizeError as error:
            if isinstance(error, AuthenticationFailed):
                self._halt("the credential was rejected")
            message = str(error) if desired.label in str(error) else f"{entry.label}: {error}"
            return {"changed": False, **error.details(), "failed": True, "msg": message}, warnings
        except Exception as error:
            # The results of the other keys, which may hold secrets, must not be lost with it.
            return {"changed": False, "failed": True, "msg": f"{entry.label}: {_defect(error)}"}, warnings

    def _prune(self, results: t.Sequence[Result | None], dry_run: bool) -> tuple[list[ApiKey], str | None]:
        """Revoke what nobody declares, if all went well. Returns what is gone, and what went wrong."""
        if not self._fleet.prune_spaces:
            return [], None
        if any(result is None or result.get("failed") for result in results):
            self.warnings.append("Nothing was pruned, because not all declared keys are as declared.")
            return [], None
        progress = Progress()
        try:
            progress.revoked += self._pruned(dry_run, progress)
        except MissingLibrary:
            raise
        except ArizeError as error:
            return progress.revoked, f"Pruning failed: {error}"
        except Exception as error:
            return progress.revoked, f"Pruning failed: {_defect(error)}"
        return progress.revoked, None

    def _pruned(self, dry_run: bool, progress: Progress) -> list[ApiKey]:
        """What would be revoked in check mode; `progress` has what was revoked in a real run."""
        fleet = self._fleet
        with self._lend(True) as client:
            scope = ScopeResolver(client, ())
            space_ids = tuple(scope.space_id_of(name, "prune_spaces") for name in fleet.prune_spaces)
            declared = {
                (space_id, entry.desired.name or "")
                for entry in fleet.entries
                for space_id in ScopeResolver(client, entry.desired.organizations).space_ids()
            }
            listed = self._listed(space_ids)
            for name, space_id in zip(fleet.prune_spaces, space_ids):
                self._homes.update((key.key_id, name) for key in listed[space_id])
            found = undeclared(Pruning(space_ids, fleet.prune_exclude), listed, declared, self._means.credential)
            self.warnings += found.warnings
            keys = self._elsewhere_spared(client, found.keys, space_ids)
            if dry_run:
                return keys
            going = frozenset(key.key_id for key in keys)
            holding = [space_id for space_id, inside in listed.items() if any(key.key_id in going for key in inside)]

            def listing() -> list[ApiKey]:
                return [key for inside in self._listed(holding).values() for key in inside]

            Revoker(client, self._means.sleep, listing, lambda: going).revoke_all(keys, progress)
        return []

    def _listed(self, space_ids: t.Sequence[str]) -> dict[str, list[ApiKey]]:
        """The live service keys by space, asked for anew."""

        def one(space_id: str) -> list[ApiKey]:
            with self._lend(True) as client:
                return client.list_api_keys(key_type="service", status="active", space_id=space_id)[0]

        with concurrent.futures.ThreadPoolExecutor(self._fleet.concurrency) as workers:
            return dict(zip(space_ids, workers.map(one, space_ids)))

    def _elsewhere_spared(
        self, client: RememberingClient, keys: t.Sequence[ApiKey], space_ids: t.Sequence[str]
    ) -> list[ApiKey]:
        """Without those that are also listed in a visible space that is not pruned."""
        left = {key.key_id: key for key in keys}
        visible = [space.space_id for space in client.spaces()] if left else []
        for space_id, listed in self._listed([other for other in visible if other not in space_ids]).items():
            for key in listed:
                if left.pop(key.key_id, None) is not None:
                    self.warnings.append(
                        f"{describe(key)} was not pruned, because it also belongs to the space {space_id}, which is "
                        "not in prune_spaces."
                    )
        return list(left.values())

    def _result(self, results: t.Sequence[Result | None], pruned: t.Sequence[ApiKey], problem: str | None) -> Result:
        gone = [(key, self._homes[key.key_id]) for key in pruned]
        result = fleet_result(self._fleet.entries, results, self._halted or "", gone, self._means.diff)
        if problem is not None:
            result.update(failed=True, msg=f"{result['msg']} {problem}")
        if result["failed"]:
            raise TaskFailed(result["msg"], {name: value for name, value in result.items() if name != "msg"})
        del result["failed"]
        return result


def _is_due(result: Result) -> bool:
    return bool(result.get("changed")) and not result.get("failed")


def _defect(error: Exception) -> str:
    # Its text is not known to be free of secrets.
    return f"An error in this collection ({type(error).__name__}) ended the work; please report it."
