# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only Ansible can show of a module: refused arguments, printed diffs and warnings, and that check mode is one.

Everything else is in tests/in_process/scenarios, where the modules run without Ansible.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from support.pages import blocks_of, without_instants
from support.playbooks import ROOT, PlaybookRunner
from support.rows import seed

from simulator import Fault, Simulator

KEY: dict[str, t.Any] = {"name": "a key", "space": "analytics"}
BAD_CREDENTIALS = ("ak-half a-credential", "ak-half\na-credential", "ak-zyxw", "ak-schlüssel-schlüssel")


def test_bad_arguments_are_refused_without_a_request(playbooks: PlaybookRunner, simulator: Simulator) -> None:
    """With one line that names the option, and without a word of a credential, not even a wrong one."""
    key, info = playbooks.key, playbooks.info
    tasks = {
        "Unsupported parameters for (community.arize.arize_api_key) module: rotate": key(**KEY, rotate=True),
        "Unsupported parameters for (community.arize.arize_api_key_info) module: stale": info(stale="3d"),
        "mutually exclusive: expires_at|expires_in": key(**KEY, expires_at="2031-03-31T00:00:00Z", expires_in="90d"),
        "value of org_role must be one of": key(**KEY, org_role="owner"),
        "expires_at": key(**KEY, expires_at="next week"),
        "space": key(name="a key"),
    }
    bad = [key(**KEY, api_key=credential) for credential in BAD_CREDENTIALS]
    run = playbooks.run_tasks(*tasks.values(), *bad, arguments=("--diff",))
    for words, result in zip((*tasks, *["api_key"] * len(bad)), run.results, strict=True):
        assert result["failed"] is True
        assert result["changed"] is False
        assert words in result["msg"]
        assert "\n" not in result["msg"]
    assert simulator.requests == []
    assert "Traceback" not in run.everything_printed
    assert not [secret for secret in (simulator.credential, *BAD_CREDENTIALS) if secret in run.everything_printed]


def test_check_mode_predicts_and_prints_the_diff(playbooks: PlaybookRunner, simulator: Simulator) -> None:
    seed(simulator, "drifted", description="Old words")
    seed(simulator, "unwanted")
    tasks = (
        playbooks.key(**KEY),
        playbooks.key(name="drifted", space="analytics", description="New words", on_drift="replace"),
        playbooks.key(name="unwanted", space="analytics", state="absent"),
        playbooks.info(space="analytics"),
    )
    before = simulator.keys(name=None)
    checked = playbooks.run_tasks(*tasks, arguments=("--check", "--diff"))
    assert {record.method for record in simulator.requests} == {"GET"}
    assert simulator.keys(name=None) == before
    assert [result["changed"] for result in checked.results] == [True, True, True, False]
    for line in ('-        "description": "Old words"', '+        "description": "New words"'):
        assert line in checked.stdout
    done = playbooks.run_tasks(*tasks, arguments=("--diff",))
    for predicted, real in zip(checked.results[:3], done.results[:3], strict=True):
        assert "key" not in predicted
        assert (predicted["changed"], predicted["action"], predicted["reasons"]) == (
            real["changed"],
            real["action"],
            real["reasons"],
        )
    again = playbooks.run_tasks(*tasks)
    assert [result["changed"] for result in again.results] == [False] * 4


@pytest.mark.parametrize("refused", [True, False])
def test_warnings_are_shown_however_the_task_ends(tmp_path: pathlib.Path, refused: bool) -> None:
    """Also beside a failure, and beside a result that is hidden because it holds a secret."""
    with Simulator(spaces=("analytics",)) as simulator:
        seed(simulator, "a key", age_days=100)
        if refused:
            simulator.faults.add(Fault(kind="status", method="POST", status=403, times=-1))
        runner = PlaybookRunner(simulator, tmp_path)
        run = runner.run_tasks(runner.key(**KEY, renew_before="14d", max_age="90d", on_lost_secret="reissue"))
    (result,) = run.results
    assert bool(result.get("failed")) is refused
    assert result["changed"] is not refused
    assert "renew_before" in "".join(result["warnings"])
    assert "[WARNING]" in run.stderr
    assert "renew_before" in run.stderr


def test_the_readme_shows_what_its_playbook_prints(playbooks: PlaybookRunner, simulator: Simulator) -> None:
    blocks = {block.language: block.text for block in reversed(blocks_of(ROOT / "README.md"))}
    playbook = playbooks.folder / "keys.yml"
    playbook.write_text(blocks["yaml"], encoding="utf-8")
    connection = {"ARIZE_API_KEY": simulator.credential, "ARIZE_BASE_URL": simulator.url, "HOME": str(playbooks.folder)}
    foreseen = playbooks.run_playbook(playbook, ["--check", "--diff"], **connection)
    assert without_instants(blocks["text"]) in without_instants(foreseen.stdout)
    assert simulator.writes == []
    assert "changed=1" in playbooks.run_playbook(playbook, **connection).stdout
    assert "changed=0" in playbooks.run_playbook(playbook, **connection).stdout
