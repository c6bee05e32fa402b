# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""The modules as Ansible starts them: AnsibleModule around `execute`, and one ladder from errors to a failed result."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.community.arize.plugins.module_utils._host.arguments import with_connection
from ansible_collections.community.arize.plugins.module_utils._host.signals import signals_held
from ansible_collections.community.arize.plugins.module_utils._host.task import WORK, Host, execute
from ansible_collections.community.arize.plugins.module_utils._model.errors import ArizeError, MissingLibrary
from ansible_collections.community.arize.plugins.module_utils._service.connection import secrets_in_urls

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:
    # ansible-core before 2.22 has no register of secrets.
    register_secret = None


class _Module(AnsibleModule):  # type: ignore[misc]
    """An AnsibleModule that also masks a password in a URL when it refuses other options before `execute`."""

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        self.no_log_values.update(secrets_in_urls(self.params))
        super().fail_json(msg, **kwargs)


def run(name: str) -> None:
    """The whole of the module of this name."""
    arguments, make_task = WORK[name]
    module = _Module(supports_check_mode=True, **with_connection(arguments()))
    # The result with a secret is printed before signals count again.
    with signals_held() as hold_signals:
        host = Host(
            module.params,
            os.environ,
            module.check_mode,
            module._diff,
            mask=module.no_log_values.add if register_secret is None else register_secret,
            warn=module.warn,
            hold_signals=hold_signals,
        )
        try:
            result = execute(host, make_task)
        except MissingLibrary as error:
            module.fail_json(msg=missing_required_lib(error.library, reason=error.reason))
        except ArizeError as error:
            module.fail_json(msg=str(error), **error.details())
        module.exit_json(**result)
