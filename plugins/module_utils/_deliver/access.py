# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module_utils is PRIVATE and should only be used by this collection.
# Breaking changes can occur any time.
"""Who can get at a file: modes, users and groups as they are declared, and what is unsafe about them."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import re
import stat
import typing as t

from ansible_collections.community.arize.plugins.module_utils._deliver.state import LARGEST_FILE
from ansible_collections.community.arize.plugins.module_utils._model.errors import InvalidOption, SecretFileError


def file_mode(value: t.Any) -> int:
    """The permissions that `mode` declares. Raises InvalidOption.

    YAML reads 0600 without quotes as the number 384, which is the mode that was meant, but 400 as four hundred, which
    is the mode 0620: a number whose digits look like a mode is refused. A template makes a text of the number, so a
    text without a leading zero must look like a mode.
    """
    is_octal = re.fullmatch(r"(0o?)?[0-7]{1,4}", str(value), re.ASCII) is not None
    as_written = int(str(value), 8) if is_octal else -1
    if isinstance(value, int) and not isinstance(value, bool):
        if _is_usual(as_written):
            raise InvalidOption("mode", f"{value} without quotes is read as a decimal number; write mode: '0{value}'")
        mode = value
    else:
        mode = as_written
    if not 0 <= mode <= 0o777:
        raise InvalidOption("mode", f"{value!r} is not a valid mode; write it in octal and in quotes, such as '0600'")
    if isinstance(value, str) and value[:1] != "0" and not _is_usual(mode):
        raise InvalidOption(
            "mode",
            f"{value!r} may come from another mode that was written without quotes; write the mode that you want with "
            "a leading zero and in quotes, such as '0600'",
        )
    return mode


def _is_usual(mode: int) -> bool:
    """Whether the owner can read, and nobody is allowed what is denied to those nearer to the file."""
    owner, group, others = mode >> 6 & 7, mode >> 3 & 7, mode & 7
    return 0 <= mode <= 0o777 and bool(owner & 4) and not group & ~owner and not others & ~group


def mode_warnings(mode: int) -> list[str]:
    """What is unsafe about a secret file's mode, in sentences."""
    found = []
    if mode & 0o007:
        found.append(f"Mode {mode:04o} gives all users of the host access to the secret. Choose '0600' or '0640'.")
    if not mode & 0o400:
        found.append(f"Mode {mode:04o} does not let the owner of the file read the secret. Choose '0600' or '0400'.")
    return found


def others_can_write(folder: os.stat_result) -> bool:
    """Whether others than its owner and root can put files into a folder."""
    if folder.st_mode & stat.S_IWOTH:
        return True
    if not folder.st_mode & stat.S_IWGRP or folder.st_gid == 0:
        return False
    try:
        owner, group = pwd.getpwuid(folder.st_uid), grp.getgrgid(folder.st_gid)
    except KeyError:
        return True
    # Many systems give each user a group of their own, and let it write by default.
    return owner.pw_gid != folder.st_gid or bool(set(group.gr_mem) - {owner.pw_name})


def problem_of_file(found: os.stat_result, folder: os.stat_result, user: int, owner_declared: bool) -> str | None:
    """Why a file in a folder is not one that `user` may put a secret into, None when it is."""
    if not stat.S_ISREG(found.st_mode):
        kind = "a directory" if stat.S_ISDIR(found.st_mode) else "not a regular file"
        return f"is {kind}; give the path of a file"
    if found.st_size > LARGEST_FILE:
        return "is larger than 1 MiB, so it is not a secret file; give another path"
    owner = user_name(found.st_uid)
    if folder.st_mode & stat.S_ISVTX and user not in (0, found.st_uid, folder.st_uid):
        return f"belongs to {owner}, and in its sticky folder only {owner} can replace it; use become"
    if not owner_declared and found.st_uid not in (0, user, folder.st_uid) and others_can_write(folder):
        return (
            f"belongs to {owner}, who may have put it into its folder, which others can write. Set owner to the user "
            "who is to have the secret, or choose a folder that only its owner can write"
        )
    return None


def give_to(descriptor: int, path: str, uid: int | None, gid: int | None) -> None:
    """Change the owner and the group of an open file; None leaves it. `path` is for the message. Raises OSError."""
    found = os.fstat(descriptor)
    new_uid = -1 if uid in (None, found.st_uid) else uid
    new_gid = -1 if gid in (None, found.st_gid) else gid
    if (new_uid, new_gid) == (-1, -1):
        return
    try:
        os.fchown(descriptor, new_uid, new_gid)
    except PermissionError:
        what = (
            f"group of {path} to {group_name(new_gid)}" if new_uid == -1 else f"owner of {path} to {user_name(new_uid)}"
        )
        raise SecretFileError(f"Can't change the {what} without root permissions: use become.") from None


def user_id(name: str) -> int:
    # ValueError: a name that no user can have, with a NUL for instance.
    with contextlib.suppress(KeyError, ValueError):
        return pwd.getpwnam(name).pw_uid
    if _is_id(name):
        return int(name)
    raise InvalidOption("owner", f"there is no user {name!r} on the host where the module runs")


def group_id(name: str) -> int:
    with contextlib.suppress(KeyError, ValueError):
        return grp.getgrnam(name).gr_gid
    if _is_id(name):
        return int(name)
    raise InvalidOption("group", f"there is no group {name!r} on the host where the module runs")


def user_name(uid: int) -> str:
    """How messages call a user."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return f"gid {gid}"


def _is_id(text: str) -> bool:
    # The highest number stands for "leave it as it is".
    return re.fullmatch(r"[0-9]{1,10}", text, re.ASCII) is not None and int(text) < 2**32 - 1
