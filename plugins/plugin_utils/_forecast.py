# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The forecast of an inventory: who is master, who follows, and what happens when hosts die.

Pure, so that it can be tested without Ansible. The engine of the agent makes it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.control.render import align
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import (
    Config,
    Instance,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.planner.cluster import (
    RestlessError,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.planner.forecast import (
    Failure,
    Forecast,
    Masters,
    forecast,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._plan import Hosts, configure_all

Configs = t.Mapping[str, Config]


def forecast_inventory(hosts: Hosts, pairs: bool, addresses_max: int) -> dict[str, t.Any]:
    """Return the forecast of all clusters of an inventory as plain values: ``instances``,
    ``failures``, the ``remarks`` on what an operator should look at, and a ``table`` of it all.

    ``addresses_max`` is the number of addresses that a host may hold without a remark.
    """
    found: dict[str, t.Any] = {"instances": [], "failures": [], "remarks": []}
    for name, configs in _groups(hosts).items():
        found["remarks"] += [*_single_hosts(configs), *_torn_groups(configs)]
        try:
            made = forecast(configs, pairs)
        except RestlessError:
            where = f" of vrrp_cluster {name}" if name else ""
            found["remarks"].append(f"the hosts{where} do not agree on their masters in an hour")
            continue
        found["instances"] += _instances(name, configs, made)
        found["failures"] += [_failure(one) for one in made.failures]
        found["remarks"] += _overloaded(configs, made, addresses_max)
    return {**found, "table": _table(found)}


def _groups(hosts: Hosts) -> dict[str, dict[str, Config]]:
    """Return the configurations of all hosts with instances, by ``vrrp_cluster``."""
    found: dict[str, dict[str, Config]] = {}
    for host, made in configure_all(hosts).items():
        if made.instances:
            found.setdefault(hosts[host].cluster, {})[host] = Config(made.instances)
    return found


def _instances(name: str, configs: Configs, made: Forecast) -> t.Iterator[dict[str, t.Any]]:
    for label, order in made.order.items():
        masters = made.masters[label]
        yield {
            "instance": label,
            "cluster": name,
            "masters": list(masters),
            "followers": [host for host in order if host not in masters],
            "addresses": _addresses(configs[order[0]], label),
        }


def _addresses(config: Config, label: str) -> list[str]:
    instance = config.by_label(label)
    return [] if instance is None else [str(one) for one in instance.served_addresses]


def _failure(failure: Failure) -> dict[str, t.Any]:
    moves = [{"instance": one.label, "to": one.host, "after": one.after} for one in failure.moves]
    return {"hosts": list(failure.hosts), "moves": moves}


# --- Remarks ---


def _by_name(configs: Configs) -> dict[str, dict[str, Instance]]:
    found: dict[str, dict[str, Instance]] = {}
    for host, config in configs.items():
        for one in config.instances:
            found.setdefault(one.name, {})[host] = one
    return found


def _single_hosts(configs: Configs) -> t.Iterator[str]:
    for name, members in _by_name(configs).items():
        if len(members) == 1:
            (host,) = members
            yield f"{name}: only {host} has it, so nobody takes over when that dies"


def _torn_groups(configs: Configs) -> t.Iterator[str]:
    """Sync groups whose instances prefer different hosts: no host can be master of all by its
    priorities.
    """
    groups: dict[str, dict[str, str]] = {}
    for name, members in _by_name(configs).items():
        preferred = max(members, key=lambda host: members[host].priority)
        for group in {one.sync_group for one in members.values()} - {""}:
            groups.setdefault(group, {})[name] = preferred
    for group, preferences in groups.items():
        if len(set(preferences.values())) > 1:
            named = ", ".join(f"{name} prefers {host}" for name, host in preferences.items())
            how = "give its instances the same order of priorities on the hosts"
            yield f"sync group {group} pulls to different hosts ({named}): {how}"


def _overloaded(configs: Configs, made: Forecast, most: int) -> t.Iterator[str]:
    situations: list[tuple[str, Masters]] = [("", made.masters)]
    situations += [(f" when {' and '.join(one.hosts)} dies", one.masters) for one in made.failures]
    for when, masters in situations:
        for host, count in _held(configs, masters).items():
            if count > most:
                yield f"{host} would hold {count} addresses{when}: vrrp_addresses_max is {most}"


def _held(configs: Configs, masters: Masters) -> dict[str, int]:
    held: dict[str, int] = {}
    for label, hosts in masters.items():
        for host in hosts:
            held[host] = held.get(host, 0) + len(_addresses(configs[host], label))
    return held


# --- The table ---


def _table(found: t.Mapping[str, t.Any]) -> str:
    order = [("INSTANCE", "MASTER", "THEN")]
    order += [
        (_title(one), ", ".join(one["masters"]) or "-", ", ".join(one["followers"]) or "-")
        for one in found["instances"]
    ]
    deaths = [("IF THIS DIES", "THEN THIS", "SERVES", "AFTER AT MOST")]
    deaths += [row for one in found["failures"] for row in _rows(one)]
    parts = [align(order), align(deaths)] if len(deaths) > 1 else [align(order)]
    return "\n\n".join([*parts, *(["\n".join(found["remarks"])] if found["remarks"] else [])])


def _title(one: t.Mapping[str, t.Any]) -> str:
    return f"{one['instance']} ({one['cluster']})" if one["cluster"] else str(one["instance"])


def _rows(failure: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, str, str, str]]:
    dead = " and ".join(failure["hosts"])
    for move in failure["moves"]:
        after = "-" if move["after"] is None else f"{move['after']:.2f} s"
        yield dead, move["to"] or "nobody", move["instance"], after
