# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log lines for a reader that does not read."""

from __future__ import annotations

import logging
import os
import socket
from typing import Iterator

import pytest
from _vrrp.runtime import log
from _vrrp.runtime.log import LogWriter


class Reader:
    """A writer and the other end of its pipe or socket."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading = reading
        self.writer = LogWriter(writing)
        os.set_blocking(reading, False)

    def log(self, text: str) -> None:
        self.writer.handle(logging.LogRecord("", logging.INFO, "", 0, text, None, None))

    def read(self) -> list[str]:
        """Read everything, as the writer goes on writing."""
        found = b""
        while True:
            try:
                found += os.read(self.reading, 1 << 16)
            except BlockingIOError:
                if self.writer.next_deadline() is None:
                    return found.decode().splitlines()
                self.writer.run_due(0)


@pytest.fixture(params=["pipe", "socket"])
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A reader of a pipe and of a socket, such as the journal's."""
    if request.param == "pipe":
        ends = os.pipe()
    else:
        first, second = socket.socketpair()
        ends = first.detach(), second.detach()
    yield Reader(*ends)
    for end in ends:
        os.close(end)


@pytest.mark.finding("B7")
def test_lines_wait_for_a_reader_that_does_not_read(reader: Reader) -> None:
    lines = [f"{number} {'x' * 2000}" for number in range(500)]
    for line in lines:
        reader.log(line)
    assert reader.writer.next_deadline() is not None
    assert reader.read() == lines
    reader.log("at once")
    assert reader.read() == ["at once"]


def test_lines_that_are_too_many_are_dropped_and_counted(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_LINES_MAX", 10)
    for number in range(1000):
        reader.log(f"{number} {'x' * 9000}")
    lines = reader.read()
    whole = [line for line in lines if line.endswith("x")]
    assert [int(line.split()[0]) for line in whole] == list(range(len(whole)))
    assert f"lines not logged because nobody read them: {1000 - len(whole)}" in lines


def test_a_line_for_a_reader_that_has_gone_is_dropped(reader: Reader) -> None:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.dup2(descriptor, reader.reading)
    os.close(descriptor)
    reader.log("for nobody")
    assert reader.writer.next_deadline() is None


def test_a_terminal_that_shows_nothing_does_not_block() -> None:
    reading, writing = os.openpty()
    reader = Reader(reading, writing)
    for number in range(300):
        reader.log(f"{number} {'x' * 200}")
    assert reader.writer.next_deadline() is not None
    assert len(reader.read()) == 300
    os.close(reading)
    os.close(writing)
