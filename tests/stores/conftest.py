# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores, each with what its playbook needs, a way to read it and a way to break its writes."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import shutil
import subprocess
import tempfile
import typing as t

import pytest
from support.playbooks import ROOT

from stores.kv import TOKEN, KeyValueStore, serving

VENV = ROOT / ".cache" / "stores"
PROGRAMS = ROOT / "tests" / "stores" / "programs"
CALLBACKS = ROOT / "tests" / "stores" / "callbacks"
TASK = "Write the new secret to the store"


@dataclasses.dataclass
class Store:
    """A store that starts empty; while the file `broken` exists, writing to it fails."""

    heading: str
    environment: dict[str, str]
    read: t.Callable[[], str]
    broken: pathlib.Path
    # Where the playbook is run.
    folder: pathlib.Path


def output_of(*command: str, environment: t.Mapping[str, str]) -> str:
    """What a command prints, nothing if it fails."""
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


@contextlib.contextmanager
def vault_file(folder: pathlib.Path) -> t.Iterator[Store]:
    (folder / "password").write_text("fake-password\n")
    environment = {"ANSIBLE_VAULT_PASSWORD_FILE": str(folder / "password")}
    path = folder / "ingest.vault"

    def read() -> str:
        assert not path.exists() or path.read_text().startswith("$ANSIBLE_VAULT;")
        return output_of(str(VENV / "bin" / "ansible-vault"), "view", str(path), environment=environment)

    # A folder in its place can't be written to, and is no file to be read.
    yield Store("An ansible-vault file", environment, read, path, folder)


@contextlib.contextmanager
def secrets_manager(folder: pathlib.Path) -> t.Iterator[Store]:
    broken = folder / "broken"
    command = [str(VENV / "bin" / "python"), str(PROGRAMS / "aws.py"), str(broken)]
    fake = {"AWS_ACCESS_KEY_ID": "fake", "AWS_SECRET_ACCESS_KEY": "fake", "AWS_DEFAULT_REGION": "eu-west-1"}
    with subprocess.Popen(
        command, env={**os.environ, **fake}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        environment = {**fake, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.stdout.readline().strip()}"}
        code = (
            "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='arize/ingest')"
            "['SecretString'])"
        )
        yield Store(
            "AWS Secrets Manager",
            environment,
            lambda: output_of(str(VENV / "bin" / "python"), "-c", code, environment=environment),
            broken,
            folder,
        )
        server.terminate()


@contextlib.contextmanager
def password_store(folder: pathlib.Path) -> t.Iterator[Store]:
    for program in ("pass", "gpg"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    # A socket's path has at most 107 bytes.
    home = pathlib.Path(tempfile.mkdtemp(prefix="arize-gpg-"))
    environment = {"GNUPGHOME": str(home), "PASSWORD_STORE_DIR": str(folder / "passwords")}
    settings = {**os.environ, **environment}
    try:
        for command in (
            ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "fake@example.com"],
            ["pass", "init", "fake@example.com"],
        ):
            subprocess.run(command, env=settings, check=True, capture_output=True)
        yield Store(
            "pass",
            environment,
            lambda: output_of("pass", "show", "arize/ingest", environment=environment),
            # A folder in place of the entry.
            folder / "passwords" / "arize" / "ingest.gpg",
            folder,
        )
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=settings, check=False)
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def key_value_store(folder: pathlib.Path) -> t.Iterator[Store]:
    store, broken = KeyValueStore(), folder / "broken"
    store.is_broken = broken.exists
    with serving(store) as url:
        yield Store(
            "HashiCorp Vault and OpenBao",
            {"VAULT_ADDR": url, "VAULT_TOKEN": TOKEN},
            lambda: str((store.data.get("arize/ingest") or [{"key": ""}])[-1]["key"]),
            broken,
            folder,
        )


@contextlib.contextmanager
def write_only_store(folder: pathlib.Path) -> t.Iterator[Store]:
    path = folder / "INGEST_KEY"
    yield Store(
        "A store that can't be read back",
        {"GH_STORE": str(folder), "PATH": f"{PROGRAMS}:{os.environ['PATH']}"},
        lambda: path.read_text() if path.is_file() else "",
        folder / "broken",
        folder,
    )


STORES = [vault_file, secrets_manager, password_store, key_value_store, write_only_store]


@pytest.fixture(params=STORES, ids=lambda make: make.__name__)
def store(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[Store]:
    with request.param(tmp_path) as made:
        yield made
