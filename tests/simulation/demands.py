# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Demands on a run: the first that is not met ends it."""

from __future__ import annotations


class WrongError(AssertionError):
    """A run that is not as it should be, and why."""


def demand(condition: bool, why: str) -> None:
    """End the run unless the condition holds."""
    if not condition:
        raise WrongError(why)
