# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of secret files: what is read from it, what a new secret changes of it, what is kept as it is."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.plugins.builders import NOW, api_key, secret_of

from ansible_collections.community.arize.plugins.module_utils._deliver.content import (
    stored_secret,
    with_secret,
    without_secret,
)
from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError

SECRET = secret_of("new")
OLD = secret_of("old")
KEY = api_key("key-1", expires_at=NOW)
VARIABLE = "ARIZE_API_KEY"


def written(content: bytes | None, file_format: str = "dotenv", name: str = ".env", secret: str = SECRET) -> bytes:
    return with_secret(content, secret, KEY, file_format, VARIABLE, name)


def without(content: bytes, file_format: str = "dotenv") -> bytes | None:
    return without_secret(content, file_format, VARIABLE)


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
        # To a shell a form feed is no blank, but a character of the name.
        (f"\f{VARIABLE}=1\n".encode(), f"\f{VARIABLE}=1\n{VARIABLE}=@\n"),
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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A='\nV=@\n", 2),
        ("A=it's\nV=@\nB=it's\n", 2),
        ("A=x'\nB='\nV=@\nC='\n'\n", 3),
        ("A=\\ #it's\nV=@\nB=it's\n", 2),
        ("A=1\\\nV=@\n", 2),
        ("A=1\\\r\nV=@\r\n", 2),
        ("# note\\\nV=@\n", 2),
        ("V=@\\\nA=1\n", 1),
        ("V=@ # note\\\nA=1\n", 1),
        ("V='@\nmore'\n", 1),
    ],
)
def test_what_is_an_assignment_for_some_programs_only_is_kept(text: str, line: int) -> None:
    content = text.replace("V", VARIABLE).replace("@", OLD).encode()
    for attempt in (read, written, without):
        with pytest.raises(SecretFileError, match=f"in line {line}\\b.* kept as it is") as caught:
            attempt(content)
        assert OLD not in str(caught.value)


@pytest.mark.parametrize("text", ["A='open\n", 'A=1\nB="', "A=1\\", "A=1\\\n", "A=1\n# note\\\r\n"])
def test_a_variable_is_not_added_where_it_would_be_a_piece_of_something_else(text: str) -> None:
    """It is known before a key is issued, because the secret in the file is asked for first."""
    for attempt in (read, written):
        with pytest.raises(SecretFileError, match=f"has no assignment of {VARIABLE} .* kept as it is"):
            attempt(text.encode())
    assert without(text.encode()) == text.encode()


@pytest.mark.parametrize(
    "text",
    [
        "A='first\nV=example\nlast'\nV=@\n",
        'A="first \\"\nV=example\nlast" # it\'s\nV=@\n',
        "V=@\nA='first\nV=example\n'\n",
        "# it's\nV=@\n# it's\n",
        "A=it's\nV=@\n",
        "A=C:\\\\\nV=@\n",
        "A=1\\\n\nV=@\n",
    ],
)
def test_quoted_values_of_several_lines_are_one_value(text: str) -> None:
    template = text.replace("V", VARIABLE)
    content = template.replace("@", OLD).encode()
    assert read(content) == OLD
    assert written(content) == template.replace("@", SECRET).encode()
    assert without(content) == template.replace(f"{VARIABLE}=@\n", "").encode()


def shell(content: bytes) -> tuple[int, list[str]]:
    """What a shell makes of the content: its status, and the values of three variables."""
    script = content + b'\nprintf "%s\\n@@" "$A" "$B" "$ARIZE_API_KEY"'
    done = subprocess.run(["/bin/sh"], input=script, capture_output=True, env={"PATH": "/nowhere"}, check=False)
    return done.returncode, done.stdout.decode().split("\n@@")


pieces = st.sampled_from(
    [
        "A=",
        "\nB='",
        "'\nB=",
        '\nB="',
        f"\n{VARIABLE}=x\n",
        f"\nexport {VARIABLE}=",
        "x",
        "'",
        '"',
        "\\",
        "\\\n",
        "\n",
        " #",
    ]
)


@hypothesis.settings(deadline=None)
@hypothesis.given(st.lists(pieces, max_size=10).map("".join))
def test_a_shell_finds_the_secret_and_all_else_as_before(text: str) -> None:
    """Or the file is kept. What no shell can read is not judged."""
    try:
        content = written(text.encode())
    except SecretFileError:
        return
    before, after = shell(text.encode()), shell(content)
    if before[0] == 0 and len(before[1]) == 4:
        assert after == (0, [*before[1][:2], SECRET, ""])


@pytest.mark.parametrize("line", [" @", "V=@'", "V=x@x", "V= @#", "V='@", "export@", "A='@'"])
def test_time_grows_no_faster_than_the_file(line: str) -> None:
    def seconds(filler: str, count: int) -> float:
        content = line.replace("@", filler * count).replace("V", VARIABLE).encode()
        begun = time.process_time()
        for attempt in (read, without):
            with contextlib.suppress(SecretFileError):
                attempt(content)
        return time.process_time() - begun

    for filler in (" ", "''", '"', "\\", "x", "#", "\nA='", "\nV=x"):
        short = min(seconds(filler, 500) for _try in range(3))
        assert seconds(filler, 16_000) < 300 * max(short, 0.0005)


def test_double_quotes_are_unescaped() -> None:
    assert read(f'{VARIABLE}="a\\"b\\\\c"'.encode()) == 'a"b\\c'


@pytest.mark.parametrize("file_format", ["dotenv", "json", "raw"])
def test_content_that_is_no_text_is_kept(file_format: str) -> None:
    with pytest.raises(SecretFileError, match="kept as it is"):
        read(b"\xff\xfe\x00binary", file_format)


def test_invalid_utf8_is_not_overwritten() -> None:
    with pytest.raises(SecretFileError, match="is not UTF-8 text"):
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
    with pytest.raises(SecretFileError, match="something other than one secret") as caught:
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
    "content",
    [
        b'{"key": "x", "other": 1}',
        b'{"id": "x"}',
        b"{",
        b"[]",
        b'"x"',
        b'{"key": 5}',
        b'{"key": ["x"]}',
        b"\xff",
        b"[" * 100_000,
        b"5",
    ],
)
def test_broken_json_is_kept(content: bytes) -> None:
    with pytest.raises(SecretFileError, match="not a JSON object with the secret in key and nothing else"):
        read(content, "json")


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n'\"\\"), max_size=30).filter(
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


@pytest.mark.parametrize(("file_format", "content"), [("raw", b"ak-x\n"), ("raw", b""), ("json", b"{}")])
def test_a_file_with_nothing_but_a_secret_can_go(file_format: str, content: bytes) -> None:
    assert without(content, file_format) is None
    assert without(written(None, file_format), file_format) is None


def test_the_last_assignment_that_goes_leaves_an_empty_file() -> None:
    assert without(written(None)) == b""


@hypothesis.given(st.binary(max_size=200), st.sampled_from(["raw", "json"]))
def test_what_is_not_overwritten_is_not_removed(content: bytes, file_format: str) -> None:
    try:
        read(content, file_format)
    except SecretFileError:
        with pytest.raises(SecretFileError):
            without(content, file_format)


@pytest.mark.parametrize("secret", ["a b", "", "ak-\n", "x" * 5000, "é"])
def test_a_secret_that_could_not_be_read_back_is_not_written(secret: str) -> None:
    with pytest.raises(SecretFileError, match="can't hold this secret") as caught:
        written(None, "raw", secret=secret)
    assert not secret or secret not in str(caught.value)
