# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refused actions in words: each names what was asked."""

from __future__ import annotations

from typing import get_args

import pytest
from _vrrp.base.errors import KernelError
from _vrrp.engine.actions import Action, Confirm, Install, Provision, Remove
from _vrrp.engine.host.devices import Macvlan
from _vrrp.engine.host.resources import AddressResource, LinkUp
from _vrrp.model.address import parse_address
from _vrrp.runtime import refusals
from _vrrp.runtime.refusals import why_refused

INVALID = OSError(22, "Invalid argument")
ADDRESS = AddressResource("eth0", parse_address("192.0.2.100/24"))


@pytest.mark.finding("G11")
@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Install("web", (LinkUp("eth0"),), (ADDRESS,)), "add interface eth0, 192.0.2.100/24"),
        (Remove("web", (ADDRESS,)), "remove 192.0.2.100/24"),
        (
            Provision(frozenset({Macvlan("vrrp4.51.2", "eth0", bytes(6), ipv6=False)})),
            "provide vrrp4.51.2",
        ),
        (Provision(), "remove a macvlan or a packet filter"),
    ],
)
def test_an_error_of_the_system_names_what_was_asked(action: Action, text: str) -> None:
    assert why_refused(action, INVALID) == f"cannot {text}: Invalid argument"


@pytest.mark.finding("G11")
def test_every_action_has_words() -> None:
    assert set(get_args(Action)) - {Confirm} == set(refusals._ASKED)


def test_an_error_that_names_it_already_is_left_as_it_is() -> None:
    assert why_refused(Provision(), KernelError(1, "cannot do it")) == (
        "cannot do it: Operation not permitted"
    )
