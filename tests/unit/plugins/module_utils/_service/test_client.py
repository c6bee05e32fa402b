# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each verb of the API: the exact request, the pages, and what a malformed answer becomes."""

from __future__ import annotations

import json
import typing as t

import pytest
from unit.plugins.builders import NOW, connection, desired, secret_of, wire_key, wire_page
from unit.plugins.wire import Answer, Wire, problem

from ansible_collections.community.arize.plugins.module_utils._model import errors as _errors
from ansible_collections.community.arize.plugins.module_utils._model.keys import OrganizationBinding, SpaceBinding
from ansible_collections.community.arize.plugins.module_utils._service import client as _client
from ansible_collections.community.arize.plugins.module_utils._service.client import ArizeClient
from ansible_collections.community.arize.plugins.module_utils._service.dialect import Dialect

ODD_ID = "QXBp/S2V+5==?#"
QUOTED_ID = "QXBp%2FS2V%2B5%3D%3D%3F%23"

BINDINGS = (OrganizationBinding("o-1", None, (SpaceBinding("s-1"),)),)


class Scripted:
    """A client on a scripted wire, and what it sent: method, path with query, decoded body."""

    def __init__(self, *script: Answer) -> None:
        self.wire = Wire(connection(max_retries=0), *script)
        self.client = ArizeClient(self.wire.transport, Dialect())

    @property
    def sent(self) -> list[tuple[str | None, str, t.Any]]:
        assert self.wire.used_up
        prefix = "https://arize.example/v2"
        return [
            (sent.method, (sent.url or "").removeprefix(prefix), json.loads(sent.body) if sent.body else None)
            for sent in self.wire.adapter.sent
        ]


def space(name: str, space_id: str = "s-1", **more: t.Any) -> dict[str, t.Any]:
    return {"id": space_id, "name": name, "organization_id": "o-1", **more}


@pytest.mark.parametrize(
    ("filters", "query"),
    [
        ({}, "limit=100"),
        ({"key_type": "service"}, "key_type=SERVICE&limit=100"),
        ({"status": "revoked", "user_id": "u=="}, "status=REVOKED&user_id=u%3D%3D&limit=100"),
        ({"key_type": "user", "status": "active", "space_id": "s"}, "key_type=USER&status=ACTIVE&space_id=s&limit=100"),
        ({"limit": 7, "cursor": "a/b"}, "limit=7&cursor=a%2Fb"),
        ({"limit": 700}, "limit=100"),
    ],
)
def test_list_filters(filters: dict[str, t.Any], query: str) -> None:
    shown = {name: filters[name].upper() for name in ("key_type", "status") if name in filters}
    scripted = Scripted(Answer(200, wire_page("api_keys", [wire_key(**shown)])))
    keys, cursor = scripted.client.list_api_keys(**filters)
    assert ([key.key_id for key in keys], cursor) == (["key-1"], None)
    assert scripted.sent == [("GET", f"/api-keys?{query}", None)]


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"status": "revoked"}, {"status": "ACTIVE"}),
        ({"status": "active"}, {"status": "deleted"}),
        ({"key_type": "service"}, {"key_type": "USER"}),
    ],
)
def test_a_listing_that_was_not_asked_for(filters: dict[str, t.Any], shown: dict[str, str]) -> None:
    """By a server that passes over the filter: an empty or a wrong list would be taken for the answer."""
    page = Answer(200, wire_page("api_keys", [wire_key(**shown)]))
    wire = Wire(connection(), page)
    with pytest.raises(_errors.ProtocolError, match="were asked for, and one with"):
        ArizeClient(wire.transport, Dialect()).list_api_keys(**filters)


def test_list_follows_all_pages_empty_ones_included_and_drops_repeated_rows() -> None:
    scripted = Scripted(
        Answer(200, wire_page("api_keys", [wire_key("a")], "c1")),
        Answer(200, wire_page("api_keys", [], "c2")),
        Answer(200, wire_page("api_keys", [wire_key("a"), wire_key("b")])),
    )
    keys, cursor = scripted.client.list_api_keys(status="active")
    assert ([key.key_id for key in keys], cursor) == (["a", "b"], None)
    assert [path for _method, path, _body in scripted.sent] == [
        "/api-keys?status=ACTIVE&limit=100",
        "/api-keys?status=ACTIVE&limit=100&cursor=c1",
        "/api-keys?status=ACTIVE&limit=100&cursor=c2",
    ]


