# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The official clients for the tests: one process of an SDK in each test process, and ax."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from support.official_clients import AxCli
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


@pytest.fixture
def make_ax(tmp_path: pathlib.Path) -> MakeAx:
    """An ax of an environment with a profile that leads to a simulator."""

    def make(environment: str, simulator: Simulator) -> AxCli:
        home = tmp_path / "home"
        home.mkdir()
        ax = AxCli(environment, home, simulator.url, simulator.credential)
        ax.write_profile()
        return ax

    return make
