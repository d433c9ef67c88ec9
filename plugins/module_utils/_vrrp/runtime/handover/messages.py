# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The messages of a restart, between the old process and the new one.

The old process starts the new one, which runs the same program with the same arguments, and so the
version installed by now. It inherits a connection to the old process and the control socket.

===============================  ===========================================================
to the new process               meaning
===============================  ===========================================================
``{"config": text}``             the configuration under which the old process serves
``{"state": {}}``                the state to take over
===============================  ===========================================================

===============================  ===========================================================
from the new process             meaning
===============================  ===========================================================
``{"process": pid}``             the process that will serve
``{"ready": true}``              it is ready for the state
``{"serving": true}``            it has taken over
``{"failed": why, "code": …}``   it has not, and never will
===============================  ===========================================================

The serving process owns all host state: addresses, macvlans, filters.
"""

from __future__ import annotations

from typing import Any, Dict, TypedDict

from ...base.units import Nanoseconds
from ...engine.handover import EngineState

# The environment variable with the descriptors of the connection and the control socket.
PASSED_DESCRIPTORS = "VRRP_AGENT_PASSED_DESCRIPTORS"


class HandoverState(TypedDict):
    """``at`` is the time at which the old process last read its sockets; ``signed`` are the last
    sequence numbers of signatures by router, ``intents`` as they are saved.
    """

    at: Nanoseconds
    engine: EngineState
    signed: Dict[str, int]
    intents: Dict[str, Any]
