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
import errno
import json
import os
import stat
from typing import Any, BinaryIO

_SIZE_MAX = 1 << 26  # The records of thousands of instances have some MiB.
_AT_ONCE = os.O_NONBLOCK | os.O_NOCTTY  # To open a pipe or a device may take for ever.


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
    with open_regular(path, os.O_NOFOLLOW) as file:
        if os.fstat(file.fileno()).st_size > _SIZE_MAX:
            raise OSError(f"{path} has more than {_SIZE_MAX} bytes")
        return file.read(_SIZE_MAX).decode(errors=errors)


def open_regular(path: str, flags: int = 0) -> BinaryIO:
    """Open a regular file to read it, with more ``flags``; raises OSError for anything else, and
    never waits for it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | _AT_ONCE | flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", path)
    return os.fdopen(descriptor, "rb")


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
