# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Intents on a disk that is slow, full or broken."""

from __future__ import annotations

import errno
import json
import threading
from pathlib import Path
from typing import Any, Iterator

import pytest
from _vrrp.model.intent import Intent, IntentKind, Intents, Origin
from _vrrp.runtime import background_file, clock
from _vrrp.runtime.files import replace_file
from _vrrp.runtime.intent_file import IntentFile
from _vrrp.runtime.loop import Loop

INTENTS = Intents(
    Intent(IntentKind.BACKUP, True),
    {"web": Intent(IntentKind.BACKUP), "db": Intent(IntentKind.MASTER)},
)
S = 1_000_000_000


class Disk:
    """A disk that can be stopped, and can be full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers = threading.Event()
        self.answers.set()
        self.is_full = False
        self.written: list[str] = []
        monkeypatch.setattr(background_file, "replace_file", self._replace)

    def _replace(self, directory: str, name: str, text: str, durable: bool) -> None:
        assert self.answers.wait(10)
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.written.append(text)
        replace_file(directory, name, text, durable)


class Refused:
    """A thread that the kernel refuses."""

    def __init__(self, **_arguments: object) -> None:
        pass

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def wait(loop: Loop, answers: list[Any]) -> Any:
    """The answer, once it is there."""
    deadline = clock.now() + 10 * S
    while not answers:
        assert clock.now() < deadline
        loop.run_once(deadline)
    return answers.pop()


def test_saved_intents_are_loaded_after_a_restart(tmp_path: Path, loop: Loop, disk: Disk) -> None:
    kept = IntentFile(str(tmp_path / "new"), loop)
    assert kept.intents == Intents()
    kept.save_intents(INTENTS)
    answers: list[Any] = []
    kept.when_saved(answers.append)
    assert wait(loop, answers) is None
    assert IntentFile(str(tmp_path / "new"), loop).intents == INTENTS
    kept.when_saved(answers.append)
    assert answers == [None]


def test_the_origin_of_an_intent_is_saved_with_it(tmp_path: Path, loop: Loop) -> None:
    kept = IntentFile(str(tmp_path), loop)
    drained = Intent(IntentKind.BACKUP, origin=Origin(1_795_824_000, "ops"))
    kept.save_intents(Intents(drained))
    kept.close()
    assert IntentFile(str(tmp_path), loop).intents.host.origin == drained.origin


@pytest.mark.parametrize("origin", [{}, {"at": 1}, {"at": "1", "by": "ops"}, {"at": -1, "by": ""}])
def test_an_intent_whose_origin_makes_no_sense_has_none(
    tmp_path: Path, loop: Loop, origin: dict[str, Any]
) -> None:
    text = json.dumps({"host": {"intent": "backup", **origin}})
    (tmp_path / "intents.json").write_text(text)
    host = IntentFile(str(tmp_path), loop).intents.host
    assert (host.kind, host.origin) == (IntentKind.BACKUP, None)


@pytest.mark.finding("B7")
def test_nothing_waits_for_a_disk_that_does_not_answer(
    tmp_path: Path, loop: Loop, disk: Disk
) -> None:
    kept = IntentFile(str(tmp_path), loop)
    disk.answers.clear()
    answers: list[Any] = []
    kept.save_intents(INTENTS)
    kept.when_saved(answers.append)
    kept.save_intents(Intents())
    deadline = kept.next_deadline()
    assert deadline is not None
    kept.run_due(deadline)
    assert answers == [f"{tmp_path} has not answered for 1 s"]
    answers.clear()
    kept.when_saved(answers.append)
    disk.answers.set()
    assert wait(loop, answers) is None
    assert IntentFile(str(tmp_path), loop).intents == Intents()
    assert len(disk.written) <= 2


def test_a_full_disk_is_reported_and_tried_again(tmp_path: Path, loop: Loop, disk: Disk) -> None:
    kept = IntentFile(str(tmp_path), loop)
    disk.is_full = True
    answers: list[Any] = []
    kept.save_intents(INTENTS)
    kept.when_saved(answers.append)
    why = f"cannot write {tmp_path}/intents.json: No space left on device"
    assert wait(loop, answers) == why
    assert kept.problem == why
    while kept.next_deadline() is None:
        loop.run_once(clock.now() + S)
    disk.is_full = False
    retry_at = kept.next_deadline()
    assert retry_at is not None
    kept.run_due(retry_at)
    loop.run_once(clock.now() + 10 * S)
    assert kept.problem is None
    assert IntentFile(str(tmp_path), loop).intents == INTENTS


def test_an_agent_that_may_have_no_more_threads_tries_again(
    tmp_path: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = IntentFile(str(tmp_path), loop)
    answers: list[Any] = []
    with monkeypatch.context() as limited:
        limited.setattr(threading, "Thread", Refused)
        kept.save_intents(INTENTS)
        kept.when_saved(answers.append)
        why = f"cannot write {tmp_path}/intents.json: can't start new thread"
        assert wait(loop, answers) == why
    while kept.next_deadline() is None:
        loop.run_once(clock.now() + S)
    kept.run_due(clock.now() + 100 * S)
    loop.run_once(clock.now() + 10 * S)
    assert kept.problem is None
    assert IntentFile(str(tmp_path), loop).intents == INTENTS


def test_what_is_being_saved_at_the_end_is_waited_for(
    tmp_path: Path, loop: Loop, disk: Disk
) -> None:
    kept = IntentFile(str(tmp_path), loop)
    disk.answers.clear()
    kept.save_intents(INTENTS)
    assert kept.is_writing
    threading.Timer(0.05, disk.answers.set).start()
    kept.close()
    assert not kept.is_writing
    assert IntentFile(str(tmp_path), loop).intents == INTENTS


@pytest.mark.parametrize("text", ["", "{", "[]", '{"web": {"intent": "off"}}', '{"web": 7}', "7"])
def test_an_invalid_file_counts_as_empty(tmp_path: Path, loop: Loop, text: str) -> None:
    (tmp_path / "intents.json").write_text(text)
    assert IntentFile(str(tmp_path), loop).intents == Intents()
