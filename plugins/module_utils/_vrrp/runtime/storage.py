# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Records of what has to be cleaned up if the agent dies.

They are of no use after a reboot, so they are kept in memory, and writing them waits for no disk.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Dict, List, Mapping, Sequence

from ..engine.actions import Recovery
from .files import read_json, replace_file
from .recovery_json import decode_recovery, encode_recovery


class Storage:
    """The records in one directory, which is created when it is first needed."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._written: Dict[str, bytes] = {}

    def load_recoveries(self) -> List[Recovery]:
        """Return the recovery records that the last agent left."""
        kept = self._read("recovery.json")
        found = [decode_recovery(entry) for entry in kept] if isinstance(kept, list) else []
        return [one for one in found if one is not None]

    def save_recoveries(self, recoveries: Sequence[Recovery]) -> None:
        """Replace the recovery records; raises OSError."""
        # Entry by entry: the values of thousands would take far more memory than their text.
        entries = ",".join(json.dumps(encode_recovery(one)) for one in recoveries)
        self._write("recovery.json", f"[{entries}]")

    def load_sysctls(self) -> Dict[str, str]:
        """Return the old values of kernel settings that the last agent changed."""
        kept = self._read("sysctls.json")
        entries = kept.items() if isinstance(kept, dict) else ()
        return {
            name: value for name, value in entries if isinstance(value, str) and value.isascii()
        }

    def save_sysctls(self, before: Mapping[str, str]) -> None:
        """Replace the old values of kernel settings; raises OSError."""
        self._write("sysctls.json", json.dumps(dict(before)))

    def _read(self, name: str) -> Any:
        return read_json(self._directory, name)

    def _write(self, name: str, text: str) -> None:
        # Only a digest is kept: the text for thousands of instances would take much memory.
        digest = hashlib.sha256(text.encode()).digest()
        if self._written.get(name) != digest:
            replace_file(self._directory, name, text, durable=False)
            self._written[name] = digest
