# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The targets take what the fuzzer begins with, and notice when something is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.wire.datagram import Datagram, DropReason, ReceiveContext
from _vrrp.wire.receive import receive
from _vrrp.wire.received import Received
from fuzz import targets


@pytest.mark.parametrize("name", sorted(targets.TARGETS))
def test_a_target_accepts_its_seeds(name: str) -> None:
    for seed in targets.seeds(name):
        targets.TARGETS[name](seed)


def test_a_target_notices_a_wrong_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def misread(datagram: Datagram, context: ReceiveContext) -> Received | DropReason:
        received = receive(datagram, context)
        if isinstance(received, DropReason):
            return received
        return replace(received, advertisement=replace(received.advertisement, priority=7))

    monkeypatch.setattr(targets, "receive", misread)
    # Version 3 over IPv4, one address, with the checksum of the message alone.
    with pytest.raises(AssertionError):
        targets.packet(b"\0\xff" + bytes.fromhex("313364010064a802c0000264"))


def test_a_target_notices_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "parse_request", lambda line: line[0])
    with pytest.raises(IndexError):
        targets.request(b"\n")
