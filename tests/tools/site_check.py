# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check a built site: each link inside it leads somewhere, no page loads anything from elsewhere or shows an error."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Galaxy shows the README elsewhere, so its links and pictures have whole addresses, of files of the repository.
WHOLE = re.compile(
    r"^https://(?:github\.com/ansible-collections/community\.arize/blob"
    r"|raw\.githubusercontent\.com/ansible-collections/community\.arize)/main/"
)
# Elements that load something by themselves, and the attributes that say what.
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
LOADING_LINKS = {"stylesheet", "icon", "shortcut", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest"}
ELSEWHERE = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


class Page(HTMLParser):
    """What one page holds: anchors, links, addresses that it loads from, and errors that it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.errors: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = set(values.get("class", "").split())
        # The theme's style sheet writes an error over a table of contents, as it stands beside each page already.
        if "contents" in classes and tag in ("nav", "aside", "div"):
            self.errors.append("a table of contents of its own")
        if "system-message" in classes:
            self.errors.append("a message of Sphinx")
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in LOADING and LOADING[tag] in values:
            self.loads.append(values[LOADING[tag]])
        if tag == "link" and LOADING_LINKS & set(values.get("rel", "").split()):
            self.loads.append(values.get("href", ""))
        self.loads += IN_STYLE.findall(values.get("style", ""))


def read_page(path: Path) -> Page:
    page = Page()
    text = path.read_text(encoding="utf-8")
    page.feed(text)
    for style in re.findall(r"<style.*?</style>", text, re.DOTALL):
        page.loads += IN_STYLE.findall(style)
    return page


def problems_of(site: Path) -> list[str]:
    """A line for each link that leads nowhere, each thing that is loaded from elsewhere, and each error shown."""
    pages = {path: read_page(path) for path in sorted(site.rglob("*.html"))}
    problems = [] if pages else [f"{site} has no pages"]
    for path, page in pages.items():
        where = path.relative_to(site)
        problems += [f"{where}: loads {address}" for address in page.loads if ELSEWHERE.match(address)]
        problems += [f"{where}: shows {error}" for error in page.errors]
        problems += [f"{where}: {link} leads nowhere" for link in page.links if not leads_somewhere(link, path, pages)]
    for style in sorted(site.rglob("*.css")):
        found = IN_STYLE.findall(style.read_text(encoding="utf-8"))
        problems += [f"{style.relative_to(site)}: loads {address}" for address in found]
    return problems


def leads_somewhere(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    """Whether a link of the page at `path` is to another site, or to a file and an anchor that exist."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
    if not parts.fragment or target not in pages:
        return target.is_file()
    return unquote(parts.fragment) in pages[target].anchors
