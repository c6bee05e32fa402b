# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The content of a secret file in the formats C(raw), C(dotenv) and C(json): read it, put a secret in, take it out.

Pure: bytes in, bytes out. Raises SecretFileError for content that must neither be overwritten nor removed, because
nobody can tell what it is; the message never holds any of the content.
"""

from __future__ import annotations

import json

from ansible_collections.community.arize.plugins.module_utils._deliver.dotenv import DotenvFile, with_assignment
from ansible_collections.community.arize.plugins.module_utils._model.errors import SecretFileError
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey

_LONGEST_RAW = 4096
_JSON_FIELDS = frozenset({"id", "name", "key", "expires_at"})


def stored_secret(content: bytes, file_format: str, variable: str) -> str | None:
    """The secret in the file's content, None where there is none. Raises SecretFileError."""
    if file_format == "raw":
        return _raw(content)
    if file_format == "json":
        return _json(content)
    found = DotenvFile(content, variable)
    found.check_room()
    # A shell that reads the file keeps the last assignment.
    return (found.assignments[-1].secret or None) if found.assignments else None


def without_secret(content: bytes, file_format: str, variable: str) -> bytes | None:
    """What is left of the file without its secret; None when the file is nothing but that secret and can go.

    Of a dotenv file the assignments of `variable` go and all other lines stay, even when none is left.
    Raises SecretFileError for a file that holds something else: what is not overwritten is not removed either.
    """
    if file_format == "dotenv":
        return DotenvFile(content, variable).without()
    stored_secret(content, file_format, variable)
    return None


def with_secret(
    content: bytes | None, secret: str, api_key: ApiKey, file_format: str, variable: str, name: str
) -> bytes:
    """The content with the new secret in it. `content` is None for a new file; `name` is the file's name.

    What comes out has been read back. Raises SecretFileError.
    """
    if file_format == "raw":
        written = f"{secret}\n".encode()
    elif file_format == "json":
        public = api_key.public()
        fields = {"id": public["id"], "name": public["name"], "key": secret, "expires_at": public["expires_at"]}
        written = (json.dumps(fields, indent=2) + "\n").encode()
    else:
        # direnv reads .envrc as a shell script, where only an exported variable reaches the program.
        written = with_assignment(content or b"", secret, variable, exported=name == ".envrc")
    if not _is_as_meant(content or b"", written, secret, file_format, variable):
        raise SecretFileError(f"can't hold this secret in the format {file_format}; use another dest_format")
    return written


def _is_as_meant(before: bytes, written: bytes, secret: str, file_format: str, variable: str) -> bool:
    """Whether the secret can be read back and nothing but the secret has changed."""
    try:
        if stored_secret(written, file_format, variable) != secret:
            return False
        if file_format != "dotenv":
            return True
        rest, kept = (DotenvFile(content, variable).without() for content in (written, before))
    except SecretFileError:
        return False
    # A last line without an end has been given one.
    return rest == kept or (rest.startswith(kept) and rest[len(kept) :] in (b"\n", b"\r\n"))


def _raw(content: bytes) -> str | None:
    try:
        text = content.decode("ascii").strip()
    except UnicodeDecodeError:
        text = "\n"
    if not text.isprintable() or " " in text or len(text) > _LONGEST_RAW:
        raise SecretFileError(
            "holds something other than one secret and is kept as it is. Give another path, or the dest_format "
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
    if (
        not isinstance(fields, dict)
        or not _JSON_FIELDS.issuperset(fields)
        or not isinstance(fields.get("key", fields or None), (str, type(None)))
    ):
        raise SecretFileError(
            "is not a JSON object with the secret in key and nothing else but id, name and expires_at, and is kept as "
            "it is. Give another path, or correct or remove the file",
        )
    return fields.get("key") or None
