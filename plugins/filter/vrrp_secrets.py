# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.plugin_utils._coercion import coerce
from ansible_collections.failover.vrrp.plugins.plugin_utils._inventory import secrets
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options


def vrrp_secrets(instances: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return the secrets of the instances, by their names."""
    return secrets(coerce(role_options()["vrrp_instances"], instances))


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_secrets": vrrp_secrets}
