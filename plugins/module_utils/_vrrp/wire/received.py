# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A received advertisement, with the results of the receive checks."""

from __future__ import annotations

from dataclasses import dataclass

from ..model.instance import ChecksumForm
from .advertisement import Advertisement
from .datagram import Datagram
from .trailer import Trailer


@dataclass(frozen=True)
class Received:
    """``checksum_form`` is set for version 3 over IPv4, whose checksum has two forms; else None.

    ``trailer`` is None for an advertisement without a signature.
    """

    datagram: Datagram
    advertisement: Advertisement
    checksum_form: ChecksumForm | None = None
    trailer: Trailer | None = None
