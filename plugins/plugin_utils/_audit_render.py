# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This plugin_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""A report as text: HTML, CSV or JSON. Pure. Text from the service is treated as hostile in each of them."""

from __future__ import annotations

import csv
import io
import json
import typing as t
import unicodedata

import jinja2

from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS, SEVERITIES

Report = t.Mapping[str, t.Any]

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV Injection), and some of them
# strip blanks first.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_COLUMNS = (
    "space",
    "name",
    "id",
    "redacted_key",
    "key_type",
    "status",
    "live",
    "created_at",
    "expires_at",
    "last_used_on",
    "findings",
    "accepted",
    "description",
)


def visible(text: str) -> str:
    """The text with control characters and marks of the writing direction made visible."""
    # A shortcut: these characters are not printable, and almost every text is.
    if text.isprintable():
        return text
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character
        for character in text
    )


def to_html(report: Report, template: str) -> str:
    """A self-contained page. The template engine escapes every value, whatever the template does."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown = _shown(report)
    keys = {key["id"]: key for key in shown["keys"]}
    titles = {each.finding: each.title for each in FINDINGS}
    return environment.from_string(template).render(
        report=shown, keys_by_id=keys, severities=SEVERITIES, titles_of=titles
    )


def _shown(value: t.Any) -> t.Any:
    """A copy in which each text is visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, t.Mapping):
        return {_shown(name): _shown(each) for name, each in value.items()}
    if isinstance(value, t.Sequence):
        return [_shown(each) for each in value]
    return value


def to_json(report: Report) -> str:
    """All of the report but its drawing, in ASCII."""
    data = {name: value for name, value in report.items() if name != "timeline"}
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def to_csv(report: Report) -> str:
    """One row for each key and space."""
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(_COLUMNS)
    keys = {key["id"]: key for key in report["keys"]}
    for space in report["spaces"]:
        for key_id in space["keys"]:
            key = keys[key_id]
            row = {**key, "space": space["name"], "live": "yes" if key["live"] else "no"}
            row["findings"], row["accepted"] = " ".join(key["findings"]), " ".join(key["accepted"])
            writer.writerow([_cell(row[name]) for name in _COLUMNS])
    return stream.getvalue()


def _cell(value: t.Any) -> str:
    text = visible("" if value is None else str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
