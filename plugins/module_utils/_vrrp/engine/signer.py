# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Signs what routers send, at the moment they send it."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, Mapping

from ..base.units import Nanoseconds
from ..wire.sequence import SequenceNumbers
from ..wire.trailer import sign
from .actions import Send


class Signer:
    """Holds the last sequence number of every router that signs. Mutable."""

    def __init__(self) -> None:
        self._numbers: Dict[str, SequenceNumbers] = {}

    def export(self) -> Dict[str, int]:
        """Return the last numbers by router, for another process."""
        last = {name: numbers.last for name, numbers in self._numbers.items()}
        return {name: number for name, number in last.items() if number is not None}

    def restore(self, last: Mapping[str, int]) -> None:
        """Continue after these numbers."""
        self._numbers = {name: SequenceNumbers(number) for name, number in last.items()}

    def sign(self, send: Send, wall: Nanoseconds) -> Send:
        """Return the action with its message signed at this time of day (nanoseconds since 1970),
        or unchanged for a router that does not sign.
        """
        if send.hmac is None:
            return send
        numbers = self._numbers.setdefault(send.router, SequenceNumbers())
        number = numbers.next(wall, send.hmac.window)
        key = send.hmac.signing_key
        return replace(send, message=sign(send.message, send.source, send.destination, key, number))
