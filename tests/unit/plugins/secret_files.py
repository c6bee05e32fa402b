# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secret files on a real file system, for the tests of how they are written and of what is refused."""

from __future__ import annotations

import os
import pathlib
import time
import typing as t

from unit.plugins.builders import issued_key

from ansible_collections.community.arize.plugins.module_utils._deliver.secret_file import SecretFile
from ansible_collections.community.arize.plugins.module_utils._model.declaration import Destination

ISSUED = issued_key(tag="new")


def secret_file(path: pathlib.Path | str, **changes: t.Any) -> SecretFile:
    values = {"file_format": "raw", "variable": "ARIZE_API_KEY", "mode": "0600", "owner": None, "group": None}
    return SecretFile(Destination(path=str(path), **{**values, **changes}))


def deliver(target: SecretFile) -> None:
    """What a run does with an issued key."""
    with target.locked(time.sleep), target.prepared(target.state()) as prepared:
        prepared.commit(ISSUED)


def names(folder: pathlib.Path) -> list[str]:
    return sorted(os.listdir(folder))
