# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Text from other programs, as a terminal may show it."""

from __future__ import annotations


def visible(text: str) -> str:
    """Return a line without what is no visible character, such as escape sequences."""
    return "".join(one if one.isprintable() else "?" for one in text)


def visible_lines(text: str) -> str:
    """Return the same of several lines."""
    return "\n".join(map(visible, text.split("\n")))
