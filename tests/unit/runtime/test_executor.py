# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is performed after something failed: nobody hears of addresses that are not there."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.base.errors import KernelError
from _vrrp.engine.actions import Install, Log, Send, SendFrames
from _vrrp.runtime import executor
from _vrrp.runtime.executor import Executor


class Refuses:
    """A kernel that installs nothing, and counts what is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def install(self, resources: object) -> None:
        raise KernelError(13, "cannot add 192.0.2.100/24")

    def send(self, *arguments: object) -> None:
        self.sent.append("frame")

    def sender(self, index: int, family: object) -> Any:
        return self


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Refuses:
    made = Refuses()
    monkeypatch.setattr(executor, "ResourceTable", lambda: made)
    monkeypatch.setattr(executor, "FrameSender", lambda: made)
    return made


def test_nothing_is_told_of_addresses_that_could_not_be_installed(kernel: Refuses) -> None:
    anything: Any = kernel
    performer = Executor(anything, anything, anything, anything, lambda _transition: None)
    install = Install("web", ())
    failures = performer.perform(
        [
            install,
            Send("web", 2, bytes(4), bytes(4), b""),
            SendFrames("web", 2, (b"",), 1),
            Log("web", "a line"),
        ]
    )
    assert [action for action, _error in failures] == [install]
    assert kernel.sent == []
    performer.perform([SendFrames("db", 2, (b"",), 2)])
    assert kernel.sent == ["frame", "frame"]
