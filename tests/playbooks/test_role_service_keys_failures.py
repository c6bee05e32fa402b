# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role service_keys where something is in the way: nothing else is lost, and all of it is told."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from support.role_plays import RolePlayer
from support.service_key_plays import GROUPS, SERVICE_MODULE, declared, heard, listening, teams

from simulator import Fault, Simulator


@pytest.fixture
def player(simulator: Simulator, tmp_path: pathlib.Path) -> RolePlayer:
    return RolePlayer(simulator, tmp_path, "service_keys", GROUPS)


def test_one_key_that_fails_leaves_the_others(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """The others are delivered and their consumers restarted; then the role fails and names the key."""
    library = tmp_path / "library"
    library.mkdir()
    for name in ("service", "systemd", "sysvinit"):
        (library / f"{name}.py").write_text(SERVICE_MODULE.replace("RESTARTS", str(tmp_path / "restarts")))
    variables = declared(tmp_path)
    variables["service_keys_teams"] = [
        {
            "name": "a",
            # Strings where lists are meant: Ansible checks and accepts them, and hands them on as they are.
            "hosts": "ingest1",
            "spaces": [{"space": "nowhere"}, {"space": "ingest", "services": "one, broken, two"}],
        }
    ]
    alone = ("--limit", "ingest1")
    foreseen = player.check(variables, *alone, handlers=[listening(tmp_path)], ANSIBLE_LIBRARY=str(library))
    assert foreseen.failed
    assert "a-ingest-ingest1 of space ingest: would be created" in foreseen.run.stdout, "the summary comes all the same"
    assert not (tmp_path / "restarts").exists()
    played = player.play(variables, *alone, handlers=[listening(tmp_path)], ANSIBLE_LIBRARY=str(library))
    assert played.failed
    assert "'nowhere'" in played.run.stdout.partition("Report failed service keys")[2]
    assert [row["action"] for row in played.facts["ingest1"]] == ["failed", "created"]
    assert player.simulator.secret_is_valid((tmp_path / "ingest1" / "a-ingest.key").read_text().strip())
    assert (tmp_path / "restarts").read_text().splitlines() == ["one", "broken", "two"]
    assert "broken" in played.run.stdout.partition("Restart services that use new Arize service keys")[2], (
        "and a handler that fails hides nothing"
    )


def test_a_file_stays_when_its_key_could_not_be_revoked(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    """The secret of a key that still serves is not thrown away."""
    player = RolePlayer(simulator, tmp_path, "service_keys", {"web_hosts": GROUPS["web_hosts"]})
    spaces = [{"space": space, "hosts": ["web_hosts"]} for space in ("ingest", "support")]
    assert not player.play(declared(tmp_path, **teams(*spaces))).failed
    player.simulator.faults.add(Fault(method="PUT", kind="status", status=403))
    gone = declared(tmp_path, **teams(*spaces, state="absent"))
    assert not player.check(gone).failed
    assert player.play(gone).failed
    (left,) = (tmp_path / "web1").iterdir()
    assert player.simulator.secret_is_valid(left.read_text().strip()), "one revocation was refused, the other not"


def test_nothing_but_the_file_of_a_key_is_removed(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Folders and links stay and are told of, a new key is heard of all the same, and forgotten files go."""
    folder, beside, link, kept = (tmp_path / name for name in ("folder", "beside", "link", "kept"))
    for each in (folder, beside):
        each.mkdir()
        (each / "precious").write_text("precious")
    kept.write_text("kept")
    link.symlink_to(kept)
    forgotten = tmp_path / "forgotten"
    forgotten.write_text("ak-FAKE")
    away = {"state": "absent", "hosts": ["web1"]}
    spaces: list[dict[str, t.Any]] = [
        {"space": "analytics", "name": "gone", "dest": str(folder), **away},
        {"space": "ingest", "name": "gone", "dest": str(beside), "dest_format": "dotenv", **away},
        {"space": "support", "name": "gone", "dest": str(link), **away},
        {"space": "was deleted", "dest": str(forgotten), "state": "forgotten"},
        {"space": "was deleted, too", "state": "absent"},
        {"space": "support", "name": "new"},
    ]
    variables = declared(tmp_path, service_keys_hosts=["web1"], **teams(*spaces))
    for run in (player.check, player.play):
        played = run(variables, "--limit", "web1", handlers=[listening(tmp_path)])
        assert played.failed
        told = [row["msg"] for row in played.facts["web1"]]
        said = played.run.stdout.partition("Report failed service keys")[2]
        assert all(message in said for message in told if message)
        assert f"{folder} is a folder and is left alone" in told[0]
        assert f"{beside} is a folder and is left alone" in told[1]
        assert f"{link} is a symbolic link" in told[2]
        assert "set state to forgotten" in told[4], "a space that nobody can see any more"
        assert told[3] is told[5] is None
        assert all((each / "precious").exists() for each in (folder, beside))
        assert (link.is_symlink(), kept.read_text()) == (True, "kept")
        assert forgotten.exists() is (run == player.check)
    assert heard(tmp_path) == {"web1": "new-web1"}


def test_a_file_that_holds_something_else_is_kept(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """The module would not overwrite it, so offboarding does not remove it. Of other settings only the key's own go."""
    notes, settings, other, mended = (tmp_path / name for name in ("notes", "settings.json", "other.env", "app.env"))
    contents = {
        notes: "Things to do\nand to keep\n",
        settings: '{"region": "eu"}\n',
        other: 'ARIZE_API_KEY="ak-FAKE-3\n',
        mended: "NOTE='two\nARIZE_API_KEY=inside\nlines'\r\nARIZE_API_KEY=ak-FAKE-1\nT={{ 1 + 1 }}\n"
        "SECOND=ak-FAKE-2\nA.*=1\n",
    }
    for path, text in contents.items():
        path.write_bytes(text.encode())
        path.chmod(0o640)
    dotenv = {"dest_format": "dotenv", "state": "forgotten"}
    spaces: list[dict[str, t.Any]] = [
        {"space": "analytics", "dest": str(notes), "state": "absent"},
        {"space": "ingest", "dest": str(settings), "dest_format": "json", "state": "absent"},
        {"space": "support", "dest": str(other), **dotenv},
        {"space": "support", "name": "first", "dest": str(mended), **dotenv},
        {"space": "support", "name": "second", "dest": str(mended), "dest_variable": "SECOND", **dotenv},
    ]
    variables = declared(tmp_path, service_keys_hosts=["web1"], **teams(*spaces))
    foreseen, played = player.check(variables, "--limit", "web1"), player.play(variables, "--limit", "web1")
    assert foreseen.facts == played.facts
    assert foreseen.changed == played.changed
    rows = played.facts["web1"]
    assert [row["failed"] for row in rows] == [True, True, True, False, False]
    for row, path in zip(rows, (notes, settings, other), strict=False):
        assert f"can't remove the secret from {path}" in row["msg"]
        assert "kept as it is" in row["msg"]
        assert row["msg"] in played.run.stdout.partition("Report failed service keys")[2]
        assert path.read_bytes() == contents[path].encode()
    assert [row["removed"] for row in rows[3:]] == [[str(mended)], [str(mended)]]
    kept = "NOTE='two\nARIZE_API_KEY=inside\nlines'\r\nT={{ 1 + 1 }}\nA.*=1\n"
    assert mended.read_bytes() == kept.encode()
    assert mended.stat().st_mode & 0o777 == 0o640
    for secret in ("ak-FAKE-1", "ak-FAKE-2", "ak-FAKE-3", "Things to do"):
        assert secret not in played.run.everything_printed


def test_a_shared_secret_goes_nowhere_else(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    """Never where others can read it, for no moment and after no failure; and no old one over a good one."""
    player = RolePlayer(simulator, tmp_path, "service_keys", {"ingest_hosts": GROUPS["ingest_hosts"]})
    shared = {"sharing": "shared", "hosts": ["ingest_hosts"]}
    spaces = [
        {"space": "analytics", "name": "ownerless", "owner": "nosuchuser", "dest": f"{tmp_path}/{{host}}/a", **shared},
        {"space": "support", "mode": "", "dest": f"{tmp_path}/{{host}}/s", **shared},
        {"space": "ingest", "dest": f"{tmp_path}/{{host}}/i", **shared},
    ]
    variables = declared(tmp_path, **teams(*spaces))
    played = player.play(variables, handlers=[listening(tmp_path)])
    assert played.failed
    assert "can't create the file" in played.run.stdout.partition("Report failed service keys")[2]
    assert not any((tmp_path / host / "a").exists() for host in GROUPS["ingest_hosts"])
    files = [tmp_path / host / "s" for host in GROUPS["ingest_hosts"]]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert heard(tmp_path) == dict.fromkeys(GROUPS["ingest_hosts"], "search-support search-ingest")

    del spaces[0]
    spaces[0]["mode"] = "0640"
    variables.update(teams(*spaces))
    foreseen = player.check(variables)
    played = player.play(variables, handlers=[listening(tmp_path)])
    assert foreseen.changed == played.changed
    assert {path.stat().st_mode & 0o777 for path in files} == {0o640}
    assert heard(tmp_path) == {}, "another mode is no new secret"

    good, notes = files[0].read_text(), "Things to do\nand to keep\n"
    files[1].write_text(notes)
    copied = tmp_path / "web1" / "i"
    before = copied.read_text()
    (tmp_path / "keeper" / "ingest-search-ingest.key").write_text("ak-an-older-one-as-after-a-restore\n")
    for run in (player.check, player.play):
        played = run(variables, "--limit", "web1", handlers=[listening(tmp_path)])
        assert played.failed
        assert f"can't overwrite {files[1]}" in played.facts["web1"][0]["msg"]
        assert [row["failed"] for row in played.facts["web1"]] == [True, True]
        assert [path.read_text() for path in files] == [good, notes]
        assert copied.read_text() == before
    assert heard(tmp_path) == {}


@pytest.mark.nightly
def test_a_keeper_that_is_down_stops_its_own_keys_only(simulator: Simulator, tmp_path: pathlib.Path) -> None:
    """All hosts get their own keys and have their consumers told, and say which keys were not seen to."""
    down = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    groups = {"ingest_hosts": GROUPS["ingest_hosts"], "keepers": ["vault"]}
    player = RolePlayer(simulator, tmp_path, "service_keys", groups, {"vault": down})
    variables = declared(tmp_path, service_keys_hosts=["ingest_hosts"], service_keys_keeper="vault")
    variables["service_keys_teams"] = [
        {"name": "support", "sharing": "shared", "spaces": [{"space": "support"}]},
        {"name": "search", "spaces": [{"space": "ingest"}]},
    ]
    for run in (player.check, player.play):
        played = run(variables, "--limit", "ingest_hosts", handlers=[listening(tmp_path)])
        assert played.failed
        for rows in played.facts.values():
            assert [(row["failed"], row["action"]) for row in rows] == [(True, "failed"), (False, "created")]
            assert "support-support of space support" in rows[0]["msg"]
            assert "vault" in rows[0]["msg"]
    assert set(played.facts) == set(GROUPS["ingest_hosts"])
    assert heard(tmp_path) == {host: f"search-ingest-{host}" for host in GROUPS["ingest_hosts"]}


@pytest.mark.nightly
def test_two_uses_in_one_play_are_both_heard_of(player: RolePlayer, tmp_path: pathlib.Path) -> None:
    """Handlers run once, after both."""
    first = declared(tmp_path, service_keys_hosts=["web1"], **teams({"space": "ingest"}))
    then = teams({"space": "support"})
    assert not player.play(first, "--limit", "web1", handlers=[listening(tmp_path)], then=then).failed
    assert heard(tmp_path) == {"web1": "search-ingest-web1 search-support-web1"}
