# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the README and in docs/: fenced blocks, and commands within sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(
    r"`((?:vrrpctl|vrrp-agent|script/\w+|ansible-\w+|systemctl|journalctl)(?: [^`]+)?)`"
)


@dataclass(frozen=True)
class Example:
    """A block or a command; ``place`` is its file and line."""

    place: str
    language: str
    text: str


def blocks() -> Iterator[Example]:
    """Yield every fenced block of all pages."""
    for page in PAGES:
        text = page.read_text()
        for found in _BLOCK.finditer(text):
            yield Example(_place(page, text, found.start()), found[1], found[2])


def commands() -> Iterator[Example]:
    """Yield every command: each line of a shell block, and each in a sentence."""
    for block in blocks():
        if block.language == "shell":
            for line in block.text.splitlines():
                yield Example(block.place, "shell", line)
    for page in PAGES:
        text = page.read_text()
        for found in _COMMAND.finditer(_BLOCK.sub("", text)):
            yield Example(page.name, "shell", found[1])


def _place(page: Path, text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"{page.relative_to(ROOT)}:{line}"
