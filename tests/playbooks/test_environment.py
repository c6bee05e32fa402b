# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a playbook says what the connection is: the environment of Ansible, that of a task, and module_defaults."""

from __future__ import annotations

from support.playbooks import PlaybookRunner

from simulator import Simulator


def test_a_task_may_have_an_environment_of_its_own(playbooks: PlaybookRunner, simulator: Simulator) -> None:
    """A service with TLS beside the one that the environment of Ansible names; no task reaches the wrong one."""
    with Simulator(tls=True, spaces=("analytics",)) as secure:
        named = {"ARIZE_API_KEY": secure.credential, "ARIZE_BASE_URL": secure.url}
        options = {"api_key": secure.credential, "api_url": secure.url, "ca_path": secure.ca_path}
        run = playbooks.run_tasks(
            playbooks.key(name="of Ansible", space="analytics"),
            {
                **playbooks.key(name="of the task", space="analytics"),
                "environment": {**named, "ARIZE_SSL_CA_CERT": str(secure.ca_path)},
            },
            playbooks.key(name="of the options", space="analytics", **options),
            {**playbooks.key(name="not trusted", space="analytics", max_retries=0), "environment": named},
            playbooks.info(space="analytics"),
            defaults={},
            ARIZE_API_KEY=simulator.credential,
            ARIZE_BASE_URL=simulator.url,
        )
        assert [bool(result.get("failed")) for result in run.results] == [False, False, False, True, False]
        assert "ca_path" in run.results[3]["msg"]
        assert [key.name for key in simulator.keys(live=True)] == ["of Ansible"]
        assert {key.name for key in secure.keys(live=True)} == {"of the task", "of the options"}
        assert [key["name"] for key in run.results[4]["api_keys"]] == ["of Ansible"]


def test_module_defaults_of_the_group_reach_all_modules(playbooks: PlaybookRunner, simulator: Simulator) -> None:
    """Options that a task itself sets win over them."""
    run = playbooks.run_tasks(
        playbooks.key(name="by default", key_type="user"),
        playbooks.info(key_type="user", name="by default"),
        playbooks.keys(spaces=["analytics"], defaults={"name": "of {space}"}),
        playbooks.info(key_type="user", api_key="ak-nobody-knows-this-one"),
        defaults={"api_key": simulator.credential, "api_url": simulator.url, "max_retries": 0},
    )
    created, listed, fleet, refused = run.results
    assert created["changed"] is True
    assert [key["id"] for key in listed["api_keys"]] == [created["api_key"]["id"]]
    assert fleet["changed"] is True
    assert refused["failed"] is True
    assert refused["request"]["status"] == 401
