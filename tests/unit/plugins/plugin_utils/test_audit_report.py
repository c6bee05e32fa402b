# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says, where its time line puts a key, and how its formats deal with hostile text."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import pathlib
import re
import time
import typing as t
from datetime import date, timedelta

import pytest

from ansible_collections.community.arize.plugins.module_utils._decide import audit as _audit
from ansible_collections.community.arize.plugins.module_utils._model.cleaning import Cleaner
from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS, SEVERITIES
from ansible_collections.community.arize.plugins.plugin_utils._audit_render import (
    to_csv,
    to_html,
    to_json,
    to_metrics,
)
from ansible_collections.community.arize.plugins.plugin_utils._audit_report import Wishes, report
from ansible_collections.community.arize.plugins.plugin_utils._audit_timeline import HIGHEST, timeline

ROOT = pathlib.Path(__file__).parents[4]
TEMPLATE = (ROOT / "roles/key_audit/files/report.html.j2").read_text(encoding="utf-8")
TODAY = date(2026, 11, 24)


def key(name: str, *findings: str, **more: t.Any) -> dict[str, t.Any]:
    """A key as the module lists it."""
    return {
        "id": f"id-{name}",
        "name": name,
        "description": None,
        "key_type": "service",
        "status": "active",
        "live": True,
        "redacted_key": "ak-abc...xyz",
        "created_at": "2026-10-01T00:00:00Z",
        "expires_at": "2027-01-01T00:00:00Z",
        "last_used_at": "2026-11-23T11:22:33Z",
        "space_ids": ["s-1"],
        "findings": list(findings),
        **more,
    }


def audit(*keys: dict[str, t.Any], unread: t.Sequence[str] = (), at: str = "06:00:00") -> dict[str, t.Any]:
    """A result of the module."""
    return {
        "api_keys": list(keys),
        "api_url": "https://api.arize.example",
        "listed_at": f"2026-11-24T{at}Z",
        "spaces": [
            {"id": "s-1", "name": "analytics", "organization_id": "o-1", "organization": "Example Org"},
            {"id": "s-2", "name": "ingest", "organization_id": None, "organization": None},
        ],
        "summary": {"complete": not unread, "unread_spaces": list(unread), "roles_not_shown": 0},
    }


def made(
    *audits: dict[str, t.Any], accepted: t.Any = (), fail_on: t.Sequence[str] = (), **more: t.Any
) -> dict[str, t.Any]:
    thresholds = {"expires_within": "14d", "unused_for": ""}
    return report(audits, Wishes("Keys", "me", thresholds, accepted, fail_on, 12, **more))


def test_every_finding_of_the_module_is_explained_once() -> None:
    explained = [each.finding for each in FINDINGS]
    page = (ROOT / "docs/audits.md").read_text(encoding="utf-8").partition("## Findings")[2].partition("- Findings")[0]
    assert set(explained) == set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert len(explained) == len(set(explained))
    assert [each.severity for each in FINDINGS] == sorted((each.severity for each in FINDINGS), key=SEVERITIES.index)
    source = pathlib.Path(_audit.__file__).read_text(encoding="utf-8")
    assert all(f'"{name}"' in source for name in explained)


def test_accepted_findings_are_set_apart() -> None:
    rules = [{"name": "a", "finding": "old", "reason": "known"}, {"name": "*", "finding": "unused"}]
    told = made(audit(key("a", "old", "unused"), key("b", "old")), accepted=rules, fail_on=["any"])
    assert [row["accepted"] for row in told["keys"]] == [{"old": "known", "unused": ""}, {}]
    assert [(group["finding"], group["keys"], group["accepted"]) for group in told["findings"]] == [
        ("old", ["id-b"], ["id-a"]),
        ("unused", [], ["id-a"]),
    ]
    assert told["problems"] == ["b (ak-abc...xyz, id id-b): old"]
    assert told["figures"]["by_finding"] == {"old": 1}


