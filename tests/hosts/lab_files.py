# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program of the lab as a module."""

from __future__ import annotations

import sys
from pathlib import Path

LAB_FILES = Path(__file__).resolve().parents[2] / "roles" / "lab" / "files"
sys.path.insert(0, str(LAB_FILES))

from lab import Host, Lab, children_of  # noqa: E402
from netns import connect  # noqa: E402

__all__ = ["LAB_FILES", "Host", "Lab", "children_of", "connect"]
