# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without no_log, and with all that Ansible prints and logs at -vvv, no secret and no credential gets out."""

from __future__ import annotations

import dataclasses
import importlib.util
import pathlib
import sys
import typing as t

import pytest
from support.playbooks import PlaybookRun, PlaybookRunner
from support.rows import seed

from simulator import Fault, Simulator

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
PROXY_PASSWORD = "open-sesame-proxy"
REGISTERS_SECRETS = importlib.util.find_spec("ansible.module_utils.secrets") is not None


@dataclasses.dataclass
class Leaky:
    """One run with everything that has a secret to lose."""

    simulator: Simulator
    run: PlaybookRun
    results: dict[str, dict[str, t.Any]]
    dest: pathlib.Path


@pytest.fixture(scope="module", params=[False, True], ids=["run", "check"])
def leaky(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Leaky]:
    """Create, create in a loop, rotate, refresh, deliver, and fail in several ways."""
    folder = tmp_path_factory.mktemp("leaks")
    dest = folder / "secret"
    with Simulator(spaces=("analytics",)) as simulator:
        runner = PlaybookRunner(simulator, folder)
        seed(simulator, "refreshed", age_days=3)
        seed(simulator, "rotated", age_days=40)
        seed(simulator, "replaced", age_days=3, description="Old words")
        # The last key is issued with an answer that breaks off in the middle of it, perhaps of the secret.
        simulator.faults.add(Fault(kind="truncate", method="POST", path="/api-keys$", nth=7))
        tasks = {
            "created": runner.key(name="created", space="analytics"),
            "looped": {
                **runner.key(name="{{ item }}", space="analytics"),
                "loop": ["first", "second", "third"],
            },
            "refreshed": runner.key(name="refreshed", space="analytics", state="refreshed", grace_period="1h"),
            "rotated": runner.key(name="rotated", space="analytics", max_age="30d"),
            "replaced": runner.key(name="replaced", space="analytics", description="New", on_drift="replace"),
            "delivered": runner.key(name="delivered", space="analytics", dest=str(dest)),
            "answer lost": runner.key(name="lost", space="analytics"),
            "listed": runner.info(space="analytics"),
            "bad option": runner.key(name="", space="analytics"),
            "unknown option": runner.key(name="a key", space="analytics", renew_after="3d"),
            "unknown credential": runner.key(name="a key", space="analytics", api_key="ak-nobody-knows-this-one"),
            "proxied": runner.key(
                name="a key",
                space="analytics",
                proxy=f"http://user:{PROXY_PASSWORD}@127.0.0.1:9",
                max_retries=0,
            ),
        }
        arguments = ["-vvv", "--diff", *(["--check"] if request.param else [])]
        run = runner.run_tasks(*tasks.values(), arguments=arguments)
        yield Leaky(simulator, run, dict(zip(tasks, run.results, strict=True)), dest)


@pytest.fixture
def in_check_mode(leaky: Leaky) -> bool:
    """Whether the run was one in check mode."""
    return not leaky.simulator.writes


@pytest.mark.parametrize("where", ["stdout", "stderr", "log"])
def test_nothing_printed_or_logged_holds_a_secret(leaky: Leaky, where: str) -> None:
    """Neither the secrets of keys, old and new, nor the credential."""
    text: str = getattr(leaky.run, where)
    assert len(leaky.simulator.secrets) >= 4
    for secret in (*leaky.simulator.secrets, "ak-nobody-knows-this-one", PROXY_PASSWORD):
        assert secret not in text
        # Nor most of it, as in a message that was cut.
        assert secret[8:28] not in text or secret == "ak-nobody-knows-this-one"


def test_everything_was_printed_and_logged(leaky: Leaky) -> None:
    """The scan above looked at something: results and diffs are there, and invocations with the credential masked."""
    assert "TASK [community.arize.arize_api_key]" in leaky.run.stdout
    for text in (leaky.run.stdout, leaky.run.log):
        assert '"redacted_key": "ak-' in text
        # From ansible-core 2.21 on, results are shown without the invocation.
        assert ("invocation" in text) == (f'"api_key": "{MASK}"' in text)


def test_registered_results_hold_the_secrets(leaky: Leaky, in_check_mode: bool) -> None:
    """The playbook can hand them on, although nobody sees them."""
    issued = [leaky.results[name] for name in ("created", "refreshed", "rotated", "replaced")]
    issued += leaky.results["looped"]["results"]
    assert len(issued) == 7
    for result in issued:
        assert not result.get("failed")
        assert result["changed"] is True
        if in_check_mode:
            assert "key" not in result
        else:
            assert leaky.simulator.secret_is_valid(result["key"])


def test_the_credential_is_masked_in_registered_results(leaky: Leaky) -> None:
    """Whoever prints a result prints no credential."""
    for name, result in leaky.results.items():
        for item in result.get("results", [result]):
            if "invocation" in item:
                assert item["invocation"]["module_args"]["api_key"] == MASK, name


def test_a_delivered_secret_is_only_in_its_file(leaky: Leaky, in_check_mode: bool) -> None:
    """The result needs no hiding, and its diff names the file without its content."""
    result = leaky.results["delivered"]
    assert result["changed"] is True
    assert "key" not in result
    if in_check_mode:
        assert not leaky.dest.exists()
    else:
        assert leaky.simulator.secret_is_valid(leaky.dest.read_text().strip())
        assert leaky.dest.stat().st_mode & 0o777 == 0o600
    assert str(leaky.dest) in leaky.run.stdout


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


def test_a_failure_is_still_readable(leaky: Leaky, in_check_mode: bool) -> None:
    """Hiding secrets hides no message."""
    for name in ("bad option", "unknown credential", "proxied"):
        assert leaky.results[name]["failed"] is True
    assert "401" in leaky.run.stdout
    assert "renew_after" in leaky.run.stdout
    if not in_check_mode:
        assert leaky.results["answer lost"]["failed"] is True
        assert leaky.simulator.keys(name="lost", live=True)