def test_list_up_to_a_limit_gives_the_cursor_of_the_rest() -> None:
    scripted = Scripted(
        Answer(200, wire_page("api_keys", [wire_key("a"), wire_key("b")], "c1")),
        Answer(200, wire_page("api_keys", [wire_key("c")], "c2")),
    )
    keys, cursor = scripted.client.list_api_keys(limit=3)
    assert ([key.key_id for key in keys], cursor) == (["a", "b", "c"], "c2")
    assert [path for _method, path, _body in scripted.sent] == ["/api-keys?limit=3", "/api-keys?limit=1&cursor=c1"]


@pytest.mark.parametrize("pagination", [{"has_more": True}, {"has_more": True, "next_cursor": ""}])
def test_page_that_goes_on_without_a_cursor_is_no_complete_listing(pagination: dict[str, t.Any]) -> None:
    scripted = Scripted(Answer(200, {"api_keys": [wire_key()], "pagination": pagination}))
    with pytest.raises(_errors.ProtocolError, match="no new cursor"):
        scripted.client.list_api_keys()


def test_cursor_that_comes_again_ends_the_listing() -> None:
    scripted = Scripted(*[Answer(200, wire_page("api_keys", [], cursor)) for cursor in ("c1", "c2", "c1")])
    with pytest.raises(_errors.ProtocolError, match="no new cursor"):
        scripted.client.list_api_keys()
    assert len(scripted.sent) == 3
    scripted = Scripted(Answer(200, wire_page("api_keys", [], "given")))
    with pytest.raises(_errors.ProtocolError, match="no new cursor"):
        scripted.client.list_api_keys(cursor="given")


def test_listing_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_client, "_MOST_PAGES", 2)
    scripted = Scripted(*[Answer(200, wire_page("api_keys", [], f"c{number}")) for number in range(3)])
    with pytest.raises(_errors.ProtocolError):
        scripted.client.list_api_keys()


def test_malformed_row_names_field_and_row() -> None:
    scripted = Scripted(Answer(200, wire_page("api_keys", [wire_key(), wire_key(created_at="yesterday")])))
    with pytest.raises(_errors.ProtocolError, match=r"api_keys\[1\]\.created_at is not an RFC 3339") as caught:
        scripted.client.list_api_keys()
    assert "yesterday" not in str(caught.value)
    assert caught.value.path == "/v2/api-keys"


def test_create() -> None:
    secret = secret_of("abc")
    scripted = Scripted(Answer(201, wire_key(key=secret)))
    issued = scripted.client.create_key(desired(), None, BINDINGS)
    assert issued.secret.reveal() == secret
    assert issued.api_key.key_id == "key-1"
    body = {
        "key_type": "SERVICE",
        "name": "ingest",
        "organizations": [{"org_id": "o-1", "spaces": [{"space_id": "s-1"}]}],
    }
    assert scripted.sent == [("POST", "/api-keys", body)]


@pytest.mark.parametrize("answer", [wire_key(), wire_key(key=7), wire_key(key=""), wire_key(key="a b"), [], "x", None])
@pytest.mark.parametrize("call", ["create", "refresh"])
def test_issue_answered_with_something_else_is_lost(answer: t.Any, call: str) -> None:
    scripted = Scripted(Answer(200, b"null" if answer is None else answer))
    with pytest.raises(_errors.AnswerLost, match="is unknown"):
        scripted.client.create_key(desired(), None, BINDINGS) if call == "create" else scripted.client.refresh_key(
            "k", None, 0
        )
    assert len(scripted.sent) == 1


