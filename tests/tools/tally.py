# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sum up the JUnit files of pytest in a folder as 'N passed, N failed', alone on a line.

usage: tally.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def tally(folder: Path) -> tuple[int, int, int]:
    """Return the numbers of tests passed, failed and skipped."""
    total = failed = skipped = 0
    for path in folder.glob("*.xml"):
        for suite in ElementTree.parse(path).getroot().iter("testsuite"):
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    return total - failed - skipped, failed, skipped


if __name__ == "__main__":
    passed, failed, skipped = tally(Path(sys.argv[1]))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(failed > 0 or passed == 0)
