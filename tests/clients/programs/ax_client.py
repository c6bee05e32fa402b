# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for the program ax: has `ax_server.py` run it with what this process was given.

usage: ax_client.py SOCKET [ARGUMENT...]
"""

from __future__ import annotations

import json
import os
import socket
import sys


def main() -> int:
    request = {"arguments": sys.argv[2:], "environment": dict(os.environ), "folder": os.getcwd()}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(sys.argv[1])
        socket.send_fds(connection, [json.dumps(request).encode()], [0, 1, 2])
        return int(connection.recv(16))


if __name__ == "__main__":
    sys.exit(main())
