# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Transitions of a router that takes no part (RFC 9568 section 6.4.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Union

from ..base.units import Nanoseconds
from .events import Interrupted, Replaced, Resign, Startup
from .parameters import Parameters
from .state import Initialize
from .transitions import Result, not_before, start_delayed, take_over, to_backup, to_initialize


def startup(parameters: Parameters, state: Initialize, event: Startup, now: Nanoseconds) -> Result:
    """RFC 9568 section 6.4.1: the owner starts as master, all others listen. Another router may
    have served the addresses meanwhile, but for a router that was master a moment ago.
    """
    waits = parameters.forced_backup or parameters.in_sync_group
    if state.resume_by is not None and now < state.resume_by and not waits:
        reason = f"goes on as master after less time than peers wait; before: {state.reason}"
        return take_over(parameters, event, now, reason)
    if parameters.is_owner and not waits and not_before(parameters, now) <= now:
        return take_over(parameters, event, now, "owns the addresses", displaces=True)
    listening, actions = to_backup(parameters, now, "started, listening for a master")
    return start_delayed(parameters, listening, now), actions


def interrupted(
    parameters: Parameters, state: Initialize, event: Interrupted, now: Nanoseconds
) -> Result:
    """Stay out, for the new cause."""
    return replace(to_initialize(event, now), resume_by=state.resume_by), []


def shut_down(
    parameters: Parameters, state: Initialize, event: Union[Replaced, Resign], now: Nanoseconds
) -> Result:
    """Shut down (RFC 9568 section 6.4.1): there is nothing to send."""
    return Initialize(event.cause), []
