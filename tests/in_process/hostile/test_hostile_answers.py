# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server answers, a task ends with a message that names the field, and loses and shows no secret."""

from __future__ import annotations

import itertools
import json
import typing as t

import pytest
from support.in_process import Outcome, run_info, run_key

from in_process.hostile.conftest import NAME, Service, assert_refused, assert_sound, everything_said
from in_process.hostile.corpus import BODIES, CASES, ERROR_FIELDS, ERROR_STATUSES, KINDS, Case, error_body, one_of_each
from in_process.hostile.values import UNREADABLE, VALUES, class_of

READS = [case for case in CASES if KINDS[case.kind].method == "GET"]
ISSUES = [case for case in CASES if KINDS[case.kind].method == "POST"]
METHODS = ("GET", "POST")
# Bodies that are JSON, but another thing than the documented object.
WHOLE = {"null", "true", "number", "text", "empty array", "empty object", "array of keys"}
_DUE: dict[str, t.Any] = {"name": NAME, "max_age": "1d", "expires_in": "90d"}


def run(service: Service, kind: str, **options: t.Any) -> Outcome:
    """The task that asks for an answer of this kind, and would write next."""
    simulator = service.simulator
    given = {**_DUE, "space": service.space_id, **options}
    if kind in {"keys of a space", "refreshed key"}:
        service.seed()
    elif kind == "keys with bindings":
        service.seed()
        return run_info(simulator, key_type="service", older_than="1d")
    elif kind == "audited keys":
        service.seed()
        return run_info(simulator, space=service.space_id, older_than="1d", unused_for="1d", expires_within="9y")
    elif kind == "spaces":
        service.seed()
        given["space"] = "analytics"
    elif kind == "organizations":
        del given["space"]
        given["organizations"] = [{"name": "Example Org", "spaces": [{"space": "analytics"}]}]
    elif kind == "organization":
        simulator.add_space("analytics", "Other Org")
        given["space"] = "analytics"
    return run_key(simulator, **given)


def spoiling(service: Service, case: Case) -> t.ContextManager[None]:
    """The case's answer, once."""
    kind = KINDS[case.kind]
    return service.spoiling(kind.method, kind.path, case.spoil)


def field_and_value(case: Case) -> t.Hashable:
    return case.field_and_value


def place(case: Case) -> t.Hashable:
    return case.place


@pytest.mark.parametrize("case", one_of_each(READS, field_and_value, place), ids=str)
def test_hostile_answer_to_a_read(service: Service, case: Case) -> None:
    """Refused by name, and nothing is written on its strength; or accepted, as an answer in another form."""
    with spoiling(service, case):
        outcome = run(service, case.kind)
    assert_sound(outcome, service.simulator)
    if case.accepted:
        assert "not documented" not in outcome.message
        assert "not JSON" not in outcome.message
        return
    assert_refused(outcome, service.simulator, case.names)
    assert service.simulator.writes == []


def lost_secret(service: Service) -> str:
    """The secret in the answer that was spoiled."""
    (body,) = service.spoiled
    return str(json.loads(body)["key"])


@pytest.mark.parametrize("case", one_of_each(ISSUES, field_and_value, place), ids=str)
def test_hostile_answer_to_an_issue_is_an_unknown_outcome(service: Service, case: Case) -> None:
    """By default the task fails with the id of the key that nobody holds."""
    with spoiling(service, case):
        outcome = run(service, case.kind)
    if case.accepted:
        assert "is unknown" not in outcome.message
        assert not [text for text in (everything_said(outcome),) if service.simulator.credential in text]
        return
    assert_refused(outcome, service.simulator, case.names)
    issued = json.loads(service.spoiled[0])["id"]
    assert issued in outcome.message
    assert "is unknown" in outcome.message
    assert len(service.simulator.writes) == 1


@pytest.mark.parametrize(
    "case",
    one_of_each([case for case in ISSUES if not case.accepted], field_and_value, lambda case: case.kind),
    ids=str,
)
def test_a_run_that_may_reissue_heals(service: Service, case: Case) -> None:
    """The lost secret dies, and the result carries one that serves."""
    with spoiling(service, case):
        outcome = run(service, case.kind, on_lost_secret="reissue")
    assert_sound(outcome, service.simulator)
    assert not outcome.failed, outcome.message
    assert service.simulator.secret_is_valid(outcome["key"])
    assert outcome["key"] != lost_secret(service)
    assert not service.simulator.secret_is_valid(lost_secret(service))


