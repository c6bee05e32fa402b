# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the checkout the release that the variable VERSION names, or check that it is: release.py make|check

`make` sets the version everywhere, and makes its changelog from the fragments. It commits nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

# Galaxy knows no other form; a pre-release is never installed unless asked for. The tags that publish have it, too.
FORMS = (r"[0-9]+\.[0-9]+\.[0-9]+", r"[0-9]+\.[0-9]+\.[0-9]+-[a-z]+\.[0-9]+")
# Each place holds the version once, as the group between two others.
PLACES = {
    "galaxy.yml": r"(^version: )(\S+)($)",
    "plugins/module_utils/_service/version.py": r'(^COLLECTION_VERSION = ")([^"]+)("$)',
    "docs/offline.md": r"(community-arize-)(\S+)(\.tar\.gz)",
}


class CannotRelease(Exception):
    """Why there is no release."""


def set_version(checkout: Path, version: str) -> None:
    """Write the version to all its places."""
    for name, pattern in PLACES.items():
        path = checkout / name
        text, count = re.subn(pattern, rf"\g<1>{version}\g<3>", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if count != 1:
            raise CannotRelease(f"{name} names the version {count} times, not once")
        path.write_text(text, encoding="utf-8")


def has_changelog(checkout: Path, version: str) -> bool:
    return f"\nv{version}\n" in (checkout / "CHANGELOG.rst").read_text(encoding="utf-8")


def check_before(checkout: Path, version: str) -> None:
    """Refuse what can't become a release."""
    if not any(re.fullmatch(form, version) for form in FORMS):
        raise CannotRelease(f"'{version}' is no version like 1.2.3 or 1.2.3-rc.1")
    if has_changelog(checkout, version):
        raise CannotRelease(f"CHANGELOG.rst has a release {version} already")
    if not list((checkout / "changelogs" / "fragments").glob("*.yml")):
        raise CannotRelease("there is no fragment in changelogs/fragments, so nothing to release")


def check_after(checkout: Path, version: str) -> None:
    """Refuse a checkout that is not the whole release."""
    for name, pattern in PLACES.items():
        named = [found[1] for found in re.findall(pattern, (checkout / name).read_text(encoding="utf-8"), re.MULTILINE)]
        if named != [version]:
            raise CannotRelease(f"{name} names the version {', '.join(named)}, not {version}")
    if not has_changelog(checkout, version):
        raise CannotRelease(f"CHANGELOG.rst has no release {version}")
    if list((checkout / "changelogs" / "fragments").glob("*.yml")):
        raise CannotRelease("changelogs/fragments holds fragments that are in no release")


def main(task: str, version: str) -> int:
    """Do the task in the present folder."""
    checkout = Path.cwd()
    try:
        if task == "make":
            check_before(checkout, version)
            set_version(checkout, version)
            subprocess.run(["antsibull-changelog", "lint"], check=True)
            subprocess.run(["antsibull-changelog", "release", "--version", version], check=True)
        check_after(checkout, version)
    except CannotRelease as problem:
        print(f"No release: {problem}.", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError:
        return 1
    print(f"The checkout is release {version}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ.get("VERSION", "")))
