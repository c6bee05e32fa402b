# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/simulator.md, played command by command: each prints what the page shows."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from support.pages import DOCS, blocks_of, without_instants
from support.playbooks import COLLECTIONS, ROOT

NEXT = "== the next block"


def test_the_page_on_the_simulator(tmp_path: pathlib.Path) -> None:
    blocks = [block for block in blocks_of(DOCS / "simulator.md") if "make simulator" not in block.text]
    commands = [block.text for block in blocks if block.language == "shell"]
    playbook = next(block.text for block in blocks_of(ROOT / "README.md") if block.language == "yaml")
    (tmp_path / "keys.yml").write_text(playbook.replace("~/arize-{space}", "{{ playbook_dir }}/{space}"))
    command = [sys.executable, "-m", "simulator", "--exports", "--spaces", "analytics,ingest,support"]
    settings = {"PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    folders = {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local_tmp")}
    with subprocess.Popen(
        command, env={**settings, "PYTHONPATH": str(ROOT / "tests")}, stdout=subprocess.PIPE, text=True
    ) as simulator:
        assert simulator.stdout is not None
        exports = [simulator.stdout.readline() for _line in range(5)][1:]
        played = subprocess.run(
            ["bash", "-euc", "".join(exports) + f"\necho '{NEXT}'\n".join(commands)],
            cwd=tmp_path,
            env={**settings, **folders, "HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        simulator.terminate()
    assert played.returncode == 0, played.stdout
    printed = played.stdout.split(NEXT)
    number = -1
    for block in blocks:
        number += block.language == "shell"
        if block.language == "text":
            for line in without_instants(block.text).splitlines():
                assert line in without_instants(printed[number]), printed[number]
