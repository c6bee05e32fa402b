# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing and filtering keys: the requests, and what is told when not everything could be read."""

from __future__ import annotations

import typing as t

import pytest
from unit.plugins.builders import SPACE_ID, connection, info_options, wire_key, wire_page
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model.errors import (
    AccessForbidden,
    InvalidOption,
    NotFound,
)
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect
from ansible_collections.community.arize.plugins.module_utils._work.list_keys import gather, key_query


def keys(*names: str, cursor: str | None = None) -> Answer:
    """A page of keys; a name is the id, too."""
    return Answer(200, wire_page("api_keys", [wire_key(name, name=name) for name in names], cursor))


class Gathered:
    """The result for some options, and the paths asked for."""

    def __init__(self, *script: Answer, **options: t.Any) -> None:
        wire = Wire(connection(max_retries=0), *script)
        self.warnings: list[str] = []
        client = ArizeClient(wire.transport, Dialect())
        self.result = gather(client, key_query(info_options(**options)), self.warnings)
        assert wire.used_up
        self.paths = [(sent.url or "").removeprefix("https://arize.example/v2") for sent in wire.adapter.sent]
        self.ids = [key["id"] for key in self.result["api_keys"]]


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ({}, ["/api-keys?status=ACTIVE&limit=100"]),
        ({"key_type": "user", "status": "revoked"}, ["/api-keys?key_type=USER&status=REVOKED&limit=100"]),
        (
            {"space": SPACE_ID, "user_id": "u"},
            ["/api-keys?status=ACTIVE&space_id=U3BhY2U6MzEwOmhKNWQ%3D&user_id=u&limit=100"],
        ),
        ({"status": "all"}, ["/api-keys?status=ACTIVE&limit=100", "/api-keys?status=REVOKED&limit=100"]),
        ({"limit": 5, "cursor": "c"}, ["/api-keys?status=ACTIVE&limit=5&cursor=c"]),
        ({"limit": 1, "name": "a"}, ["/api-keys?status=ACTIVE&limit=100"]),
    ],
)
def test_requests(options: dict[str, t.Any], paths: list[str]) -> None:
    assert Gathered(*[keys() for _path in paths], **options).paths == paths


def test_result() -> None:
    gathered = Gathered(keys("a"))
    (shown,) = gathered.result["api_keys"]
    assert shown["live"] is True
    assert shown["space_ids"] is None
    assert "findings" not in shown
    assert gathered.result["changed"] is False
    assert gathered.result["pagination"] == {"has_more": False, "next_cursor": None}
    assert gathered.result["summary"]["complete"] is True
    assert gathered.result["listed_at"].endswith("Z")
    assert gathered.result["spaces"] == []
    assert gathered.warnings == []


def test_findings_with_a_threshold() -> None:
    gathered = Gathered(keys("a"), older_than="1d")
    assert gathered.result["api_keys"][0]["findings"] == ["old"]
    assert gathered.result["summary"]["by_finding"] == {"old": 1}
    assert gathered.result["summary"]["roles_not_shown"] == 1


@pytest.mark.parametrize(
    ("options", "ids"),
    [({"name": "b"}, ["b"]), ({"id": "a"}, ["a"]), ({"name": "B"}, []), ({"name": "b", "limit": 1}, ["b"])],
)
def test_name_and_id_are_filtered_here(options: dict[str, t.Any], ids: list[str]) -> None:
    gathered = Gathered(keys("a", "b", "bb"), **options)
    assert gathered.ids == ids
    assert gathered.result["pagination"]["has_more"] is False


def test_limit_is_told() -> None:
    gathered = Gathered(keys("a", "b", cursor="c"), limit=2)
    assert gathered.result["pagination"] == {"has_more": True, "next_cursor": "c"}
    assert gathered.result["summary"]["complete"] is False
    gathered = Gathered(keys("a", "b"), limit=2, status="all")
    assert gathered.result["pagination"]["has_more"] is True


