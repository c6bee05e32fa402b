# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools that make and check the site: links, contents, variables, and what they find wrong."""

from __future__ import annotations

import importlib
import pathlib
import typing as t
import zlib

import pytest
from support.playbooks import ROOT

PAGES = {
    "README.md": "overview",
    "docs/README.md": "index",
    "docs/guide.md": "guide",
    "docs/tables/present.md": "tables/present",
}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> t.Any:
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "tools"))
    return importlib.import_module("docs_site")


@pytest.mark.parametrize(
    ("page", "link", "changed"),
    [
        ("README.md", "docs/guide.md#roles", "guide.md#roles"),
        ("docs/guide.md", "../README.md", "overview.md"),
        ("docs/guide.md", "#roles", "#roles"),
        ("docs/guide.md", "https://arize.com/x.md", "https://arize.com/x.md"),
        ("docs/guide.md", "../examples/audit.yml", "examples.md#audityml"),
        (
            "docs/guide.md",
            "../COPYING",
            "https://github.com/ansible-collections/community.arize/blob/main/COPYING",
        ),
        ("docs/guide.md", "images/key-audit.png", "images/key-audit.png"),
        ("docs/tables/present.md", "../images/key-audit.png", "../images/key-audit.png"),
        ("docs/tables/present.md", "../guide.md", "../guide.md"),
        ("docs/tables/present.md", "../../README.md#roles", "../overview.md#roles"),
    ],
)
def test_links_lead_to_pages_of_the_site(site: t.Any, page: str, link: str, changed: str) -> None:
    assert site.with_site_links(f"See [it]({link}).", page, PAGES, ROOT) == f"See [it]({changed})."


def test_blocks_keep_what_looks_like_a_link(site: t.Any) -> None:
    text = "```yaml\n- '[x](docs/guide.md)'\n```\n"
    assert site.with_site_links(text, "README.md", PAGES, ROOT) == text


def test_the_contents_follow_the_lists(site: t.Any) -> None:
    text = (
        "# Title\n\n## Use\n\n- [Guide](guide.md): words\n- [Elsewhere](https://arize.com)\n- [Part](guide.md#part)\n"
    )
    assert site.tables_of_contents(text) == "\n```{toctree}\n:hidden:\n:caption: Use\n\nGuide <guide>\n```\n"


def test_the_reference_of_the_site_takes_the_place_of_that_of_the_repository(site: t.Any) -> None:
    page = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    made = site.with_reference(page)
    assert "(collection/index.rst)" in made
    assert "(environment.rst)" in made
    assert "CHANGELOG.rst" not in made
    assert made.count("\n## ") == page.count("\n## ")


def test_each_variable_is_listed_with_its_options_and_how_they_use_it(site: t.Any) -> None:
    documentation = (
        "options:\n  one:\n    description: [First., 'E(A), else E(B) like V(x).']\n  two:\n    description: E(A).\n"
    )
    roles = {"audit": {"audit_one": {"description": ["E(B) of the controller."]}}}
    first, second = site.environment_page(documentation, roles).split(".. envvar:: ")[1:]
    assert first.startswith("A\n")
    assert "parameter-one>`: ``A``, else ``B`` like ``x``." in first
    assert "First" not in first
    assert "parameter-two>`: ``A``." in first
    assert "parameter-two>" not in second
    assert "audit_role__parameter-main__audit_one>` of the role audit, read on the controller." in second


def test_titles_are_short(site: t.Any) -> None:
    page = "community.arize.arize_api_key module -- Manage\n++++\n\nuse community.arize.arize_api_key module -- here\n"
    assert site.with_short_titles(page) == page.replace("community.arize.", "", 1)
    assert site.with_short_titles("    key_audit_filter\n") == "    key_audit <key_audit_filter>\n"
    assert site.with_short_titles("Community.Arize\n=====\n") == "community.arize\n=====\n"


def test_the_inventory_holds_the_labels(site: t.Any) -> None:
    head, _line, body = site.inventory().partition(b"using zlib.\n")
    assert head.startswith(b"# Sphinx inventory version 2\n")
    assert "common_return_values std:label -1 " in zlib.decompress(body).decode()


def test_what_is_wrong_with_a_site_is_found(site: t.Any, tmp_path: pathlib.Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="//x.example/a.css"><script src="https://x.example/a.js"></script>'
        '<h1 id="here"></h1><a href="#here"></a><a href="#there"></a><a href="deep/page.html#top"></a>'
        '<a href="https://arize.com"></a><a href="gone.html"></a><link rel="next" href="https://x.example/">'
        '<nav class="contents local" id="contents"></nav><aside class="system-message"></aside>'
    )
    (tmp_path / "deep" / "page.html").write_text('<p id="top"><a href="../index.html#here"></a>')
    (tmp_path / "a.css").write_text("@font-face { src: url('https://x.example/font.woff2') }")
    assert site.site_check.problems_of(tmp_path) == [
        "index.html: loads //x.example/a.css",
        "index.html: loads https://x.example/a.js",
        "index.html: shows a table of contents of its own",
        "index.html: shows a message of Sphinx",
        "index.html: #there leads nowhere",
        "index.html: gone.html leads nowhere",
        "a.css: loads https://x.example/font.woff2",
    ]


@pytest.mark.parametrize("directive", [".. contents:: Topics\n", ".. contents::\n   :local:\n   :depth: 2\n"])
def test_no_page_brings_a_table_of_contents_of_its_own(site: t.Any, directive: str) -> None:
    assert site.CONTENTS_DIRECTIVE.sub("", f"Title\n=====\n\n{directive}\nText\n") == "Title\n=====\n\n\nText\n"


def test_a_site_without_pages_is_wrong(site: t.Any, tmp_path: pathlib.Path) -> None:
    assert site.site_check.problems_of(tmp_path) == [f"{tmp_path} has no pages"]
