# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions after a failure: addresses that are not there are not announced."""

from __future__ import annotations

from typing import Any, get_args
from unittest.mock import Mock

from _vrrp.base.errors import KernelError
from _vrrp.engine.actions import Action, Install, Log, Send, SendFrames
from _vrrp.engine.host.resources import LinkUp
from _vrrp.runtime.executor import Executor


class Refuses:
    """A kernel that installs nothing, and counts what is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def install(self, resources: object) -> None:
        raise KernelError(13, "cannot add 192.0.2.100/24")

    def send(self, *arguments: object) -> None:
        self.sent.append("frame")

    def set_targets(self, action: object) -> None: ...

    def provision(self, action: object) -> None: ...

    def run(self, action: object) -> None: ...

    def sender(self, index: int, family: object) -> Any:
        return self


def executor_on(kernel: Any) -> Executor:
    """An executor whose every collaborator is this kernel."""
    return Executor(
        storage=kernel,
        intent_file=kernel,
        receiver=kernel,
        provisioner=kernel,
        helper=kernel,
        resources=kernel,
        frames=kernel,
        signer=kernel,
        observe=kernel.provision,
        on_transition=lambda _transition: None,
    )


def test_every_action_has_one_handler() -> None:
    types = executor_on(Mock()).action_types
    assert sorted(types, key=str) == sorted(get_args(Action), key=str)


def test_a_router_without_its_addresses_neither_advertises_nor_announces() -> None:
    kernel = Refuses()
    performer = executor_on(kernel)
    install = Install("web", (LinkUp("vrrp4.51.2"),))
    failures = performer.perform(
        [
            install,
            Send("web", 2, bytes(4), bytes(4), b""),
            SendFrames("web", 2, (b"",)),
            Log("web", "a line"),
        ]
    )
    assert [action for action, _error in failures] == [install]
    assert kernel.sent == []
    performer.perform([SendFrames("db", 2, (b"",))])
    assert kernel.sent == ["frame"]
