# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in ax's virtual environment: runs ax as often as it is asked to, each time in a process of its own.

usage: ax_server.py SOCKET

`ax_client.py` asks. The libraries of ax take seconds to import, so each process is a fork of one that has them.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import typing as t


def forget_ax() -> None:
    """Leave ax itself to be imported anew: it looks for its home while it is imported."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "ax"]:
        del sys.modules[name]


def become(request: dict[str, t.Any], descriptors: list[int]) -> t.NoReturn:
    """Be an ax with these arguments, environment, folder and standard streams."""
    for standard, descriptor in enumerate(descriptors):
        os.dup2(descriptor, standard)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["ax", *request["arguments"]]
    from ax.cli import app

    sys.exit(app())


def main() -> None:
    import ax.cli  # noqa: F401

    forget_ax()
    # Else each fork looks through all of it, and so copies it.
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        while True:
            connection, _address = listener.accept()
            with connection:
                message, descriptors, _flags, _sender = socket.recv_fds(connection, 1 << 20, 3)
                child = os.fork()
                if not child:
                    become(json.loads(message), descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                connection.sendall(str(status).encode())


if __name__ == "__main__":
    main()
