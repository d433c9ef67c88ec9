# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scale of a benchmark run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """``times`` each figure is taken, over ``span`` seconds where it takes time.

    ``hosts`` are those of an inventory, and ``managed`` those that Ansible has in a run.
    ``many`` and ``most`` are the numbers of instances for which the cases ask, ``slow`` is their
    slow interval in seconds.
    """

    times: int = 5
    span: float = 4.0
    many: int = 250
    most: int = 2000
    slow: float = 1.0
    hosts: int = 10_000
    managed: int = 1000


SMOKE = Scale(times=1, span=0.5, many=20, most=40, slow=0.2, hosts=400, managed=8)
