# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Argument specifications with their constraints, one per module.

Each is keyword arguments of AnsibleModule and of ArgumentSpecValidator. Environment variables are read in
`_connection`, because there an option must win over variables that exclude it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.community.arize.plugins.module_utils._model.declaration import DEFAULT_MODE
from ansible_collections.community.arize.plugins.module_utils._service.dialect import DIALECTS

Spec = t.Dict[str, t.Any]


def with_connection(arguments: Spec) -> Spec:
    """The arguments of a module together with those of every module."""
    connection = connection_arguments()
    return {
        "argument_spec": {**connection["argument_spec"], **arguments["argument_spec"]},
        "mutually_exclusive": connection["mutually_exclusive"] + arguments.get("mutually_exclusive", []),
    }


def connection_arguments() -> Spec:
    """The options of every module: where the service is and who asks."""
    return {
        "argument_spec": {
            "api_key": {"type": "str", "no_log": True},
            "profile": {"type": "str"},
            "api_url": {"type": "str"},
            "region": {"type": "str"},
            "api_dialect": {"type": "str", "choices": list(DIALECTS)},
            "validate_certs": {"type": "bool"},
            "ca_path": {"type": "path"},
            # May hold the proxy's password.
            "proxy": {"type": "str", "no_log": True},
            "timeout": {"type": "int", "default": 30},
            "max_retries": {"type": "int", "default": 4},
        },
        "mutually_exclusive": [["api_url", "region"]],
    }


def _organizations_option() -> Spec:
    return {
        "type": "list",
        "elements": "dict",
        "mutually_exclusive": [["id", "name"]],
        "required_one_of": [["id", "name"]],
        "options": {
            "id": {"type": "str"},
            "name": {"type": "str"},
            "role": {"type": "str", "choices": ["admin", "member", "read-only"]},
            "spaces": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "space": {"type": "str", "required": True},
                    "role": {"type": "str"},
                },
            },
        },
    }


def key_arguments() -> Spec:
    """The options of one declared key."""
    return {
        "argument_spec": {
            "state": {"type": "str", "choices": ["present", "absent", "refreshed"], "default": "present"},
            "id": {"type": "str"},
            "name": {"type": "str"},
            "key_type": {"type": "str", "choices": ["service", "user"], "default": "service"},
            "description": {"type": "str"},
            "space": {"type": "str"},
            "space_role": {"type": "str"},
            "org_role": {"type": "str", "choices": ["admin", "member", "read-only"]},
            "account_role": {"type": "str", "choices": ["admin", "member"]},
            "organizations": _organizations_option(),
            "expires_at": {"type": "str"},
            "expires_in": {"type": "str"},
            "renew_before": {"type": "str"},
            "max_age": {"type": "str"},
            "issued_after": {"type": "str"},
            "grace_period": {"type": "str"},
            "allow_self": {"type": "bool", "default": False},
            "exclusive": {"type": "bool", "default": False},
            "retire_unused_for": {"type": "str"},
            "on_drift": {"type": "str", "choices": ["fail", "ignore", "replace"], "default": "fail"},
            "compare_roles": {"type": "bool"},
            "dest": {"type": "path"},
            "dest_format": {"type": "str", "choices": ["raw", "dotenv", "json"], "default": "raw"},
            "dest_variable": {"type": "str", "default": "ARIZE_API_KEY"},
            "owner": {"type": "str"},
            "group": {"type": "str"},
            "mode": {"type": "raw", "default": DEFAULT_MODE},
            "held_secret": {"type": "str", "no_log": True},
            # A choice, and a yes or no: no secrets, whatever their names sound like.
            "on_lost_secret": {
                "type": "str",
                "choices": ["fail", "reissue"],
                "default": "fail",
                "no_log": False,
            },
            "return_key": {"type": "bool", "no_log": False},
        },
        "mutually_exclusive": [
            ["id", "name"],
            ["expires_at", "expires_in"],
            ["space", "organizations"],
            ["dest", "held_secret"],
        ],
    }


def keys_arguments() -> Spec:
    """The options of a fleet: those of a key twice, without defaults, which hold for what neither place says."""
    options = {
        name: {part: value for part, value in option.items() if part != "default"}
        for name, option in key_arguments()["argument_spec"].items()
    }
    return {
        "argument_spec": {
            "spaces": {"type": "list", "elements": "str"},
            "defaults": {"type": "dict", "options": options},
            # Declarations, not secrets.
            "api_keys": {"type": "list", "elements": "dict", "options": options, "no_log": False},
            "concurrency": {"type": "int", "default": 8},
            "prune_spaces": {"type": "list", "elements": "str"},
            "prune_exclude": {"type": "list", "elements": "str"},
            "prune_all": {"type": "bool", "default": False},
        },
    }


def info_arguments() -> Spec:
    """The options of the info module: filters and thresholds."""
    return {
        "argument_spec": {
            "id": {"type": "str"},
            "name": {"type": "str"},
            "key_type": {"type": "str", "choices": ["service", "user"]},
            "status": {"type": "str", "choices": ["active", "revoked", "all"], "default": "active"},
            "space": {"type": "str"},
            "all_spaces": {"type": "bool", "default": False},
            "user_id": {"type": "str"},
            "limit": {"type": "int"},
            "cursor": {"type": "str"},
            "owners": {"type": "bool", "default": False},
            "expires_within": {"type": "str"},
            "unused_for": {"type": "str"},
            "older_than": {"type": "str"},
        },
    }
