# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the playbooks and tasks that pages of the documentation show into files, for a linter.

usage: page_playbooks.py FOLDER
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = ("*.md", "docs/**/*.md", "roles/*/README.md")
FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def playbook(text: str) -> str:
    """Return a block as a playbook, or nothing for one that is something else."""
    content = yaml.safe_load(text)
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        return ""
    if all("hosts" in item for item in content):
        return text
    # Tasks: the text itself stays as it is, for the linter to judge.
    head = "- name: Tasks of a page\n  hosts: localhost\n  gather_facts: false\n  tasks:\n"
    return head + "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def main(folder: Path) -> int:
    """Write the files anew, and return 1 where there is none."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    written = 0
    for page in sorted(path for pattern in PAGES for path in CHECKOUT.glob(pattern)):
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            block, line = playbook(found[1]), text.count("\n", 0, found.start()) + 2
            if block:
                name = "_".join(page.relative_to(CHECKOUT).with_suffix("").parts).lower()
                (folder / f"{name}_line_{line}.yml").write_text(block, encoding="utf-8")
                written += 1
    print(f"{written} playbooks of pages")
    return int(not written)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
