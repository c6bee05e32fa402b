# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that repeats secrets, or sends what steers a terminal: a task shows neither, wherever the text stands."""

from __future__ import annotations

import base64
import contextlib
import json
import typing as t

import pytest
from support.in_process import run_info, run_key

from in_process.hostile.conftest import NAME, Service, everything_said
from simulator.gateway import Answer

FORMS: dict[str, t.Callable[[str], str]] = {
    "as it is": lambda secret: f"the key {secret} is new",
    "upper case": lambda secret: f"the key {secret.upper()} is new",
    "split": lambda secret: f"the key {secret[:10]}\n {secret[10:]} is new",
    "base64": lambda secret: f"Basic {base64.b64encode(f'me:{secret}'.encode()).decode()}",
    "at the cut": lambda secret: "x" * 480 + secret,
    "behind blanks": lambda secret: " " * 9_970 + secret,
}


def newest(service: Service) -> str | None:
    """The secret that the service has issued, if it has."""
    keys = service.simulator.keys(name=NAME)
    return keys[-1].secret if keys else None


@contextlib.contextmanager
def answering(service: Service, change: t.Callable[[str, Answer, str], None]) -> t.Iterator[None]:
    """Let `change` edit every answer, told the verb and the newest secret, or else the credential."""
    assert service.simulator._server is not None
    gateway = service.simulator._server.gateway
    execute = gateway._execute

    def spoil(environ: dict[str, t.Any], body: bytes) -> Answer:
        answer = execute(environ, body)
        change(environ["REQUEST_METHOD"], answer, newest(service) or service.simulator.credential)
        kept = [pair for pair in answer.headers if pair[0].lower() != "content-length"]
        answer.headers = [*kept, ("Content-Length", str(len(answer.body)))]
        return answer

    gateway._execute = spoil  # type: ignore[method-assign]
    try:
        yield
    finally:
        gateway._execute = execute  # type: ignore[method-assign]


def leaked(said: str, secret: str) -> bool:
    """Whether a part of a secret that is worth something is said in any form."""
    squeezed = "".join(said.replace("\\n", "").split()).lower()
    encoded = base64.b64encode(f"me:{secret}".encode()).decode()
    return secret[:9].lower() in squeezed or secret[9:30].lower() in squeezed or encoded[8:24].lower() in squeezed


@pytest.mark.parametrize("form", FORMS)
def test_the_new_secret_in_the_answer_that_brings_it(service: Service, form: str) -> None:
    """In the description, and whole in place of its redaction."""

    def change(method: str, answer: Answer, secret: str) -> None:
        if method == "POST":
            row = json.loads(answer.body)
            row.update(description=FORMS[form](secret)[:4096].strip(), redacted_key=secret)
            answer.body = json.dumps(row).encode()

    with answering(service, change):
        outcome = run_key(service.simulator, name=NAME, space=service.space_id)
    secret = newest(service) or ""
    assert outcome["key"] == secret
    assert outcome["api_key"]["redacted_key"] == f"{secret[:6]}...{secret[-3:]}"
    assert not leaked(everything_said(outcome).replace(f"{secret[:6]}...{secret[-3:]}", ""), secret)


@pytest.mark.parametrize("field", ["detail", "title", "request_id", "error_code", "content type"])
@pytest.mark.parametrize("form", FORMS)
def test_the_new_secret_in_a_later_error(service: Service, form: str, field: str) -> None:
    """The listing after the key was issued fails, and repeats the secret: the failure carries it in key alone."""

    def change(method: str, answer: Answer, secret: str) -> None:
        if method == "GET" and secret != service.simulator.credential:
            text = FORMS[form](secret)
            if field == "content type":
                answer.body = b"no JSON"
                kind = " ".join(text.split())
                answer.headers = [pair for pair in answer.headers if pair[0].lower() != "content-type"]
                answer.headers.append(("Content-Type", kind))
            else:
                answer.status = 403
                answer.body = json.dumps({"status": 403, "title": "Forbidden", field: text}).encode()

    with answering(service, change):
        outcome = run_key(service.simulator, name=NAME, space=service.space_id)
    secret = newest(service) or ""
    assert outcome.failed
    assert outcome["key"] == secret
    assert not leaked(everything_said(outcome), secret)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "behind blanks"])
def test_the_credential_in_a_warning(service: Service, form: str) -> None:
    """The id of a space that can't be read is part of a warning."""
    text = " ".join(FORMS[form](service.simulator.credential).split())[-500:]

    def change(_method: str, answer: Answer, _secret: str) -> None:
        document = json.loads(answer.body)
        if "spaces" in document:
            document["spaces"][0]["id"] = text
            answer.body = json.dumps(document).encode()
        elif answer.status == 400:
            answer.status = 404

    with answering(service, change):
        outcome = run_info(service.simulator, all_spaces=True)
    assert len(outcome.warnings) == 1
    assert "********" in outcome.warnings[0]
    assert not leaked(everything_said(outcome), service.simulator.credential)


def test_what_steers_a_terminal_is_shown_escaped_and_compared_as_it_is(service: Service) -> None:
    """A name with control characters and bidi marks is found by its raw form."""
    name = "in\x1b[2J\r\u202egest"
    service.seed(name=name, description="first\nsecond\x9b")
    service.seed(name="キー ingest")
    found = run_info(service.simulator, space=service.space_id)
    assert {row["name"] for row in found["api_keys"]} == {"in\\x1b[2J\\r\\u202egest", "キー ingest"}
    found = run_info(service.simulator, space=service.space_id, name=name)
    assert [row["description"] for row in found["api_keys"]] == ["first\nsecond\\x9b"]
    outcome = run_key(service.simulator, name=name, space=service.space_id, description="first\nsecond\x9b")
    assert outcome["changed"] is False


def test_a_listed_key_in_place_of_its_redaction(service: Service) -> None:
    """Nobody has told the task that this is a secret."""
    seeded = service.seed()

    def change(_method: str, answer: Answer, _secret: str) -> None:
        document = json.loads(answer.body)
        document["api_keys"][0]["redacted_key"] = seeded.secret
        answer.body = json.dumps(document).encode()

    with answering(service, change):
        found = run_info(service.simulator, space=service.space_id)
    assert seeded.secret[6:-3] not in everything_said(found)


@pytest.mark.parametrize(
    ("status", "detail", "advice"),
    [
        (403, "Developer access is disabled for this account", "No role helps; an account admin must enable it."),
        (422, "The space role is above the caller's own.", "Lower space_role, or use a credential with a higher role"),
        (422, "The organization role is above the caller's own", "Lower org_role,"),
        (400, "account_role is above the caller's own", "Lower account_role,"),
    ],
)
def test_advice_that_helps(service: Service, status: int, detail: str, advice: str) -> None:
    body = {"status": status, "title": "T", "detail": detail, "error_code": "SOME_CODE"}
    with service.refusing("POST", status, json.dumps(body).encode()):
        outcome = run_key(service.simulator, name=NAME, space=service.space_id)
    assert f"{detail.rstrip('.')}. {advice}" in outcome.message
    assert "with the role that" not in outcome.message
    assert outcome["request"]["error_code"] == "SOME_CODE"
