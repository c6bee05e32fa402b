# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the checkout to where Ansible's tools expect a collection, as a git work tree of its own.

usage: collection_copy.py FOLDER

The copy holds what git tracks or would track, nothing else. It needs a repository of its own because
ansible-test asks git for the files of a collection, and finds none in a folder that the checkout ignores:
it would then pass with nothing tested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def git(folder: Path, *arguments: str) -> str:
    """Run git on the repository of a folder, whichever a hook that runs this works on. Its errors are shown."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def copy_collection(folder: Path) -> Path:
    """Make FOLDER/ansible_collections/community/arize anew and return its path."""
    target = folder / "ansible_collections" / "community" / "arize"
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    listing = git(CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listing.split("\0")):
        source, copy = CHECKOUT / name, target / name
        # A file removed but not yet committed is still listed.
        if source.is_symlink() or source.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    git(target, "-c", "init.defaultBranch=main", "init", "--quiet")
    git(target, "add", "--all")
    return target


if __name__ == "__main__":
    copy_collection(Path(sys.argv[1]).resolve())
