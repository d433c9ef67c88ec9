# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of ``script/fuzz``, apart from the fuzzer that not every machine has."""

from __future__ import annotations

import argparse

from fuzz.targets import TARGETS


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the options for one target."""
    parser = argparse.ArgumentParser(prog="script/fuzz", description="fuzz a target")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=20, help="how long (default: 20)")
    parser.add_argument("--found", default=".", help="the directory for an input that fails")
    return parser
