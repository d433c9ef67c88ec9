# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probe an address from a namespace, until ``--duration`` is over or standard input is closed.

Writes the result of ``_probe/probe.py`` of the collection as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "plugins" / "module_utils"))

from _probe.probe import Probe


def asked_to_stop() -> bool:
    """Whether standard input is closed."""
    readable, _writable, _failed = select.select([sys.stdin], [], [], 0)
    return bool(readable) and not os.read(sys.stdin.fileno(), 64)


def report_first() -> None:
    """Say that there was an answer."""
    print("answered", file=sys.stderr, flush=True)


def main() -> None:
    """Read the command line, probe, write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--interface", default="eth0")
    parser.add_argument("--rate", type=int, default=1000, help="probes a second")
    parser.add_argument("--duration", type=float, default=60, help="seconds, at most")
    parser.add_argument(
        "--report-first", action="store_true", help="say 'answered' on standard error at the first"
    )
    chosen = parser.parse_args()
    on_first = report_first if chosen.report_first else int
    probe = Probe(chosen.address, chosen.interface, chosen.rate, on_first)
    json.dump(probe.run(chosen.duration, asked_to_stop), sys.stdout)


if __name__ == "__main__":
    main()
