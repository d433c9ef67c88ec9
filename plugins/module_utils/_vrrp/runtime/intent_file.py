# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The saved intents."""

from __future__ import annotations

import json
from typing import Any, Dict

from ..base.constants import TIME_MAX
from ..model.intent import AUTO, Intent, IntentKind, Intents, Origin
from .background_file import BackgroundFile
from .loop import Loop


class IntentFile(BackgroundFile):
    """The intents in a file of ``directory``. Mutable."""

    def __init__(self, directory: str, loop: Loop) -> None:
        super().__init__(directory, "intents.json", loop)
        self.intents = decode_intents(self.read())

    def save_intents(self, intents: Intents) -> None:
        """Save these intents in place of the others, some time."""
        self.intents = intents
        self.save(json.dumps(encode_intents(intents)))


def encode_intents(intents: Intents) -> Dict[str, Any]:
    """Return intents as plain values."""
    by_name = {name: _plain(intent) for name, intent in intents.by_name.items()}
    return {"host": _plain(intents.host), "instances": by_name}


def _plain(intent: Intent) -> Dict[str, Any]:
    origin = {} if intent.origin is None else {"at": intent.origin.at, "by": intent.origin.by}
    return {"intent": intent.kind.value, "forced": intent.forced, **origin}


def decode_intents(kept: Any) -> Intents:
    """Return the intents; what is none is left out."""
    fields = kept if isinstance(kept, dict) else {}
    instances = fields.get("instances")
    entries = instances.items() if isinstance(instances, dict) else ()
    by_name = {name: intent for name, entry in entries if (intent := _intent(entry)) is not None}
    return Intents(_intent(fields.get("host")) or AUTO, by_name)


def _intent(entry: Any) -> Intent | None:
    try:
        return Intent(IntentKind(entry["intent"]), bool(entry.get("forced")), _origin(entry))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _origin(entry: Dict[str, Any]) -> Origin | None:
    at, by = entry.get("at"), entry.get("by")
    if not isinstance(at, (int, float)) or not isinstance(by, str) or not 0 <= at < TIME_MAX:
        return None
    return Origin(at, by)
