# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the connection comes from: environment variables, task by task, and module_defaults of the group."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

import pytest
from support.playbooks import PlaybookRun, PlaybookRunner

from simulator import Simulator

Options = dict[str, t.Any]
Environment = dict[str, str]


@dataclasses.dataclass
class World:
    """A plain service, one with TLS, and one that no task may reach."""

    plain: Simulator
    secure: Simulator
    wrong: Simulator


# Options and environment of a task that must reach a service, and which one.
Case = t.Callable[[World], tuple[Options, Environment, Simulator]]


def port(simulator: Simulator) -> str:
    """The port that it listens on."""
    return simulator.url.rpartition(":")[2]


def base_url(world: World) -> tuple[Options, Environment, Simulator]:
    """The URL as a whole."""
    return {}, {"ARIZE_API_KEY": world.plain.credential, "ARIZE_BASE_URL": world.plain.url}, world.plain


def base_url_with_version(world: World) -> tuple[Options, Environment, Simulator]:
    """With /v2, as people copy it."""
    return {}, {"ARIZE_API_KEY": world.plain.credential, "ARIZE_BASE_URL": world.plain.url + "/v2/"}, world.plain


def parts(world: World) -> tuple[Options, Environment, Simulator]:
    """Scheme, host and port."""
    found = {"ARIZE_API_SCHEME": "http", "ARIZE_API_HOST": "127.0.0.1", "ARIZE_API_PORT": port(world.plain)}
    return {}, {"ARIZE_API_KEY": world.plain.credential, **found}, world.plain


def single_host(world: World) -> tuple[Options, Environment, Simulator]:
    """A private connection."""
    found = {"ARIZE_API_SCHEME": "http", "ARIZE_SINGLE_HOST": "127.0.0.1", "ARIZE_SINGLE_PORT": port(world.plain)}
    return {}, {"ARIZE_API_KEY": world.plain.credential, **found}, world.plain


def url_before_parts(world: World) -> tuple[Options, Environment, Simulator]:
    """The whole URL wins over its parts."""
    found = {"ARIZE_BASE_URL": world.plain.url, "ARIZE_API_HOST": "host.invalid"}
    return {}, {"ARIZE_API_KEY": world.plain.credential, **found}, world.plain


def options_before_environment(world: World) -> tuple[Options, Environment, Simulator]:
    """An option wins over each variable."""
    options = {"api_key": world.plain.credential, "api_url": world.plain.url}
    return options, {"ARIZE_API_KEY": "ak-not-this-one", "ARIZE_BASE_URL": world.wrong.url}, world.plain


def not_verified(world: World) -> tuple[Options, Environment, Simulator]:
    """TLS without a look at the certificate."""
    found = {"ARIZE_BASE_URL": world.secure.url, "ARIZE_REQUEST_VERIFY": "false"}
    return {}, {"ARIZE_API_KEY": world.secure.credential, **found}, world.secure


def verified_by_variable(world: World) -> tuple[Options, Environment, Simulator]:
    """TLS with the authority in a variable."""
    found = {"ARIZE_BASE_URL": world.secure.url, "ARIZE_SSL_CA_CERT": str(world.secure.ca_path)}
    return {}, {"ARIZE_API_KEY": world.secure.credential, **found}, world.secure


def verified_by_requests_variable(world: World) -> tuple[Options, Environment, Simulator]:
    """TLS with the authority in the variable that requests has for it."""
    found = {"ARIZE_BASE_URL": world.secure.url, "REQUESTS_CA_BUNDLE": str(world.secure.ca_path)}
    return {}, {"ARIZE_API_KEY": world.secure.credential, **found}, world.secure


def verified_by_option(world: World) -> tuple[Options, Environment, Simulator]:
    """TLS with the authority in an option, which wins over a variable."""
    options = {"api_url": world.secure.url, "api_key": world.secure.credential, "ca_path": world.secure.ca_path}
    return options, {"ARIZE_SSL_CA_CERT": "/nonexistent/ca.pem"}, world.secure


def not_verified_by_option(world: World) -> tuple[Options, Environment, Simulator]:
    """TLS without a look at the certificate, by an option, which wins over a variable."""
    options = {"api_url": world.secure.url, "api_key": world.secure.credential, "validate_certs": False}
    return options, {"ARIZE_REQUEST_VERIFY": "true"}, world.secure


