# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The weights of checks where keepalived can't use them: in sync groups, whose instances have to
keep their order, and with the priority 255.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Dict, Tuple

from .verdicts import Outcome, dropped, mapped

Check = Dict[str, Any]  # An entry of ``track_scripts`` and its like.

_WEIGHT_OF_FILES = 1  # The default of keepalived.


class Weights(Enum):
    """The fate of weights: they count; they are those of a member of a sync group without
    sync_group_tracking_weight, or of an instance with priority 255; or they are those of a sync
    group of which a member has that priority.
    """

    KEPT = ""
    OF_A_MEMBER = "in a sync group without sync_group_tracking_weight"
    OF_AN_OWNER = "with priority 255"
    OF_A_GROUP_WITH_AN_OWNER = "in a sync group with priority 255"


def weighed(check: Check, setting: str, weights: Weights) -> Tuple[Check | None, Outcome]:
    """Return a check as it counts, None where keepalived leaves it out, and the outcome."""
    is_kept = weights is Weights.KEPT or not check.get("weight", 0)
    if is_kept or (setting == "track_processes" and weights in _OF_AN_INSTANCE):
        return check, mapped(setting)
    if _is_fault(check, setting, weights):
        why = f"{setting}, without its weight, which keepalived ignores {weights.value}"
        return {name: value for name, value in check.items() if name != "weight"}, mapped(why)
    return None, dropped(f"keepalived ignores checks with a weight {weights.value}")


def _is_fault(check: Check, setting: str, weights: Weights) -> bool:
    """Whether a check without its weight is left, whose failure is a fault."""
    if weights is Weights.OF_A_GROUP_WITH_AN_OWNER:
        return True
    if setting == "track_interfaces":
        return weights is Weights.OF_A_MEMBER
    return setting == "track_files" and check["weight"] == _WEIGHT_OF_FILES


_OF_AN_INSTANCE = (Weights.OF_A_MEMBER, Weights.OF_AN_OWNER)
