# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module: where the service is and who asks."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - The credential, an API key of Arize AX. The task acts as the key's user, with its roles.
      - If not set, the key of O(profile) is used, else that in the environment variable E(ARIZE_API_KEY).
      - All environment variables are read on the host where the module runs, which is the managed host and not the
        controller unless the task is delegated.
      - Don't set the variable with the keyword C(environment) of a task or play. On another host Ansible then writes it
        into the command line, which every user of that host can see in the list of processes, and which C(-vvv) prints.
        Pass the value in this option from a lookup instead, once for all modules in C(module_defaults).
      - It must have at least 8 characters, because Ansible masks the value wherever it occurs in the output, and
        a short one would mask unrelated text.
    type: str
  profile:
    description:
      - The name of a profile of the C(ax) CLI, whose file is C(~/.arize/profiles/NAME.toml) in the home of the user
        that the module runs as. Its API key and its address are used, and whether it verifies certificates.
      - References to environment variables in the file, C(${VARIABLE}) and C(${VARIABLE:default}), are replaced. A
        profile that signs in with OAuth is refused.
      - A profile brings host, region and key together. An option that is written on the task or in C(module_defaults)
        overrides its field. With a profile, no other environment variable of Arize is read.
      - If not set, E(ARIZE_PROFILE) is used.
      - The profile that C(ax) calls the active one is never used by itself.
      - Needs Python 3.11 or later where the module runs, or the Python library C(tomli).
    type: str
  api_url:
    description:
      - The base URL of the service, with or without C(/v2), for self-hosted installations and private connections.
      - Use V(https). Over V(http) the credential and each new secret cross the network unencrypted. An address with
        V(http) is accepted without further ado for loopback only (V(127.0.0.0/8), V(::1), V(localhost)); for another
        host it must be written in this option, and the task warns. From an environment variable or a profile it is
        refused.
      - It must not contain a user or a password.
      - If neither this nor O(region) is set, the URL comes from E(ARIZE_BASE_URL); else from one of E(ARIZE_REGION),
        E(ARIZE_SINGLE_HOST) with E(ARIZE_SINGLE_PORT), and E(ARIZE_BASE_DOMAIN), which exclude each other; else from
        E(ARIZE_API_HOST), E(ARIZE_API_PORT) and E(ARIZE_API_SCHEME); else it is V(https://api.arize.com).
    type: str
  region:
    description:
      - The region of the account. V(us), V(eu) and V(ca), or a full name such as V(eu-west-1a).
      - A credential works only in the region in which it was issued.
      - Excludes O(api_url). If neither is set, E(ARIZE_REGION) is used.
    type: str
  api_dialect:
    description:
      - The form of the REST API that the service speaks. Self-hosted installations of June and early July 2026 speak
        an older one, V(legacy), with which a key belongs to one space and has a predefined role. Still older ones
        can't revoke keys, and are not supported.
      - It is not guessed. When an answer suggests the other form, the task fails and the message names this option.
      - If not set, E(ARIZE_API_DIALECT) is used. If that is not set either, it is V(current).
    type: str
    choices:
      - current
      - legacy
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the service. Set this to V(false) for tests only, because
        anybody in between can then read the credential and every new secret.
      - If not set, E(ARIZE_REQUEST_VERIFY) is used, of which V(1), V(true), V(yes) and V(on) mean yes. If that is
        not set either, the certificate is verified.
    type: bool
  ca_path:
    description:
      - A file with the certificates of the authorities to trust, in PEM format, on the host where the module runs.
      - If not set, E(ARIZE_SSL_CA_CERT), E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) is used, in this order.
      - Without effect when the certificate is not verified.
    type: path
  proxy:
    description:
      - The URL of an HTTP proxy, which may hold its user and password.
      - If not set, E(ARIZE_PROXY_URL) is used, else E(HTTPS_PROXY), E(HTTP_PROXY) or E(ALL_PROXY), as the URL of the
        service asks for; in lower case, too. Hosts in E(NO_PROXY) are always reached directly.
    type: str
  timeout:
    description:
      - Seconds to wait for a connection and for each part of an answer, from 1 to 600.
      - The answer to a request that issues a key is awaited for at least 60 seconds, because whether a key has been
        issued would be unknown after giving up.
    type: int
    default: 30
  max_retries:
    description:
      - How often a request is repeated, from 0 to 20. Requests that change nothing, and the revocation of a key, are
        repeated after the statuses 429, 502, 503 and 504 and after a broken connection.
      - A request that issues a key is repeated only when the service certainly did nothing, which is after status
        429 and when no connection was made.
      - The service's C(Retry-After) is honoured. However many repeats there are, a request is given up after
        240 seconds and one O(timeout), and no request is sent later than 30 minutes after the task began.
    type: int
    default: 4
requirements:
  - python >= 3.8
  - requests
  - python-dateutil
notes:
  - Tested against the collection's simulator of the Arize AX REST API, which the official clients accept. It is not
    the real service, and no test has called that.
"""