@pytest.mark.parametrize(
    ("rule", "accepts", "why"),
    [
        ({"name": "a"}, ["id-a", "2"], None),
        ({"name": "a", "space": "ingest"}, ["2"], None),
        ({"name": "a", "space": "s-1"}, ["id-a"], None),
        ({"name": "*", "space": "ingest"}, ["2"], None),
        ({"id": "2"}, ["2"], None),
        ({"name": "b", "id": "2"}, [], "there is no such key in this audit"),
        ({"name": "a", "space": "support"}, [], "there is no such key in this audit"),
        ({"name": "*", "space": "support"}, [], "there is no such key in this audit"),
        ({"name": "b"}, [], "the key does not have it"),
        ({"name": "*", "finding": "expired"}, [], None),
        ({"name": "b", "finding": "admin_role"}, [], None),
    ],
)
def test_a_rule_is_about_the_keys_that_it_names(rule: dict[str, str], accepts: list[str], why: str | None) -> None:
    """Of its name, id and space each has to be right; a rule for certain keys that accepts nothing is listed."""
    told = made(
        audit(key("a", "old"), key("a", "old", id="2", space_ids=["s-2"]), key("b", "unused")),
        accepted=[{"finding": "old", **rule}],
        not_looked_for={"admin_role": "key_audit_spaces is set"},
        fail_on=["old"],
    )
    assert sorted(row["id"] for row in told["keys"] if row["accepted"]) == sorted(accepts)
    assert len(told["problems"]) == 2 - len(accepts)
    assert [each["why"] for each in told["unmatched_rules"]] == [why] * (why is not None)
    page = to_html(told, TEMPLATE)
    assert ("Accepted, but not found" in page) == (why is not None)
    assert why is None or why in page


def test_only_named_findings_are_problems() -> None:
    listed = audit(key("a", "old", "expires_soon"), unread=["s-2"])
    assert made(listed)["problems"] == []
    assert made(listed, fail_on=["old"])["problems"] == ["a (ak-abc...xyz, id id-a): old"]
    told = made(listed, fail_on=["incomplete"])
    assert told["problems"] == ["The keys of space ingest could not be read."]
    assert [space["name"] for space in told["spaces"]] == ["analytics"]
    assert told["figures"]["spaces"] == 1


def test_audits_of_several_spaces_are_merged() -> None:
    told = made(
        audit(key("a", "old")),
        audit(key("a", "unused", space_ids=["s-2"])),
        {"failed": True, "item": "support", "msg": "no"},
    )
    (row,) = told["keys"]
    assert (row["spaces"], row["findings"]) == (["analytics", "ingest"], ["old", "unused"])
    assert told["unread_spaces"] == ["support"]
    assert told["complete"] is False
    with pytest.raises(ValueError, match="no space could be read"):
        made({"failed": True, "item": "support"})


def test_equal_keys_make_equal_reports_on_one_day() -> None:
    early = made(audit(key("a"), key("b"), at="06:00:00"))
    late = made(audit(key("b", last_used_at="2026-11-23T23:00:00Z"), key("a"), at="21:00:00"))
    assert to_json(early) == to_json(late)
    assert to_html(early, TEMPLATE) == to_html(late, TEMPLATE)
    assert to_csv(early) == to_csv(late)


@pytest.mark.parametrize(
    ("days", "live", "when"),
    [
        (-3, False, "expired"),
        (0, True, "Nov 2026"),
        (-1, True, "Nov 2026"),
        (40, True, "Jan 2027"),
        (364, True, "Nov 2027"),
        (365, True, "later"),
    ],
)
def test_where_the_time_line_puts_a_key(days: int, live: bool, when: str) -> None:
    drawn = timeline(
        [{"name": "k", "live": live, "findings": [], "expires_on": TODAY + timedelta(days=days)}], TODAY, 12
    )
    assert [row["when"] for row in drawn["table"]] == [when]
    (column,) = drawn["columns"]
    left = column["left"]
    assert {"expired": left < 10, "later": left > 90}.get(when, 10 < left < 90)
    assert column["marks"][0]["tone"] == ("good" if live else "overdue")


