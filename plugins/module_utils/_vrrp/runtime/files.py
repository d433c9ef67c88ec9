# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Files that are written completely and renamed into place. One that can't be read counts as empty:
something lost is better than an agent that does not serve.

No symbolic link is followed, and nothing but a regular file is read: another process of the user
who owns the directory may have put it there.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from typing import Any

_SIZE_MAX = 1 << 26  # The records of thousands of instances have some MiB.
_NO_LINK = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def read_json(directory: str, name: str) -> Any:
    """Return the content of a file; None when it can't be read."""
    try:
        return json.loads(read_regular(os.path.join(directory, name)))
    except (OSError, ValueError, RecursionError):
        return None


def read_regular(path: str, errors: str = "strict") -> str:
    """Return the text of a regular file; raises OSError for anything else, and UnicodeDecodeError
    unless ``errors`` (those of ``open``) says otherwise.
    """
    with open(path, encoding="utf-8", errors=errors, opener=_without_link) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is no regular file")
        if found.st_size > _SIZE_MAX:
            raise OSError(f"{path} has more than {_SIZE_MAX} bytes")
        return file.read(_SIZE_MAX)


def replace_file(directory: str, name: str, text: str, durable: bool) -> None:
    """Replace a file, in a directory that is created if need be; raises OSError. With ``durable``
    it is on the disk afterwards.
    """
    os.makedirs(directory, mode=0o755, exist_ok=True)
    path = os.path.join(directory, name)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path + ".new")  # Of a process that died.
    with open(path + ".new", "w", encoding="utf-8", opener=_private) as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(path + ".new", path)


def _private(path: str, flags: int) -> int:
    """Make a file for the owner only: a recovery record holds the secret that signs."""
    return os.open(path, flags | os.O_EXCL, 0o600)


def _without_link(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_LINK)
