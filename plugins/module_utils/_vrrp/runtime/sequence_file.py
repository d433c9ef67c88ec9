# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The saved sequence numbers of signatures that need no clock, so that they rise over a cold start.

Of the numbers that a router signs with, one is saved that it will not reach for some minutes, as
the disk is not written for each advertisement. Of those that it has heard, the latest are saved
every minute: so long before its end an agent may accept a replayed advertisement again.
"""

from __future__ import annotations

import json
from typing import Any, Dict, FrozenSet, Mapping

from ..base.units import Nanoseconds, earliest, seconds
from ..engine.replay_numbers import HeardNumbers, ReplayNumbers
from ..engine.signer import Signer
from ..model.instance import Config
from ..wire.sequence import later_by
from .background_file import BackgroundFile
from .files import read_json
from .loop import Loop

_NAME = "sequences.json"
_CHECK_INTERVAL = seconds(10)
_HEARD_INTERVAL = seconds(60)
# The saved number is ahead of the last one by the first when it is saved, and at least by the
# second.
_RESERVED = 300
_RESERVED_LEAST = 120


class SequenceFile(BackgroundFile):
    """The numbers of ``signer`` and ``replay`` in a file of ``directory``. Mutable."""

    def __init__(self, directory: str, loop: Loop, signer: Signer, replay: ReplayNumbers) -> None:
        super().__init__(directory, _NAME, loop)
        self._signer = signer
        self._replay = replay
        self._names: FrozenSet[str] = frozenset()
        self._reserved: Dict[str, int] = {}
        self._heard: HeardNumbers = {}
        self._check_at: Nanoseconds | None = None
        self._heard_at: Nanoseconds = 0

    def configure(self, config: Config) -> None:
        """Save the numbers of the routers of a configuration that sign without a clock."""
        self._names = frozenset(
            one.label for one in config.instances if one.hmac and not one.hmac.needs_clock
        )
        self._check_at = 0 if self._names else None

    def restore(self) -> None:
        """Continue after the numbers of the agent before."""
        kept = self.read()
        # Its clean-up may have signed with the first numbers after the saved ones.
        signed = {name: later_by(last, fraction=1) for name, last in _signed_in(kept).items()}
        self._signer.restore(signed)
        self._replay.restore(_heard_in(kept))

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None for never."""
        return earliest((super().next_deadline(), self._check_at))

    def run_due(self, now: Nanoseconds) -> None:
        """Save what has to be saved, and do what a file that is written in the background needs."""
        super().run_due(now)
        if self._check_at is None or now < self._check_at:
            return
        self._check_at = now + _CHECK_INTERVAL
        signed = self._signed()
        self._replay.note_own(signed)
        heard = self._replay.export(self._names)
        is_short = not all(self._has_reserved(name, last) for name, last in signed.items())
        if is_short or (heard != self._heard and now >= self._heard_at):
            self._heard_at = now + _HEARD_INTERVAL
            self._save_numbers(signed, heard)

    def close(self) -> None:
        """Save the last numbers, and wait for that, but no longer than a client would."""
        if self._names:
            self._save_numbers(self._signed(), self._replay.export(self._names))
        super().close()

    def _signed(self) -> Dict[str, int]:
        return {name: last for name, last in self._signer.export().items() if name in self._names}

    def _has_reserved(self, name: str, last: int) -> bool:
        """Whether the saved number of a router is ahead of the last one by enough."""
        kept = self._reserved.get(name)
        return kept is not None and kept >= later_by(last, seconds=_RESERVED_LEAST)

    def _save_numbers(self, signed: Mapping[str, int], heard: HeardNumbers) -> None:
        self._reserved = {name: later_by(last, seconds=_RESERVED) for name, last in signed.items()}
        self._heard = heard
        self.save(json.dumps({"signed": self._reserved, "heard": heard}))


def load_signed(directory: str) -> Dict[str, int]:
    """Return numbers that are later than all that the routers of the last agent signed with."""
    return _signed_in(read_json(directory, _NAME))


def _signed_in(kept: Any) -> Dict[str, int]:
    """Return the signed numbers of the content of a file; what is none is left out."""
    return _numbers(kept.get("signed") if isinstance(kept, dict) else None)


def _heard_in(kept: Any) -> HeardNumbers:
    entries = kept.get("heard") if isinstance(kept, dict) else None
    found = entries.items() if isinstance(entries, dict) else ()
    return {name: _numbers(numbers) for name, numbers in found}


def _numbers(kept: Any) -> Dict[str, int]:
    entries = kept.items() if isinstance(kept, dict) else ()
    return {name: number for name, number in entries if _is_number(number)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value < 1 << 64
