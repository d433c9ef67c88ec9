# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Encoding, against the bytes of other implementations."""

from __future__ import annotations

import ipaddress

import pytest
from _vrrp.model.instance import ChecksumForm
from _vrrp.wire.advertisement import Advertisement, encode, message_length
from support.vectors import VALID, Vector


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.name)
def test_an_advertisement_is_encoded_to_the_bytes_of_the_vectors(vector: Vector) -> None:
    version, vrid, priority, interval, addresses, form = vector.fields
    advertisement = Advertisement(
        version,
        vrid,
        priority,
        interval,
        tuple(ipaddress.ip_address(one).packed for one in addresses),
    )
    source = ipaddress.ip_address(vector.source).packed
    destination = ipaddress.ip_address(vector.destination).packed
    chosen = ChecksumForm(form) if form else ChecksumForm.RFC5798
    assert encode(advertisement, source, destination, chosen).hex() == vector.message


def test_a_message_has_the_length_of_its_version_and_family() -> None:
    assert message_length(2, 1, 4) == 20
    assert message_length(3, 1, 4) == 12
    assert message_length(3, 2, 16) == 40
