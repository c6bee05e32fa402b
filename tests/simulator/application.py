# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flask application that answers /v2, without network and without faults."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map

from .directory_endpoints import DirectoryEndpoints
from .key_endpoints import KeyEndpoints
from .key_store import KeyStore
from .legacy_form import legacy_problem
from .problems import Problem, problem_document
from .state import State


def bearer_of(header: str | None) -> str | None:
    """The credential in an Authorization header; the prefix is mandatory (contract section 5.1)."""
    if header is None or not header.startswith("Bearer "):
        return None
    return header.removeprefix("Bearer ").strip() or None


class Application(Flask):
    """Keeps the routes, which take longer to compile than a simulator to start, for those that come after it."""

    _routes = Map(merge_slashes=False)

    def __init__(self) -> None:
        super().__init__("simulator", static_folder=None)
        self.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        self.url_map = self._routes

    def add_url_rule(self, rule: str, *arguments: Any, **options: Any) -> None:
        """Compile the route of an endpoint once, and have it lead to this application's function."""
        endpoint, view = arguments
        if endpoint in {known.endpoint for known in self._routes.iter_rules()}:
            self.view_functions[endpoint] = view
        else:
            super().add_url_rule(rule, endpoint, view, **options)


def create_application(state: State, store: KeyStore) -> Application:
    """All routes of the API over one State."""
    application = Application()

    def authenticate() -> None:
        credential = bearer_of(request.headers.get("Authorization"))
        caller = store.authenticate(credential, use=True) if credential else None
        if caller is None:
            raise Problem(401, "A valid API key is required")
        g.caller = caller

    def answer_problem(problem: Problem) -> Response:
        document = problem_document(problem, request.path, state.identifiers.request_id(), state.switches.error_codes)
        if state.switches.legacy:
            document = legacy_problem(document)
        response = jsonify(document)
        response.status_code = problem.status
        response.content_type = "application/problem+json"
        return response

    def answer_http_error(error: HTTPException) -> Response:
        status = error.code or 500
        details = {404: "There is no such resource", 405: "This resource does not support the method"}
        response = answer_problem(Problem(status, details.get(status, error.name)))
        if isinstance(error, MethodNotAllowed) and error.valid_methods is not None:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    def drop_type_of_nothing(response: Response) -> Response:
        if response.status_code == 204:
            del response.headers["Content-Type"]
        return response

    application.before_request(authenticate)
    application.after_request(drop_type_of_nothing)
    application.register_error_handler(Problem, answer_problem)
    application.register_error_handler(HTTPException, answer_http_error)
    KeyEndpoints(application, state, store)
    DirectoryEndpoints(application, state)
    return application