def test_malformed_answer_of_an_issue_does_not_show_the_secret() -> None:
    scripted = Scripted(Answer(201, wire_key(key=secret_of("abc"), created_at=secret_of("xyz"))))
    with pytest.raises(_errors.AnswerLost, match="created_at") as caught:
        scripted.client.create_key(desired(), None, BINDINGS)
    for shown in (str(caught.value), repr(caught.value), str(caught.value.details())):
        assert secret_of("abc") not in shown
        assert secret_of("xyz") not in shown
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("expires_at", "grace", "body"),
    [
        (None, 0, {"grace_period_seconds": 0}),
        (NOW, 600, {"grace_period_seconds": 600, "expires_at": "2026-11-24T12:00:00Z"}),
    ],
)
def test_refresh(expires_at: t.Any, grace: int, body: dict[str, t.Any]) -> None:
    scripted = Scripted(Answer(200, wire_key("other", key=secret_of("abc"))))
    assert scripted.client.refresh_key(ODD_ID, expires_at, grace).api_key.key_id == "other"
    assert scripted.sent == [("POST", f"/api-keys/{QUOTED_ID}/refresh", body)]


def test_revoke() -> None:
    scripted = Scripted(Answer(204), problem(404), problem(403))
    scripted.client.revoke_key(ODD_ID)
    with pytest.raises(_errors.NotFound):
        scripted.client.revoke_key("gone")
    with pytest.raises(_errors.AccessForbidden):
        scripted.client.revoke_key("foreign")
    assert scripted.sent == [
        ("PUT", f"/api-keys/{QUOTED_ID}/revoke", None),
        ("PUT", "/api-keys/gone/revoke", None),
        ("PUT", "/api-keys/foreign/revoke", None),
    ]


def test_spaces_of_a_name_are_those_of_exactly_this_name_over_all_pages() -> None:
    scripted = Scripted(
        Answer(200, wire_page("spaces", [space("prod", "1"), space("Prod", "2"), space("prod2", "3")], "c")),
        Answer(200, wire_page("spaces", [space("prod", "4", is_private=True), space("prod", "1")])),
    )
    assert [found.space_id for found in scripted.client.spaces("prod", "o-1")] == ["1", "4"]
    assert [path for _method, path, _body in scripted.sent] == [
        "/spaces?name=prod&org_id=o-1&limit=100",
        "/spaces?name=prod&org_id=o-1&limit=100&cursor=c",
    ]


def test_all_spaces_and_one() -> None:
    scripted = Scripted(
        Answer(200, wire_page("spaces", [space("a", "1"), space("b", "2"), space("a", "1")])),
        Answer(200, {"id": "s", "name": "old server"}),
    )
    assert [found.name for found in scripted.client.spaces()] == ["a", "b"]
    assert scripted.client.space(ODD_ID).organization_id is None
    assert scripted.sent == [("GET", "/spaces?limit=100", None), ("GET", f"/spaces/{QUOTED_ID}", None)]


def test_organizations() -> None:
    rows = [{"id": "1", "name": "Org"}, {"id": "2", "name": "Org 2"}]
    scripted = Scripted(Answer(200, wire_page("organizations", rows)), Answer(200, rows[0]), Answer(200, {"id": 5}))
    assert [found.organization_id for found in scripted.client.organizations("Org")] == ["1"]
    assert scripted.client.organization("1").name == "Org"
    with pytest.raises(_errors.ProtocolError, match=r"field organization\.id is not a text"):
        scripted.client.organization(ODD_ID)
    assert [path for _method, path, _body in scripted.sent] == [
        "/organizations?name=Org&limit=100",
        "/organizations/1",
        f"/organizations/{QUOTED_ID}",
    ]


def test_organization_that_comes_on_two_pages_counts_once() -> None:
    row = {"id": "1", "name": "Org"}
    scripted = Scripted(
        Answer(200, wire_page("organizations", [row], "c")), Answer(200, wire_page("organizations", [row]))
    )
    assert len(scripted.client.organizations("Org")) == 1


def test_now_is_that_of_the_service() -> None:
    scripted = Scripted(Answer(204))
    scripted.client.revoke_key("x")
    assert abs((scripted.client.now() - NOW).total_seconds()) < 5
