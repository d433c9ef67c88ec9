# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the checkout importable as the collection, as Ansible would see it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLLECTIONS = ROOT / ".cache" / "collections"
PLACE = COLLECTIONS / "ansible_collections" / "failover" / "vrrp"

if not PLACE.exists():
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.symlink_to(ROOT)
sys.path.insert(0, str(COLLECTIONS))
