# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that is shown carries a secret in any form, or steers the terminal that shows it."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.builders import CREDENTIAL, secret_of

from ansible_collections.community.arize.plugins.module_utils._model.cleaning import MASK, Cleaner
from ansible_collections.community.arize.plugins.module_utils._model.keys import Secret

SECRET = secret_of("abc")
ODD_SECRET = "ak-\\ß'\"/+=Ünicode"


def cleaner(*secrets: str) -> Cleaner:
    made = Cleaner()
    for secret in secrets or (SECRET, CREDENTIAL):
        made.learn(Secret(secret))
    return made


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"Bearer {SECRET}, {CREDENTIAL}",
        SECRET.upper(),
        SECRET.swapcase(),
        " ".join(SECRET),
        f"{SECRET[:9]}\n{SECRET[9:]}",
        f"{SECRET[:9]}\r\n\t {SECRET[9:]}",
        f"{SECRET[:9]}\u200b\x1b\u202e{SECRET[9:].upper()}",
        repr(f"{SECRET[:9]}\n\x1b\u202e{SECRET[9:]}"),
        SECRET + SECRET,
        f"{SECRET[:20]} {SECRET}",
        # Without its beginning, as where something else has been cut off.
        SECRET[9:],
    ],
)
def test_a_secret_in_any_form(text: str) -> None:
    shown = cleaner().text(f"before {text} after")
    assert MASK in shown
    assert "0" * 30 not in shown.replace(" ", "")
    assert "C" * 30 not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@pytest.mark.parametrize("secret", [SECRET, SECRET[:-1], SECRET[:-2], "12345678"])
@pytest.mark.parametrize("around", ["{}", "u:{}", "me:{}", "a:b:{}:more"])
def test_a_secret_in_base64(secret: str, around: str) -> None:
    for text in (encoded(around.format(secret)), base64.urlsafe_b64encode(around.format(secret).encode()).decode()):
        assert cleaner(secret).text(f"Basic {text} is wrong") == f"Basic {MASK} is wrong"


def test_a_secret_in_base64_over_several_lines() -> None:
    text = encoded(f"me:{SECRET}")
    assert cleaner().text(f"Basic {text[:30]}\r\n{text[30:]}, no") == f"Basic {MASK}, no"


def test_a_secret_of_odd_characters() -> None:
    for text in (ODD_SECRET, repr(ODD_SECRET), ODD_SECRET.upper(), encoded(ODD_SECRET)):
        assert "nicode" not in cleaner(ODD_SECRET).text(text).lower()
        assert MASK in cleaner(ODD_SECRET).text(text)


@given(st.text(), st.text(), st.sampled_from(["", " ", "\n", "\x1b", "\u202e", "\\n", "\\\\x1b"]))
def test_no_text_around_it_saves_a_secret(before: str, after: str, between: str) -> None:
    shown = cleaner().text(f"{before}{SECRET[:25]}{between}{SECRET[25:]}{after}")
    assert SECRET.lower() not in shown.lower().replace(" ", "")
    assert MASK in shown


@pytest.mark.parametrize(
    "name",
    [
        "ingest",
        "İstanbul",
        "Παράδειγμα Σ",
        "キー　一",
        "مفتاح",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "👩\u200d💻",
        "a\u00a0b",
        "C:\\new\\x",
        "ß",
        "",
    ],
)
def test_a_name_in_any_script_is_shown_as_it_is(name: str) -> None:
    assert cleaner().text(name) == name


def test_what_steers_a_terminal_is_escaped() -> None:
    bidi = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]
    odd = [*range(0x20), *range(0x7F, 0xA0), *bidi, 0x2028, 0x2029, 0xFEFF, 0x00AD, 0xD800]
    for number in odd:
        shown = cleaner().text(f"a{chr(number)}b")
        assert shown.startswith("a\\")
        assert shown.isprintable()
    assert cleaner().text("\x1b[2J\r\u202e") == "\\x1b[2J\\r\\u202e"


def test_line_breaks_stay_where_they_belong() -> None:
    result = {"description": "a\n\tb\x1b", "name": "a\nb", "diff": {"prepared": "+ a\n- b\n"}}
    assert cleaner().value(result) == {
        "description": "a\n\tb\\x1b",
        "name": "a\\nb",
        "diff": {"prepared": "+ a\n- b\n"},
    }


def test_the_key_of_a_result_is_the_only_secret_in_it() -> None:
    result = {"key": SECRET, "api_keys": [{"key": SECRET, "name": SECRET}], SECRET: 1, "n": None, "t": (SECRET,)}
    assert cleaner().value(result) == {
        "key": SECRET,
        "api_keys": [{"key": SECRET, "name": MASK}],
        MASK: 1,
        "n": None,
        "t": [MASK],
    }
    assert cleaner().value({"key": f"x{SECRET}"}) == {"key": f"x{MASK}"}


def test_a_text_is_cut_only_when_it_is_clean() -> None:
    for size in range(480, 500):
        shown = cleaner().line("x" * size + SECRET + "y" * 500)
        assert shown is not None
        assert SECRET[:5] not in shown
        assert len(shown) == 500
    # Blanks between bring the end of a long text into sight.
    for size in range(9_940, 10_010):
        shown = cleaner().line(" " * size + " ".join(SECRET))
        assert "a k" not in (shown or "")
    assert cleaner().line("a\r\nb\t\x1bc") == "a b \\x1bc"
    assert [cleaner().line(value) for value in (None, 7, "", " ")] == [None] * 4


def test_a_short_text_is_no_secret() -> None:
    assert cleaner("e", "key").text("the key") == "the key"


def test_much_text_takes_little_time() -> None:
    """A result of 100000 keys, and a hostile text, whose cost must not be the square of its length."""
    made = cleaner()
    rows = [{"id": f"QXBpS2V5OjcxMDE6UW00eA{n}", "name": f"ingest of {n}", "status": "active"} for n in range(20_000)]
    began = time.process_time()
    assert made.value(rows) == rows
    made.text("ak-abc" * 100_000 + "\x1b")
    made.text(encoded(SECRET) * 5_000 + SECRET * 5_000)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("before", ["\\", "\\\\", "\\x1", "\\u00"])
@pytest.mark.parametrize("between", ["", "\\n"])
def test_a_backslash_before_a_secret_hides_none_of_it(before: str, between: str) -> None:
    """It makes an escape of the secret's first characters, which a reader sees all the same."""
    shown = cleaner().text(f"name {before}{SECRET[:25]}{between}{SECRET[25:]} end")
    assert MASK in shown
    assert SECRET[10:20] not in shown
    assert shown.startswith("name ")
    assert shown.endswith(" end")
