# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What became of the keys of a host, in one line for each, for people to read. Pure, and free of secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.plugin_utils._service_key_removals import Row
from ansible_collections.community.arize.plugins.plugin_utils._service_key_work import ISSUING

_NO_KEYS = "No service key is declared for this host."


def summary(rows: t.Sequence[Row], check_mode: bool) -> list[str]:
    """One line for each key. `rows` are those of `key_results`; in check mode they say what would be done."""
    return [_line(row, check_mode) for row in rows] or [_NO_KEYS]


def _line(row: Row, check_mode: bool) -> str:
    label = f"{row['name']} of space {row['space']}"
    if row["failed"]:
        done = row["action"] if row["action"] not in ("none", "failed") else None
        so_far = f" ({_would(check_mode, done)})" if done else ""
        # The message names the key, often with more words.
        told = str(row["msg"])
        return f"{label}: FAILED{so_far}: {told[len(label) + 2 :] if told.startswith(f'{label}: ') else told}"
    parts = [_done(row, check_mode), *_where(row, check_mode)]
    if row["state"] == "present":
        at = row["next_rotation_at"]
        parts.append("no rotation scheduled" if at is None else f"next rotation {at}")
    return f"{label}: {'; '.join(parts)}"


def _would(check_mode: bool, done: str) -> str:
    return f"would be {done}" if check_mode else done


def _done(row: Row, check_mode: bool) -> str:
    if row["action"] != "none":
        return _would(check_mode, str(row["action"]))
    return {"absent": "not live", "forgotten": "forgotten"}.get(str(row["state"]), "unchanged")


def _where(row: Row, check_mode: bool) -> list[str]:
    """Where the secret is or was; nothing for a key without a file."""
    if row["state"] != "present":
        removed = ", ".join(row["removed"])
        return [f"secret {_would(check_mode, 'removed')} from {removed}"] if removed else []
    if row["renewed"] or row["action"] in ISSUING:
        return [f"secret {_would(check_mode, 'written')} to {row['dest']}"]
    corrected = f" (owner, group or mode {_would(check_mode, 'corrected')})" if row["changed"] else ""
    return [f"secret in {row['dest']}{corrected}"]
