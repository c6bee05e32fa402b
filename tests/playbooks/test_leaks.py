# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What connections and later tasks print: no secret and no credential."""

from __future__ import annotations

import importlib.util
import pathlib
import sys

import pytest
from support.playbooks import PlaybookRunner

from simulator import Simulator

REGISTERS_SECRETS = importlib.util.find_spec("ansible.module_utils.secrets") is not None


SSH = """#!{python}
import subprocess
import sys

sys.exit(subprocess.call(["/bin/sh", "-c", sys.argv[-1]]))
"""


def test_ssh_shows_no_secret(tmp_path: pathlib.Path) -> None:
    """With -vvv this connection shows what a remote command printed, before any callback sees a result."""
    client = tmp_path / "ssh"
    client.write_text(SSH.format(python=sys.executable))
    client.chmod(0o700)
    connection = [f"ansible_ssh_executable={client}", "ansible_connection=ssh", "ansible_pipelining=true"]
    arguments = ["-vvv", "--diff", *(part for setting in connection for part in ("-e", setting))]
    with Simulator(spaces=("analytics",)) as simulator:
        runner = PlaybookRunner(simulator, tmp_path)
        issuing = runner.key(name="created", space="analytics")
        # A credential from the environment of the host: from ansible-core 2.22 on, the module's output holds it.
        run = runner.run_tasks(
            issuing,
            runner.info(space="analytics"),
            {"ansible.builtin.command": "echo shown"},
            arguments=arguments,
            defaults={"api_url": simulator.url},
            ARIZE_API_KEY=simulator.credential,
        )
        assert simulator.secret_is_valid(run.results[0]["key"])
    # The connection does show the output of other tasks, so this is the place to look. From ansible-core 2.22 on, it
    # shows none.
    assert ("(0, b'\\n{" in run.stdout) is not REGISTERS_SECRETS
    for secret in simulator.secrets:
        assert secret not in run.everything_printed


UNREACHABLE = """#!/bin/sh
echo 'ssh: connect to host localhost port 22: Connection refused' >&2
exit 255
"""


def test_an_unreachable_host_is_reported_with_the_words_of_ssh(
    playbooks: PlaybookRunner, tmp_path: pathlib.Path
) -> None:
    client = tmp_path / "ssh"
    client.write_text(UNREACHABLE)
    client.chmod(0o700)
    run = playbooks.run_tasks(
        playbooks.key(name="created", space="analytics"),
        arguments=["-e", f"ansible_ssh_executable={client}", "-e", "ansible_connection=ssh"],
    )
    assert "UNREACHABLE" in run.stdout
    assert "port 22: Connection refused" in run.stdout
    assert playbooks.simulator.requests == []


@pytest.mark.skipif(not REGISTERS_SECRETS, reason="this ansible-core has no register of secrets")
def test_later_tasks_can_print_neither_secret_nor_credential(playbooks: PlaybookRunner) -> None:
    """Where Ansible registers secrets, not even a careless playbook shows them."""
    simulator = playbooks.simulator
    run = playbooks.run_tasks(
        playbooks.key(name="created", space="analytics"),
        {"ansible.builtin.debug": {"msg": "{{ result_0.key }} {{ lookup('env', 'ARIZE_API_KEY') }}"}},
        defaults={"api_url": simulator.url},
        ARIZE_API_KEY=simulator.credential,
    )
    assert simulator.secret_is_valid(run.results[0]["key"])
    assert "$REDACTED$ $REDACTED$" in run.stdout
    for secret in simulator.secrets:
        assert secret not in run.everything_printed
