# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tasks and playbooks with the real ansible-playbook, and get at what it registered, printed and logged."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import typing as t

import yaml

from simulator import Simulator

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".cache" / "collections"
# Not handed on: what the modules read besides their options. A test gives what it wants to be read.
NOT_INHERITED = ("ARIZE_", "ANSIBLE_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA", "CURL_CA")
# Set to false, it lets all tasks run as modules that don't say otherwise.
IN_PROCESS = os.environ.get("ARIZE_TEST_IN_PROCESS")
Task = dict[str, t.Any]


@dataclasses.dataclass
class PlaybookRun:
    """One run. `results` are the registered results of the tasks given, secrets included."""

    returncode: int
    stdout: str
    stderr: str
    log: str
    results: list[dict[str, t.Any]]

    @property
    def everything_printed(self) -> str:
        return "\n".join((self.stdout, self.stderr, self.log))


class PlaybookRunner:
    """Runs the ansible-playbook of a Python in a folder of its own, against one simulator."""

    def __init__(self, simulator: Simulator, folder: pathlib.Path, python: str = sys.executable) -> None:
        self.simulator = simulator
        self.folder = folder
        self._python = python
        self._count = 0

    def key(self, **options: t.Any) -> Task:
        """A task with `arize_api_key`."""
        return {"community.arize.arize_api_key": options}

    def keys(self, **options: t.Any) -> Task:
        """A task with `arize_api_keys`."""
        return {"community.arize.arize_api_keys": options}

    def info(self, **options: t.Any) -> Task:
        """A task with `arize_api_key_info`."""
        return {"community.arize.arize_api_key_info": options}

    def run_tasks(
        self,
        *tasks: Task,
        arguments: t.Sequence[str] = (),
        defaults: t.Mapping[str, t.Any] | None = None,
        **environment: str,
    ) -> PlaybookRun:
        """Run tasks in one play, each with ignore_errors.

        `defaults` are the group's module_defaults; unset, they are the simulator's URL and credential.
        """
        playbook, results = self.write_tasks(*tasks, defaults=defaults)
        run = self.run_playbook(playbook, arguments=arguments, **environment)
        if results.exists():
            run.results = json.loads(results.read_text())
        return run

    def write_tasks(
        self, *tasks: Task, defaults: t.Mapping[str, t.Any] | None = None
    ) -> tuple[pathlib.Path, pathlib.Path]:
        """Write the playbook of `run_tasks`; also returns where it will put the registered results."""
        self._count += 1
        results = self.folder / f"results{self._count}.json"
        if defaults is None:
            defaults = {"api_key": self.simulator.credential, "api_url": self.simulator.url}
        registered = [
            {**task, "register": f"result_{index}", "ignore_errors": True} for index, task in enumerate(tasks)
        ]
        content = "{{ [" + ", ".join(f"result_{index}" for index in range(len(tasks))) + "] | to_json }}"
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "module_defaults": {"group/community.arize.arize": dict(defaults)},
            "tasks": [
                *registered,
                {
                    "ansible.builtin.copy": {"content": content, "dest": str(results), "mode": "0600"},
                    "check_mode": False,
                    "no_log": True,
                    "diff": False,
                },
            ],
        }
        playbook = self.folder / f"playbook{self._count}.yml"
        playbook.write_text(yaml.safe_dump([play], sort_keys=False))
        return playbook, results

    def run_playbook(self, playbook: pathlib.Path, arguments: t.Sequence[str] = (), **environment: str) -> PlaybookRun:
        """Run a playbook file as an operator does, on localhost."""
        process = self.start(playbook, arguments, **environment)
        stdout, stderr = process.communicate(timeout=300)
        log = self.folder / "ansible.log"
        return PlaybookRun(process.returncode, stdout, stderr, log.read_text() if log.exists() else "", [])

    def start(
        self, playbook: pathlib.Path, arguments: t.Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """Start a playbook without waiting for it."""
        inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(NOT_INHERITED)}
        settings = {
            **inherited,
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local_tmp"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote_tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            **environment,
        }
        command = [
            str(pathlib.Path(self._python).parent / "ansible-playbook"),
            "--inventory",
            "localhost,",
            "--connection",
            "local",
            "--extra-vars",
            f"ansible_python_interpreter={self._python}",
            *(("--extra-vars", f"arize_in_process={IN_PROCESS}") if IN_PROCESS else ()),
            *arguments,
            str(playbook),
        ]
        return subprocess.Popen(
            command,
            env=settings,
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A signal for all its processes is none for the tests.
            start_new_session=True,
        )
