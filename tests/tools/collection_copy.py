# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the checkout to where Ansible's tools expect a collection, as a git work tree of its own.

usage: collection_copy.py FOLDER

The copy holds what git tracks or would track, nothing else. It needs a repository of its own because
ansible-test asks git for the files of a collection, and finds none in a folder that the checkout ignores:
it would then pass with nothing tested.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def copy_collection(folder: Path) -> Path:
    """Make FOLDER/ansible_collections/community/arize anew and return its path."""
    target = folder / "ansible_collections" / "community" / "arize"
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listing.split("\0")):
        source, copy = CHECKOUT / name, target / name
        # A file removed but not yet committed is still listed.
        if source.is_symlink() or source.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    subprocess.run(["git", "-c", "init.defaultBranch=main", "init", "--quiet"], cwd=target, check=True)
    subprocess.run(["git", "add", "--all"], cwd=target, check=True)
    return target


if __name__ == "__main__":
    copy_collection(Path(sys.argv[1]).resolve())
