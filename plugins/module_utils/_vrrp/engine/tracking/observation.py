# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The last result of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Union


@dataclass(frozen=True)
class Observation:
    """The result of a check: ``up`` is None before the first; ``factor`` multiplies a weight."""

    up: bool | None
    why: str
    factor: int = 1


class ObservationState(TypedDict):
    """The fields of ``Observation``, for another process."""

    up: Union[bool, None]
    why: str
    factor: int


UNKNOWN = Observation(None, "not known yet")


def export_observation(seen: Observation) -> ObservationState:
    """Return an observation as plain values."""
    return {"up": seen.up, "why": seen.why, "factor": seen.factor}
