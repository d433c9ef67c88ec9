# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What became of a command that was run. This module is PRIVATE to the collection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CommandResult:
    """``status`` is the exit status; None when there is none, and ``error`` says why.

    ``output`` is the last line that it wrote, for people.
    """

    status: int | None
    error: str = ""
    output: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the command said that all is well."""
        return self.status == 0

    def __str__(self) -> str:
        what = self.error if self.status is None else f"exit status {self.status}"
        return f"{what} ({self.output})" if self.output else what
