# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface under /_simulator/, for playbooks and other processes."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request

from .application import bearer_of
from .clock import format_instant
from .entities import Organization, StoredKey
from .faults import fault_from_json
from .problems import Problem
from .validation import parse_instant

if TYPE_CHECKING:
    from .simulator import Simulator

_KEY_TIMES = ("created_at", "expires_at", "last_used_at")


def key_row(key: StoredKey, live: bool, with_secret: bool) -> dict[str, object]:
    """A key as the control interface shows it; the secret only on demand."""
    row: dict[str, object] = {
        "id": key.id,
        "name": key.name,
        "description": key.description,
        "key_type": key.key_type,
        "status": key.status,
        "live": live,
        "redacted_key": key.redacted_key,
        "created_by_user_id": key.created_by_user_id,
        "space_ids": key.space_ids,
        "bot_user_id": key.bot_user.id if key.bot_user else None,
    }
    for name in _KEY_TIMES:
        moment = getattr(key, name)
        row[name] = format_instant(moment) if moment else None
    if with_secret:
        row["secret"] = key.secret
    return row


class Control:
    """The views; each does what the method of the same meaning in the Python interface does."""

    def __init__(self, application: Flask, simulator: Simulator) -> None:
        self._simulator = simulator
        for rule, method, view in (
            ("requests", "GET", self.show_requests),
            ("requests", "DELETE", self.clear_requests),
            ("keys", "GET", self.show_keys),
            ("keys", "POST", self.add_key),
            ("clock", "GET", self.show_clock),
            ("clock", "PUT", self.move_clock),
            ("switches", "GET", self.show_switches),
            ("switches", "PUT", self.change_switches),
            ("account", "PUT", self.change_account),
            ("faults", "POST", self.add_fault),
            ("faults", "DELETE", self.clear_faults),
            ("spaces", "POST", self.add_space),
            ("organizations", "POST", self.add_organization),
            ("users", "POST", self.add_user),
            ("roles", "POST", self.add_role),
            ("reset", "POST", self.reset),
            ("valid", "POST", self.check_secret),
        ):
            application.add_url_rule(f"/_simulator/{rule}", view.__name__, view, methods=[method])

    def show_requests(self) -> Response:
        """GET requests."""
        return jsonify(requests=[record.as_dict() for record in self._simulator.requests])

    def clear_requests(self) -> tuple[str, int]:
        """DELETE requests."""
        self._simulator.requests_clear()
        return "", 204

    def show_keys(self) -> Response:
        """GET keys, with ?name= and ?space_id= as filters and ?secrets=1 for the secrets."""
        keys = self._simulator.keys(name=request.args.get("name"), space_id=request.args.get("space_id"))
        return jsonify(keys=[self._row(key, request.args.get("secrets") == "1") for key in keys])

    def add_key(self) -> tuple[Response, int]:
        """POST keys: a seeded key, answered with its secret."""
        return jsonify(self._row(self._simulator.seed_key(**self._body()), True)), 201

    def show_clock(self) -> Response:
        """GET clock."""
        return jsonify(now=format_instant(self._simulator.clock.now()))

    def move_clock(self) -> Response:
        """PUT clock: move it, or make all keys older."""
        body = self._body("advance_seconds", "age_seconds", "now")
        if "now" in body:
            self._simulator.clock.set(parse_instant(body["now"], "now"))
        self._simulator.clock.advance(seconds=body.get("advance_seconds", 0))
        self._simulator.age(seconds=body.get("age_seconds", 0))
        return self.show_clock()

    def show_switches(self) -> Response:
        """GET switches."""
        return jsonify(self._simulator.switches.as_dict())

    def change_switches(self) -> Response:
        """PUT switches."""
        self._simulator.switches.change(self._body())
        return self.show_switches()

    def change_account(self) -> Response:
        """PUT account."""
        account = self._simulator.account
        body = self._body("maximum_key_lifetime", "developer_access", "plan_limit")
        for name, value in body.items():
            setattr(account, name, value)
        return jsonify({name: getattr(account, name) for name in sorted(body)})

    def add_fault(self) -> tuple[Response, int]:
        """POST faults: one fault."""
        fault = self._simulator.faults.add(fault_from_json(self._body()))
        return jsonify(kind=fault.kind, nth=fault.nth, times=fault.times), 201

    def clear_faults(self) -> tuple[str, int]:
        """DELETE faults."""
        self._simulator.faults.clear()
        return "", 204

    def add_space(self) -> tuple[Response, int]:
        """POST spaces: the organization by id or name."""
        body = self._body("name", "organization")
        wanted = body.get("organization")
        organization: Organization | str | None = self._simulator.organization_by_id(wanted) or wanted
        space = self._simulator.add_space(body["name"], organization)
        return jsonify(id=space.id, name=space.name, organization_id=space.organization_id), 201

    def add_organization(self) -> tuple[Response, int]:
        """POST organizations."""
        organization = self._simulator.add_organization(self._body("name")["name"])
        return jsonify(id=organization.id, name=organization.name), 201

    def add_user(self) -> tuple[Response, int]:
        """POST users: answered with the credential."""
        body = self._body("name", "account_role", "spaces", "organizations")
        user = self._simulator.add_user(**body)
        return jsonify(id=user.id, name=user.name, credential=user.credential), 201

    def add_role(self) -> tuple[Response, int]:
        """POST roles."""
        role = self._simulator.add_role(**self._body("name", "permissions"))
        return jsonify(id=role.id, name=role.name), 201

    def reset(self) -> tuple[str, int]:
        """POST reset."""
        self._simulator.reset()
        return "", 204

    def check_secret(self) -> Response:
        """POST valid."""
        return jsonify(valid=self._simulator.secret_is_valid(str(self._body("secret")["secret"])))

    def _row(self, key: StoredKey, with_secret: bool) -> dict[str, object]:
        return key_row(key, key.live_at(self._simulator.clock.now()), with_secret)

    def _body(self, *allowed: str) -> dict[str, Any]:
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            raise Problem(400, "the body must be a JSON object")
        unknown = sorted(set(body) - set(allowed)) if allowed else []
        if unknown:
            raise ValueError(f"unknown field {unknown[0]}; known: {', '.join(allowed)}")
        return body


def create_control(simulator: Simulator) -> Flask:
    """The control application; it needs its own token, never an API key."""
    application = Flask("simulator.control", static_folder=None)

    def authenticate() -> tuple[Response, int] | None:
        token = bearer_of(request.headers.get("Authorization")) or ""
        if hmac.compare_digest(token.encode(), simulator.control_token.encode()):
            return None
        return jsonify(error="the control token is missing or wrong"), 401

    def explain(error: ValueError | TypeError | KeyError | Problem) -> tuple[Response, int]:
        detail = f"missing or unknown: {error}" if isinstance(error, KeyError) else str(error)
        return jsonify(error=detail), 400

    application.before_request(authenticate)
    for kind in (ValueError, TypeError, KeyError, Problem):
        application.register_error_handler(kind, explain)
    Control(application, simulator)
    return application
