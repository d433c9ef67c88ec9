# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A watch over an agent after its upgrade."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._control import wait
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import ControlError

SETTLED = {
    "label": "web", "leaving": False, "state": "MASTER", "reason": "elected", "sync_group": None,
    "tracked": [], "master": None, "preempt": True, "effective_priority": 200,
}  # fmt: skip


def answer(pid: int, state: str = "MASTER") -> Any:
    return {"agent": {"pid": pid}, "instances": [{**SETTLED, "state": state}]}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "_WATCH_INTERVAL", 0.001)
    monkeypatch.setattr(wait, "_SETTLE_TIMEOUT", 0.05)


def watched(answers: Iterator[Any]) -> Any:
    """The outcome of a watch over an agent that was process 7 at first, and gives these answers."""

    def ask() -> Any:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    return wait.watch(ask, answer(7), 0.02)


def forever(found: Any) -> Iterator[Any]:
    while True:
        yield found


def test_an_agent_that_stays_the_same_process_passes() -> None:
    assert watched(forever(answer(7))) == answer(7)


def test_an_agent_that_was_started_again_fails() -> None:
    with pytest.raises(ControlError, match="the agent has ended and was started again") as failed:
        watched(iter([answer(7), answer(8)]))
    assert failed.value.code == "restarted"


def test_an_agent_that_does_not_answer_fails() -> None:
    silent = ControlError("unreachable", "the agent can't be reached")
    with pytest.raises(ControlError, match="can't be reached"):
        watched(iter([answer(7), silent]))


def test_an_agent_whose_instances_have_not_settled_in_the_end_fails() -> None:
    with pytest.raises(ControlError, match=r"web is BACKUP \(elected\) and hears no master"):
        watched(forever(answer(7, "BACKUP")))
