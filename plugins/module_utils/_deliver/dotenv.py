# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""A dotenv file: find the assignments of one variable, give them another value, or take them out.

Pure: bytes in, bytes out. Programs read such files differently: docker takes each line by itself, a shell and systemd
know quoted values over several lines, and both continue a line that ends in a backslash. A file is edited only where
all of them agree; else SecretFileError, which never holds any of the content.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError

# Characters that a shell takes literally without quotes.
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_\-./=+:@%,]+")
# Characters that a shell expands within double quotes.
_EXPANDED = re.compile(r"[$`!]")
_BLANKS = re.compile(r"[ \t]*")
_UNQUOTED_VALUE = re.compile(r"[^\s'\"]*")
# What a shell looks for, by the quote that is open: the quote's end, or without one its beginning or a comment.
_NEXT = {
    "": re.compile(r"\\.#*|['\"]|(?<!\S)#", re.DOTALL),
    "'": re.compile(r"'"),
    '"': re.compile(r"\\.|\"", re.DOTALL),
}


@dataclasses.dataclass(frozen=True)
class _Assignment:
    """One line that assigns the variable, in pieces that make up the line again."""

    index: int
    before: str
    value: str = dataclasses.field(repr=False)
    after: str
    ending: str

    @property
    def secret(self) -> str:
        if self.value[:1] == "'":
            return self.value[1:-1]
        if self.value[:1] == '"':
            return re.sub(r"\\(.)", r"\1", self.value[1:-1])
        return self.value

    def with_value(self, secret: str) -> str:
        """The line with another value, its indent, export, quotes, comment and line end kept."""
        quote = self.value[0] if self.value[:1] in ("'", '"') else ""
        if self.value:
            return f"{self.before}{_quoted(secret, quote)}{self.after}{self.ending}"
        # What blanks stood before a comment behind an empty value are needed there, and not before the new one.
        before = self.before.rstrip(" \t")
        after = self.before[len(before) :] + self.after if self.after.startswith("#") else self.after
        return f"{before}{_quoted(secret, quote)}{after}{self.ending}"


class DotenvFile:
    """The lines of a dotenv file and which of them assign the variable.

    Raises SecretFileError for an assignment that can't be read, or that not every program takes for one.
    """

    def __init__(self, content: bytes, variable: str) -> None:
        self._variable = variable
        self.lines = _lines(content)
        # A file that ends within a quote by a shell's rules is none that a shell reads: then systemd's rules count.
        simple = _open_quotes(self.lines, _quote_after_value)
        shell = _open_quotes(self.lines, _quote_after_words)
        self._unclosed = bool(simple[-1])
        self._readings = [simple] if shell[-1] else [simple, shell]
        self.assignments = [
            _assignment(line, index, variable)
            for index, line in enumerate(self.lines)
            if _value_begin(line, variable) is not None and self._counts(index)
        ]

    def check_room(self) -> None:
        """Raises SecretFileError where a file without an assignment can't be given one at its end."""
        if self.assignments or not self.lines:
            return
        if self._unclosed:
            raise SecretFileError(
                f"has no assignment of {self._variable} and ends within a quote that is never closed, so none can be "
                "added; it is kept as it is. Close that quote",
            )
        if _continues(self.lines[-1]):
            raise SecretFileError(
                f"has no assignment of {self._variable} and its last line ends in a backslash, so none can be added; "
                f"it is kept as it is. Add a line {self._variable}= elsewhere in it",
            )

    def without(self) -> bytes:
        gone = {assignment.index for assignment in self.assignments}
        return "".join(line for index, line in enumerate(self.lines) if index not in gone).encode("utf-8")

    def _counts(self, index: int) -> bool:
        """Whether the line is an assignment, and not a piece of a quoted value that goes over several lines."""
        quoted = [bool(reading[index]) for reading in self._readings]
        if all(quoted) and not self._unclosed:
            return False
        if any(quoted):
            raise SecretFileError(
                f"has an assignment of {self._variable} in line {index + 1} that may lie within a quoted value begun "
                "above it, and is kept as it is. Close that quote, or move the assignment to the top",
            )
        if index and _continues(self.lines[index - 1]):
            raise SecretFileError(
                f"has an assignment of {self._variable} in line {index + 1}, below a line that ends in a backslash, "
                "and is kept as it is. Put an empty line between the two",
            )
        return True


