# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_unresolved."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    VARIABLES,
    is_resolved,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._resolve import resolve


def vrrp_unresolved(variables: t.Mapping[str, t.Any]) -> list[str]:
    """Return the variables of the role with templates that refer to something undefined."""
    return [name for name in VARIABLES if not is_resolved(resolve(variables, name))]


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_unresolved": vrrp_unresolved}
