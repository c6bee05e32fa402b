# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of secret files: what is read from it, what a new secret changes of it, what is kept as it is."""

from __future__ import annotations

import json
import subprocess

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.plugins.builders import NOW, api_key, secret_of

from ansible_collections.community.arize.plugins.module_utils._errors import SecretFileError
from ansible_collections.community.arize.plugins.module_utils._secret_text import stored_secret, with_secret

SECRET = secret_of("new")
OLD = secret_of("old")
KEY = api_key("key-1", expires_at=NOW)
VARIABLE = "ARIZE_API_KEY"


def written(content: bytes | None, file_format: str = "dotenv", name: str = ".env", secret: str = SECRET) -> bytes:
    return with_secret(content, secret, KEY, file_format, VARIABLE, name)


def read(content: bytes, file_format: str = "dotenv") -> str | None:
    return stored_secret(content, file_format, VARIABLE)


@pytest.mark.parametrize(
    "text",
    [
        "V=@",
        "V=@\n",
        "V=@\r\nB=1\r\n",
        "export V=@\n",
        "\t export\tV=@\n",
        "V='@'\n",
        'V="@"  \n',
        "V = @\n",
        "V=@ # the key 'x'\n",
        "A=1\nV=@\n\n# c\nB=2",
        "V=@\nexport V='@'\n",
        "V_OLD=x\nMY_V=y\nV=@\nVV=z\n",
        "# V=x\nV=@\n",
        "ü=ß\nV=@\n",
        "V=@\nA='unclosed\n",
    ],
)
def test_dotenv_assignment_is_replaced_in_place(text: str) -> None:
    template = text.replace("V", VARIABLE)
    content = template.replace("@", OLD).encode()
    assert read(content) == OLD
    assert written(content) == template.replace("@", SECRET).encode()


def test_last_assignment_counts_and_all_are_replaced() -> None:
    content = f"{VARIABLE}=one\n{VARIABLE}='two'\n".encode()
    assert read(content) == "two"
    assert written(content) == f"{VARIABLE}={SECRET}\n{VARIABLE}='{SECRET}'\n".encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, f"{VARIABLE}=@\n"),
        (b"", f"{VARIABLE}=@\n"),
        (b"A=1\n", f"A=1\n{VARIABLE}=@\n"),
        (b"A=1", f"A=1\n{VARIABLE}=@\n"),
        (b"A=1\r\nB=2\r\n", f"A=1\r\nB=2\r\n{VARIABLE}=@\r\n"),
        (b"# comment only", f"# comment only\n{VARIABLE}=@\n"),
    ],
)
def test_dotenv_without_an_assignment_gets_one(before: bytes | None, after: str) -> None:
    assert read(before or b"") is None
    assert written(before) == after.replace("@", SECRET).encode()


@pytest.mark.parametrize("value", ["", "''", '""', " "])
@pytest.mark.parametrize("comment", ["", " # comment", "\t#comment"])
def test_empty_assignment_holds_no_secret_and_takes_one(value: str, comment: str) -> None:
    content = f"{VARIABLE}={value}{comment}\n".encode()
    assert read(content) is None
    assert read(written(content)) == SECRET


def test_new_envrc_exports() -> None:
    assert written(None, name=".envrc") == f"export {VARIABLE}='{SECRET}'\n".encode()
    assert written(b"A=1\n", name=".envrc").startswith(b"A=1\n")


def test_variable_added_to_an_envrc_is_exported_too() -> None:
    """Without export, direnv does not hand the variable on, whether or not the file has been there before."""
    assert f"export {VARIABLE}=".encode() in written(b"export A=1\n", name=".envrc")


@pytest.mark.parametrize(
    "line", ["'open", '"open', "two words", "'a' 'b'", "a'b", '"a"b', "'a'#c", "#c", "`x` y", '"a\\"', "a\\ b"]
)
def test_broken_assignment_is_kept_with_an_error_that_shows_nothing(line: str) -> None:
    content = f"A=1\n{VARIABLE}={line}\n".encode()
    for attempt in (lambda: read(content), lambda: written(content)):
        with pytest.raises(SecretFileError, match="in line 2 that can't be read") as caught:
            attempt()
        assert line not in str(caught.value)


def test_double_quotes_are_unescaped() -> None:
    assert read(f'{VARIABLE}="a\\"b\\\\c"'.encode()) == 'a"b\\c'


@pytest.mark.parametrize("file_format", ["dotenv", "json", "raw"])
def test_content_that_is_no_text_is_kept(file_format: str) -> None:
    with pytest.raises(SecretFileError, match="kept as it is"):
        read(b"\xff\xfe\x00binary", file_format)


def test_invalid_utf8_is_not_overwritten() -> None:
    with pytest.raises(SecretFileError, match="no UTF-8 text"):
        written(b"\xff\xfe")


