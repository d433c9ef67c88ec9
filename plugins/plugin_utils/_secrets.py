# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The secrets of instances, which reach a host apart from its configuration.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

Instance = t.Mapping[str, t.Any]

_PASSWORD, _HMAC, _KEYS = "password", "hmac", "keys"


def secrets(instances: t.Iterable[Instance]) -> dict[str, dict[str, t.Any]]:
    """Return the secrets of the instances, by their names, as the module vrrp_agent takes them."""
    found = {str(one.get("name")): _secrets_of(one) for one in instances}
    return {name: own for name, own in found.items() if own}


def without_secrets(instance: Instance) -> dict[str, t.Any]:
    """Return an instance without its secrets."""
    shown = _without(instance, _PASSWORD)
    if not isinstance(shown.get(_HMAC), Mapping):
        return shown
    # The first key signs; without the keys, the configuration has to name it.
    keys = _keys_of(instance)
    first = {"active_key": keys[0].get("id")} if keys else {}
    in_files = [key for key in keys if "secret" not in key]
    kept = {_KEYS: in_files} if in_files else {}
    return {**shown, _HMAC: {**first, **_without(shown[_HMAC], _KEYS), **kept}}


def _secrets_of(instance: Instance) -> dict[str, t.Any]:
    found = {
        _PASSWORD: instance.get(_PASSWORD),
        # Ansible censors every value of a secret option everywhere, so ids are keys here, not
        # values.
        "hmac_keys": {
            str(key.get("id")): key["secret"] for key in _keys_of(instance) if "secret" in key
        },
    }
    return {kind: secret for kind, secret in found.items() if secret}


def _keys_of(instance: Instance) -> list[Instance]:
    hmac = instance.get(_HMAC)
    keys = hmac.get(_KEYS) if isinstance(hmac, Mapping) else None
    return [key for key in keys if isinstance(key, Mapping)] if isinstance(keys, list) else []


def _without(values: Instance, unwanted: str) -> dict[str, t.Any]:
    return {key: value for key, value in values.items() if key != unwanted}
