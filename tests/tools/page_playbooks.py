# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the playbooks and tasks that pages of the documentation show into files, for a linter.

usage: page_playbooks.py FOLDER
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import yaml
from support.pages import BLOCKS, plays_of
from support.playbooks import ROOT


def playbook(text: str) -> str:
    """Return a block as a playbook, or nothing for one that is something else."""
    content = yaml.safe_load(text)
    plays = plays_of(content)
    if not plays or plays == content:
        return text if plays else ""
    # Tasks: the text itself stays as it is, for the linter to judge.
    head = "- name: Tasks of a page\n  hosts: localhost\n  gather_facts: false\n  tasks:\n"
    return head + "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def main(folder: Path) -> int:
    """Write the files anew, and return 1 where there is none."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    written = 0
    for block in BLOCKS:
        text = playbook(block.text) if block.language == "yaml" else ""
        if text:
            name = "_".join(block.page.relative_to(ROOT).with_suffix("").parts).lower()
            (folder / f"{name}_line_{block.line}.yml").write_text(text, encoding="utf-8")
            written += 1
    print(f"{written} playbooks of pages")
    return int(not written)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
