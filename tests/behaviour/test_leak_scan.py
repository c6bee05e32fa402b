# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example and many failures, under every way that Ansible has to show things: not one byte of a secret.

Left out of the scan are the places that are made to hold secrets: `dest`, the files of the examples, and, where
Ansible keeps a module's files on the managed host (because it is told to, or for async), the credential among the
arguments in them.
"""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest
import yaml
from support.playbooks import ROOT, PlaybookRun, PlaybookRunner

from simulator import Fault, Simulator

PROXY_PASSWORD = "open-sesame"
KEY = "community.arize.arize_api_key"
SETTINGS: dict[str, tuple[list[str], dict[str, t.Any]]] = {
    "verbose": (["-vvvv", "--diff"], {}),
    "check mode": (["-vvvv", "--diff", "--check"], {}),
    "junit and tree": (["-vv", "--diff"], {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit,ansible.builtin.tree"}),
    "files kept": (["-vvvv", "--diff"], {"ANSIBLE_KEEP_REMOTE_FILES": "1"}),
}
EXAMPLES = ("provision_service_keys", "audit", "rotate_service_keys", "nightly_audit", "offboard_space")
OPTIONS: dict[str, t.Any] = {"name": "ingest", "space": "analytics", "expires_in": "90d"}
TASKS: dict[str, list[dict[str, t.Any]]] = {
    "lost answers": [
        {KEY: {**OPTIONS, "name": "a", "on_lost_secret": "reissue"}},
        {KEY: {**OPTIONS, "name": "b"}},
        {KEY: {**OPTIONS, "name": "b", "state": "refreshed"}},
    ],
    "refusals": [
        {KEY: {**OPTIONS, "space": "nowhere"}},
        {KEY: {**OPTIONS, "expires_in": "soon"}},
        {KEY: {**OPTIONS, "api_key": "ak-FAKE-unknown-credential"}},
        {KEY: {**OPTIONS, "proxy": "{{ lookup('ansible.builtin.env', 'TEST_PROXY') }}", "max_retries": 0}},
    ],
    "delivery": [
        {KEY: {**OPTIONS, "dest": "DEST/raw"}},
        {KEY: {**OPTIONS, "name": "d", "dest": "DEST/env", "dest_format": "dotenv", "return_key": True}},
        {KEY: {**OPTIONS, "dest": "DEST/missing/file"}},
        {KEY: {**OPTIONS, "dest": "DEST"}},
    ],
    "loop and async": [
        {KEY: {**OPTIONS, "name": "{{ item }}"}, "loop": ["x", "y"]},
        {KEY: {**OPTIONS, "name": "z"}, "async": 60, "poll": 1},
        {KEY: {**OPTIONS, "name": "z"}, "async": 60, "poll": 1, "no_log": True},
    ],
    "a crash": [{KEY: {**OPTIONS, "name": "crash"}}],
}


@pytest.fixture
def runner(simulator: Simulator, tmp_path: pathlib.Path) -> PlaybookRunner:
    return PlaybookRunner(simulator, tmp_path)


def scan(runner: PlaybookRunner, run: PlaybookRun, kept: bool) -> None:
    """Look for every secret and the credential in all that was printed, logged or left behind."""
    places = {"what was printed": run.everything_printed.encode()}
    allowed = {"secrets", "results1.json"}
    for path in runner.folder.rglob("*"):
        if path.is_file() and not allowed & set(path.relative_to(runner.folder).parts):
            places[str(path)] = path.read_bytes()
    for place, content in places.items():
        for secret in runner.simulator.secrets | {PROXY_PASSWORD}:
            credential = secret in (runner.simulator.credential, PROXY_PASSWORD)
            if credential and (place.endswith("playbook1.yml") or (kept and "remote_tmp" in place)):
                continue
            assert secret.encode() not in content, f"a {'credential' if credential else 'secret'} is in {place}"


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_example(runner: PlaybookRunner, example: str, setting: str) -> None:
    arguments, environment = SETTINGS[setting]
    secrets = runner.folder / "secrets"
    variables = f"arize_secrets_dir={secrets} key_audit_folder={runner.folder}/reports arize_space=analytics"
    connection = {"ARIZE_API_KEY": runner.simulator.credential, "ARIZE_BASE_URL": runner.simulator.url}
    if example in ("audit", "offboard_space", "rotate_service_keys", "nightly_audit"):
        provision = ROOT / "examples" / "provision_service_keys.yml"
        assert runner.run_playbook(provision, ["-e", variables], **connection).returncode == 0
    tree = {"ANSIBLE_CALLBACK_TREE_DIR": str(runner.folder / "tree"), "JUNIT_OUTPUT_DIR": str(runner.folder / "junit")}
    run = runner.run_playbook(
        ROOT / "examples" / f"{example}.yml", [*arguments, "-e", variables], **connection, **environment, **tree
    )
    assert run.returncode == 0, run.stdout[-2000:]
    if "junit" in setting:
        assert list((runner.folder / "junit").iterdir())
    scan(runner, run, setting == "files kept")


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", TASKS)
def test_tasks(runner: PlaybookRunner, kind: str, setting: str) -> None:
    arguments, environment = SETTINGS[setting]
    (runner.folder / "secrets").mkdir()
    if kind == "lost answers":
        runner.simulator.faults.add(Fault(method="POST", kind="truncate"))
        runner.simulator.faults.add(Fault(method="POST", kind="html", commit=True, nth=2, times=2))
    if kind == "a crash":
        environment = {**environment, "ANSIBLE_COLLECTIONS_PATH": str(crashing_collection(runner.folder))}
    text = yaml.safe_dump(TASKS[kind]).replace("DEST", str(runner.folder / "secrets"))
    tree: dict[str, t.Any] = {
        "ANSIBLE_CALLBACK_TREE_DIR": str(runner.folder / "tree"),
        "JUNIT_OUTPUT_DIR": str(runner.folder / "junit"),
    }
    proxy: dict[str, t.Any] = {"TEST_PROXY": f"http://user:{PROXY_PASSWORD}@127.0.0.1:9"}
    run = runner.run_tasks(*yaml.safe_load(text), arguments=arguments, **environment, **tree, **proxy)
    assert run.results
    if kind == "a crash" and setting != "check mode":
        assert "ZeroDivisionError" in run.stdout + run.stderr
        assert runner.simulator.secret_is_valid(run.results[0]["key"]), "the failed result carries the secret"
    # Ansible itself leaves the arguments of an async task in the folder of the remote user.
    scan(runner, run, setting == "files kept" or kind == "loop and async")


def crashing_collection(folder: pathlib.Path) -> pathlib.Path:
    """A copy of the collection with an error of its own between issuing a key and handing it over."""
    target = folder.parent / f"{folder.name}-crashing" / "ansible_collections" / "community" / "arize"
    shutil.copytree(ROOT / "plugins", target / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "meta", target / "meta")
    shutil.copy(ROOT / "galaxy.yml", target)
    broken = target / "plugins" / "module_utils" / "_apply.py"
    text = broken.read_text(encoding="utf-8")
    marker = "        listed = self._listed_after(issued)\n"
    assert text.count(marker) == 1
    broken.write_text(text.replace(marker, f"{marker}        1 // len(listed[:0])\n"), encoding="utf-8")
    return target.parents[2]
