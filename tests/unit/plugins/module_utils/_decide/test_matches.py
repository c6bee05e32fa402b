# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which key is current, which are retiring, which are duplicates, and whose secret is lost."""

from __future__ import annotations

import itertools
import typing as t
from datetime import datetime, timezone

import pytest
from unit.plugins.builders import DAY, HOUR, MINUTE, NOW, api_key, secret_of

from ansible_collections.community.arize.plugins.module_utils._decide.matches import (
    Matches,
    StoredSecret,
    age_order,
    classify,
    describe,
    describe_all,
)
from ansible_collections.community.arize.plugins.module_utils._model.errors import Refused
from ansible_collections.community.arize.plugins.module_utils._model.keys import ApiKey, Secret

SECOND = MINUTE / 60
LAST_SECOND = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
NEW = api_key("new", created_at=NOW - DAY, tag="new")
NEW_BOUNDED = api_key("new", created_at=NOW - DAY, expires_at=NOW + 9 * DAY, tag="new")
OLD = api_key("old", created_at=NOW - 2 * DAY, tag="old")


def old(**changes: t.Any) -> ApiKey:
    return api_key("old", **{"created_at": NOW - 2 * DAY, "tag": "old", **changes})


def ids(matches: Matches) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Current, retiring, duplicates."""
    current = None if matches.current is None else matches.current.key_id
    return current, tuple(key.key_id for key in matches.retiring), tuple(key.key_id for key in matches.duplicates)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        ([], (None, (), ())),
        ([NEW], ("new", (), ())),
        ([OLD, NEW], ("new", (), ("old",))),
        ([old(expires_at=NOW + HOUR), NEW], ("new", ("old",), ())),
        ([old(expires_at=NOW + HOUR), NEW_BOUNDED], ("new", ("old",), ())),
        ([old(expires_at=NOW + 9 * DAY), NEW_BOUNDED], ("new", ("old",), ())),
        ([old(expires_at=NOW + 9 * DAY + SECOND), NEW_BOUNDED], ("new", ("old",), ())),
        ([old(expires_at=NOW + 9 * DAY + 2 * SECOND), NEW_BOUNDED], ("new", (), ("old",))),
        ([OLD, NEW_BOUNDED], ("new", (), ("old",))),
        # A refresh that keeps created_at: the one that was cut short is the older one.
        ([api_key("a", expires_at=NOW + HOUR), api_key("b")], ("b", ("a",), ())),
        ([api_key("a"), api_key("b")], ("b", (), ("a",))),
        ([api_key("b", expires_at=NOW + DAY), api_key("a", expires_at=NOW + DAY)], ("b", ("a",), ())),
    ],
)
def test_without_dest(live: list[ApiKey], expected: t.Any) -> None:
    for order in itertools.permutations(live):
        matches = classify(order, NOW, None)
        assert ids(matches) == expected
        assert matches.lost is None
        assert {matches.current, *matches.others} - {None} == set(live)


@pytest.mark.parametrize(
    ("value", "exists", "live", "expected", "lost"),
    [
        ("new", True, [NEW], ("new", (), ()), None),
        ("new", True, [OLD, NEW], ("new", (), ("old",)), None),
        ("old", True, [OLD, NEW], ("old", (), ("new",)), None),
        ("old", True, [old(expires_at=NOW + HOUR), NEW], ("new", ("old",), ()), "about to expire"),
        ("old", True, [old(expires_at=NOW + 10 * DAY), NEW_BOUNDED], ("old", (), ("new",)), None),
        ("xyz", True, [OLD, NEW], ("new", (), ("old",)), "fits no live key"),
        (None, True, [NEW], ("new", (), ()), "dest holds no secret"),
        (None, False, [NEW], ("new", (), ()), "dest does not exist"),
    ],
)
def test_secret_in_dest(value: str | None, exists: bool, live: list[ApiKey], expected: t.Any, lost: str | None) -> None:
    stored = StoredSecret(None if value is None else Secret(secret_of(value)), exists)
    for order in itertools.permutations(live):
        matches = classify(order, NOW, stored)
        assert ids(matches) == expected
        assert (matches.lost is None) if lost is None else (lost in str(matches.lost))
        assert matches.warnings == ()


def test_newest_with_a_secret_in_dest_that_only_an_older_one_has_is_a_duplicate_and_never_retiring() -> None:
    young_but_bounded = api_key("new", created_at=NOW - DAY, expires_at=NOW + HOUR, tag="new")
    matches = classify([OLD, young_but_bounded], NOW, StoredSecret(Secret(secret_of("old")), True))
    assert ids(matches) == ("old", (), ("new",))


@pytest.mark.parametrize("age", [0 * MINUTE, 9 * MINUTE, 10 * MINUTE - SECOND])
@pytest.mark.parametrize("stored", [None, "old", "xyz"])
def test_young_key_whose_secret_is_not_in_dest_is_left_alone(age: t.Any, stored: str | None) -> None:
    young = api_key("young", created_at=NOW - age, tag="you")
    content = StoredSecret(None if stored is None else Secret(secret_of(stored)), stored is not None)
    with pytest.raises(
        Refused, match=r"within the last 10 minutes.*Another run may be about to write it there, or several hosts"
    ) as caught:
        classify([OLD, young], NOW, content)
    assert [key["id"] for key in caught.value.details()["candidates"]] == ["young"]
    assert ids(classify([OLD, young], NOW, None))[0] == "young"
    assert ids(classify([OLD, young], NOW, StoredSecret(Secret(secret_of("you")), True)))[0] == "young"


def test_quarantine_ends_after_ten_minutes() -> None:
    young = api_key("young", created_at=NOW - 10 * MINUTE, tag="you")
    assert classify([young], NOW, StoredSecret(None, False)).lost == "dest does not exist"


def test_secret_that_fits_several_keys() -> None:
    twin = api_key("twin", created_at=NOW - 3 * DAY, tag="old")
    with pytest.raises(Refused, match=r"fits several live keys: .*twin.*old"):
        classify([OLD, twin, NEW], NOW, StoredSecret(Secret(secret_of("old")), True))
    assert ids(classify([OLD, twin], NOW, StoredSecret(Secret(secret_of("old")), True))) == ("old", (), ("twin",))


@pytest.mark.parametrize("redacted_key", ["", "ak-***xyz", "ak-...xyz", "ak-abc...", "ak-a*c...xyz", "****"])
def test_redaction_that_tells_nothing_warns_and_takes_the_newest(redacted_key: str) -> None:
    odd = api_key("odd", created_at=NOW, redacted_key=redacted_key)
    matches = classify([OLD, odd], NOW, StoredSecret(Secret(secret_of("old")), True))
    assert ids(matches) == ("odd", (), ("old",))
    assert matches.lost is None
    assert "can't be compared with" in matches.warnings[0]


def test_partial_matches_are_kept_apart() -> None:
    for live in ([], [NEW]):
        for stored in (None, StoredSecret(Secret(secret_of("new")), True)):
            assert classify(live, NOW, stored, [OLD]).partial == (OLD,)


def test_expiry_at_the_end_of_the_calendar_is_no_trouble() -> None:
    """Servers may write `never` as the last second of the year 9999."""
    for_ever = api_key("new", created_at=NOW - DAY, expires_at=LAST_SECOND)
    assert ids(classify([old(expires_at=LAST_SECOND), for_ever], NOW, None)) == ("new", ("old",), ())


def test_order_of_age_is_total() -> None:
    keys = [NEW, OLD, NEW_BOUNDED, api_key("a"), api_key("b"), api_key("a", expires_at=NOW + DAY)]
    for one, other in itertools.permutations(keys, 2):
        assert (age_order(one) < age_order(other)) != (age_order(other) < age_order(one))


def test_words_for_keys() -> None:
    assert describe(api_key("x")) == "service key 'ingest' (id x, issued 2026-11-14T12:00:00Z, never expires)"
    assert "expires 2026-12-03T12:00:00Z" in describe(NEW_BOUNDED)
    assert describe_all([NEW, OLD]) == f"{describe(OLD)}; {describe(NEW)}"