def test_an_accepted_expiry_is_shown_as_what_it_is() -> None:
    told = made(audit(key("a", "expires_soon")), accepted=[{"name": "a", "finding": "expires_soon"}])
    assert told["timeline"]["columns"][0]["marks"][0]["tone"] == "soon"


def test_many_keys_of_one_week_share_marks() -> None:
    ends = TODAY + timedelta(days=30)
    keys = [
        {"name": f"k{n}", "live": True, "findings": ["expires_soon"] * (n == 99), "expires_on": ends}
        for n in range(100)
    ]
    drawn = timeline(keys, TODAY, 12)
    (column,) = drawn["columns"]
    assert len(column["marks"]) == drawn["rows"] <= HIGHEST
    assert drawn["share"] * drawn["rows"] >= 100
    assert column["marks"][0]["tone"] == "soon", "the worst is to be seen"
    assert sum(row["count"] for row in drawn["table"]) == 100


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 12, 31), date(2027, 1, 1), date(2026, 11, 30)])
def test_the_months_of_the_time_line(today: date) -> None:
    for months in (1, 3, 12, 36):
        ticks = timeline([], today, months)["ticks"]
        assert len(ticks) in (months - 1, months)
        assert all(10 < tick["left"] < 90 for tick in ticks)


def test_hostile_text() -> None:
    name = "=1<script>\u202e\"'"
    told = made(audit(key(name, "old", description="@x")))
    page = to_html(told, TEMPLATE)
    assert page.count("<script") == 1
    assert "=1&lt;script&gt;\\u202e&#34;&#39;" in page
    (row,) = csv.DictReader(to_csv(told).splitlines())
    assert (row["name"], row["description"]) == ("'=1<script>\\u202e\"'", "'@x")
    assert json.loads(to_json(told))["keys"][0]["name"] == name


