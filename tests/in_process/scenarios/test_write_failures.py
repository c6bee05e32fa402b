# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever fails around the file or after it, no key is left whose secret is nowhere."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import subprocess
import typing as t

import pytest
from support.in_process import Outcome

from ansible_collections.community.arize.plugins.module_utils._deliver import secret_file as _secret_file
from ansible_collections.community.arize.plugins.module_utils._work import issue as _issue
from in_process.scenarios.conftest import World
from simulator import Fault

SITUATIONS: dict[str, tuple[list[tuple[float, float | None]], dict[str, t.Any]]] = {
    "create": ([], {"expires_in": "90d"}),
    "refresh with an overlap": ([(31, None)], {"max_age": "30d"}),
    "refresh without one": ([(31, None)], {"max_age": "30d", "grace_period": "0"}),
    "replace": ([(80, 10)], {"expires_in": "90d", "renew_before": "14d"}),
}


def prepare(world: World, seeds: t.Iterable[tuple[float, float | None]]) -> list[t.Any]:
    """Seed the keys; the file holds the secret of the newest."""
    seeded = [world.seed(age, expires) for age, expires in seeds]
    if seeded:
        world.dest.write_text(seeded[-1].secret)
        world.dest.chmod(0o600)
    return seeded


def check_nothing_lost(world: World, outcome: Outcome, before: list[t.Any]) -> None:
    """Every key issued meanwhile has a holder, is revoked again, or is named as an orphan in the failure."""
    old_ids = {key.id for key in before}
    held = {secret for secret in (world.delivered, outcome.get("key")) if secret}
    for key in world.live:
        if key.id not in old_ids or key.secret not in {old.secret for old in before}:
            named = key.id in {orphan["id"] for orphan in outcome.get("orphans", [])}
            assert key.secret in held or named, "a live key whose secret nobody holds, and nobody was told"
    assert world.no_leftovers()


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS.keys())
@pytest.mark.parametrize("call", ["write", "ftruncate", "fsync", "replace", "fchmod"])
def test_delivery_fails(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    situation: tuple[t.Any, dict[str, t.Any]],
) -> None:
    """The disk is full, or gone, when the secret is to be written, although there was room before."""
    seeds, options = situation
    before = prepare(world, seeds)
    real_post = _issue.Issuer._post

    def post_and_break(self: _issue.Issuer, *arguments: t.Any) -> t.Any:
        issued = real_post(self, *arguments)

        def failing(*_arguments: t.Any, **_keywords: t.Any) -> t.NoReturn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(_secret_file.os, call, failing)
        return issued

    monkeypatch.setattr(_issue.Issuer, "_post", post_and_break)
    outcome = world.run(dest=str(world.dest), **options)
    monkeypatch.undo()

    assert outcome.failed
    assert outcome["changed"]
    assert "No space left on device" in outcome.message
    assert str(world.dest) in outcome.message
    check_nothing_lost(world, outcome, before)
    if options.get("grace_period") == "0":
        assert world.simulator.secret_is_valid(outcome["key"])
        assert "key of this result" in outcome.message
    else:
        assert "key" not in outcome.result
        assert "revoked again" in outcome.message
        assert world.delivered is None or world.simulator.secret_is_valid(world.delivered)
    if before:
        assert world.delivered == before[-1].secret, "the file is as it was"


