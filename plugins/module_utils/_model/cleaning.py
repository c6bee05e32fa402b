# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""What may be shown of text that came from the service: no secret in any form, nothing that steers a terminal. Pure.

Only what is shown is cleaned. Names and ids are compared and sent as the service wrote them.
"""

from __future__ import annotations

import base64
import re
import typing as t
import unicodedata

from ansible_collections.community.arize.plugins.module_utils._model.keys import Secret

MASK = "********"
# A shorter text is not a secret that a service issues, and masking it would garble unrelated words.
_SHORTEST = 8
# Invisible, but part of how Persian, Hindi and emoji are written.
_JOINERS = "\u200c\u200d"
# Spaces of other scripts, and characters that are newer than this Python.
_HARMLESS = ("Zs", "Co", "Cn")
# Where line breaks belong to the text.
_OF_SEVERAL_LINES = frozenset({"description", "prepared"})
# A message may quote a text with its escapes, so what repr() writes for a line break parts a secret, too.
_TOKEN = re.compile(r"\\+(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[abfnrtv0])?|.", re.DOTALL)
# Characters that an escape has after its backslash, at most.
_LEAD = 9
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")


class Cleaner:
    """Replaces the secrets that it has been told, and escapes what can't be seen. One for each task."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        # In the form that `_visible` gives to a text.
        self._plain: list[str] = []
        self._encoded: list[str] = []
        # The length of the shortest of them. Nearly all texts of a long listing are shorter.
        self._least = _SHORTEST
        # The members of results are always the same few.
        self._members: dict[t.Any, t.Any] = {}

    def learn(self, secret: Secret) -> None:
        """Never show this from now on, but as the result's own C(key)."""
        value = secret.reveal()
        if len(value) < _SHORTEST or value in self._secrets:
            return
        self._secrets.add(value)
        self._plain.append(_visible(value)[0])
        self._encoded += [_visible(core)[0] for core in _base64_cores(value.encode("utf-8", "surrogatepass"))]
        self._least = min(map(len, self._plain + self._encoded))
        self._members.clear()

    def text(self, text: str, lines: bool = False) -> str:
        """The text without secrets and with invisible characters escaped; `lines` keeps line breaks and tabs."""
        if text.isprintable():
            if len(text) < self._least and text.isascii():
                return text
            if "\\" not in text and not self._known_in(text.replace(" ", "").casefold()):
                return text
            return self._masked(text)
        return "".join(_shown(character, lines) for character in self._masked(text))

    def line(self, value: t.Any, longest: int = 500) -> str | None:
        """A text of any length as one line of at most so many characters; None for what is no text."""
        if not isinstance(value, str):
            return None
        most = 20 * longest
        if len(value) > most:
            # What is left of a secret at the cut would not be recognised.
            value = _without_end(value[:most], max(map(len, self._plain + self._encoded), default=0))
        # Cut only here: the first part of a secret is not the secret.
        return self.text(" ".join(value.split()))[:longest] or None

    def value(self, value: t.Any, name: t.Any = None) -> t.Any:
        """A result or a part of it, all texts in it cleaned. `name` is the member that holds it.

        What is clean is returned and not copied: a listing may have a hundred thousand keys.
        """
        if isinstance(value, str):
            if name == "key" and value in self._secrets:
                return value
            return self.text(value, lines=name in _OF_SEVERAL_LINES)
        if isinstance(value, dict):
            members = {self._member(key): self.value(inner, key) for key, inner in value.items()}
            is_clean = len(members) == len(value) and _same(members, value) and _same(members.values(), value.values())
            return value if is_clean else members
        if isinstance(value, (list, tuple)):
            items = [self.value(inner) for inner in value]
            return value if isinstance(value, list) and _same(items, value) else items
        return value

    def _member(self, name: t.Any) -> t.Any:
        if name not in self._members:
            self._members[name] = self.value(name)
        return self._members[name]

    def _known_in(self, visible: str) -> bool:
        return any(_core(known) in visible for known in self._plain + self._encoded)

    def _masked(self, text: str) -> str:
        visible, places = _visible(text)
        if not self._known_in(visible):
            return text
        pieces = []
        shown_to = 0
        for start, end in self._found(text, visible, places):
            if end > shown_to:
                pieces.append(text[shown_to : max(start, shown_to)])
                pieces.append(MASK if start >= shown_to else "")
                shown_to = end
        return "".join(pieces) + text[shown_to:]

    def _found(self, text: str, visible: str, places: list[int]) -> list[tuple[int, int]]:
        """Where in the text secrets begin and end, in order. Spans may overlap."""
        spans = []
        for known in self._plain + self._encoded:
            core = _core(known)
            at = visible.find(core)
            while at >= 0:
                before = at - (len(known) - len(core))
                if before >= 0 and visible.startswith(known, before):
                    start = places[before]
                else:
                    # A backslash before the secret made an escape of its first characters.
                    escape = text.rfind("\\", max(0, places[at] - 2 * _LEAD), places[at])
                    start = places[at] if escape < 0 else escape
                end = places[at + len(core) - 1] + 1
                if known in self._encoded:
                    # The rest of the encoded text belongs to the secret, too.
                    while start > 0 and text[start - 1] in _BASE64:
                        start -= 1
                    while end < len(text) and text[end] in _BASE64:
                        end += 1
                spans.append((start, end))
                at += len(core)
                while at < len(places) and places[at] < end:
                    at += 1
                at = visible.find(core, at)
        return sorted(spans)


def _core(known: str) -> str:
    """What must be in a text for a secret to be in it: all but the beginning, which a backslash may have swallowed."""
    return known[_LEAD:] if len(known) >= 3 * _LEAD else known


def _same(found: t.Iterable[t.Any], given: t.Iterable[t.Any]) -> bool:
    """Of as many items. Of what Ansible hands to filters, `values()` is a generator."""
    return all(one is other for one, other in zip(found, given))


def _visible(text: str) -> tuple[str, list[int]]:
    """What a reader sees of a text, case and blanks aside; and for each of its characters the place in the text."""
    visible: list[str] = []
    places: list[int] = []
    for token in _TOKEN.finditer(text):
        character = token.group()
        if character[0] == "\\" or character.isspace() or not character.isprintable():
            continue
        for folded in character.casefold():
            visible.append(folded)
            places.append(token.start())
    return "".join(visible), places


def _without_end(text: str, count: int) -> str:
    """The text without its last `count` visible characters."""
    places = _visible(text)[1]
    if count == 0:
        return text
    return text[: places[-count]] if len(places) > count else ""


def _base64_cores(secret: bytes) -> set[str]:
    """What each base64 text of the secret contains, whatever stands before and behind the secret in it."""
    cores = set()
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + secret).decode("ascii").rstrip("=")
        # The first characters depend on what stands before, and the last one may on what follows.
        core = encoded[offset + 1 if offset else 0 : len(encoded) - (1 if (offset + len(secret)) % 3 else 0)]
        cores |= {core, core.replace("+", "-").replace("/", "_")}
    return cores


def _shown(character: str, lines: bool) -> str:
    if character.isprintable() or character in _JOINERS or (lines and character in "\n\t"):
        return character
    if unicodedata.category(character) in _HARMLESS:
        return character
    return character.encode("unicode_escape").decode("ascii")
