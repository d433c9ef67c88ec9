# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The agent's files: intents across restarts, and what to clean up if it dies.

Each file is written completely and renamed into place. A file that can't be read counts as empty:
a lost intent is better than an agent that does not serve.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any, Dict, List, Mapping, Sequence

from ..engine.actions import Recovery
from ..model.intent import Intent, IntentKind
from .recovery_json import Entry, decode_recovery, encode_recovery


class Storage:
    """The files in one directory, which is created when it is first needed."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._written: Dict[str, bytes] = {}

    def load_intents(self) -> Dict[str, Intent]:
        """Return the saved intents, by the name of their instance."""
        kept = self._read("intents.json")
        entries = kept.items() if isinstance(kept, dict) else ()
        return {name: intent for name, entry in entries if (intent := _intent(entry)) is not None}

    def save_intents(self, intents: Mapping[str, Intent]) -> None:
        """Replace the saved intents; raises OSError."""
        entries = {
            name: {"intent": intent.kind.value, "forced": intent.forced}
            for name, intent in intents.items()
        }
        self._write("intents.json", json.dumps(entries), durable=True)

    def load_recoveries(self) -> List[Recovery]:
        """Return the recovery records that the last agent left."""
        kept = self._read("recovery.json")
        found = [decode_recovery(entry) for entry in kept] if isinstance(kept, list) else []
        return [one for one in found if one is not None]

    def save_recoveries(self, recoveries: Sequence[Recovery]) -> None:
        """Replace the recovery records; raises OSError."""
        # Entry by entry: the values of thousands would take far more memory than their text.
        entries = ",".join(json.dumps(encode_recovery(one)) for one in recoveries)
        self._write("recovery.json", f"[{entries}]", durable=False)

    def load_sysctls(self) -> Dict[str, str]:
        """Return the old values of kernel settings that the last agent changed."""
        kept = self._read("sysctls.json")
        entries = kept.items() if isinstance(kept, dict) else ()
        return {name: value for name, value in entries if isinstance(value, str)}

    def save_sysctls(self, before: Mapping[str, str]) -> None:
        """Replace the old values of kernel settings; raises OSError."""
        self._write("sysctls.json", json.dumps(dict(before)), durable=False)

    def _read(self, name: str) -> Any:
        try:
            with open(os.path.join(self._directory, name), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return None

    def _write(self, name: str, text: str, durable: bool) -> None:
        # Only a digest is kept: the text for thousands of instances would take much memory.
        digest = hashlib.sha256(text.encode()).digest()
        if self._written.get(name) == digest:
            return
        os.makedirs(self._directory, mode=0o755, exist_ok=True)
        path = os.path.join(self._directory, name)
        with open(path + ".new", "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(path + ".new", path)
        self._written[name] = digest


def _private(path: str, flags: int) -> int:
    """Open a file for the owner only: a recovery record holds the secret that signs."""
    return os.open(path, flags, 0o600)


def _intent(entry: Entry) -> Intent | None:
    try:
        return Intent(IntentKind(entry["intent"]), bool(entry.get("forced")))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
