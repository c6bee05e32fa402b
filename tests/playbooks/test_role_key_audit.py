# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role key_audit: what it writes, what it fails on, and what hostile names can't do."""

from __future__ import annotations

import csv
import html.parser
import json
import pathlib
import shutil
import subprocess
import typing as t

import pytest
import yaml
from support.pages import DOCS, blocks_of
from support.role_plays import RolePlayer
from support.rows import seed, space_id

from ansible_collections.community.arize.plugins.module_utils._model.cleaning import Cleaner
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

    VOID = frozenset({"meta", "img", "br", "input"})

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
    """The reports by the ending of their names."""
    return {path.suffix[1:]: path.read_text(encoding="utf-8") for path in folder.glob("arize-keys.*")}


def test_reports_of_hostile_names(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """What the service says is text and nothing else, in each format; reports are private and don't change.

    No output holds a secret or the credential, whatever Ansible is told to show.
    """
    simulator, folder = player.simulator, tmp_path / "reports"
    for name in HOSTILE.values():
        seed(simulator, name, description=name, age_days=400, expires_in_days=3)
    seed(simulator, "gone", age_days=90, expires_in_days=-2)
    variables = {"key_audit_folder": str(folder), "key_audit_api_key": simulator.credential}
    foreseen = player.check(variables, "-vvvv", "--diff", ARIZE_API_KEY="")
    assert not folder.exists()
    player.simulator.requests_clear()
    done = player.play(variables, "-vvvv", "--diff", ARIZE_API_KEY="")
    assert not done.failed, done.run.stdout[-3000:]
    assert simulator.writes == []
    assert foreseen.changed == done.changed == {"auditor": 2}
    assert player.play(variables).changed == {"auditor": 0}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    reports = written(folder)

    page = Page(reports["html"])
    assert not page.tags & {"img", "link", "iframe", "object", "a", "form", "base"}
    assert [attributes for tag, attributes in page.elements if tag == "script"] == [{}]
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
    assert Cleaner().text(HOSTILE["line end"]) in shown

    rows = list(csv.DictReader(reports["csv"].splitlines()))
    cells = {row["name"] for row in rows}
    assert {bool(row["owner"]) for row in rows} == {True}
    assert len(rows) == len(HOSTILE) + 1
    assert "'" + HOSTILE["formula"] in cells
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]

    data = json.loads(reports["json"])
    assert {key["name"] for key in data["keys"]} == {*map(Cleaner().text, HOSTILE.values()), "gone"}
    assert reports["json"].isascii()
    assert data["complete"] is True
    assert data["figures"]["by_finding"]["expires_soon"] == len(HOSTILE)
    assert data["figures"]["expired"] == 1
    for text in (*reports.values(), foreseen.run.everything_printed, done.run.everything_printed):
        for secret in simulator.secrets:
            assert secret not in text


def test_findings_fail_the_play_unless_accepted(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """After the reports are written, for the kinds that were named, and not for what is accepted."""
    seed(player.simulator, "bounded", expires_in_days=3)
    seed(player.simulator, "unbounded")
    variables: dict[str, t.Any] = {
        "key_audit_folder": str(tmp_path / "reports"),
        "key_audit_formats": ["json"],
        "key_audit_fail_on": ["expires_soon", "never_expires"],
        "key_audit_accepted": [{"name": "unbounded", "finding": "never_expires", "reason": "An appliance"}],
    }
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
    played = player.play(variables)
    assert played.failed
    reports = written(tmp_path / "reports")
    page = Page(reports["html"])
    assert ("div", {"class": "banner", "role": "alert"}) in page.elements
    assert "support <b>" in {text.strip() for text in page.texts}
    assert json.loads(reports["json"])["unread_spaces"] == ["support <b>"]
    assert json.loads(reports["json"])["complete"] is False


def test_a_text_is_a_list_and_what_matches_nothing_is_listed(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Variables as `-e` gives them; rules for one space or one id; and no all-clear for what was not looked for."""
    simulator = player.simulator
    template = HOSTILE["template"]
    for space in ("analytics", "ingest"):
        seed(simulator, "twin", space_id=space_id(simulator, space), expires_in_days=3)
    bounded, _other = (seed(simulator, name, expires_in_days=3) for name in ("by id", template))
    folder = tmp_path / "reports"
    given = {
        "key_audit_spaces": "analytics, ingest",
        "key_audit_formats": "json,html",
        "key_audit_fail_on": "expires_soon",
        "key_audit_months": "6",
        "key_audit_older_than": "",
    }
    rules = [
        {"name": "twin", "finding": "expires_soon", "space": "ingest", "reason": "Moves next week"},
        {"id": bounded.id, "finding": "expires_soon"},
        {"name": "nobody", "finding": "never_expires", "reason": "Gone"},
        {"id": bounded.id, "finding": "unused"},
        {"name": "*", "finding": "expired"},
    ]
    arguments = [word for name, value in given.items() for word in ("-e", f"{name}='{value}'")]
    played = player.play({"key_audit_folder": str(folder), "key_audit_accepted": rules}, *arguments)
    assert played.failed
    facts = t.cast("dict[str, t.Any]", played.facts["auditor"])
    assert sorted(problem.partition(" (")[0] for problem in facts["problems"]) == ["twin", template]
    reports = written(folder)
    assert sorted(reports) == ["html", "json"]
    data = json.loads(reports["json"])
    assert data["asked_for"] == ["analytics", "ingest"]
    assert [space["name"] for space in data["spaces"]] == ["analytics", "ingest"]
    accepted = [(key["name"], key["spaces"], key["accepted"]) for key in data["keys"] if key["accepted"]]
    assert accepted == [
        ("by id", ["analytics"], {"expires_soon": ""}),
        ("twin", ["ingest"], {"expires_soon": "Moves next week"}),
    ]
    unmatched = [(rule["name"], rule["finding"]) for rule in data["unmatched_rules"]]
    assert unmatched == [("nobody", "never_expires"), (None, "unused")]
    assert facts["unmatched_rules"] == data["unmatched_rules"]
    assert sorted(data["not_looked_for"]) == sorted(facts["not_looked_for"]) == ["admin_role", "old"]
    page = Page(reports["html"])
    assert ("div", {"class": "banner part"}) in page.elements
    assert ("div", {"class": "banner good"}) not in page.elements
    assert "Not looked for" in page.texts


def test_metrics_that_prometheus_takes(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Names of keys are hostile here, too; check mode writes nothing."""
    for name in HOSTILE.values():
        seed(player.simulator, name, expires_in_days=3)
    variables = {"key_audit_folder": str(tmp_path / "metrics"), "key_audit_formats": ["metrics"]}
    assert player.check(variables).changed == {"auditor": 2}
    assert not (tmp_path / "metrics").exists()
    done = player.play(variables)
    assert not done.failed, done.run.stdout[-3000:]
    (path,) = (tmp_path / "metrics").iterdir()
    assert path.name == "arize-keys.prom"
    rules = next(block.text for block in blocks_of(DOCS / "audits.md") if "alert:" in block.text)
    (tmp_path / "rules.yml").write_text(rules)
    assert {expression["alert"] for group in yaml.safe_load(rules)["groups"] for expression in group["rules"]}
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    subprocess.run(["promtool", "check", "metrics"], input=path.read_bytes(), check=True)
    subprocess.run(["promtool", "check", "rules", str(tmp_path / "rules.yml")], check=True)
