# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call the official Python SDK in its own virtual environment, from the tests'."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import threading
import typing as t
from datetime import datetime

from simulator import Simulator
from support.official_clients import client_program

_SERVER = pathlib.Path(__file__).resolve().parents[1] / "clients" / "programs" / "sdk_server.py"


class SdkError(Exception):
    """The SDK raised; `kind` is the name of its exception, `status` that of the answer where there was one."""

    def __init__(self, kind: str, status: int | None, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.status = status


class Sdk:
    """One process with the SDK of an environment; a call goes to the simulator given with it."""

    def __init__(
        self, environment: str, folder: pathlib.Path, server: pathlib.Path = _SERVER, patience: float = 300
    ) -> None:
        self._patience = patience
        self._errors = folder / "stderr"
        with self._errors.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [str(client_program(environment, "python")), str(server), environment],
                # Nothing of the caller's environment may lead the SDK elsewhere.
                env={"HOME": str(folder), "PATH": os.environ["PATH"], "ARIZE_DIRECTORY": str(folder / ".arize")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def call(self, simulator: Simulator, method: str, credential: str | None = None, **arguments: t.Any) -> t.Any:
        """Call a method such as C(api_keys.list); returns its answer as JSON. Raises SdkError."""
        request = {
            "url": simulator.url,
            "credential": credential or simulator.credential,
            "method": method,
            "arguments": arguments,
        }
        return self._ask(request)

    def validate(self, exchanges: t.Sequence[dict[str, t.Any]]) -> t.Any:
        """Validate captured exchanges with the SDK's generated models; returns the problems, and counts by endpoint."""
        return self._ask({"exchanges": list(exchanges)})

    def _ask(self, request: dict[str, t.Any]) -> t.Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        end = threading.Timer(self._patience, self._process.kill)
        end.start()
        try:
            # A process that has ended takes nothing, and then answers nothing.
            with contextlib.suppress(BrokenPipeError):
                print(json.dumps(request, default=_instant), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        finally:
            end.cancel()
        if not line:
            status, errors = self._process.wait(timeout=30), self._errors.read_text(encoding="utf-8")
            raise RuntimeError(
                f"the SDK ended with status {status} and no answer (it has {self._patience} s): {errors}"
            )
        answer = json.loads(line)
        if "error" in answer:
            raise SdkError(**answer["error"])
        return answer["result"]

    def stop(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


def _instant(value: t.Any) -> t.Any:
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    raise TypeError(type(value).__name__)
