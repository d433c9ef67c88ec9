# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The secrets of instances, apart from their other settings."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence, Tuple

Settings = Mapping[str, Any]


def without_secrets(instances: Sequence[Settings]) -> Tuple[List[Settings], Dict[str, Settings]]:
    """Return instances without their passwords and keys, and these by the name of the instance."""
    secrets: Dict[str, Settings] = {}
    for one in instances:
        own = {name: one[name] for name in ("password", "hmac") if name in one}
        if own:
            secrets[str(one["name"])] = own
    plain: List[Settings] = [
        {name: value for name, value in one.items() if name not in ("password", "hmac")}
        for one in instances
    ]
    return plain, secrets
