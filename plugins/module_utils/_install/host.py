# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The effects of an installation on a host, behind one small interface.

Each change is made only where it is needed, and none in check mode: the steps that use this class
have no ``if check_mode`` of their own.
"""

from __future__ import annotations

import contextlib
import grp
import os
import shutil
from dataclasses import dataclass
from typing import BinaryIO, Callable, Dict, List, Sequence, Tuple

Runner = Callable[[Sequence[str]], Tuple[int, str, str]]
Finder = Callable[[str], "str | None"]


class HostError(Exception):
    """A command or a file operation failed; the message names it."""


@dataclass(frozen=True)
class Ownership:
    """The mode of a file, and the group it belongs to; root's where none is named."""

    mode: int
    group: str = "root"

    def matches(self, path: str) -> bool:
        """Whether a file has this mode and group."""
        found = os.stat(path)
        return found.st_mode & 0o777 == self.mode and found.st_gid == self._number()

    def apply_to(self, path: str) -> None:
        """Set the mode and the group of a file; raises OSError."""
        os.chown(path, -1, self._number())
        os.chmod(path, self.mode)

    def _number(self) -> int:
        """Return the group's number; 0 while it does not exist, which happens only in check
        mode.
        """
        try:
            return grp.getgrnam(self.group).gr_gid
        except KeyError:
            return 0


READABLE = Ownership(0o644)


class Host:
    """A host to install on; ``run`` runs a command and returns (exit status, output, errors).

    ``find`` returns the path of a program, None for a missing one: the PATH of an unprivileged user
    often lacks the directories of programs for root.
    """

    def __init__(self, run: Runner, find: Finder, check_mode: bool) -> None:
        self._run = run
        self.find = find
        self.check_mode = check_mode
        self.changes: List[str] = []
        self.diff: List[Dict[str, str]] = []
        self.warnings: List[str] = []

    def ask(self, *command: str) -> Tuple[int, str]:
        """Run a command that changes nothing; returns its exit status and output, or the error
        messages of one that failed without any.

        A program that the host does not have counts as failed.
        """
        program = self.find(command[0])
        if program is None:
            return 127, ""
        status, output, errors = self._run((program, *command[1:]))
        return status, output if status == 0 else output or errors

    def change(self, what: str, act: Callable[[], object]) -> None:
        """Record a change, and make it unless in check mode; raises HostError."""
        self.changes.append(what)
        if self.check_mode:
            return
        try:
            act()
        except OSError as error:
            raise HostError(f"{what}: {error}") from None

    def command(self, what: str, *command: str) -> None:
        """Record a change, and run the command that makes it unless in check mode; raises
        HostError.
        """
        self.change(what, lambda: self._must_run(what, command))

    def _must_run(self, what: str, command: Sequence[str]) -> None:
        program = self.find(command[0])
        if program is None:
            raise HostError(f"{what}: the program {command[0]} is missing")
        status, output, errors = self._run((program, *command[1:]))
        if status != 0:
            raise HostError(f"{what}: {' '.join(command)}: {(errors or output).strip()}")

    def write(
        self,
        path: str,
        text: str,
        owner: Ownership = READABLE,
        shown: Callable[[str], str] = str,
    ) -> bool:
        """Write a file; returns whether that was a change. ``shown`` makes a text fit for
        the diff.
        """
        before = read(path)
        if before == text and owner.matches(path):
            return False
        self.note_diff(path, shown(before or ""), shown(text))
        self.change(f"write {path}", lambda: write_atomically(path, text, owner))
        return True

    def ensure_directory(self, path: str, mode: int) -> None:
        """Have a directory of root with that mode, whatever the umask is."""
        if not os.path.isdir(path) or os.stat(path).st_mode & 0o777 != mode:
            self.change(f"make the directory {path}", lambda: _make_directory(path, mode))

    def link(self, path: str, target: str) -> bool:
        """Point a symbolic link to ``target``, atomically; returns whether that was a change."""
        if os.path.islink(path) and os.readlink(path) == target:
            return False
        self.change(f"point {path} to {target}", lambda: _switch_link(path, target))
        return True

    def remove(self, path: str) -> bool:
        """Remove ``path``; returns whether that was a change."""
        if not os.path.lexists(path):
            return False
        self.note_diff(path, f"{path} exists\n", "")
        self.change(f"remove {path}", lambda: _remove(path))
        return True

    def remove_tree(self, path: str) -> None:
        """Remove ``path`` with all below it, however deep that is: others may have made it."""
        if os.path.lexists(path):
            self.note_diff(path, f"{path} exists\n", "")
            self.command(f"remove {path}", "rm", "-rf", "--one-file-system", "--", path)

    def remove_if_empty(self, path: str) -> None:
        """Remove the directory at ``path`` if it is empty."""
        if os.path.isdir(path) and not os.listdir(path):
            self.change(f"remove {path}", lambda: os.rmdir(path))

    def note_diff(self, path: str, before: str, after: str) -> None:
        """Add the change of a file to the diff."""
        self.diff.append(
            {
                "before_header": path,
                "after_header": path,
                "before": before,
                "after": after,
            }
        )


def read(path: str) -> str | None:
    """Return the text of a file; None when it does not exist or can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def write_atomically(path: str, text: str, owner: Ownership = READABLE) -> None:
    """Replace a file atomically, and make its directory if needed; raises OSError."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    opened = open_private(path + ".new")
    try:
        with opened as file:
            file.write(text.encode())
        owner.apply_to(path + ".new")
        os.replace(path + ".new", path)
    except OSError:
        os.unlink(path + ".new")  # It may hold secrets.
        raise


def open_private(path: str) -> BinaryIO:
    """Open a new file for writing that root alone can read from its first moment, in place of one
    that an interrupted run has left; raises OSError.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _make_directory(path: str, mode: int) -> None:
    os.makedirs(path, exist_ok=True)
    os.chmod(path, mode)


def _switch_link(path: str, target: str) -> None:
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    if os.path.lexists(path + ".new"):
        os.unlink(path + ".new")
    os.symlink(target, path + ".new")
    os.replace(path + ".new", path)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)
