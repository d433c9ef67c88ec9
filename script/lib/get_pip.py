# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the get-pip.py that ansible-test would download.

ansible-test starts it inside an empty virtual environment with the packages to install. Python
brings a pip of its own, so nothing has to be fetched but the packages.
"""

from __future__ import annotations

import ensurepip
import os
import sys

UNKNOWN_TO_PIP = ("--no-setuptools", "--no-wheel")


def main() -> None:
    """Have pip, then let it install what was asked for."""
    ensurepip.bootstrap()
    # ansible-test points this at nothing, which also hides how this machine reaches its index.
    os.environ.pop("PIP_CONFIG_FILE", None)
    arguments = [one for one in sys.argv[1:] if one not in UNKNOWN_TO_PIP]
    os.execv(sys.executable, [sys.executable, "-m", "pip", "install", *arguments])


main()
