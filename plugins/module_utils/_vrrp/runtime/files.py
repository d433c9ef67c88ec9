# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Files that are written completely and renamed into place. One that can't be read counts as empty:
something lost is better than an agent that does not serve.
"""

from __future__ import annotations

import json
import os
from typing import Any


def read_json(directory: str, name: str) -> Any:
    """Return the content of a file; None when it can't be read."""
    try:
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError):
        return None


def replace_file(directory: str, name: str, text: str, durable: bool) -> None:
    """Replace a file, in a directory that is created if need be; raises OSError. With ``durable``
    it is on the disk afterwards.
    """
    os.makedirs(directory, mode=0o755, exist_ok=True)
    path = os.path.join(directory, name)
    with open(path + ".new", "w", encoding="utf-8", opener=_private) as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(path + ".new", path)


def _private(path: str, flags: int) -> int:
    """Open a file for the owner only: a recovery record holds the secret that signs."""
    return os.open(path, flags, 0o600)
