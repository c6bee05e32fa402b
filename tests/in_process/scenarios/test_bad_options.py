# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be known to be wrong beforehand is refused with the option's name, before any request."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from support.refusals import Case, Refusal, assert_refused, refuse_all
from support.rows import Options

KEY: Options = {"name": "a key", "space": "analytics"}
ORGANIZATIONS = [{"name": "Example Org", "spaces": [{"space": "analytics"}]}]


def bad(words: tuple[str, ...], **options: t.Any) -> Case:
    """An otherwise complete task for a service key."""
    return Case({**KEY, **options}, words)


def bad_user(words: tuple[str, ...], **options: t.Any) -> Case:
    """An otherwise complete task for a user key."""
    return Case({"name": "a key", "key_type": "user", **options}, words)


def bad_info(words: tuple[str, ...], **options: t.Any) -> Case:
    """A listing."""
    return Case(options, words, module="info")


def durations(option: str, **beside: t.Any) -> dict[str, Case]:
    """Values that no duration option takes."""
    values = {"zero": "0d", "negative": "-5d", "nonsense": "soon", "a bare unit": "d", "empty": ""}
    return {
        f"{option} {name}": bad((option, repr(value)), **{option: value}, **beside) for name, value in values.items()
    }


CASES: dict[str, Case] = {
    "name empty": bad(("name", "empty"), name=""),
    "name blank": bad(("name", "empty"), name="  "),
    "name too long": bad(("name", "257", "256"), name="n" * 257),
    "description too long": bad(("description", "1001", "1000"), description="d" * 1001),
    "space empty": bad(("space", "empty"), space=""),
    "no name": Case({"space": "analytics"}, ("name",)),
    "name and id": bad(("name", "id", "mutually exclusive"), id="QXBpS2V5OjE6YWFhYQ==", state="absent"),
    "present by id": Case({"id": "QXBpS2V5OjE6YWFhYQ=="}, ("name", "id")),
    "expires_at unparsable": bad(("expires_at", "ISO 8601", "'next week'"), expires_at="next week"),
    "expires_at impossible": bad(("expires_at", "ISO 8601"), expires_at="2027-02-30T00:00:00Z"),
    "expires_at date only": bad(("expires_at", "time of day"), expires_at="2031-03-31"),
    "expires_at and expires_in": bad(
        ("expires_at", "expires_in", "mutually exclusive"), expires_at="2031-03-31T00:00:00Z", expires_in="90d"
    ),
    **durations("expires_in"),
    **durations("max_age"),
    "renew_before zero": bad(("renew_before", "'0'"), renew_before="0", expires_in="90d"),
    "renew_before too long": bad(("renew_before", "expires_in"), renew_before="90d", expires_in="90d"),
    "issued_after unparsable": bad(("issued_after", "ISO 8601"), issued_after="yesterday"),
    "grace_period too long": bad(("grace_period", "24h"), grace_period="25h", max_age="30d"),
    "grace_period too many seconds": bad(("grace_period", "86401"), grace_period="86401", state="refreshed"),
    "grace_period negative": bad(("grace_period", "'-1'"), grace_period="-1", state="refreshed"),
    "grace_period nonsense": bad(("grace_period", "'a while'"), grace_period="a while", state="refreshed"),
    "space and organizations": bad(("space", "organizations", "mutually exclusive"), organizations=ORGANIZATIONS),
    "space_role that is the id of a space": bad(("space_role", "id of a Space"), space_role="U3BhY2U6MzEwOmhKNWQ="),
    "organizations empty": Case({"name": "a key", "organizations": []}, ("organizations", "empty")),
    "organizations without spaces": Case(
        {"name": "a key", "organizations": [{"name": "Example Org", "spaces": []}]}, ("organizations", "spaces")
    ),
    "organizations with org_role": Case(
        {"name": "a key", "organizations": ORGANIZATIONS, "org_role": "admin"}, ("org_role",)
    ),
    "service key without a scope": Case({"name": "a key"}, ("space", "organizations")),
    "user key with space": bad_user(("space", "user key"), space="analytics"),
    "user key with organizations": bad_user(("organizations", "user key"), organizations=ORGANIZATIONS),
    "user key with space_role": bad_user(("space_role", "user key"), space_role="admin"),
    "user key with account_role": bad_user(("account_role", "user key"), account_role="member"),
    "refreshed on a condition": bad(("max_age", "refreshed"), state="refreshed", max_age="30d"),
    "return_key false without dest": bad(("return_key", "dest"), return_key=False),
    "held_secret with dest": bad(("held_secret", "dest", "mutually exclusive"), held_secret="", dest="/d"),
    "held_secret to be refreshed": bad(("held_secret", "state present"), held_secret="", state="refreshed"),
    "held_secret that is a document": bad(("held_secret", "not the secret"), held_secret='{"key":"ak-abc"}'),
    "retire_unused_for without exclusive": bad(("retire_unused_for", "exclusive"), retire_unused_for="7d"),
    "retire_unused_for of an absent key": bad(
        ("retire_unused_for", "present"), retire_unused_for="7d", exclusive=True, state="absent"
    ),
    **durations("retire_unused_for", exclusive=True),
    "no credential": bad(("api_key", "ARIZE_API_KEY"), api_key=None),
    "credential empty": bad(("api_key", "empty"), api_key=""),
    "credential blank": bad(("api_key", "empty"), api_key="   "),
    "credential with a blank": bad(("api_key", "contains a space"), api_key="ak-half a-credential"),
    "credential with a line end": bad(("api_key", "contains a space"), api_key="ak-half\na-credential"),
    "credential short": bad(("api_key", "8 characters"), api_key="ak-zyxw"),
    "credential not ascii": bad(("api_key", "character"), api_key="ak-schlüssel-schlüssel"),
    "api_url without a scheme": bad(("api_url", "https://"), api_url="api.arize.example"),
    "api_url with a password": bad(("api_url", "api_key"), api_url="https://user:pass@api.arize.example"),
    "api_url and region": bad(("api_url", "region", "mutually exclusive"), region="eu"),
    "region unknown": bad(("region", "mars", "eu"), api_url=None, region="mars"),
    "proxy is no URL": bad(("proxy", "URL"), proxy="ftp://proxy.example"),
    "info limit zero": bad_info(("limit", "1"), limit=0),
    "info limit negative": bad_info(("limit", "1"), limit=-3),
    "info space with user": bad_info(("space", "user"), space="analytics", key_type="user"),
    "info all_spaces with limit": bad_info(("limit", "all_spaces"), all_spaces=True, limit=3),
    "info cursor with all": bad_info(("cursor", "status"), cursor="abc", status="all"),
    "info expires_within nonsense": bad_info(("expires_within", "'soon'"), expires_within="soon"),
    "info unused_for zero": bad_info(("unused_for", "'0d'"), unused_for="0d"),
}


@pytest.fixture(scope="module")
def refusals() -> t.Iterator[dict[str, Refusal]]:
    """All cases, run."""
    with contextlib.ExitStack() as stack:
        yield refuse_all(CASES, stack)


@pytest.mark.parametrize("name", CASES)
def test_a_bad_option_is_refused_without_a_request(refusals: dict[str, Refusal], name: str) -> None:
    """One clear message, and the service is not bothered."""
    assert_refused(refusals[name])
    assert refusals[name].simulator.requests == []


def test_a_bad_credential_is_not_shown(refusals: dict[str, Refusal]) -> None:
    """Not even one that can't be right, for it may be half of a right one."""
    for name in ("credential with a blank", "credential with a line end", "credential short", "credential not ascii"):
        refusal = refusals[name]
        given = refusal.options["api_key"]
        assert given not in str(refusal.result), name


def test_a_password_in_a_url_is_not_shown(refusals: dict[str, Refusal]) -> None:
    """The message names the option and not its value."""
    assert "user:pass" not in refusals["api_url with a password"].result["msg"]