_ACCEPTED_ALWAYS = {"lower case", "mixed case", "old spelling", "deleted", "DELETED", "negative offset", "nanoseconds"}


@pytest.mark.parametrize(
    "case",
    one_of_each(
        [
            case
            for case in CASES
            if case.accepted
            and (case.field == "new_in_2027" or case.value in _ACCEPTED_ALWAYS)
            # A task that lists the candidates fails by design.
            and case.kind != "organization"
            and not (KINDS[case.kind].method == "POST" and case.field in {"status", "created_at", "expires_at"})
        ],
        lambda case: (case.kind, case.field_and_value) if case.field == "new_in_2027" else case,
    ),
    ids=str,
)
def test_other_forms_are_accepted(service: Service, case: Case) -> None:
    """Unknown fields of newer servers, lower case and "deleted" of older ones: the task does its work."""
    with spoiling(service, case):
        outcome = run(service, case.kind)
    assert_sound(outcome, service.simulator)
    assert not outcome.failed, outcome.message


@pytest.mark.parametrize(
    ("kind", "name"),
    one_of_each(itertools.product(KINDS, BODIES), lambda pair: (pair[0], pair[1] in WHOLE), lambda pair: pair[1]),
)
def test_hostile_body(service: Service, kind: str, name: str) -> None:
    """Something else than the documented object."""
    expected = KINDS[kind]
    with service.spoiling(expected.method, expected.path, lambda _body: BODIES[name], content_type="text/x-odd"):
        outcome = run(service, kind)
    assert_refused(outcome, service.simulator, "field " if name in WHOLE else "text/x-odd")
    if expected.method == "GET":
        assert service.simulator.writes == []
    else:
        assert json.loads(service.spoiled[0])["id"] in outcome.message


@pytest.mark.parametrize(
    ("method", "field", "name"),
    one_of_each(
        itertools.product(METHODS, ERROR_FIELDS, VALUES),
        lambda case: case[2] if case[2] in UNREADABLE else (case[1], class_of(case[2])),
        lambda case: case[2],
    ),
)
def test_hostile_field_of_an_error(service: Service, method: str, field: str, name: str) -> None:
    """The status says enough; of the texts at most a line is shown."""
    with service.refusing(method, 403, error_body(field, VALUES[name])):
        outcome = run(service, "created key")
    assert_sound(outcome, service.simulator)
    assert outcome.failed
    assert " 403: " in outcome.message
    assert outcome["request"]["status"] == 403
    if name not in UNREADABLE and field != "detail":
        assert "The plan allows no more keys" in outcome.message
    assert service.simulator.keys(name=NAME) == []


@pytest.mark.parametrize(
    ("method", "status", "name"),
    one_of_each(itertools.product(METHODS, ERROR_STATUSES, BODIES), lambda case: case[:2], lambda case: case[2]),
)
def test_hostile_body_of_an_error(service: Service, method: str, status: int, name: str) -> None:
    """No body, HTML, anything: the message has the status and what to do."""
    with service.refusing(method, status, BODIES[name]):
        outcome = run(service, "created key")
    # A listing that is not found is a space that is not found.
    in_words = "not found, or this credential" if (method, status) == ("GET", 404) else str(status)
    assert_refused(outcome, service.simulator, in_words)
    assert service.simulator.keys(name=NAME) == []
    if method == "POST" and status >= 500:
        assert "is unknown" in outcome.message
        assert "No new key is visible" in outcome.message


@pytest.mark.parametrize(
    ("status", "field"),
    one_of_each(itertools.product((400, 403, 422, 500), ERROR_FIELDS), lambda pair: pair[0], lambda pair: pair[1]),
)
def test_an_error_that_echoes_the_credential(service: Service, status: int, field: str) -> None:
    """As a proxy does that answers with the request's headers, in pieces, too."""
    credential = service.simulator.credential
    for echoed in (f"Bearer {credential}", f"{credential}\\n{credential}", "x" * 490 + credential):
        with service.refusing("GET", status, error_body(field, f'"{echoed}"'.encode())):
            outcome = run(service, "created key")
        assert outcome.failed
        assert_sound(outcome, service.simulator)
        assert credential[:12] not in everything_said(outcome)
