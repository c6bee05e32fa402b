# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the playbooks and tasks that pages of the documentation show into one playbook, for a linter.

usage: page_playbooks.py FILE

One, because ansible-lint starts Ansible for each playbook. A comment tells where each block is from.
"""

from __future__ import annotations

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


def main(file: Path) -> int:
    """Write the file anew, and return 1 where there is nothing to write."""
    found = []
    for block in BLOCKS:
        text = playbook(block.text) if block.language == "yaml" else ""
        if text:
            place = f"# {block.page.relative_to(ROOT)}:{block.line}"
            found.append(f"{place}\n{text.removeprefix('---').strip()}\n")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("---\n" + "\n".join(found), encoding="utf-8")
    print(f"{len(found)} playbooks of pages")
    return int(not found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
