# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter vrrp_secrets."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    INSTANCES,
    OVERRIDES,
    read_host,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options
from ansible_collections.failover.vrrp.plugins.plugin_utils._secrets import secrets


def vrrp_secrets(instances: t.Any, overrides: t.Any = None) -> dict[str, t.Any]:
    """Return the secrets of the instances of a host, by their names."""
    settings = read_host({INSTANCES: instances, OVERRIDES: overrides}, role_options())
    return secrets(one.settings for one in settings.entries if isinstance(one.settings, Mapping))


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"vrrp_secrets": vrrp_secrets}
