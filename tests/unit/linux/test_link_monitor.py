# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The monitor of interfaces, with a kernel that had to drop messages."""

from __future__ import annotations

import errno
from typing import Iterator

import pytest
from _vrrp.linux import netlink
from _vrrp.linux.links import LinkMonitor
from _vrrp.linux.netlink import Message
from support.link_messages import DELADDR, address, link

OWN, OTHER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])


class Dump:
    """All messages, or all but the one that another change has hidden."""

    def __init__(self, found: list[Message], hidden: Message | None) -> None:
        self._found = [one for one in found if one != hidden]
        self.is_consistent = hidden is None

    def __iter__(self) -> Iterator[Message]:
        return iter(self._found)


class Kernel:
    """A kernel whose host has the messages of ``state``, and ``events`` to be read; None stands for
    messages that were dropped.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state = [link(2, "eth0"), address(2, OWN)]
        self.events: list[Message | None] = []
        self.dumped_with: list[int] = []
        self.interruptions: list[Message] = []
        monkeypatch.setattr(netlink, "receive", self._receive)
        monkeypatch.setattr(netlink, "dump_links_and_addresses", self._dump)

    def _receive(self, _socket: object, _buffer: object) -> bytes | None:
        if not self.events:
            return None
        event = self.events.pop(0)
        if event is None:
            raise OSError(errno.ENOBUFS, "")
        return event.data

    def _dump(self, _socket: object) -> Dump:
        self.dumped_with.append(len(self.events))
        found = Dump(list(self.state), self.interruptions.pop(0) if self.interruptions else None)
        return found


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    return Kernel(monkeypatch)


@pytest.fixture
def monitor(kernel: Kernel) -> Iterator[LinkMonitor]:
    """A monitor of eth0."""
    made = LinkMonitor({"eth0"})
    kernel.dumped_with.clear()
    yield made
    made.close()


def test_messages_from_before_an_overrun_are_discarded(
    kernel: Kernel, monitor: LinkMonitor
) -> None:
    kernel.state.append(address(2, OTHER))
    kernel.events = [None, address(2, OWN, DELADDR), None, address(2, OWN, DELADDR)]
    assert monitor.drain()
    assert kernel.dumped_with == [0]
    found = monitor.links()["eth0"]
    assert (found.has(OWN), found.has(OTHER)) == (True, True)
    assert found.losses == (1, 0)


@pytest.mark.finding("B1")
def test_everything_is_read_in_portions(kernel: Kernel, monitor: LinkMonitor) -> None:
    kernel.state.append(address(2, OTHER))
    kernel.events = [None]
    # The portion in which the kernel says that it has dropped messages.
    outcomes = iter([False])
    assert not monitor.drain(lambda: next(outcomes, True))
    portions = 0
    while not monitor.drain(lambda: True):
        portions += 1
        assert portions < 10
        assert not monitor.links()["eth0"].has(OTHER)
    assert portions >= 2
    assert monitor.is_drained
    assert monitor.links()["eth0"].has(OTHER)


def test_an_overrun_is_not_forgotten_when_other_interfaces_are_watched(
    kernel: Kernel, monitor: LinkMonitor
) -> None:
    kernel.events = [None]
    outcomes = iter([False])
    monitor.drain(lambda: next(outcomes, True))
    assert monitor.watch({"eth0", "eth1"})
    assert monitor.pop_losses()
    assert monitor.links()["eth0"].losses == (1, 0)


def test_an_interface_that_gets_a_watched_name_comes_with_its_addresses(
    kernel: Kernel, monitor: LinkMonitor
) -> None:
    assert monitor.watch({"eth0", "lan0"})
    kernel.state.extend([link(7, "lan0"), address(7, OTHER)])
    kernel.events = [link(7, "lan0")]
    assert monitor.drain()
    assert monitor.links()["lan0"].has(OTHER)


def test_what_a_change_has_hidden_from_a_dump_is_found_by_the_next(
    kernel: Kernel, monitor: LinkMonitor
) -> None:
    kernel.state.append(address(2, OTHER))
    kernel.interruptions = [address(2, OTHER), address(2, OWN)]
    kernel.events = [None]
    assert monitor.drain()
    assert len(kernel.dumped_with) == 3
    found = monitor.links()["eth0"]
    assert (found.has(OWN), found.has(OTHER)) == (True, True)


def test_messages_from_before_an_overrun_are_discarded_when_others_are_watched(
    kernel: Kernel, monitor: LinkMonitor
) -> None:
    kernel.events = [None, address(2, OTHER), address(2, OTHER)]
    outcomes = iter([False])
    monitor.drain(lambda: next(outcomes, True))
    assert monitor.watch({"eth0", "eth1"})
    assert not monitor.drain()
    found = monitor.links()["eth0"]
    assert (found.has(OWN), found.has(OTHER)) == (True, False)


def test_a_loss_is_not_forgotten_when_an_interface_comes_in_the_same_moment(
    kernel: Kernel, monitor: LinkMonitor
) -> None:
    assert monitor.watch({"eth0", "lan0"})
    monitor.pop_losses()
    kernel.state.append(link(7, "lan0"))
    kernel.events = [link(2, "eth0", flags=0), link(2, "eth0"), link(7, "lan0")]
    assert monitor.drain()
    assert monitor.pop_losses()
