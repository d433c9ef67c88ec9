# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of actions: what was refused, and what is confirmed."""

from __future__ import annotations

import errno
from typing import Any, get_args
from unittest.mock import Mock

import pytest
from _vrrp.base.errors import KernelError
from _vrrp.engine.actions import BUSY, Action, Confirm, Install, Log, Results, Send
from _vrrp.engine.host.resources import LinkUp
from _vrrp.runtime.executor import Executor


class Refuses:
    """A kernel that installs nothing, and may not send."""

    def __init__(self, refuses_to_send: int = 0) -> None:
        self.sent: list[str] = []
        self._refuses_to_send = refuses_to_send

    def install(self, resources: object) -> None:
        raise KernelError(13, "cannot add 192.0.2.100/24")

    def send(self, *arguments: object) -> None:
        if self._refuses_to_send:
            raise KernelError(self._refuses_to_send, "cannot send")
        self.sent.append("frame")

    def set_targets(self, action: object) -> None: ...

    def provision(self, action: object) -> None: ...

    def run(self, action: object) -> None: ...

    def probe(self, action: object) -> None: ...

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
        prober=kernel,
        signer=kernel,
        observe=kernel.provision,
        on_transition=lambda _transition: None,
    )


def test_every_action_has_one_handler() -> None:
    types = executor_on(Mock()).action_types
    assert sorted(types, key=str) == sorted(get_args(Action), key=str)


def test_results_are_what_was_refused_and_who_is_confirmed() -> None:
    kernel = Refuses()
    install = Install("web", (LinkUp("vrrp4.51.2"),))
    send = Send("web", 2, bytes(4), bytes(4), b"")
    results = executor_on(kernel).perform(
        [install, Confirm("web"), Log("web", "a line"), send, Confirm("db")]
    )
    assert results == Results(
        [(install, "cannot add 192.0.2.100/24: Permission denied")], ["web", "db"]
    )
    assert kernel.sent == ["frame"]


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.EPERM, "cannot send an advertisement: Operation not permitted"),
        (errno.ENOBUFS, BUSY),
    ],
)
def test_a_full_queue_is_no_refusal(number: int, error: str) -> None:
    kernel = Refuses(number)
    send = Send("web", 2, bytes(4), bytes(4), b"")
    assert executor_on(kernel).perform([send]) == Results([(send, error)], [])
