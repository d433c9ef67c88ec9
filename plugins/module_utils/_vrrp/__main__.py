# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""``python3 -m _vrrp``: the agent and its commands."""

from __future__ import annotations

from .agent.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
