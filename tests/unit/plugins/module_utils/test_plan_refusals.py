# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `present` refuses, and the edges of its conditions."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from unit.plugins.builders import CREDENTIAL, DAY, HOUR, MINUTE, NOW, api_key, planned, redacted, secret_of

from ansible_collections.community.arize.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.community.arize.plugins.module_utils._models import ApiKey
from ansible_collections.community.arize.plugins.module_utils._time import format_instant

LATER = format_instant(NOW + 14 * DAY)
UNBOUNDED = api_key("current")
BOUNDED = api_key("current", expires_at=NOW + 7 * DAY)
DUPLICATE = api_key("twin", created_at=NOW - 20 * DAY, tag="twi")
DRIFT = {"description": "other", "on_drift": "replace"}
REISSUE = {"dest": "/d", "on_lost_secret": "reissue"}
LOST = {"dest": True}


@dataclasses.dataclass
class Refusal:
    """A situation that is refused, with words of the message."""

    name: str
    options: dict[str, t.Any]
    keys: tuple[ApiKey, ...]
    words: str
    kind: type[Exception] = Refused
    seen: dict[str, t.Any] = dataclasses.field(default_factory=dict)


SELF = api_key("self", redacted_key=redacted(CREDENTIAL))
YOUNG = api_key("young", created_at=NOW - 9 * MINUTE, tag="you")
PARTIAL = api_key("part")

REFUSALS = [
    Refusal("drift", {"description": "o"}, (UNBOUNDED,), "description is '', and 'o' is declared"),
    Refusal("drift of expiry", {"expires_at": LATER}, (BOUNDED,), "It lapses at 2026-12-01"),
    Refusal("drift of an unbounded key", {"expires_at": LATER}, (UNBOUNDED,), "It never lapses"),
    Refusal("lost", {"dest": "/d"}, (UNBOUNDED,), "shows a secret only once", seen=LOST),
    Refusal("duplicates", {"max_age": "1d"}, (UNBOUNDED, DUPLICATE), "2 live keys fit.*id twin.*id current"),
    Refusal("issued_after", {"issued_after": LATER}, (UNBOUNDED,), "lies in the future", InvalidOption),
    Refusal("past", {"expires_at": format_instant(NOW)}, (), r"expires_at: .* not in the future", InvalidOption),
    Refusal("partial", {}, (), "bound to some of the declared spaces", seen={"partial": (PARTIAL,)}),
    Refusal("self refreshed", {"max_age": "1d", "grace_period": "0"}, (SELF,), "this task authenticates with"),
    Refusal("self replaced", DRIFT, (SELF,), "this task authenticates with"),
    Refusal(
        "self pruned",
        {"exclusive": True},
        (api_key("new", created_at=NOW - DAY), SELF),
        "this task authenticates with",
    ),
    Refusal(
        "an overlap that nobody ends",
        {**DRIFT, "grace_period": "1h"},
        (UNBOUNDED,),
        "grace_period: can't be honoured",
        InvalidOption,
    ),
    Refusal("quarantine, nothing in dest", REISSUE, (YOUNG,), "within the last 10 minutes", seen=LOST),
    Refusal(
        "quarantine, older in dest",
        REISSUE,
        (UNBOUNDED, YOUNG),
        "holds the secret of the older key current",
        seen={"stored": secret_of("abc")},
    ),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_refused(refusal: Refusal) -> None:
    with pytest.raises(refusal.kind, match=refusal.words):
        planned(*refusal.keys, options=refusal.options, **refusal.seen)


@pytest.mark.parametrize(
    "options", [{"max_age": "1d", "grace_period": "0"}, DRIFT, {"max_age": "1d", "grace_period": "1h"}]
)
def test_self_may_go_when_told_or_with_an_overlap(options: dict[str, t.Any]) -> None:
    allowed = options.get("grace_period") == "1h"
    assert planned(SELF, options={**options, "allow_self": not allowed}).changes


def test_quarantine_is_over_after_ten_minutes() -> None:
    key = api_key(created_at=NOW - 10 * MINUTE)
    assert planned(key, options=REISSUE, **LOST).action == "refreshed"


def test_lost_secret_names_the_orphan() -> None:
    with pytest.raises(Refused) as caught:
        planned(UNBOUNDED, options={"dest": "/d"}, **LOST)
    assert [key["id"] for key in caught.value.details()["orphans"]] == ["current"]


def test_edges_of_the_conditions() -> None:
    assert planned(api_key(created_at=NOW - 10 * DAY + MINUTE), options={"max_age": "10d"}).action == "none"
    assert planned(api_key(expires_at=NOW + DAY + MINUTE), options={"renew_before": "1d"}).action == "none"
    assert planned(api_key(expires_at=NOW + DAY), options={"renew_before": "1d"}).action == "replaced"
    issued = {"issued_after": format_instant(UNBOUNDED.created_at)}
    assert planned(UNBOUNDED, options=issued).action == "none"
    half_a_second_later = UNBOUNDED.created_at.replace(microsecond=500_000)
    assert planned(UNBOUNDED, options={"issued_after": format_instant(half_a_second_later)}).action == "none"
    assert planned(api_key(expires_at=NOW + HOUR), options={"expires_at": "2026-11-24T13:00:00.9Z"}).action == "none"


def test_future_issued_after_is_refused_before_a_key_is_created() -> None:
    """Else the first run creates a key, and the same run again fails."""
    with pytest.raises(InvalidOption, match="issued_after"):
        planned(options={"issued_after": LATER})


def test_own_credential_goes_last() -> None:
    current = api_key("new", created_at=NOW - DAY)
    options = {"exclusive": True, "allow_self": True}
    assert [key.key_id for key in planned(SELF, DUPLICATE, current, options=options).revoke] == ["twin", "self"]
    absent = planned(SELF, current, options={**options, "state": "absent"})
    assert [key.key_id for key in absent.revoke] == ["new", "self"]
