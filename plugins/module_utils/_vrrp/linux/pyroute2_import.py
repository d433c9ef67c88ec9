# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Import of the parts of pyroute2 that are used: the message classes.

The package itself imports all of its databases, protocols and an event loop. That takes 10 MB and
0.2 seconds, and the agent uses none of it. So this module registers the package without running its
code. Import it before any part of pyroute2.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from typing import Any

_PACKAGE = "pyroute2"
NetlinkMessage = Any  # Any of the message classes, which have no type hints.


def _register_package() -> ImportError | None:
    if _PACKAGE in sys.modules:
        return None
    spec = find_spec(_PACKAGE)
    if spec is None:
        return ImportError(f"{_PACKAGE} is not installed")
    sys.modules[_PACKAGE] = module_from_spec(spec)
    return None


# The bundle has pyroute2; a checkout needs it installed. Opening a socket raises the error.
PYROUTE2_MISSING = _register_package()
