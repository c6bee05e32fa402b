# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let the role key_audit report on a simulated fleet: report.py FOLDER [PICTURE]

FOLDER gets the reports. PICTURE gets the top of the page, where Chromium is installed. All is the same each time.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from simulator import Simulator

CHECKOUT = Path(__file__).resolve().parents[2]
TODAY = datetime(2026, 11, 24, 6, tzinfo=timezone.utc)
# The address is in the report, so it is always the same one, and in its place one that says what belongs there.
PORT = 47113
SHOWN_ADDRESS = "https://arize.example.com"
TEAMS = ("billing", "search", "support", "fraud", "growth", "logistics", "ml-platform", "payments")
STAGES = ("prod", "staging", "research", "eu-prod", "batch")
USES = ("ingest", "evaluator", "dashboard", "gateway", "exporter")
ACCEPTED = [
    {"name": "*", "finding": "never_used", "reason": "Looked at each quarter"},
    {"name": "billing-prod-gateway", "finding": "never_expires", "reason": "An appliance that can't be rotated"},
]


def populate(simulator: Simulator) -> None:
    """Forty spaces, 120 keys, and every kind of finding."""
    source = random.Random(40)
    spaces = [simulator.add_space(f"{team}-{stage}", "Example Org") for team in TEAMS for stage in STAGES]
    colleague = simulator.add_user("Colleague", account_role="ADMIN")
    for number in range(120):
        space = spaces[number % len(spaces)]
        age = source.randrange(3, 85)
        row: dict[str, object] = {
            "name": f"{space.name}-{USES[number // len(spaces) + source.randrange(2)]}",
            "space_id": space.id,
            "created_at": TODAY - timedelta(days=age),
            "expires_at": TODAY + timedelta(days=90 - age + 14 * (number % 5 == 0), hours=5),
            "last_used_at": TODAY - timedelta(hours=source.randrange(1, 70)),
        }
        oddity = number % 24
        if oddity == 1:
            row["expires_at"] = TODAY + timedelta(days=source.randrange(1, 12))
        elif oddity == 4:
            row["created_at"] = TODAY - timedelta(days=source.randrange(95, 120))
            row["expires_at"] = TODAY - timedelta(days=source.randrange(2, 20))
        elif oddity == 7:
            row.update(expires_at=None, created_at=TODAY - timedelta(days=source.randrange(60, 340)))
        elif oddity == 10:
            row.update(created_at=TODAY - timedelta(days=430), expires_at=TODAY + timedelta(days=120 + number))
        elif oddity == 13:
            row["last_used_at"] = TODAY - timedelta(days=source.randrange(95, 200))
            row.update(created_at=TODAY - timedelta(days=250), expires_at=TODAY + timedelta(days=100 + number))
        elif oddity == 16:
            row["last_used_at"] = None
        elif oddity == 19:
            row.update(account_role="ADMIN")
        elif oddity == 22:
            row.update(created_by=colleague, expires_at=TODAY + timedelta(days=400 if number > 60 else 250))
        simulator.seed_key(**row)
    simulator.seed_key(
        name=f"{spaces[0].name}-gateway",
        space_id=spaces[0].id,
        created_at=TODAY - timedelta(days=9),
        last_used_at=TODAY,
        expires_at=None,
    )


def run_role(simulator: Simulator, folder: Path) -> None:
    """Play the role against the simulator."""
    variables = {
        "key_audit_folder": str(folder),
        "key_audit_accepted": ACCEPTED,
        "key_audit_made_by": "nightly audit",
        "key_audit_formats": ["html", "csv", "json", "metrics"],
        "ansible_python_interpreter": sys.executable,
    }
    playbook = folder / "playbook.json"
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "roles": ["community.arize.key_audit"]}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ARIZE_", "ANSIBLE_"))}
    subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", str(playbook)],
        env={
            **inherited,
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
            "ARIZE_API_KEY": simulator.credential,
            "ARIZE_BASE_URL": simulator.url,
        },
        check=True,
        stdin=subprocess.DEVNULL,
    )
    playbook.unlink()
    for report in folder.glob("arize-keys.*"):
        text = report.read_text(encoding="utf-8")
        report.write_text(text.replace(simulator.url, SHOWN_ADDRESS), encoding="utf-8")


def take_picture(page: Path, picture: Path) -> None:
    """The top of the page, so narrow that it can be read on a telephone, too."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("There is no Chromium here, so no picture was taken")
        return
    profile = page.parent / "profile"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    options += ["--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=820,1000"]
    picture.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [chromium, *options, f"--user-data-dir={profile}", f"--screenshot={picture}", page.as_uri()],
        check=True,
        capture_output=True,
    )
    shutil.rmtree(profile, ignore_errors=True)


def main(folder: Path, picture: Path | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with Simulator(seed=7, frozen=True, port=PORT) as simulator:
        simulator.clock.set(TODAY)
        populate(simulator)
        run_role(simulator, folder)
    if picture is not None:
        take_picture(folder / "arize-keys.html", picture)
    print(f"The reports are in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None)