@pytest.mark.parametrize("secret", ["a'b c", 'a"b', "a\\b", "'"])
def test_secret_that_a_dotenv_file_can_not_hold(secret: str) -> None:
    with pytest.raises(SecretFileError, match="raw or json") as caught:
        written(None, secret=secret)
    assert secret == "'" or secret not in str(caught.value)
    assert json.loads(written(None, "json", secret=secret))["key"] == secret


@pytest.mark.parametrize(
    "before", [None, b"A=1\n", b"ARIZE_API_KEY=x\n", b"ARIZE_API_KEY='x'\n", b'ARIZE_API_KEY="x"\n']
)
@pytest.mark.parametrize("secret", [SECRET, "ak-$HOME-x", "ak-#x", "ak-`id`", "ak-a;b&c", "ak-!x", "ak-a*b", "ak-~x"])
def test_shell_reads_the_secret_as_it_is(before: bytes | None, secret: str) -> None:
    content = written(before, secret=secret)
    assert read(content) == secret
    script = content + b'printf %s "$ARIZE_API_KEY"'
    shown = subprocess.run(["sh", "-s"], input=script, capture_output=True, check=True, env={"HOME": "/h"})
    assert shown.stdout.decode() == secret


@pytest.mark.parametrize(
    ("content", "secret"), [(b"", None), (b"\n", None), (b"ak-x\n", "ak-x"), (b" ak-x \r\n", "ak-x"), (b"ak-x", "ak-x")]
)
def test_raw(content: bytes, secret: str | None) -> None:
    assert read(content, "raw") == secret
    assert written(content, "raw") == f"{SECRET}\n".encode()


@pytest.mark.parametrize(
    "content", [b"zq zq", b"zq\nzq\n", b"Z=1\nB=2", "zqü".encode(), b"x" * 4097, b"zq\x00b", b"zq\tb"]
)
def test_raw_refuses_what_is_no_secret(content: bytes) -> None:
    with pytest.raises(SecretFileError, match="something else than one secret") as caught:
        read(content, "raw")
    assert "zq" not in str(caught.value)


def test_json() -> None:
    content = written(None, "json")
    assert json.loads(content) == {"id": "key-1", "name": "ingest", "key": SECRET, "expires_at": "2026-11-24T12:00:00Z"}
    assert content.endswith(b"}\n")
    assert read(content, "json") == SECRET


@pytest.mark.parametrize("content", [b"", b" \n", b"{}", b'{"key": null}', b'{"key": ""}'])
def test_json_without_a_secret(content: bytes) -> None:
    assert read(content, "json") is None


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'"x"', b'{"key": 5}', b'{"key": ["x"]}', b"\xff", b"[" * 100_000, b"5"]
)
def test_broken_json_is_kept(content: bytes) -> None:
    with pytest.raises(SecretFileError, match="no JSON object with a text in key, and is kept"):
        read(content, "json")


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=30).filter(
    lambda line: VARIABLE not in line
)
line_ends = st.sampled_from(["\n", "\r\n"])
indents = st.sampled_from(["", " ", "\t", "export ", "  export  "])
quoted = st.sampled_from(["@", "'@'", '"@"', ""])
comments = st.sampled_from(["", " # note", "  #", "\t# it's"])
assignments = st.builds(
    lambda indent, value, comment: f"{indent}{VARIABLE}={value.replace('@', OLD)}{comment}", indents, quoted, comments
)


@hypothesis.given(st.lists(st.tuples(st.one_of(lines, lines, assignments), line_ends), max_size=8), st.booleans())
def test_other_lines_never_change_and_the_secret_is_read_back(rows: list[tuple[str, str]], ends: bool) -> None:
    content = "".join(line + end for line, end in rows)
    if not ends:
        content = content.removesuffix("\n").removesuffix("\r")
    found = written(content.encode()).decode()
    assert read(found.encode()) == SECRET
    kept = [line for line in content.split("\n") if VARIABLE not in line]
    left = [line for line in found.split("\n") if VARIABLE not in line]
    assert [line.rstrip("\r") for line in left if line] == [line.rstrip("\r") for line in kept if line]
    assert OLD not in found


@hypothesis.given(lines, st.sampled_from(["\x0b", "\x0c", "\x1c", "\x85", "\u2028"]))
def test_only_line_feeds_end_a_line(line: str, separator: str) -> None:
    """What a shell takes for the middle of a line is none of our business, whatever Unicode calls a line end."""
    content = f"{line}x{separator}{VARIABLE}=value\n".encode()
    assert written(content).startswith(content)


@hypothesis.given(st.binary(max_size=200), st.sampled_from(["raw", "dotenv", "json"]))
def test_any_content_is_read_or_refused(content: bytes, file_format: str) -> None:
    try:
        stored_secret(content, file_format, VARIABLE)
    except SecretFileError:
        return
    assert stored_secret(written(content, file_format), file_format, VARIABLE) == SECRET
