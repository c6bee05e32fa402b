# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes of the files of absent keys, and what is kept."""

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.community.arize.plugins.plugin_utils._service_key_removals import removals

SECRET = "ak-FAKE-0123456789"


def read(content: str | bytes, file_format: str = "raw", path: str = "/f", **place: t.Any) -> dict[str, t.Any]:
    """A result of slurp in a loop over results of stat."""
    of_key = {"identity": "s: k", "path": path, "label": path, "format": file_format, "variable": "KEY", "whole": False}
    raw = content.encode() if isinstance(content, str) else content
    return {"content": base64.b64encode(raw).decode(), "item": {"item": {**of_key, **place}, "stat": {}}}


@pytest.mark.parametrize(
    ("content", "file_format"),
    [(SECRET, "raw"), (f"{SECRET}\n", "raw"), ("", "raw"), (f'{{"id": "x", "key": "{SECRET}"}}', "json"), ("", "json")],
)
def test_a_file_with_nothing_but_a_secret_goes(content: str, file_format: str) -> None:
    done = removals([read(content, file_format)])
    assert done == {"files": [{"path": "/f", "label": "/f", "identities": ["s: k"]}], "rewritten": [], "kept": []}


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        ("two words", "raw"),
        (f"{SECRET}\n{SECRET}\n", "raw"),
        ("root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\n", "raw"),
        (b"\x7fELF\x02\x01", "raw"),
        ('{"region": "eu", "key": 5}', "json"),
        (f"{SECRET}\n", "json"),
        ('KEY="not closed\n', "dotenv"),
        (b"KEY=\xff\n", "dotenv"),
    ],
)
def test_a_file_with_something_else_is_kept_and_told_of(content: str | bytes, file_format: str) -> None:
    done = removals([read(content, file_format)])
    assert (done["files"], done["rewritten"]) == ([], [])
    (kept,) = done["kept"]
    assert kept["failed"]
    assert kept["item"]["identity"] == "s: k"
    assert "kept as it is" in kept["msg"]
    assert "empty dest" in kept["msg"]
    assert SECRET not in str(kept)


def test_a_file_that_was_not_read_stays() -> None:
    large, failed = read(""), read("", path="/g")
    del large["content"], failed["content"]
    done = removals([{**large, "skipped": True}, {**failed, "failed": True, "msg": "busy"}])
    assert (done["files"], done["rewritten"]) == ([], [])
    (kept,) = done["kept"]
    assert "larger than 1 MiB" in kept["msg"]


def test_of_a_dotenv_file_only_the_assignments_go() -> None:
    """Those of several keys at once, each name as it is written and not as a pattern."""
    text = f"OTHER='two\nKEY=inside\nlines'\r\nexport KEY={SECRET}\nXKEY=1\nKEY2={SECRET}\nK.Y=3\n# KEY={SECRET}\n"
    results = [
        read(text, "dotenv"),
        read(text, "dotenv", variable="KEY2", identity="s: l"),
        read(text, "dotenv", variable="GONE", identity="s: m"),
    ]
    done = removals(results)
    (file,) = done["rewritten"]
    assert file["content"] == f"OTHER='two\nKEY=inside\nlines'\r\nXKEY=1\nK.Y=3\n# KEY={SECRET}\n"
    assert file["identities"] == ["s: k", "s: l"]
    assert done["files"] == done["kept"] == []
    assert removals([read("OTHER=1\n", "dotenv")]) == {"files": [], "rewritten": [], "kept": []}


def test_the_dotenv_file_of_a_keeper_goes_as_a_whole() -> None:
    of_keeper: dict[str, t.Any] = {"whole": True, "keeper": "vault", "label": "/f on vault"}
    done = removals([read(f"KEY={SECRET}\n", "dotenv", **of_keeper), read(f"KEY={SECRET}\n", "dotenv")])
    assert done["files"] == [{"path": "/f", "label": "/f on vault", "keeper": "vault", "identities": ["s: k"]}]
    assert [file["content"] for file in done["rewritten"]] == [""], "another file of that name, on this host"
    done = removals([read(f"KEY={SECRET}\nMINE=1\n", "dotenv", **of_keeper)])
    assert (done["files"], done["rewritten"]) == ([], [])
    assert "other settings" in done["kept"][0]["msg"]
    assert "empty dest" in done["kept"][0]["msg"]
    done = removals([read("two words", keeper_file="/k")])
    assert "empty dest" not in done["kept"][0]["msg"], "a key that is kept needs a file"
