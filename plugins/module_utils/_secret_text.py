# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The content of a secret file in the formats C(raw), C(dotenv) and C(json): parse it and put a new secret in.

Pure: bytes in, bytes out. Raises SecretFileError for content that must not be overwritten, since nobody can tell
what it is; the message never holds any of the content.
"""

from __future__ import annotations

import json
import re

from ansible_collections.community.arize.plugins.module_utils._errors import SecretFileError
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey

# Characters that a shell takes literally without quotes.
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_\-./=+:@%,]+")
# Characters that a shell expands within double quotes.
_EXPANDED = re.compile(r"[$`!]")
_LONGEST_RAW = 4096


def stored_secret(content: bytes, file_format: str, variable: str) -> str | None:
    """The secret in the file's content, None where there is none. Raises SecretFileError."""
    if file_format == "raw":
        return _raw(content)
    if file_format == "json":
        return _json(content)
    values = [_unquoted(found) for found, _number in _assignments(content, variable)]
    # A shell that reads the file keeps the last assignment.
    return (values[-1] or None) if values else None


def with_secret(
    content: bytes | None, secret: str, api_key: ApiKey, file_format: str, variable: str, name: str
) -> bytes:
    """The content with the new secret in it. `content` is None for a new file; `name` is the file's name.

    Raises SecretFileError.
    """
    if file_format == "raw":
        return f"{secret}\n".encode()
    if file_format == "json":
        public = api_key.public()
        fields = {
            "id": public["id"],
            "name": public["name"],
            "key": secret,
            "expires_at": public["expires_at"],
        }
        return (json.dumps(fields, indent=2) + "\n").encode()
    if _PLAIN_VALUE.fullmatch(secret) is None and ("'" in secret or '"' in secret or "\\" in secret):
        raise SecretFileError("the secret holds characters that a dotenv file can't; use dest_format raw or json")
    # direnv reads .envrc as a shell script, where only an exported variable reaches the program.
    line = f"export {variable}='{secret}'" if name == ".envrc" else f"{variable}={_quoted(secret, '')}"
    return _dotenv_replaced(content or b"", secret, variable, line)


def _raw(content: bytes) -> str | None:
    try:
        text = content.decode("ascii").strip()
    except UnicodeDecodeError:
        text = "\n"
    if not text.isprintable() or " " in text or len(text) > _LONGEST_RAW:
        raise SecretFileError(
            "holds something else than one secret, and is kept as it is. Give another path, or the dest_format "
            "(dotenv, json) that the file has",
        )
    return text or None


def _json(content: bytes) -> str | None:
    if not content.strip():
        return None
    try:
        fields = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        fields = None
    # Any other object would lose what it holds.
    if not isinstance(fields, dict) or not isinstance(fields.get("key", fields or None), (str, type(None))):
        raise SecretFileError("is no JSON object with a text in key, and is kept as it is. Mend or remove it")
    return fields.get("key") or None


def _line_pattern(variable: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<before>[ \t]*(?:export[ \t]+)?{re.escape(variable)}[ \t]*=[ \t]*)"
        r"(?P<value>'[^']*'|\"(?:[^\"\\]|\\.)*\"|[^\s'\"#][^\s'\"]*|)"
        r"(?P<after>[ \t]*(?:(?<=[ \t])#.*)?)",
    )


def _lines(content: bytes) -> list[str]:
    try:
        # Not splitlines(), which breaks lines at characters that are none of a shell's line ends.
        return re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8"))
    except UnicodeDecodeError:
        raise SecretFileError("is no UTF-8 text, and is kept as it is. Mend or remove it") from None


def _assignments(content: bytes, variable: str) -> list[tuple[re.Match[str], int]]:
    """All assignments of the variable with their line numbers. Raises SecretFileError for a broken one."""
    begins = re.compile(rf"[ \t]*(?:export[ \t]+)?{re.escape(variable)}[ \t]*=")
    pattern = _line_pattern(variable)
    found = []
    for number, line in enumerate(_lines(content), 1):
        if not begins.match(line):
            continue
        match = pattern.fullmatch(line.rstrip("\r\n"))
        if match is None:
            raise SecretFileError(
                f"has an assignment of {variable} in line {number} that can't be read (a quote that is not closed, "
                "or blanks without quotes), and is kept as it is. Mend that line",
            )
        found.append((match, number))
    return found


def _unquoted(match: re.Match[str]) -> str:
    value = match.group("value")
    if value[:1] == "'":
        return value[1:-1]
    if value[:1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _quoted(secret: str, quote: str) -> str:
    if quote or _PLAIN_VALUE.fullmatch(secret) is None:
        if quote != '"' or _EXPANDED.search(secret):
            quote = "'"
        return f"{quote}{secret}{quote}"
    return secret


def _dotenv_replaced(content: bytes, secret: str, variable: str, new_line: str) -> bytes:
    """Replace every assignment in place, with its indent, export, quotes, comment and line end; else append one."""
    numbers = {number: match for match, number in _assignments(content, variable)}
    lines = _lines(content)
    for number, match in numbers.items():
        line = lines[number - 1]
        ending = line[len(line.rstrip("\r\n")) :]
        value = match.group("value")
        quote = value[0] if value[:1] in ("'", '"') else ""
        # What blanks stood before a comment behind an empty value are needed there, and not before the new one.
        before = match.group("before") if value else match.group("before").rstrip(" \t")
        after = match.group("after")
        if not value and after.startswith("#"):
            after = match.group("before")[len(before) :] + after
        lines[number - 1] = f"{before}{_quoted(secret, quote)}{after}{ending}"
    if not numbers:
        ending = "\r\n" if lines and lines[-1].endswith("\r\n") else "\n"
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += ending
        lines.append(f"{new_line}{ending}")
    return "".join(lines).encode("utf-8")
