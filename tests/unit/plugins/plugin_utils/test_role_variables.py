# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the service is, by the variables of a role and the environment of the controller."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.arize.plugins.plugin_utils._role_variables import address

URL = "https://arize.example"
OTHER = "https://other.example"
EU, US = "eu", "us"


@pytest.mark.parametrize(
    ("variables", "environment", "meant"),
    [
        ({}, {}, {}),
        ({}, {"ARIZE_BASE_URL": URL}, {"api_url": URL}),
        ({}, {"ARIZE_REGION": EU}, {"region": EU}),
        ({}, {"ARIZE_BASE_URL": URL, "ARIZE_REGION": EU}, {"api_url": URL}),
        ({"region": EU}, {"ARIZE_BASE_URL": URL, "ARIZE_REGION": US}, {"region": EU}),
        ({"api_url": URL}, {"ARIZE_BASE_URL": OTHER, "ARIZE_REGION": EU}, {"api_url": URL}),
        ({"region": "", "api_url": None}, {"ARIZE_REGION": EU}, {"region": EU}),
    ],
)
def test_a_variable_beats_the_environment(
    variables: dict[str, t.Any], environment: dict[str, str], meant: dict[str, str]
) -> None:
    assert address("role", variables, environment) == (meant, [])


@pytest.mark.parametrize(
    ("variables", "environment", "begins"),
    [
        ({"region": EU, "api_url": URL}, {}, "role_api_url and role_region exclude each other"),
        ({"region": "mars"}, {}, "role_region: unknown region 'mars'"),
        ({"api_url": "ftp://x"}, {}, "role_api_url: not a URL"),
        ({}, {"ARIZE_REGION": "mars"}, "ARIZE_REGION: unknown region"),
        ({}, {"ARIZE_BASE_URL": "x"}, "ARIZE_BASE_URL: not a URL"),
    ],
)
def test_what_names_no_service_is_told_by_its_name(
    variables: dict[str, t.Any], environment: dict[str, str], begins: str
) -> None:
    options, (problem,) = address("role", variables, environment)
    assert options == {}
    assert problem.startswith(begins)