def test_all_spaces_tells_what_could_not_be_read() -> None:
    rows = [{"id": space_id, "name": space_id} for space_id in ("s-1", "s-2", "s-3")]
    gathered = Gathered(
        keys("a"),
        Answer(200, wire_page("spaces", rows)),
        keys("a", "b"),
        problem(403),
        problem(404),
        all_spaces=True,
    )
    assert gathered.ids == ["a", "b"]
    assert gathered.result["api_keys"][0]["space_ids"] == ["s-1"]
    assert gathered.result["summary"]["unread_spaces"] == ["s-2", "s-3"]
    unknown = {"organization_id": None, "organization": None}
    assert gathered.result["spaces"] == [{**row, **unknown} for row in rows]
    assert gathered.result["summary"]["complete"] is False
    assert "2 space(s) could not be read" in gathered.warnings[0]


def test_all_spaces_that_could_be_read_are_complete() -> None:
    spaces = Answer(200, wire_page("spaces", [{"id": "s-1", "name": "s-1"}]))
    gathered = Gathered(keys("a"), spaces, keys("a", "b"), all_spaces=True)
    assert gathered.result["pagination"] == {"has_more": False, "next_cursor": None}
    assert gathered.result["summary"]["complete"] is True
    assert gathered.warnings == []


def test_all_spaces_without_an_unscoped_listing() -> None:
    for status in (400, 403, 422):
        assert Gathered(problem(status), Answer(200, wire_page("spaces", [])), all_spaces=True).ids == []


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (Answer(200, wire_page("organizations", [{"id": "o-1", "name": "Example Org"}])), "Example Org"),
        (problem(403), None),
    ],
)
def test_all_spaces_name_their_organizations(answer: Answer, name: str | None) -> None:
    spaces = Answer(200, wire_page("spaces", [{"id": "s-1", "name": "a", "organization_id": "o-1"}]))
    gathered = Gathered(keys(), spaces, answer, keys(), all_spaces=True)
    assert gathered.result["spaces"] == [{"id": "s-1", "name": "a", "organization_id": "o-1", "organization": name}]


def created_by(*user_ids: str | None) -> Answer:
    rows = [wire_key(f"k{index}", created_by_user_id=user_id) for index, user_id in enumerate(user_ids)]
    return Answer(200, wire_page("api_keys", rows))


def test_each_owner_is_asked_for_once() -> None:
    dana = {"id": "u-1", "name": "Dana Roe", "email": "dana@example.com", "status": "ACTIVE"}
    gathered = Gathered(created_by("u-1", "u-2", "u-1", None), Answer(200, dana), problem(404), owners=True)
    shown, gone = {**dana, "status": "active"}, {"id": "u-2", "name": None, "email": None, "status": None}
    assert [key["owner"] for key in gathered.result["api_keys"]] == [shown, gone, shown, None]
    assert gathered.paths[1:] == ["/users/u-1", "/users/u-2"]
    assert gathered.warnings == []


def test_owners_that_may_not_be_read_are_asked_for_no_more() -> None:
    gathered = Gathered(created_by("u-1", "u-2"), problem(403), owners=True)
    assert [key["owner"]["email"] for key in gathered.result["api_keys"]] == [None, None]
    assert "The owners of keys are not shown" in gathered.warnings[0]


def test_failures() -> None:
    with pytest.raises(InvalidOption, match=f"Space {SPACE_ID} not found"):
        Gathered(problem(404), space=SPACE_ID)
    with pytest.raises(NotFound):
        Gathered(problem(404), user_id="u")
    with pytest.raises(AccessForbidden):
        Gathered(problem(403))


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"limit": 0}, "limit"),
        ({"space": "a", "key_type": "user"}, "space"),
        ({"all_spaces": True, "key_type": "user"}, "all_spaces"),
        *[
            ({"all_spaces": True, name: 1 if name == "limit" else "x"}, name)
            for name in ("space", "user_id", "limit", "cursor")
        ],
        ({"cursor": "c", "status": "all"}, "cursor"),
        *[({name: " "}, name) for name in ("id", "name", "space", "user_id", "cursor")],
        ({"older_than": "0"}, "older_than"),
        ({"unused_for": "x"}, "unused_for"),
    ],
)
def test_refused_options(options: dict[str, t.Any], option: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        key_query(info_options(**options))
    assert caught.value.option == option