def _lines(content: bytes) -> list[str]:
    try:
        # Not splitlines(), which breaks lines at characters that are none of a shell's line ends.
        return re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8"))
    except UnicodeDecodeError:
        raise SecretFileError("is not UTF-8 text and is kept as it is. Correct or remove it") from None


def _continues(line: str) -> bool:
    """Whether the line ends in a backslash that takes away its line end."""
    text = line.rstrip("\r\n")
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _open_quotes(lines: t.Sequence[str], quote_after: t.Callable[[str, str], str]) -> list[str]:
    """For each line the quote that is open where it begins, and at last the one that is open at the end."""
    quotes = [""]
    for line in lines:
        quotes.append(quote_after(line, quotes[-1]))
    return quotes


def _quote_after_words(line: str, quote: str) -> str:
    """The quote that is open after the line for a shell, which takes quotes anywhere but in comments."""
    position = 0
    while True:
        found = _NEXT[quote].search(line, position)
        if found is None or found.group() == "#":
            return quote
        if len(found.group()) == 1:
            quote = "" if quote else found.group()
        position = found.end()


def _quote_after_value(line: str, quote: str) -> str:
    """The quote that is open after the line for systemd and python-dotenv, which take quotes at a value's begin."""
    if quote:
        position = 0
    else:
        name, equals, _value = line.partition("=")
        if not equals or name.lstrip()[:1] in ("#", ";"):
            return ""
        position = len(name) + 1
    while True:
        if quote:
            end = _closing_quote(line, position, quote)
            if end is None:
                return quote
            position = end + 1
        position = _after_blanks(line, position)
        quote = line[position : position + 1]
        if quote not in ("'", '"'):
            return ""
        position += 1


def _closing_quote(line: str, position: int, quote: str) -> int | None:
    for found in _NEXT[quote].finditer(line, position):
        if found.group() == quote:
            return found.start()
    return None


def _after_blanks(line: str, position: int) -> int:
    found = _BLANKS.match(line, position)
    return position if found is None else found.end()


def _value_begin(line: str, variable: str) -> int | None:
    """Where the value begins in a line that assigns the variable; None for any other line."""
    name, equals, _value = line.partition("=")
    word = name.strip(" \t")
    if word.startswith(("export ", "export\t")):
        word = word[len("export") :].lstrip(" \t")
    return _after_blanks(line, len(name) + 1) if equals and word == variable else None


def _assignment(line: str, index: int, variable: str) -> _Assignment:
    begin = _value_begin(line, variable) or 0
    text = line.rstrip("\r\n")
    quote = text[begin : begin + 1]
    end: int | None
    if quote in ("'", '"'):
        closing = _closing_quote(text, begin + 1, quote)
        end = None if closing is None else closing + 1
    else:
        found = _UNQUOTED_VALUE.match(text, begin)
        end = begin if found is None or quote == "#" else found.end()
    rest = "" if end is None else text[end:]
    # A hash sign begins a comment only behind a blank.
    comment = rest.lstrip(" \t")
    blank_before = comment != rest or text[begin - 1] in (" ", "\t")
    if end is None or _continues(line) or (comment and not (comment[0] == "#" and blank_before)):
        raise SecretFileError(
            f"has an assignment of {variable} in line {index + 1} that can't be read (a quote that is not closed, "
            "blanks without quotes, or a backslash at the end), and is kept as it is. Correct that line",
        )
    return _Assignment(index, text[:begin], text[begin:end], rest, line[len(text) :])


def _quoted(secret: str, quote: str) -> str:
    if quote or _PLAIN_VALUE.fullmatch(secret) is None:
        if quote != '"' or _EXPANDED.search(secret):
            quote = "'"
        return f"{quote}{secret}{quote}"
    return secret


def with_assignment(content: bytes, secret: str, variable: str, exported: bool) -> bytes:
    """Replace every assignment in place; without any, append one."""
    if _PLAIN_VALUE.fullmatch(secret) is None and ("'" in secret or '"' in secret or "\\" in secret):
        raise SecretFileError("can't hold this secret in the format dotenv; use dest_format raw or json")
    found = DotenvFile(content, variable)
    found.check_room()
    lines = list(found.lines)
    for assignment in found.assignments:
        lines[assignment.index] = assignment.with_value(secret)
    if not found.assignments:
        ending = "\r\n" if lines and lines[-1].endswith("\r\n") else "\n"
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += ending
        line = f"export {variable}='{secret}'" if exported else f"{variable}={_quoted(secret, '')}"
        lines.append(f"{line}{ending}")
    return "".join(lines).encode("utf-8")
