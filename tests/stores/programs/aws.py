# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS as moto simulates it, on a free port that is printed. While FILE exists, it refuses to write secrets.

usage: aws.py FILE
"""

from __future__ import annotations

import pathlib
import sys
import typing as t

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BROKEN = pathlib.Path(sys.argv[1])
WRITES = ("CreateSecret", "PutSecretValue", "UpdateSecret")
application = DomainDispatcherApplication(create_backend_app)


def breakable(environment: dict[str, t.Any], start_response: t.Callable[..., t.Any]) -> t.Iterable[bytes]:
    if BROKEN.exists() and environment.get("HTTP_X_AMZ_TARGET", "").endswith(WRITES):
        start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
        return [b'{"__type": "LimitExceededException", "message": "Broken for a test"}']
    answer: t.Iterable[bytes] = application(environment, start_response)
    return answer


server = make_server("127.0.0.1", 0, breakable, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