def bypassed_proxy(world: World) -> tuple[Options, Environment, Simulator]:
    """A host that is to be reached directly."""
    found = {"ARIZE_BASE_URL": world.plain.url, "HTTP_PROXY": world.wrong.url, "NO_PROXY": "127.0.0.1"}
    return {}, {"ARIZE_API_KEY": world.plain.credential, **found}, world.plain


CASES: dict[str, Case] = {
    case.__name__: case
    for case in (
        base_url,
        base_url_with_version,
        parts,
        single_host,
        url_before_parts,
        options_before_environment,
        not_verified,
        verified_by_variable,
        verified_by_requests_variable,
        verified_by_option,
        not_verified_by_option,
        bypassed_proxy,
    )
}


@dataclasses.dataclass
class Outcome:
    """What a case did: its result, and which services were asked for its own space."""

    result: dict[str, t.Any]
    meant: Simulator


@pytest.fixture(scope="module")
def world() -> t.Iterator[World]:
    """Three services."""
    with contextlib.ExitStack() as stack:
        plain, secure, wrong = (
            stack.enter_context(Simulator(tls=tls, spaces=("analytics",))) for tls in (False, True, False)
        )
        yield World(plain, secure, wrong)


@pytest.fixture(scope="module")
def outcomes(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All cases in one run; each issues a key of its own name."""
    runner = PlaybookRunner(world.plain, tmp_path_factory.mktemp("environment"))
    tasks, meant = [], []
    for name, case in CASES.items():
        options, environment, simulator = case(world)
        task = runner.key(name=name, space="analytics", max_retries=0, **options)
        tasks.append({**task, "environment": environment})
        meant.append(simulator)
    run = runner.run_tasks(*tasks, defaults={})
    return {name: Outcome(result, simulator) for name, result, simulator in zip(CASES, run.results, meant, strict=True)}


@pytest.mark.parametrize("name", CASES)
def test_the_service_meant_is_reached(outcomes: dict[str, Outcome], name: str) -> None:
    """The key is there, and its secret in the result."""
    outcome = outcomes[name]
    assert not outcome.result.get("failed"), outcome.result
    (key,) = outcome.meant.keys(name=name)
    assert outcome.result["key"] == key.secret


def test_no_other_service_is_reached(world: World, outcomes: dict[str, Outcome]) -> None:
    """Not even by a request that is refused."""
    assert len(outcomes) == len(CASES)
    assert world.wrong.requests == []


@pytest.fixture(scope="module")
def process_run(world: World, tmp_path_factory: pytest.TempPathFactory) -> PlaybookRun:
    """Both modules, all of the connection in the environment of ansible-playbook."""
    runner = PlaybookRunner(world.plain, tmp_path_factory.mktemp("process"))
    return runner.run_tasks(
        runner.key(name="from the process", key_type="user"),
        runner.info(key_type="user", name="from the process"),
        defaults={},
        ARIZE_API_KEY=world.plain.credential,
        ARIZE_BASE_URL=world.plain.url,
    )


def test_the_environment_of_ansible_will_do(world: World, process_run: PlaybookRun) -> None:
    """On localhost it is that of the module."""
    created, listed = process_run.results
    assert process_run.returncode == 0
    assert created["changed"] is True
    assert [key["id"] for key in listed["api_keys"]] == [world.plain.keys(name="from the process")[0].id]


def test_module_defaults_of_the_group_reach_both_modules(
    world: World, outcomes: dict[str, Outcome], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Options that a task itself sets win over them."""
    assert outcomes
    runner = PlaybookRunner(world.plain, tmp_path_factory.mktemp("defaults"))
    run = runner.run_tasks(
        runner.key(name="by default", key_type="user"),
        runner.info(key_type="user", name="by default"),
        runner.info(key_type="user", api_key="ak-nobody-knows-this-one"),
        defaults={"api_key": world.plain.credential, "api_url": world.plain.url, "max_retries": 0},
    )
    created, listed, refused = run.results
    assert created["changed"] is True
    assert [key["id"] for key in listed["api_keys"]] == [created["api_key"]["id"]]
    assert refused["failed"] is True
    assert refused["request"]["status"] == 401
