# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The official clients for the tests: one process of each SDK and of each ax in each test process."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from support.official_clients import AxCli, AxServer
from support.sdk import Sdk

from simulator import Simulator


@pytest.fixture(scope="session")
def current_sdk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Sdk]:
    """The newest SDK."""
    sdk = Sdk("current", tmp_path_factory.mktemp("sdk"))
    yield sdk
    sdk.stop()


@pytest.fixture(scope="session")
def legacy_sdk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Sdk]:
    """SDK 8.35, the last one of the older form."""
    sdk = Sdk("legacy", tmp_path_factory.mktemp("sdk"))
    yield sdk
    sdk.stop()


MakeAx = t.Callable[[str, Simulator], AxCli]


@pytest.fixture(scope="session")
def ax_servers(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[t.Callable[[str], AxServer]]:
    """The ax of each environment, started when it is first asked for."""
    started: dict[str, AxServer] = {}

    def server(environment: str) -> AxServer:
        if environment not in started:
            started[environment] = AxServer(environment, tmp_path_factory.mktemp(f"ax-{environment}"))
        return started[environment]

    yield server
    for each in started.values():
        each.stop()


@pytest.fixture
def make_ax(ax_servers: t.Callable[[str], AxServer], tmp_path: pathlib.Path) -> MakeAx:
    """An ax of an environment with a profile that leads to a simulator."""

    def make(environment: str, simulator: Simulator) -> AxCli:
        home = tmp_path / "home"
        home.mkdir()
        ax = AxCli(ax_servers(environment).folder, home, simulator.url, simulator.credential)
        ax.write_profile()
        return ax

    return make
