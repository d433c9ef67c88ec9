# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""An advertisement that arrived, with what the receive checks found out about it.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..model.instance import ChecksumForm
from .advertisement import Advertisement
from .datagram import Datagram
from .trailer import Trailer


@dataclass(frozen=True)
class Received:
    """``checksum_form`` is of version 3 over IPv4, whose checksum has two readings; else None.

    ``trailer`` is None for an advertisement without a signature.
    """

    datagram: Datagram
    advertisement: Advertisement
    checksum_form: ChecksumForm | None = None
    trailer: Trailer | None = None
