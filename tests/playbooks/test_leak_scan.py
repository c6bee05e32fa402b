# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that issues a key, in loops and alone, under each way that Ansible has to show results: no secret shows.

Left out of the scan are the places that are made to hold secrets: `dest`, the files of the examples, and, where
Ansible keeps a module's files on the managed host (because it is told to, or for async), the credential and held
secrets among the arguments in them.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import pytest
import yaml
from ansible.release import __version__ as core_version
from support.playbooks import ROOT, PlaybookRun, PlaybookRunner, Task
from support.rows import seed

from ansible_collections.community.arize.plugins.plugin_utils._action import overwrites_marks
from simulator import Fault, Simulator

OVERWRITES_MARKS = overwrites_marks(core_version)
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
UNKNOWN = "ak-nobody-knows-this-one"
PROXY_PASSWORD = "open-sesame-proxy"
PIPELINING = {"ANSIBLE_PIPELINING": "1"}
# One process for each: the callback that shows, how much of it, and whether the module's files are kept. Tasks run in
# process, but for the first, unless ARIZE_TEST_IN_PROCESS is false.
SETTINGS: dict[str, tuple[list[str], dict[str, str]]] = {
    "default": (["-vvvv", "--diff", "-e", "arize_in_process=false"], {"ANSIBLE_KEEP_REMOTE_FILES": "1"}),
    "minimal": (["-vvv", "--diff"], {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal", **PIPELINING}),
    "oneline": (["-vvv", "--diff"], {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.oneline", **PIPELINING}),
    "junit and tree": (
        ["-v", "--diff"],
        {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit,ansible.builtin.tree", **PIPELINING},
    ),
    "check mode": (["-vvvv", "--diff", "--check"], PIPELINING),
}
# All of them in `make matrix`, with each ansible-core.
PLAYED = SETTINGS if "ARIZE_TEST_SCANNED" in os.environ else ("default", "minimal", "check mode")
EXAMPLES = {
    "default": ("provision_service_keys", "rotate_service_keys"),
    "minimal": ("provision_service_keys",),
}


def tasks(runner: PlaybookRunner, secrets: pathlib.Path) -> dict[str, Task]:
    """Every way to issue a secret, and failures after which the result carries one."""

    def key(name: str, **options: t.Any) -> Task:
        expiry = {} if options.get("state") == "refreshed" else {"expires_in": "90d"}
        return runner.key(name=name, space="analytics", **expiry, **options)

    # See crashing_collection.
    crashes = {"allow_self": True}
    waiting = {"async": 60, "poll": 1}
    held = f"{{{{ lookup('ansible.builtin.file', '{secrets}/held') }}}}"
    return {
        "reissued": key("a", on_lost_secret="reissue"),
        "answer lost": key("lost"),
        "rotated": runner.key(name="rotated", space="analytics", max_age="30d"),
        "replaced": key("replaced", description="New", on_drift="replace"),
        "listed": runner.info(space="analytics"),
        "bad option": key(""),
        "unknown option": key("k", renew_after="3d"),
        "unknown credential": key("k", api_key=UNKNOWN),
        "proxied": key("k", proxy=f"http://user:{PROXY_PASSWORD}@127.0.0.1:9", max_retries=0),
        "returned": key("b", dest=f"{secrets}/b", dest_format="dotenv", return_key=True),
        "no folder": key("c", dest=f"{secrets}/missing/file"),
        "loop": {**key("{{ item }}"), "loop": ["x", "y"]},
        "some new": {**key("{{ item }}"), "loop": ["x", "z"]},
        "some fail": {**key("{{ item }}", state="refreshed"), "loop": ["x", "nobody"]},
        "repeated": {
            **key("{{ item }}", state="refreshed"),
            "loop": ["x", "y"],
            "until": "item == 'y'",
            "retries": 1,
            "delay": 0,
        },
        "fleet": runner.keys(
            api_keys=[{"name": f"f{index}", "space": "analytics", "expires_in": "90d"} for index in range(3)]
        ),
        "fleet, some fail": runner.keys(api_keys=[{"name": "g", "space": "analytics"}, {"name": "g", "space": "x"}]),
        "fleet, written": runner.keys(
            spaces=["analytics"], defaults={"name": "{space}-h", "dest": f"{secrets}/{{space}}-h"}
        ),
        "held": key("held", held_secret=held),
        "held, and more": key("held", held_secret=f"denied: {held}"),
        "held by a fleet": runner.keys(api_keys=[{"name": "held", "space": "analytics", "held_secret": held}]),
        "crash": {**key("{{ item }}", **crashes), "loop": ["x", "crash"]},
        "async": {**key("e"), **waiting},
        "async, written": {**key("d", dest=f"{secrets}/d"), **waiting},
        "async, crash": {**key("d", state="refreshed", dest=f"{secrets}/d", **crashes), **waiting},
    }


@pytest.fixture
def runner(tmp_path: pathlib.Path) -> t.Iterator[PlaybookRunner]:
    with Simulator(spaces=("analytics",)) as simulator:
        seed(simulator, "rotated", age_days=40)
        seed(simulator, "replaced", age_days=3, description="Old words")
        # Answers that break off in the middle, perhaps of the secret: one is recovered, one is not.
        simulator.faults.add(Fault(method="POST", kind="truncate"))
        simulator.faults.add(Fault(method="POST", kind="truncate", path="/api-keys$", nth=2))
        yield PlaybookRunner(simulator, tmp_path)


@pytest.mark.parametrize("setting", PLAYED)
def test_no_secret_gets_out(runner: PlaybookRunner, simulator: Simulator, setting: str) -> None:
    arguments, environment = SETTINGS[setting]
    secrets = runner.folder / "secrets"
    secrets.mkdir()
    held = runner.simulator.seed_key(name="held", space_id=runner.simulator.spaces[0].id).secret
    (secrets / "held").write_text(held)
    work = tasks(runner, secrets)
    if OVERWRITES_MARKS:
        work = {name: {**task, "no_log": True} for name, task in work.items()}
    playbook, results_file = runner.write_tasks(*work.values())
    # The examples ask the other simulator, in the same process.
    variables = f"arize_secrets_dir={secrets} key_audit_folder={runner.folder}/reports arize_space=analytics"
    examples = [str(ROOT / "examples" / f"{name}.yml") for name in EXAMPLES.get(setting, ())]
    run = runner.run_playbook(
        playbook,
        [*arguments, "-e", variables, *([] if OVERWRITES_MARKS else examples)],
        ARIZE_API_KEY=simulator.credential,
        ARIZE_BASE_URL=simulator.url,
        ANSIBLE_COLLECTIONS_PATH=str(crashing_collection(runner.folder)),
        ANSIBLE_CALLBACK_TREE_DIR=str(runner.folder / "tree"),
        JUNIT_OUTPUT_DIR=str(runner.folder / "junit"),
        **environment,
    )
    assert run.returncode == 0, run.everything_printed[-4000:]
    results = dict(zip(work, yaml.safe_load(results_file.read_text()), strict=True))
    size = scan([runner.simulator, simulator], runner.folder, run, {held, UNKNOWN, PROXY_PASSWORD})
    if not OVERWRITES_MARKS:
        # There was something to look at, and hiding secrets hides no message.
        assert all('"redacted_key": "ak-' in text for text in (run.stdout, run.log))
        assert all(words in run.stdout for words in ("was answered 401", "renew_after"))
    for name, result in results.items():
        for item in result.get("results", [result]):
            shown = item.get("invocation", {}).get("module_args", {})
            assert shown.get("api_key", MASK) == MASK, name
    if "ARIZE_TEST_SCANNED" in os.environ:
        with open(os.environ["ARIZE_TEST_SCANNED"], "a", encoding="utf-8") as figures:
            figures.write(f"{size}\n")
    if setting == "junit and tree":
        assert list((runner.folder / "junit").iterdir())
        assert list((runner.folder / "tree").iterdir())
    if setting == "check mode":
        assert not runner.simulator.writes
        assert not simulator.writes
        return
    assert_as_meant(runner.simulator, results)
    assert run.stderr.count("[ERROR]: localhost: ") == 2, "what the crash left behind is told, and the fleet's failure"


def assert_as_meant(simulator: Simulator, results: dict[str, t.Any]) -> None:
    """The playbook can hand the secrets on, although nobody sees them, and what was to fail failed."""
    issued = {name: results[name] for name in ("reissued", "rotated", "replaced", "returned")}
    for name in ("loop", "some new", "some fail", "repeated", "crash"):
        issued.update({f"{name} {item['item']}": item for item in results[name]["results"]})
    for name in ("fleet", "fleet, some fail"):
        issued.update({f"{name} {item['declared']}": item for item in results[name]["api_keys"] if not item["failed"]})
    for name in ("answer lost", "bad option", "unknown option", "unknown credential", "proxied"):
        assert results[name]["failed"], name
    assert simulator.keys(name="lost", live=True)
    assert [results[name].get("failed") for name in ("held", "held, and more", "held by a fleet")] == [
        False,
        True,
        False,
    ]
    assert results["fleet, written"]["changed"]
    without = {name for name, result in issued.items() if not result.get("key")}
    assert without == {"some new x", "some fail nobody", "crash x"}
    assert results["async, written"]["changed"]
    assert simulator.secret_is_valid(results["async, crash"]["key"])


@pytest.mark.skipif(not OVERWRITES_MARKS, reason="this ansible-core keeps results hidden")
@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_is_issued_where_the_secret_would_be_printed(runner: PlaybookRunner, check_mode: bool) -> None:
    arguments = ["-v", *(["--check"] if check_mode else [])]
    new = runner.key(name="a", space="analytics")
    run = runner.run_tasks(new, {**new, "loop": [1]}, runner.info(), arguments=arguments)
    alone, looped, listed = run.results
    for refused in (alone, *looped["results"]):
        assert refused["failed"]
        assert "CVE-2024-8775" in refused["msg"]
        assert "no_log" in refused["msg"]
    assert not listed.get("failed")
    assert {record.method for record in runner.simulator.requests} == {"GET"}


def scan(simulators: t.Sequence[Simulator], folder: pathlib.Path, run: PlaybookRun, given: set[str]) -> int:
    """Look for every secret and the credentials in all that was printed, logged or left behind; return its size.

    `given` are secrets that are arguments of tasks, as credentials are.
    """
    places = {"what was printed": run.everything_printed.encode()}
    allowed = {"secrets", "results1.json"}
    for path in folder.rglob("*"):
        if path.is_file() and not allowed & set(path.relative_to(folder).parts):
            places[str(path)] = path.read_bytes()
    credentials = {simulator.credential for simulator in simulators} | given
    issued = {secret for simulator in simulators for secret in simulator.secrets} - credentials
    for place, content in places.items():
        for secret in issued:
            # The middle of it is enough, as in a message that was cut.
            assert secret[8:28].encode() not in content, f"a secret is in {place}"
        if not place.endswith("playbook1.yml") and "remote_tmp" not in place:
            for credential in credentials:
                assert credential.encode() not in content, f"a credential is in {place}"
    return sum(map(len, places.values()))


def crashing_collection(folder: pathlib.Path) -> pathlib.Path:
    """A copy of the collection, which fails between issuing a key and handing it over where allow_self is set."""
    target = folder.parent / f"{folder.name}-crashing" / "ansible_collections" / "community" / "arize"
    for part in ("plugins", "meta", "roles"):
        shutil.copytree(ROOT / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "galaxy.yml", target)
    broken = target / "plugins" / "module_utils" / "_work" / "issue.py"
    text = broken.read_text(encoding="utf-8")
    marker = "            if prepared is not None:\n"
    assert text.count(marker) == 1
    crash = "            1 // (not tools.desired.allow_self)\n"
    broken.write_text(text.replace(marker, f"{crash}{marker}"), encoding="utf-8")
    return target.parents[2]
