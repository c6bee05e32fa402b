# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Vault and OpenBao: the KV engine, version 2, as its API is documented, and nothing else.

https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
"""

from __future__ import annotations

import contextlib
import datetime
import http.server
import json
import threading
import typing as t

TOKEN = "fake-vault-token"
PREFIX = "/v1/secret/data/"


class KeyValueStore:
    """The newest data by path. While it is broken, it refuses to write."""

    def __init__(self) -> None:
        self.data: dict[str, list[dict[str, t.Any]]] = {}
        self.is_broken: t.Callable[[], bool] = bool

    def answer(self, method: str, path: str, token: str | None, body: bytes) -> tuple[int, dict[str, t.Any]]:
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        if not path.startswith(PREFIX):
            return 404, {"errors": ["no handler for route"]}
        versions = self.data.setdefault(path[len(PREFIX) :], [])
        if method == "GET":
            if not versions:
                return 404, {"errors": []}
            return 200, {"data": {"data": versions[-1], "metadata": _metadata(len(versions))}}
        if self.is_broken():
            return 503, {"errors": ["Vault is sealed"]}
        versions.append(json.loads(body)["data"])
        return 200, {"data": _metadata(len(versions))}


def _metadata(version: int) -> dict[str, t.Any]:
    now = datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    return {"created_time": now, "custom_metadata": None, "deletion_time": "", "destroyed": False, "version": version}


@contextlib.contextmanager
def serving(store: KeyValueStore) -> t.Iterator[str]:
    """The URL at which it answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = store.answer(self.command, self.path, self.headers.get("X-Vault-Token"), body)
            content = json.dumps({"request_id": "1", "lease_id": "", "renewable": False, **document}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_GET

        def log_message(self, *_arguments: object) -> None:
            """Print nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