@pytest.mark.parametrize("blank", ["", " ", "   ", "\u00a0", "\u3000", " \u2003 ", "\t", "\r\n", "\ufeff", "\x1f"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d"])
def test_no_cell_is_a_formula(blank: str, sign: str) -> None:
    """Whatever blank stands before the sign; a sign further inside changes nothing."""
    told = made(audit(key(f"{blank}{sign}1+1"), key(f"a{blank}{sign}1")))
    names = {row["name"] for row in csv.DictReader(to_csv(told).splitlines())}
    assert not [name for name in names if name.lstrip().startswith(sign)]
    assert f"a{Cleaner().text(blank)}{sign}1" in names


def test_an_empty_and_incomplete_audit_has_a_page() -> None:
    page = to_html(made(audit(unread=["s-1"])), TEMPLATE)
    assert "Not complete: 1 space could not be read" in page
    assert "No key expires." in page
    assert "None in what could be read." in page


@pytest.mark.parametrize("spaces", [(), ("analytics",)])
def test_no_all_clear_for_what_was_not_looked_for(spaces: t.Sequence[str]) -> None:
    """It stands with the findings, and the banner at the top is not that of a clean audit."""
    whole = "requested space" if spaces else "visible space"
    clean = to_html(made(audit(key("a")), spaces=spaces), TEMPLATE)
    assert f"Complete: every {whole} was read." in clean
    assert "<p>None.</p>" in clean
    assert "Not looked for" not in clean

    some = {"old": "key_audit_older_than is empty", "admin_role": "key_audit_spaces is set"}
    page = to_html(made(audit(key("a")), spaces=spaces, not_looked_for=some), TEMPLATE)
    assert '<div class="banner good">' not in page
    assert f"Every {whole} was read, but not every finding was looked for" in page
    assert "<p>None of what was looked for.</p>" in page
    findings = page.partition('id="findings"')[2].partition('id="keys"')[0]
    assert "Not looked for" in findings
    assert all(finding in findings and why in findings for finding, why in some.items())

    every = {each.finding: "all is empty" for each in FINDINGS}
    page = to_html(made(audit(key("a")), spaces=spaces, not_looked_for=every), TEMPLATE)
    assert '<div class="banner good">' not in page
    assert "no finding was looked for" in page
    assert "<p>None" not in page
    assert "<b>0</b>" not in page.partition("need action now")[0].rpartition("tile")[2]
    assert "has a successor" in clean
    assert "has a successor" not in page

    unread = to_html(made(audit(key("a"), unread=["s-2"]), spaces=spaces, not_looked_for=some), TEMPLATE)
    assert "<p>None of what was looked for in what could be read.</p>" in unread
    assert "Not complete" in unread


def test_five_hundred_keys_take_no_time() -> None:
    begun = time.process_time()
    told = made(audit(*[key(f"k{n}", "old", "unused", "admin_role") for n in range(500)]))
    assert len(to_html(told, TEMPLATE)) > 100_000
    assert to_csv(told).count("\n") == 501
    assert time.process_time() - begun < 5


def test_who_created_a_key_and_where_it_belongs() -> None:
    owner = {"id": "u", "name": "Dana Roe", "email": "dana@example.com", "status": "active"}
    gone = {"id": "g", "name": None, "email": None, "status": None}
    told = made(audit(key("a", "unused", owner=owner), key("b", owner=gone), key("c")))
    page = to_html(told, TEMPLATE)
    finding = page.partition('id="findings"')[2].partition('id="keys"')[0]
    assert all(text in finding for text in ("Dana Roe", "dana@example.com", "id-a"))
    keys = page.partition('id="keys"')[2]
    assert all(text in keys for text in ("Dana Roe", "id-a", "id-b", "Example Org"))
    (row, *_others) = csv.DictReader(to_csv(told).splitlines())
    assert [row[name] for name in ("organization", "owner", "owner_email")] == [
        "Example Org",
        "Dana Roe",
        "dana@example.com",
    ]
    assert "Owner" not in to_html(made(audit(key("a"))), TEMPLATE)


def test_roles_that_are_not_shown_are_no_all_clear() -> None:
    listed = audit(key("a"))
    listed["summary"]["roles_not_shown"] = 1
    assert "Whether this key has the role admin is not known." in to_html(made(listed), TEMPLATE)
    elsewhere = made(listed, not_looked_for={"admin_role": "key_audit_spaces is set"})
    assert "Roles not shown" not in to_html(elsewhere, TEMPLATE)


def test_the_page_allows_its_own_script_only() -> None:
    page = to_html(made(audit(key("a"))), TEMPLATE)
    script = page.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page


def test_metrics() -> None:
    """Of the newest key of a name; the older one, which retires, raises no alarm."""
    told = made(
        audit(
            key("a", id="old", created_at="2026-09-01T00:00:00Z", expires_at="2026-11-25T00:00:00Z"),
            key("a", "unused", space_ids=["s-1", "s-2"]),
            key('b"\\', "unused", expires_at=None, last_used_at=None),
        ),
        accepted=[{"name": "a", "finding": "unused"}],
        not_looked_for={"old": "key_audit_older_than is empty"},
    )
    lines = to_metrics(told).splitlines()
    first = '{space="analytics",space_id="s-1",name="a",key_type="service"}'
    escaped = '{space="analytics",space_id="s-1",name="b\\"\\\\",key_type="service"}'
    assert f"arize_api_key_expires_timestamp_seconds{first} 1798761600" in lines
    assert sum(line.startswith("arize_api_key_expires_timestamp_seconds{") for line in lines) == len(("s-1", "s-2"))
    assert f"arize_api_key_issued_timestamp_seconds{escaped} 1790812800" in lines
    assert sum(line.startswith("arize_api_key_last_used_timestamp_seconds{") for line in lines) == len(("s-1", "s-2"))
    assert 'arize_api_key_findings{finding="unused"} 1' in lines
    assert 'arize_api_key_findings{finding="expired"} 0' in lines
    assert not any('finding="old"' in line for line in lines)
    assert "arize_api_key_audit_timestamp_seconds 1795500000" in lines
    assert lines[-1] == "arize_api_key_audit_complete 1"