def test_delivery_and_revocation_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the failed result carries the secret."""

    def failing(*_arguments: t.Any, **_keywords: t.Any) -> t.NoReturn:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(_secret_file.os, "replace", failing)
    world.simulator.faults.add(Fault(method="PUT", kind="status", status=503, times=-1))
    outcome = world.run(dest=str(world.dest), expires_in="90d")
    assert outcome.failed
    assert world.simulator.secret_is_valid(outcome["key"])
    assert "Revoking" in outcome.message
    assert outcome["api_key"]["id"] in outcome.message


@pytest.mark.parametrize("fault", ["settle", "settle unreadable", "revoke"])
def test_later_steps_fail(world: World, fault: str) -> None:
    """After delivery a failure carries the ids, and the secret that was to be returned."""
    old = prepare(world, [(80, 10)])[0]
    options: dict[str, t.Any] = {"expires_in": "90d", "renew_before": "14d", "exclusive": True, "grace_period": "0"}
    options["return_key"] = True
    if fault == "revoke":
        world.simulator.faults.add(Fault(method="PUT", kind="status", status=503, times=-1))
    elif fault == "settle":
        world.simulator.faults.add(Fault(method="GET", path="/api-keys", nth=2, kind="status", status=503, times=-1))
    else:
        world.simulator.faults.add(Fault(method="GET", path="/api-keys", nth=2, kind="html", times=-1))
    outcome = world.run(dest=str(world.dest), **options)
    assert outcome.failed
    assert outcome["changed"]
    assert world.simulator.secret_is_valid(outcome["key"])
    assert world.delivered == outcome["key"]
    assert outcome["api_key"]["id"]
    if fault == "revoke":
        assert [orphan["id"] for orphan in outcome["orphans"]] == [old.id]
        assert outcome["orphans"][0]["what_to_do"]
    world.simulator.faults.clear()
    healed = world.run(dest=str(world.dest), **options)
    assert not healed.failed
    assert len(world.live) == 1


def test_an_error_in_the_collection_itself_loses_no_secret(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: t.Any, **_keywords: t.Any) -> t.NoReturn:
        raise ZeroDivisionError("with a text that might hold a secret")

    monkeypatch.setattr(_issue.Issuer, "_settle", broken)
    outcome = world.run(expires_in="90d")
    assert outcome.failed
    assert world.simulator.secret_is_valid(outcome["key"])
    assert "ZeroDivisionError" in outcome.message
    assert "might hold" not in outcome.message


def unusable(world: World, kind: str) -> dict[str, t.Any]:
    """Make the destination unusable; return the options that lead to it."""
    dest = world.dest
    if kind == "a directory":
        dest.mkdir()
    elif kind == "folder missing":
        return {"dest": str(dest.parent / "missing" / "file")}
    elif kind == "a symbolic link":
        dest.symlink_to(dest.parent.parent / "elsewhere")
    elif kind == "a FIFO":
        os.mkfifo(dest)
    elif kind == "broken json":
        dest.write_text("{not json")
        return {"dest": str(dest), "dest_format": "json"}
    elif kind == "broken dotenv":
        dest.write_text("ARIZE_API_KEY='never closed\nOTHER=1\n")
        return {"dest": str(dest), "dest_format": "dotenv"}
    elif kind == "not a secret":
        dest.write_text("root:x:0:0:root:/root:/bin/bash\ndaemon:x\n")
    elif kind == "unknown owner":
        return {"dest": str(dest), "owner": "nobody-of-this-name"}
    elif kind == "odd mode":
        return {"dest": str(dest), "mode": "u=rw"}
    return {"dest": str(dest)}


UNUSABLE = {
    "a directory": "directory",
    "folder missing": "does not exist",
    "a symbolic link": "symbolic link",
    "a FIFO": "not a regular file",
    "broken json": "not a JSON object",
    "broken dotenv": "line 1",
    "not a secret": "something other than one secret",
    "unknown owner": "owner",
    "odd mode": "mode",
}


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "real"])
@pytest.mark.parametrize(("kind", "words"), UNUSABLE.items(), ids=UNUSABLE.keys())
def test_unusable_destination(world: World, kind: str, words: str, check: bool) -> None:
    """Known before anything is issued; what lies there is kept as it is."""
    options = unusable(world, kind)
    content = world.dest.read_bytes() if world.dest.is_file() else None
    outcome = world.run(check=check, expires_in="90d", on_lost_secret="reissue", **options)
    if check and kind == "folder missing":
        # An earlier task of the play may be about to make it.
        assert any(words in warning for warning in outcome.warnings)
        return
    assert outcome.failed
    assert words in outcome.message
    assert "\n" not in outcome.message
    assert world.simulator.writes == []
    if content is not None:
        assert world.dest.read_bytes() == content
        assert content.decode().strip() not in outcome.message


@contextlib.contextmanager
def small_disk(folder: pathlib.Path) -> t.Iterator[None]:
    """A file system of 16 kB on the folder. Skips where this process may not mount."""
    command = ["mount", "-t", "tmpfs", "-o", "size=16k,mode=0700", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("this process may not mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_full_disk(world: World) -> None:
    with small_disk(world.dest.parent):
        world.seed(31, None)
        filler = world.dest.parent / "filler"
        with contextlib.suppress(OSError), filler.open("wb") as file:
            while True:
                file.write(b"x" * 4096)
                file.flush()
        outcome = world.run(dest=str(world.dest), max_age="30d", on_lost_secret="reissue")
        assert outcome.failed
        assert "No space left" in outcome.message
        assert world.simulator.writes == []
        assert {path.name for path in world.dest.parent.iterdir()} == {"filler"}
        filler.unlink()
        assert not world.run(dest=str(world.dest), max_age="30d", on_lost_secret="reissue").failed
        assert world.file_holds_valid_secret()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")
def test_a_file_of_another_user_keeps_its_owner(world: World) -> None:
    seeded = world.seed(31, None)
    world.dest.write_text(seeded.secret)
    os.chown(world.dest, 65534, 65534)
    outcome = world.run(dest=str(world.dest), max_age="30d")
    assert not outcome.failed, outcome.message
    found = world.dest.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (65534, 65534, 0o600)
    again = world.run(dest=str(world.dest), max_age="30d", owner="root", mode="0640")
    assert again["changed"]
    assert again["action"] == "none"
    assert "mode, owner or group" in again["reasons"][0]
    found = world.dest.stat()
    assert (found.st_uid, found.st_mode & 0o777) == (0, 0o640)


@pytest.mark.parametrize(
    ("file_format", "before", "after"),
    [
        ("raw", None, "{secret}\n"),
        ("dotenv", None, "ARIZE_API_KEY={secret}\n"),
        (
            "dotenv",
            "# c\r\nexport ARIZE_API_KEY='{old}' # k\r\nX=1\r\n",
            "# c\r\nexport ARIZE_API_KEY='{secret}' # k\r\nX=1\r\n",
        ),
        ("dotenv", "X=1", "X=1\nARIZE_API_KEY={secret}\n"),
        ("json", None, None),
    ],
)
def test_formats(world: World, file_format: str, before: str | None, after: str | None) -> None:
    """The file holds the secret as declared, a second run finds it there, and check mode tells of the file only."""
    seeded = world.seed(31, None)
    if before is not None:
        world.dest.write_bytes(before.format(old=seeded.secret).encode())
    options: dict[str, t.Any] = {"dest": str(world.dest), "dest_format": file_format}
    options |= {"max_age": "30d", "on_lost_secret": "reissue"}
    predicted = world.run(check=True, **options)
    assert "written" in predicted["diff"]["after"]["dest"]["state"]
    assert seeded.secret not in str(predicted.result)
    done = world.run(**options, return_key=True)
    assert not done.failed, done.message
    content = world.dest.read_bytes().decode()
    if after is not None:
        assert content == after.format(secret=done["key"])
    else:
        assert f'"key": "{done["key"]}"' in content
        assert f'"id": "{done["api_key"]["id"]}"' in content
    assert world.run(**options)["action"] == "none"


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_folder_is_replaced_after_the_key_was_issued(
    world: World, monkeypatch: pytest.MonkeyPatch, situation: tuple[t.Any, dict[str, t.Any]]
) -> None:
    """By somebody who owns a folder above it, to have the secret written where only root may write."""
    seeds, options = situation
    before = prepare(world, seeds)
    folder = world.dest.parent
    real_post = _issue.Issuer._post

    def post_and_swap(self: _issue.Issuer, *arguments: t.Any) -> t.Any:
        issued = real_post(self, *arguments)
        folder.rename(folder.with_name("moved"))
        folder.mkdir()
        world.dest.write_text("precious")
        return issued

    monkeypatch.setattr(_issue.Issuer, "_post", post_and_swap)
    outcome = world.run(dest=str(world.dest), **options)
    assert outcome.failed
    assert outcome["changed"]
    assert "its folder was replaced" in outcome.message
    assert world.delivered == "precious"
    left = folder.with_name("moved") / world.dest.name
    assert not before or left.read_text() == before[-1].secret
    check_nothing_lost(world, outcome, before)


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "real"])
def test_an_unsafe_folder_and_an_unsafe_mode_are_warned_about(world: World, check: bool) -> None:
    world.dest.parent.chmod(0o1777)
    outcome = world.run(check=check, dest=str(world.dest), mode="0644")
    assert not outcome.failed
    assert sum("Other users can write to the folder" in warning for warning in outcome.warnings) == 1
    assert sum("Mode 0644" in warning for warning in outcome.warnings) == 1
    again = world.run(check=check, dest=str(world.dest), mode="0644")
    assert [warning for warning in again.warnings if "0644" in warning]
