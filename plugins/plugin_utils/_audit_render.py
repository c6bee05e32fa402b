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

import jinja2

from ansible_collections.community.arize.plugins.module_utils._model.cleaning import Cleaner
from ansible_collections.community.arize.plugins.module_utils._model.instants import parse_instant
from ansible_collections.community.arize.plugins.plugin_utils._audit_findings import FINDINGS, SEVERITIES

Report = t.Mapping[str, t.Any]

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV Injection), and some of them
# strip blanks first.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_COLUMNS = (
    "organization",
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
    "owner",
    "owner_email",
    "description",
)
# What a metric says of the newest key of a name in a space, and the field that it comes from.
_METRICS = {
    "expires": ("When the key expires. Missing for a key that never expires.", "expires_at"),
    "issued": ("When the key was issued.", "created_at"),
    "last_used": (
        "The day on which the key was last used, in UTC. Missing for a key that was never used.",
        "last_used_on",
    ),
}


def to_html(report: Report, template: str) -> str:
    """A self-contained page. The template engine escapes every value, whatever the template does."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown = Cleaner().value(report)
    keys = {key["id"]: key for key in shown["keys"]}
    titles = {each.finding: each.title for each in FINDINGS}
    return environment.from_string(template).render(
        report=shown, keys_by_id=keys, severities=SEVERITIES, titles_of=titles
    )


def to_json(report: Report) -> str:
    """All of the report but its drawing and the time of day, in ASCII."""
    data = {name: value for name, value in report.items() if name not in ("timeline", "listed_at")}
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
            row = {
                **key,
                "space": space["name"],
                "organization": space["organization"],
                "live": "yes" if key["live"] else "no",
            }
            row["findings"], row["accepted"] = " ".join(key["findings"]), " ".join(key["accepted"])
            writer.writerow([_cell(row[name]) for name in _COLUMNS])
    return stream.getvalue()


def to_metrics(report: Report) -> str:
    """A text file for Prometheus. Of the keys of one name in a space it has the newest only: the others retire."""
    newest: dict[tuple[str, str, str, str], Report] = {}
    keys = {key["id"]: key for key in report["keys"]}
    for space in report["spaces"]:
        for key in sorted((keys[key_id] for key_id in space["keys"]), key=lambda key: (key["live"], key["created_at"])):
            newest[(space["name"], space["id"], key["name"], key["key_type"])] = key
    lines = []
    for name, (meaning, field) in _METRICS.items():
        lines += _metric(f"arize_api_key_{name}_timestamp_seconds", meaning)
        for values, key in newest.items():
            if key[field] is not None:
                labels = _labels(("space", "space_id", "name", "key_type"), values)
                lines.append(f"arize_api_key_{name}_timestamp_seconds{labels} {_seconds(key[field])}")
    lines += _metric("arize_api_key_findings", "How many keys have a finding that is not accepted.")
    for each in FINDINGS:
        if each.finding not in report["not_looked_for"]:
            count = report["figures"]["by_finding"].get(each.finding, 0)
            lines.append(f"arize_api_key_findings{_labels(('finding',), (each.finding,))} {count}")
    lines += _metric("arize_api_key_audit_timestamp_seconds", "When the keys were listed.")
    lines.append(f"arize_api_key_audit_timestamp_seconds {_seconds(report['listed_at'])}")
    lines += _metric("arize_api_key_audit_complete", "Whether all keys could be read.")
    lines.append(f"arize_api_key_audit_complete {int(report['complete'])}")
    return "".join(f"{line}\n" for line in lines)


def _metric(name: str, meaning: str) -> list[str]:
    return [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]


def _labels(names: t.Sequence[str], values: t.Sequence[str]) -> str:
    escaped = [Cleaner().text(value).replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return "{" + ",".join(f'{name}="{value}"' for name, value in zip(names, escaped)) + "}"


def _seconds(instant: str) -> int:
    """Since 1970; of a day its beginning."""
    return int(parse_instant(instant if "T" in instant else f"{instant}T00:00:00Z").timestamp())


def _cell(value: t.Any) -> str:
    text = Cleaner().text("" if value is None else str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
