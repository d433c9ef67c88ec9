# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The settings of an instance as the status shows them."""

from __future__ import annotations

from typing import Union

from ..base.constants import FOREVER
from ..base.units import to_seconds
from .family import text
from .instance import Instance
from .signing import Hmac
from .status import HmacStatus, SettingsStatus


def describe_settings(instance: Instance) -> SettingsStatus:
    """Return every setting without a field of its own in the status, named as in the configuration.

    Secrets are not shown, only that they are set.
    """
    return {
        "down_intervals": instance.down_intervals,
        "preempt_delay": to_seconds(instance.preempt_delay),
        "startup_delay": to_seconds(instance.startup_delay),
        "boot_delay": to_seconds(instance.boot_delay),
        "track_primary": instance.track_primary,
        "link_up_delay": to_seconds(instance.link_up_delay),
        "link_down_delay": to_seconds(instance.link_down_delay),
        "accept_mode": instance.accept_mode,
        "virtual_mac": instance.virtual_mac,
        "virtual_mac_name": instance.virtual_mac_name or None,
        "virtual_mac_address": instance.virtual_mac_address.hex(":") or None,
        "excluded_addresses": [str(one) for one in instance.excluded_addresses],
        "virtual_routes": [str(one) for one in instance.virtual_routes],
        "virtual_rules": [str(one) for one in instance.virtual_rules],
        "degraded_weight": instance.degraded_weight,
        "unicast_peers": [text(one) for one in instance.unicast_peers],
        "unicast_ttl": instance.unicast_ttl,
        "unicast_ttl_min": instance.unicast_ttl_min,
        "unicast_ttl_max": instance.unicast_ttl_max,
        "check_unicast_source": instance.check_unicast_source,
        "advertise_checksum": instance.advertise_checksum.value,
        "password": bool(instance.password or instance.password_file),
        "hmac": _describe_hmac(instance.hmac) if instance.hmac else None,
        "announce_count": instance.announce_count,
        "announce_delay": to_seconds(instance.announce_delay),
        "announce_interval": to_seconds(instance.announce_interval),
        "announce_refresh": to_seconds(instance.announce_refresh),
        "announce_refresh_count": instance.announce_refresh_count,
        "strict_link_local": instance.strict_link_local,
        "derive_link_local": instance.derive_link_local,
        "preferred_lifetime": _describe_lifetime(instance.preferred_lifetime),
        "source_address": text(instance.source_address) if instance.source_address else None,
        "multicast_group": text(instance.multicast_group) if instance.multicast_group else None,
    }


def _describe_lifetime(lifetime: int | None) -> Union[int, str, None]:
    return "forever" if lifetime == FOREVER else lifetime


def _describe_hmac(hmac: Hmac) -> HmacStatus:
    return {
        "keys": [key.number for key in hmac.keys],
        "active_key": hmac.active_key,
        "mode": hmac.mode.value,
        "replay": "monotonic" if hmac.window is None else "time",
        "window": hmac.window,
    }
