# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The configuration of each host from the inventory, and its problems.

Pure, so that it can be tested without Ansible. The agent's own code validates it, so the
controller and the host can't disagree.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import ConfigError
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.config import build_config
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance
from ansible_collections.failover.vrrp.plugins.plugin_utils._agreement import disagreements

Variables = t.Mapping[str, t.Any]
Instances = t.List[t.Dict[str, t.Any]]

# Places 0..199 get 200 down to 1, so that a host that holds mastership can bid above them all; in
# a larger group, the next places get the priorities from 201 on.
_DOWNWARDS_FROM = 200
_HOSTS_MAX = 254

_PASSWORD, _HMAC, _KEYS = "password", "hmac", "keys"


class InventoryError(Exception):
    """The inventory is invalid; the message has one line for each problem."""


def place_priority(place: int) -> int:
    """Return the priority of the host at this place (0 is the first) in the play's hosts.

    Distinct and in 1..254; a host added at the end changes no other's. Raises InventoryError for a
    place beyond the last priority.
    """
    if not 0 <= place < _HOSTS_MAX:
        raise InventoryError(f"there are more than {_HOSTS_MAX} hosts: set vrrp_priority for each")
    return _DOWNWARDS_FROM - place if place < _DOWNWARDS_FROM else place + 1


def plan(variables: t.Mapping[str, Variables]) -> dict[str, dict[str, Instances]]:
    """Return the configuration of each host, without its secrets, from its variables.

    The hosts are in the order of the play. Raises InventoryError with all problems at once.
    """
    configs = {
        host: {"instances": _instances(own, place_priority(place))}
        for place, (host, own) in enumerate(variables.items())
    }
    built: dict[str, t.Sequence[Instance]] = {}
    problems: list[str] = []
    for host, config in configs.items():
        try:
            built[host] = build_config(config).instances
        except ConfigError as error:
            problems += [f"{host}: vrrp_{problem}" for problem in error.problems]
    problems += disagreements(built)
    if problems:
        raise InventoryError("\n".join(problems))
    return {host: _without_secrets(config) for host, config in configs.items()}


def secrets(instances: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Return the secrets of the instances, by their names, as the module vrrp_agent takes them."""
    found = {str(one.get("name")): _secrets_of(_without_empty(one)) for one in instances}
    return {name: own for name, own in found.items() if own}


def _secrets_of(instance: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    found = {
        _PASSWORD: instance.get(_PASSWORD),
        # Ansible censors every value of a secret option everywhere, so ids are keys here, not
        # values.
        "hmac_keys": {str(key.get("id")): key.get("secret") for key in _keys_of(instance)},
    }
    return {kind: secret for kind, secret in found.items() if secret}


def _keys_of(instance: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
    hmac = instance.get(_HMAC)
    keys = hmac.get(_KEYS) if isinstance(hmac, Mapping) else None
    return [key for key in keys or [] if isinstance(key, Mapping)]


def _without_secrets(config: dict[str, Instances]) -> dict[str, Instances]:
    """Return a configuration without its secrets, which reach the host by another option."""
    return {"instances": [_showable(one) for one in config["instances"]]}


def _showable(instance: dict[str, t.Any]) -> dict[str, t.Any]:
    shown = _without(instance, _PASSWORD)
    if _HMAC not in shown:
        return shown
    # The first key signs; without the keys, the configuration has to name it.
    first = {"active_key": _keys_of(instance)[0]["id"]}
    return {**shown, _HMAC: {**first, **_without(shown[_HMAC], _KEYS)}}


def _without(values: t.Mapping[str, t.Any], unwanted: str) -> dict[str, t.Any]:
    return {key: value for key, value in values.items() if key != unwanted}


def _instances(own: Variables, derived: int) -> Instances:
    given = own.get("vrrp_priority")
    priority = derived if given is None else given
    listed = own.get("vrrp_instances") or []
    return [{"priority": priority, **_without_empty(instance)} for instance in listed]


def _without_empty(value: t.Any) -> t.Any:
    """Return the settings without None, which the role's argument spec fills in for missing
    ones.
    """
    if isinstance(value, Mapping):
        return {key: _without_empty(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_empty(one) for one in value]
    return value
