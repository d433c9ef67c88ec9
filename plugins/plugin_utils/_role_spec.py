# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The variables of the role vrrp and their types, from its argument spec."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import yaml

_SPECS = Path(__file__).resolve().parents[2] / "roles" / "vrrp" / "meta" / "argument_specs.yml"


@functools.lru_cache(maxsize=1)
def role_options() -> dict[str, t.Any]:
    """Return the options of the role by name; raises OSError without the role."""
    # Each host of a play has a process of its own that reads it: libyaml is ten times faster.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    specs = yaml.load(_SPECS.read_text(), Loader=loader)["argument_specs"]
    options: dict[str, t.Any] = specs["main"]["options"]
    return options
