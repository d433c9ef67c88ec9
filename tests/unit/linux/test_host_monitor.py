# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses that a clean-up leaves, as another VRRP daemon of the host may have added them."""

from __future__ import annotations

import ipaddress

import pytest
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.engine.host.observed import KEEPALIVED_MARK, MARK
from _vrrp.engine.host.resources import address_key
from _vrrp.linux import host_monitor
from _vrrp.linux.vrrp_programs import VrrpPrograms
from _vrrp.runtime.host_watcher import HostWatcher
from _vrrp.runtime.loop import Loop

VIP = ipaddress.ip_address("192.0.2.100").packed
LOOPBACK = LinkAddress(ipaddress.ip_address("127.0.0.1").packed, 8, protocol=1)


def kept(monkeypatch: pytest.MonkeyPatch, *addresses: LinkAddress, beside: bool) -> bool:
    """Whether the address is left, with another daemon ``beside`` or without."""

    class Monitor:
        def links(self) -> dict[str, Link]:
            return {"eth0": Link(2, "eth0", True, bytes(6), addresses)}

        def close(self) -> None: ...

    class Programs:
        def has_others(self) -> bool:
            return beside

    monkeypatch.setattr(host_monitor, "LinkMonitor", Monitor)
    monkeypatch.setattr(host_monitor, "VrrpPrograms", Programs)
    return address_key("eth0", VIP) in host_monitor.addresses_of_other_daemons()


@pytest.mark.parametrize(("runs", "is_other"), [(True, False), (False, True)])
def test_sockets_of_the_process_that_is_replaced_are_those_of_no_other_program(
    monkeypatch: pytest.MonkeyPatch, runs: bool, is_other: bool
) -> None:
    monkeypatch.setattr(VrrpPrograms, "has_others", lambda _programs: True)
    watcher = HostWatcher(Loop(), lambda _observed: None)
    watcher.expect_old_process(runs)
    assert watcher.observed().has_other_vrrp is is_other
    watcher.close()


@pytest.mark.parametrize(
    ("protocol", "keeps_marks", "beside", "expected"),
    [
        (KEEPALIVED_MARK, True, False, True),
        (MARK, True, True, False),
        (0, True, True, True),
        (0, True, False, False),
        # Without marks, what was recorded as the agent's is its own.
        (0, False, True, False),
    ],
)
def test_an_address_is_left_to_another_daemon_that_may_have_added_it(
    monkeypatch: pytest.MonkeyPatch, protocol: int, keeps_marks: bool, beside: bool, expected: bool
) -> None:
    others = [LOOPBACK] if keeps_marks else []
    found = kept(monkeypatch, LinkAddress(VIP, 24, protocol=protocol), *others, beside=beside)
    assert found is expected
