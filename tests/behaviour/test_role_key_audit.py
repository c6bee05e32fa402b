# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role key_audit: what it writes, what it fails on, and what hostile names can't do."""

from __future__ import annotations

import csv
import html.parser
import json
import pathlib
import typing as t

import pytest
from behaviour.rows import seed, space_id
from support.role_plays import RolePlayer

from simulator import Simulator

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "quotes": "\"><img src=x onerror='alert(1)'>",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "at": "@SUM(1,2)",
    "template": "{{ lookup('ansible.builtin.env', 'HOME') }}{% raw %}",
    "right to left": "abc\u202egnp.exe",
    "Hebrew": "\u05de\u05e4\u05ea\u05d7",
    "line end": "two\nlines",
    "long": "n" * 256,
    "entity": "&lt;b&gt;",
}


class Page(html.parser.HTMLParser):
    """Elements, their attributes, and the text of a page."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _attributes in self.elements}


@pytest.fixture
def player(simulator: Simulator, tmp_path: pathlib.Path) -> RolePlayer:
    return RolePlayer(simulator, tmp_path, "key_audit", {"auditors": ["auditor"]})


def written(folder: pathlib.Path) -> dict[str, str]:
    """The reports by format."""
    return {path.suffix[1:]: path.read_text(encoding="utf-8") for path in folder.glob("arize-keys.*")}


def test_reports_of_hostile_names(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """What the service says is text and nothing else, in each format; reports are private and don't change."""
    simulator, folder = player.simulator, tmp_path / "reports"
    for name in HOSTILE.values():
        seed(simulator, name, description=name, age_days=400, lapses_in_days=3)
    seed(simulator, "gone", age_days=90, lapses_in_days=-2)
    variables = {"key_audit_folder": str(folder)}
    foreseen = player.check(variables)
    assert not folder.exists()
    player.simulator.requests_clear()
    done = player.play(variables)
    assert not done.failed, done.run.stdout[-3000:]
    assert simulator.writes == []
    assert foreseen.changed == done.changed == {"auditor": 2}
    assert player.play(variables).changed == {"auditor": 0}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    reports = written(folder)

    page = Page(reports["html"])
    assert not page.tags & {"script", "img", "link", "iframe", "object", "a", "form", "base"}
    assert not [
        name for _tag, attributes in page.elements for name in attributes if name.startswith("on") or "src" in name
    ]
    outside = [line for line in reports["html"].splitlines() if "://" in line and simulator.url not in line]
    assert outside == []
    assert "url(" not in reports["html"]
    assert "@import" not in reports["html"]
    shown = {text.strip() for text in page.texts}
    for kind in ("script", "quotes", "formula", "template", "Hebrew", "long", "entity"):
        assert HOSTILE[kind] in shown, kind
    assert "abc\\u202egnp.exe" in shown
    assert "two\\u000alines" in shown

    rows = list(csv.DictReader(reports["csv"].splitlines()))
    cells = {row["name"] for row in rows}
    assert len(rows) == len(HOSTILE) + 1
    assert "'" + HOSTILE["formula"] in cells
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]

    data = json.loads(reports["json"])
    assert {key["name"] for key in data["keys"]} == {*HOSTILE.values(), "gone"}
    assert reports["json"].isascii()
    assert data["complete"] is True
    assert data["figures"]["by_finding"]["expires_soon"] == len(HOSTILE)
    assert data["figures"]["lapsed"] == 1
    for text in (*reports.values(), done.run.everything_printed):
        for secret in simulator.secrets:
            assert secret not in text


def test_findings_fail_the_play_unless_accepted(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """After the reports are written, for the kinds that were named, and not for what is accepted."""
    seed(player.simulator, "bounded", lapses_in_days=3)
    seed(player.simulator, "unbounded")
    variables: dict[str, t.Any] = {
        "key_audit_folder": str(tmp_path / "reports"),
        "key_audit_formats": ["json"],
        "key_audit_fail_on": ["expires_soon", "never_expires"],
        "key_audit_accepted": [{"name": "unbounded", "finding": "never_expires", "reason": "An appliance"}],
    }
    assert player.check(variables).failed
    assert not (tmp_path / "reports").exists()
    played = player.play(variables)
    assert played.failed
    assert list(written(tmp_path / "reports")) == ["json"]
    (problem,) = played.facts["auditor"]["problems"]
    assert problem.startswith("bounded (")
    assert problem.endswith("expires_soon")
    (unbounded,) = [
        key for key in json.loads(written(tmp_path / "reports")["json"])["keys"] if key["name"] == "unbounded"
    ]
    assert unbounded["accepted"] == {"never_expires": "An appliance"}
    variables["key_audit_accepted"].append({"name": "*", "finding": "expires_soon"})
    assert not player.play(variables).failed


def test_a_space_that_could_not_be_read_is_shown_loudly(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """By name, at the top of the page, and as a failure if that was asked for."""
    simulator = player.simulator
    seed(simulator, "in analytics")
    limited = simulator.add_user("Limited", spaces={space_id(simulator): "MEMBER"})
    variables = {
        "key_audit_folder": str(tmp_path / "reports"),
        "key_audit_api_key": limited.credential,
        "key_audit_spaces": ["analytics", "support <b>"],
        "key_audit_fail_on": ["incomplete"],
    }
    assert player.check(variables).failed
    played = player.play(variables)
    assert played.failed
    reports = written(tmp_path / "reports")
    page = Page(reports["html"])
    assert ("div", {"class": "banner", "role": "alert"}) in page.elements
    assert "support <b>" in {text.strip() for text in page.texts}
    assert json.loads(reports["json"])["unread_spaces"] == ["support <b>"]
    assert json.loads(reports["json"])["complete"] is False


def test_what_is_refused_is_refused_without_a_request(player: RolePlayer) -> None:
    """Types and choices are those of the argument specification."""
    cases: dict[str, tuple[dict[str, t.Any], str]] = {
        "format": ({"key_audit_formats": ["pdf"]}, "key_audit_formats"),
        "finding": ({"key_audit_fail_on": ["stale"]}, "key_audit_fail_on"),
        "accepted": ({"key_audit_accepted": [{"name": "x"}]}, "finding"),
        "months": ({"key_audit_months": "a year"}, "key_audit_months"),
    }
    for arguments in ((), ("--check",)):
        messages = player.refusals({name: variables for name, (variables, _word) in cases.items()}, *arguments)
        for name, (_variables, word) in cases.items():
            assert word in messages[name], name
    assert player.simulator.requests == []


def test_nothing_leaks(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Neither the credential, given as a variable, nor a secret, with everything that Ansible can show."""
    seed(player.simulator, "some key")
    variables = {"key_audit_folder": str(tmp_path / "reports"), "key_audit_api_key": player.simulator.credential}
    for arguments in (("--check",), ()):
        played = player.play(variables, "-vvvv", "--diff", *arguments, ARIZE_API_KEY="")
        assert not played.failed
        for text in (played.run.everything_printed, *written(tmp_path / "reports").values()):
            for secret in player.simulator.secrets:
                assert secret not in text
