# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Play a fleet in check mode against the simulator, and keep what the terminal shows: fleet_plan.py PICTURE"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text
from support.playbooks import PlaybookRunner

from simulator import Simulator

WIDTH = 104
# The days until the key of a space expires; None where there is none yet.
SPACES = {"analytics": 61, "billing": 9, "checkout": None, "fraud": 33, "ingest": 47, "search": 12, "support": 70}
PLAYBOOK = f"""\
- name: Keep the service keys of the platform team
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Ensure each space has its service key and no other
      community.arize.arize_api_keys:
        spaces: [{", ".join(SPACES)}]
        defaults:
          name: "{{space}}-pipeline"
          expires_in: 90d
          renew_before: 14d
          dest: "~/{{space}}.key"
        prune_spaces: [{", ".join(SPACES)}]
"""


def populate(simulator: Simulator, home: Path) -> None:
    """One key for most spaces, with its secret at home, and one that nobody declares."""
    today = simulator.clock.now()
    for name, days in SPACES.items():
        space = simulator.add_space(name, "Example Org")
        if days is not None:
            key = simulator.seed_key(
                name=f"{name}-pipeline",
                space_id=space.id,
                created_at=today - timedelta(days=90 - days),
                expires_at=today + timedelta(days=days),
            )
            secret = home / f"{name}.key"
            secret.touch(0o600)
            secret.write_text(f"{key.secret}\n", encoding="utf-8")
        if name == "fraud":
            simulator.seed_key(name="trial-2024", space_id=space.id, created_at=today - timedelta(days=700))


def play(simulator: Simulator, home: Path) -> str:
    """What ansible-playbook shows in colour, in check mode, up to its recap."""
    playbook = home / "fleet.yml"
    playbook.write_text(PLAYBOOK, encoding="utf-8")
    run = PlaybookRunner(simulator, home).run_playbook(
        playbook,
        ["--check", "--diff"],
        ANSIBLE_FORCE_COLOR="1",
        ARIZE_API_KEY=simulator.credential,
        ARIZE_BASE_URL=simulator.url,
        COLUMNS=str(WIDTH),
        HOME=str(home),
    )
    if run.returncode:
        sys.exit(run.everything_printed)
    return run.stdout.partition("PLAY RECAP")[0]


def draw(shown: str, picture: Path) -> None:
    """A picture of a terminal that loads nothing, not even a font."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.assemble("$ ansible-playbook fleet.yml --check --diff\n", Text.from_ansi(shown.rstrip())))
    form = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    picture.parent.mkdir(parents=True, exist_ok=True)
    console.save_svg(str(picture), title="fleet.yml", code_format=form, unique_id="fleet")


def main(picture: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, Simulator() as simulator:
        populate(simulator, Path(folder))
        draw(play(simulator, Path(folder)), picture)
        if simulator.writes:
            sys.exit("check mode wrote")
    print(f"The picture is {picture}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
