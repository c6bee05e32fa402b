# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play a role of the collection on several hosts of an inventory, all of which are this machine."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import typing as t

import yaml

from simulator import Simulator
from support.playbooks import PlaybookRun, PlaybookRunner

# What the last task of a play prints for each host.
FACTS = re.compile(r'^ +"msg": ("facts .*")$', re.MULTILINE)
RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=\d+ +failed=(\d+)", re.MULTILINE)


@dataclasses.dataclass
class Played:
    """A run of the role; `facts` are what it left on each host."""

    run: PlaybookRun
    facts: dict[str, t.Any]

    @property
    def failed(self) -> bool:
        return self.run.returncode != 0

    @property
    def changed(self) -> dict[str, int]:
        """Changed tasks by host."""
        return {host: int(changed) for host, changed, _failed in RECAP.findall(self.run.stdout)}


class RolePlayer:
    """Plays one role with the variables given, and keeps its facts."""

    def __init__(
        self,
        simulator: Simulator,
        folder: pathlib.Path,
        role: str,
        groups: t.Mapping[str, t.Sequence[str]],
        host_variables: t.Mapping[str, t.Mapping[str, t.Any]] | None = None,
    ):
        self.simulator = simulator
        self.folder = folder
        self.role = role
        self.runner = PlaybookRunner(simulator, folder)
        self._inventory = folder / "inventory.yml"
        of_host = {host: dict(variables) for host, variables in (host_variables or {}).items()}
        children: dict[str, t.Any] = {
            group: {"hosts": {host: of_host.get(host, {}) for host in hosts}} for group, hosts in groups.items()
        }
        self._inventory.write_text(yaml.safe_dump({"all": {"children": children}}), encoding="utf-8")

    def play(
        self,
        variables: t.Mapping[str, t.Any],
        *arguments: str,
        handlers: t.Sequence[dict[str, t.Any]] = (),
        then: t.Mapping[str, t.Any] | None = None,
        module_defaults: t.Mapping[str, t.Any] | None = None,
        **environment: str,
    ) -> Played:
        """Play it, by default with the simulator's URL and credential in the environment.

        With `then`, the role is used once more in the same play, with these variables.
        """
        collected = f"facts {{{{ inventory_hostname }}}} {{{{ {self.role}_results | default([]) | to_json }}}}"
        keep = {"ansible.builtin.debug": {"msg": collected}}
        run_role = {"ansible.builtin.import_role": {"name": f"community.arize.{self.role}"}}
        uses: list[dict[str, t.Any]] = [run_role]
        if then is not None:
            uses.append({**run_role, "vars": dict(then)})
        play: dict[str, t.Any] = {
            "vars": dict(variables),
            "tasks": [{"block": uses, "always": [keep]}],
            "handlers": list(handlers),
        }
        play["module_defaults"] = {"group/community.arize.arize": dict(module_defaults or {})}
        run = self._run(play, arguments, environment)
        told = [json.loads(text).split(maxsplit=2) for text in FACTS.findall(run.stdout)]
        return Played(run, {host: json.loads(results) for _facts, host, results in told})

    def refusals(self, cases: t.Mapping[str, t.Mapping[str, t.Any]], *arguments: str) -> dict[str, str]:
        """The messages with which the role refuses each set of variables, all in one run."""
        facts = self.folder / "refusals"
        facts.mkdir(exist_ok=True)
        tasks = []
        for number, variables in enumerate(cases.values()):
            note = {"content": "{{ ansible_failed_result.msg | to_json }}", "dest": f"{facts}/{number}", "mode": "0600"}
            tasks.append(
                {
                    "block": [
                        {
                            "ansible.builtin.include_role": {"name": f"community.arize.{self.role}"},
                            "vars": dict(variables),
                        }
                    ],
                    "rescue": [{"ansible.builtin.copy": note, "check_mode": False, "delegate_to": "localhost"}],
                }
            )
        self._run({"tasks": tasks}, arguments, {})
        return {
            name: (facts / str(number)).read_text() if (facts / str(number)).exists() else "not refused"
            for number, name in enumerate(cases)
        }

    def _run(self, play: dict[str, t.Any], arguments: t.Sequence[str], environment: dict[str, str]) -> PlaybookRun:
        playbook = self.folder / "playbook.yml"
        whole = {"hosts": "all:!localhost", "gather_facts": False, **play}
        playbook.write_text(yaml.safe_dump([whole], sort_keys=False), encoding="utf-8")
        connection = {"ARIZE_API_KEY": self.simulator.credential, "ARIZE_BASE_URL": self.simulator.url, **environment}
        return self.runner.run_playbook(playbook, ["-i", str(self._inventory), *arguments], **connection)

    def check(self, variables: t.Mapping[str, t.Any], *arguments: str, **keywords: t.Any) -> Played:
        """Play it in check mode, and prove that only GET was sent."""
        self.simulator.requests_clear()
        played = self.play(variables, "--check", *arguments, **keywords)
        assert self.simulator.writes == []
        return played
