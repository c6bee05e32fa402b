# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password that somebody put into api_url is refused, and printed nowhere, not as the invocation either."""

from __future__ import annotations

import pytest
from support.playbooks import PlaybookRunner

PASSWORD = "open-sesame-url"


@pytest.mark.parametrize("arguments", [["-vvv"], ["-vvv", "--check"]], ids=["run", "check"])
def test_a_password_in_a_url(playbooks: PlaybookRunner, arguments: list[str]) -> None:
    url = f"https://user:{PASSWORD}@arize.example"
    run = playbooks.run_tasks(
        playbooks.key(name="a key", space="analytics", api_url=url),
        playbooks.info(space="analytics", api_url=url),
        # Ansible itself refuses these, before the module's own code runs.
        playbooks.key(name="a key", space="analytics", api_url=url, state="nonsense"),
        playbooks.info(space="analytics", api_url=url, nonsense=True),
        arguments=arguments,
    )
    first, second, *others = (result["msg"] for result in run.results)
    assert first == second == "api_url: takes no user or password; the credential goes into api_key"
    assert all("nonsense" in message for message in others)
    assert "invocation" in run.everything_printed
    assert PASSWORD not in run.everything_printed
