# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sequence numbers of signatures over a cold start."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from _vrrp.engine.replay_numbers import ReplayNumbers
from _vrrp.engine.signer import Signer
from _vrrp.model.config import build_config
from _vrrp.runtime import clock
from _vrrp.runtime.loop import Loop
from _vrrp.runtime.sequence_file import SequenceFile, load_signed

pytestmark = pytest.mark.finding("E6")

S = 1_000_000_000
SECOND = 1 << 32  # In the numbers of signatures.
HMAC = {"keys": [{"id": 1, "secret": "x" * 32}]}
LABEL = "web"


def configuration(**hmac: str) -> Any:
    """A configuration of one router that signs."""
    instance = {"name": LABEL, "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    return build_config({"instances": [{**instance, "hmac": {**HMAC, **hmac}}]})


class Replay(ReplayNumbers):
    """The numbers that routers have heard."""

    def __init__(self) -> None:
        self.heard: dict[str, dict[str, int]] = {}

    def note_own(self, signed: Mapping[str, int]) -> None:
        """Take no note of them."""

    def export(self, names: object) -> dict[str, dict[str, int]]:
        """Return a copy of them."""
        return {name: dict(numbers) for name, numbers in self.heard.items()}

    def restore(self, numbers: dict[str, dict[str, int]]) -> None:
        """Take them over."""
        self.heard = numbers


class Agent:
    """The signer, the guards and the file of an agent."""

    def __init__(self, directory: Path, loop: Loop) -> None:
        self.signer = Signer()
        self.replay = Replay()
        self.loop = loop
        self.path = directory / "sequences.json"
        self.file = SequenceFile(str(directory), loop, self.signer, self.replay)
        self.file.configure(configuration(replay="monotonic"))
        self.file.restore()

    def saved(self) -> dict[str, Any]:
        """The content of the file, once it is written."""
        deadline = clock.now() + 10 * S
        while self.file.is_writing:
            self.loop.run_once(deadline)
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


def test_a_number_is_reserved_before_it_is_reached(tmp_path: Path, loop: Loop) -> None:
    agent = Agent(tmp_path, loop)
    agent.signer.restore({LABEL: 1000 * SECOND, "other": 5})
    agent.file.run_due(0)
    assert agent.saved()["signed"] == {LABEL: 1300 * SECOND}
    # Three minutes later enough is reserved, one second later it is not.
    agent.signer.restore({LABEL: 1180 * SECOND})
    agent.file.run_due(10 * S)
    assert agent.saved()["signed"] == {LABEL: 1300 * SECOND}
    agent.signer.restore({LABEL: 1181 * SECOND})
    agent.file.run_due(20 * S)
    assert agent.saved()["signed"] == {LABEL: 1481 * SECOND}
    assert load_signed(str(tmp_path)) == {LABEL: 1481 * SECOND}


def test_the_next_agent_continues_after_the_clean_up_of_the_last(
    tmp_path: Path, loop: Loop
) -> None:
    first = Agent(tmp_path, loop)
    first.signer.restore({LABEL: 1000 * SECOND})
    first.file.run_due(0)
    first.saved()
    second = Agent(tmp_path, loop)
    # One 65536th of a second is left for the clean-up.
    assert second.signer.export() == {LABEL: 1300 * SECOND + (1 << 16)}


def test_what_was_heard_is_saved_once_a_minute_and_at_the_end(tmp_path: Path, loop: Loop) -> None:
    agent = Agent(tmp_path, loop)
    agent.replay.heard = {LABEL: {"c000020b01": 7}}
    agent.file.run_due(0)
    assert agent.saved()["heard"] == {LABEL: {"c000020b01": 7}}
    agent.replay.heard = {LABEL: {"c000020b01": 8}}
    agent.file.run_due(50 * S)
    assert agent.saved()["heard"] == {LABEL: {"c000020b01": 7}}
    agent.file.run_due(60 * S)
    assert agent.saved()["heard"] == {LABEL: {"c000020b01": 8}}
    agent.replay.heard = {LABEL: {"c000020b01": 9}}
    agent.file.close()
    assert Agent(tmp_path, loop).replay.heard == {LABEL: {"c000020b01": 9}}


def test_nothing_is_saved_where_signatures_need_a_clock(tmp_path: Path, loop: Loop) -> None:
    agent = Agent(tmp_path, loop)
    agent.file.configure(configuration())
    agent.signer.restore({LABEL: 1000 * SECOND})
    assert agent.file.next_deadline() is None
    agent.file.run_due(0)
    agent.file.close()
    assert not agent.path.exists()


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"signed": 5, "heard": []}', '{"signed": {"web": -1}, "heard": {"web": {"x": 1}}}'],
)
def test_a_file_that_makes_no_sense_is_no_reason_not_to_start(
    tmp_path: Path, loop: Loop, content: str
) -> None:
    (tmp_path / "sequences.json").write_text(content)
    assert Agent(tmp_path, loop).signer.export() == {}
