# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions that `make matrix` tests, and the table of what came of it.

usage: matrix.py

Writes docs/tables/matrix.md once every session has left its figures.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
RESULTS = CHECKOUT / ".cache" / "matrix"
TABLE = CHECKOUT / "docs" / "tables" / "matrix.md"


@dataclass(frozen=True)
class Core:
    """A release of ansible-core, and the interpreters that it supports and the collection does too.

    Source: CONTROLLER_PYTHON_VERSIONS and REMOTE_ONLY_PYTHON_VERSIONS in its own ansible-test, which a test reads.
    """

    release: str
    controllers: tuple[str, ...]
    hosts_only: tuple[str, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The interpreters of managed hosts."""
        return self.hosts_only + self.controllers


# By ansible-core's minor version. These releases are pinned; the rest is in tests/matrix/constraints.txt.
CORES = {
    "2.16": Core("2.16.19", ("3.10", "3.11", "3.12"), ("3.8", "3.9")),
    "2.17": Core("2.17.14", ("3.10", "3.11", "3.12"), ("3.8", "3.9")),
    "2.18": Core("2.18.19", ("3.11", "3.12", "3.13"), ("3.8", "3.9", "3.10")),
    "2.19": Core("2.19.14", ("3.11", "3.12", "3.13"), ("3.8", "3.9", "3.10")),
    "2.20": Core("2.20.10", ("3.12", "3.13", "3.14"), ("3.9", "3.10", "3.11")),
    "2.21": Core("2.21.5", ("3.12", "3.13", "3.14"), ("3.9", "3.10", "3.11")),
    "2.22": Core("2.22.0rc1", ("3.13", "3.14", "3.15"), ("3.9", "3.10", "3.11", "3.12")),
}
# The last releases that show a result although it is marked as hidden (CVE-2024-8775), and the first that don't.
BOUNDARIES = ("2.16.12", "2.16.13", "2.17.5", "2.17.6")


def pairs() -> list[tuple[str, str]]:
    """All pairs of an ansible-core and a controller interpreter, oldest first."""
    return [(minor, python) for minor, core in CORES.items() for python in core.controllers]


def sessions() -> list[str]:
    """The names of all sessions of noxfile.py."""
    by_core = [f"{kind}-{minor}" for minor in CORES for kind in ("sanity", "secrecy", "hosts")]
    boundaries = [f"boundary-{release}" for release in BOUNDARIES]
    return [f"pair-{minor}-{python}" for minor, python in pairs()] + by_core + boundaries


def forget(session: str) -> None:
    """Throw away what a session found earlier."""
    (RESULTS / f"{session}.json").unlink(missing_ok=True)


def record(session: str, **figures: str | int) -> None:
    """Keep what a session found, for the table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{session}.json").write_text(json.dumps(figures), encoding="utf-8")


def found(session: str) -> dict[str, str | int]:
    """What a session found."""
    figures: dict[str, str | int] = json.loads((RESULTS / f"{session}.json").read_text(encoding="utf-8"))
    return figures


def row(*cells: str | int) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def outcome(session: str, *names: str) -> list[str | int]:
    """The cells for some figures of a session."""
    figures = found(session)
    if "skipped" in figures:
        return [f"skipped: {figures['skipped']}", *[""] * (len(names) - 1)]
    return [figures[name] for name in names]


def table() -> str:
    """The tables in Markdown: by pair, by ansible-core, and the releases around CVE-2024-8775."""
    lines = [
        "<!--",
        # REUSE-IgnoreStart
        "SPDX-FileCopyrightText: community.arize contributors",
        "SPDX-License-Identifier: GPL-3.0-or-later",
        # REUSE-IgnoreEnd
        "",
        "Written by `make matrix`.",
        "-->",
        "",
        "# Versions of ansible-core and Python",
        "",
        "Each row was run on one machine by `make matrix`. Interpreters that it did not have are named as skipped.",
        "",
        row("ansible-core, and Python of the controller", "Unit tests passed", "Integration targets passed"),
        row(*["---"] * 3),
    ]
    for minor, python in pairs():
        # In one cell, for on a narrow screen the first one is the heading of the others.
        both = f"{CORES[minor].release}, Python {python}"
        lines.append(row(both, *outcome(f"pair-{minor}-{python}", "unit", "integration")))
    heads = ("Sanity tests passed", "Ignored", "Tests of hidden secrets passed", "Python of managed hosts tried")
    lines += ["", row("ansible-core", *heads), row(*["---"] * 5)]
    for minor, core in CORES.items():
        lines.append(
            row(
                core.release,
                *outcome(f"sanity-{minor}", "sanity", "ignored"),
                *outcome(f"secrecy-{minor}", "secrecy"),
                *outcome(f"hosts-{minor}", "hosts"),
            )
        )
    lines += [
        "",
        "Where CVE-2024-8775 ends. The first release of each pair refuses to issue a key unless the task has `no_log`.",
        "",
        row("ansible-core", "Tests of hidden secrets passed"),
        row("---", "---"),
        *(row(release, *outcome(f"boundary-{release}", "secrecy")) for release in BOUNDARIES),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    missing = [session for session in sessions() if not (RESULTS / f"{session}.json").exists()]
    if missing:
        print(f"docs/tables/matrix.md stays as it is, for these sessions are missing: {' '.join(missing)}")
        return 0
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(table(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
