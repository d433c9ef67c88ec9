# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configurations of keepalived as people write them, with what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_DIRECTORY = Path(__file__).parents[1] / "unit" / "keepalived"
_FILES = ("cases.yml", "pitfalls.yml")


def keepalived_cases() -> list[dict[str, Any]]:
    """Return the cases: ``text``, further ``files``, the ``instances`` and ``verdicts``, which are
    those that are not mapped, by line.
    """
    return [case for file in _FILES for case in yaml.safe_load((_DIRECTORY / file).read_text())]
