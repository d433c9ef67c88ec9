# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fuzzes one target, guided by what it covers, for a bounded time; see targets.py.

    fuzz.py packet --seconds 20

The exit status is not 0 when something was found; the input lies where the last lines say.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["_vrrp", "ansible_collections", "fuzz.targets"]):
    from fuzz import targets

from fuzz.options import make_parser

INPUT_MAX = 2048


def corpus(directory: str, name: str) -> None:
    """Write the first inputs into a directory."""
    for number, seed in enumerate(targets.seeds(name)):
        (Path(directory) / f"seed{number}").write_bytes(seed)


def main() -> None:
    chosen = make_parser().parse_args()
    with tempfile.TemporaryDirectory() as directory:
        corpus(directory, chosen.target)
        options = [
            f"-max_total_time={chosen.seconds}",
            f"-max_len={INPUT_MAX}",
            "-timeout=5",
            "-use_value_profile=1",
            "-verbosity=0",
            "-print_final_stats=1",
            f"-artifact_prefix={chosen.found}/{chosen.target}-",
        ]
        atheris.Setup([sys.argv[0], *options, directory], targets.TARGETS[chosen.target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
