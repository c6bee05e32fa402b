# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the documentation as they lie in the checkout: their blocks, links and anchors."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import typing as t

from support.playbooks import ROOT

DOCS = ROOT / "docs"
PAGES = [page for pattern in ("*.md", "docs/**/*.md", "roles/*/README.md") for page in sorted(ROOT.glob(pattern))]
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block of a page; `line` is where its content begins."""

    page: pathlib.Path
    line: int
    language: str
    text: str

    @property
    def label(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix().replace('/', '_')}:{self.line}"


def blocks_of(page: pathlib.Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(page, text.count("\n", 0, found.start()) + 2, found[1], found[2]) for found in FENCE.finditer(text)]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def prose_of(page: pathlib.Path) -> str:
    """The page without its blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def without_instants(text: str) -> str:
    """Output without what differs from one run to the next."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "INSTANT", text)


def anchors_of(page: pathlib.Path) -> set[str]:
    """The anchors that a page's headings get; a heading that is there again gets a number."""
    anchors: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", prose_of(page), re.MULTILINE):
        anchor = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        count = sum(1 for other in anchors if re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", other))
        anchors.add(f"{anchor}-{count}" if count else anchor)
    return anchors


TASK_LISTS = ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always")


def module_calls(entries: t.Sequence[dict[str, t.Any]]) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Each use of a module by its full name, with its options, those of module_defaults included."""
    for entry in entries:
        for name, value in entry.items():
            if name in TASK_LISTS:
                yield from module_calls(value)
            elif name == "module_defaults":
                yield from value.items()
            elif name.count(".") > 1:
                yield name, value


def plays_of(content: t.Any) -> list[dict[str, t.Any]]:
    """The plays of a playbook; tasks alone make one play; nothing for what is neither."""
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        return []
    if all("hosts" in item for item in content):
        return content
    return [{"name": "Tasks of a page", "hosts": "localhost", "gather_facts": False, "tasks": content}]
