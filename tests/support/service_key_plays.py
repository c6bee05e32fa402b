# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the role service_keys declare, and how they notice what its handlers hear of."""

from __future__ import annotations

import json
import pathlib
import typing as t

import yaml

GROUPS = {"ingest_hosts": ["ingest1", "web1"], "web_hosts": ["web1"]}
SERVICE_MODULE = """#!/usr/bin/python
# Stands in for the module that restarts services: it notes what it was asked for.
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({"name": {}, "state": {}}, supports_check_mode=True)
if not module.check_mode:
    with open("RESTARTS", "a") as log:
        log.write(module.params["name"] + "\\n")
if module.params["name"] == "broken":
    module.fail_json(msg="is broken")
module.exit_json(changed=True)
"""
LISTENING: dict[str, t.Any] = {
    "name": "Note it",
    "listen": "New Arize service keys",
    "ansible.builtin.copy": {
        "content": "{{ service_keys_renewed | map(attribute='name') | join(' ') }}",
        "dest": "HEARD/heard-{{ inventory_hostname }}",
        "mode": "0600",
    },
}


def declared(folder: pathlib.Path, **more: t.Any) -> dict[str, t.Any]:
    """Three teams: own keys on two hosts, a variable in a file with other settings, and a shared key."""
    return {
        "service_keys_dest": f"{folder}/{{host}}/{{team}}-{{space}}.key",
        "service_keys_keeper_folder": f"{folder}/keeper",
        "service_keys_teams": [
            {"name": "search", "spaces": [{"space": "ingest", "hosts": ["ingest_hosts"]}]},
            {
                "name": "web",
                "expires_in": "30d",
                "renew_before": "5d",
                "spaces": [
                    {
                        "space": "analytics",
                        "hosts": ["web1"],
                        "dest": f"{folder}/web1/app.env",
                        "dest_format": "dotenv",
                        "name": "website-{host}",
                    }
                ],
            },
            {
                "name": "support",
                "sharing": "shared",
                "spaces": [{"space": "support", "dest_format": "json", "mode": "0640", "space_role": "read-only"}],
            },
        ],
        **more,
    }


def teams(*spaces: dict[str, t.Any], **team: t.Any) -> dict[str, t.Any]:
    """Variables with one team."""
    return {"service_keys_teams": [{"name": "search", "spaces": list(spaces), **team}]}


def secret_of(path: pathlib.Path) -> str:
    """The secret in a file of any format."""
    text = path.read_text()
    if text.startswith("{"):
        return str(json.loads(text)["key"])
    (line,) = [line for line in text.splitlines() if "OTHER" not in line]
    return line.rpartition("=")[2]


def listening(folder: pathlib.Path) -> dict[str, t.Any]:
    """A handler of the playbook that notes which keys of a host are new."""
    return yaml.safe_load(yaml.safe_dump(LISTENING).replace("HEARD", str(folder)))  # type: ignore[no-any-return]


def heard(folder: pathlib.Path) -> dict[str, str]:
    """What it noted since the last call."""
    notes = {path.name.partition("-")[2]: path.read_text() for path in folder.glob("heard-*")}
    for path in folder.glob("heard-*"):
        path.unlink()
    return notes
