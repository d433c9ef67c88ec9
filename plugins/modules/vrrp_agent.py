#!/usr/bin/python

# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module vrrp_agent."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_agent
short_description: Install, upgrade, configure or remove the VRRP agent of a host
version_added: 0.1.0
description:
  - Installs the agent of this collection on a host, with its configuration, its systemd unit and a firewall rule that
    accepts VRRP.
  - The controller packs the agent, pyroute2 and prometheus_client into one bundle, and transfers it only when the host does not have it. The
    host needs Python 3.9 and systemd, but no internet access and no pip.
  - The agent's own code validates a new configuration on the host before it replaces the old one. A running agent applies
    it without giving up mastership.
  - An upgrade keeps the version before, with its configuration and units, in C(/usr/local/lib/vrrp-agent/previous).
options:
  state:
    description:
      - V(present) installs and starts the agent.
      - V(absent) stops it, after other hosts have taken its addresses over, and removes everything that was installed with it.
      - V(previous) goes back to the version before the last upgrade, with the configuration and the units that it had, and lets it run.
        Where none is kept, nothing is changed.
      - V(restarted) restarts the agent into the installed version, and changes nothing else. A new process takes over from the running one,
        without an election and without losing a packet. When that is not possible, for example because the unit has changed
        too, systemd restarts the service, and a master resigns first. When the new version cannot run, the running one keeps
        serving.
    type: str
    choices: [present, absent, previous, restarted]
    default: present
  config:
    description:
      - The configuration, see the role P(failover.vrrp.vrrp#role) for its settings. When omitted, it is not changed.
    type: dict
  secrets:
    version_added: 1.0.0
    description:
      - The secrets of O(config), by the names of the instances. Each has a C(password), or C(hmac_keys), which holds each secret
        by its id. They are not shown in any log or diff.
      - On the host they are in the configuration file, which only root and the agent's group can read.
    type: dict
  firewall:
    description: Accept IP protocol 112 (VRRP) in firewalld, nftables, ufw and iptables, where they are in use.
    type: bool
    default: true
  nonlocal_bind:
    version_added: 1.0.0
    description:
      - Let services bind to addresses that the host does not have, such as a load balancer to a virtual address on a backup, by
        the settings C(net.ipv4.ip_nonlocal_bind) and C(net.ipv6.ip_nonlocal_bind), in force and for the next start of the host.
      - When it is V(false), what it has set is set back.
    type: bool
    default: false
  scheduling:
    version_added: 1.0.0
    description:
      - The scheduling of the agent's process, for hosts on which other programs use all processors. A change takes a restart by systemd.
    type: dict
    suboptions:
      nice:
        description: The nice value, V(-20) to V(19).
        type: int
      cpu_affinity:
        description: The processors that it may run on, such as V(0 2-3).
        type: str
      realtime_priority:
        description: The priority of the real-time policy SCHED_RR, V(1) to V(99).
        type: int
      no_swap:
        description: Keep its memory from being swapped out.
        type: bool
        default: false
  metrics:
    version_added: 1.0.0
    description:
      - The metrics of the agent, served over HTTP by a process of its own that has no rights on the host. Without O(metrics.listen)
        none are served; C(vrrpctl metrics) prints them in any case.
    type: dict
    suboptions:
      listen:
        description: The address and the port at which they are served, such as V(127.0.0.1:9112), V([::1]:9112), or V(:9112) for all
          addresses. The firewall is not opened for it.
        type: str
      compatible:
        description: Serve them under the names of the usual exporter of keepalived, too, so that its dashboard works.
        type: bool
        default: false
  hold_back:
    version_added: 1.0.0
    description:
      - Leave the configuration as it is when it would change the packets of an instance that the host has already, such as its
        VRID, version, addresses, unicast peers, password or keys. All else is done, and RV(held_back) names those settings.
      - Until all hosts of a cluster have made such a change, they do not understand each other.
    type: bool
    default: false
  apply_at:
    version_added: 1.0.0
    description:
      - The time at which the running agent applies a changed configuration, in seconds since 1970 by the clock of the host, at most
        600 seconds ahead. With the same one for all hosts of a cluster, they change together.
      - The module does not wait for it. Called again, it waits until the agent has applied the configuration.
    type: float
  python:
    version_added: 1.0.0
    description:
      - The Python interpreter of the agent, version 3.9 or newer. Every user has to be able to run it, and it must not be in a home
        directory, which the sandbox of the agent hides.
      - When omitted, it is the one that runs the module, or another one of the host where the agent's user can't run that.
      - A new version of the agent, and another interpreter, are loaded in the sandboxes of the units before anything is switched.
    type: path
  allow_local:
    version_added: 1.0.0
    description:
      - Whether the host may be reached by a local connection. It is the controller then, and variables that many hosts share
        can hit it by accident.
    type: bool
    default: false
  upgraded_from:
    version_added: 1.0.0
    description:
      - With O(state=previous), go back only from an upgrade to the version of this collection that has just failed. It is the name of the
        version that ran before that (RV(bundle)).
    type: str
  kept:
    version_added: 1.0.0
    description:
      - With O(state=previous), go back only to this version (RV(bundle)).
    type: str
  bundle:
    description: The name of the bundle. The action plugin sets it.
    type: str
  archive:
    description: The bundle on the host. The action plugin sets it.
    type: path
extends_documentation_fragment:
  - failover.vrrp.attributes
attributes:
  action:
    description: Has a part that runs on the controller, which builds and transfers the bundle.
    support: full
requirements:
  - pyroute2 0.9 and prometheus_client 0.22 on the controller
author:
  - failover.vrrp contributors (@failover)
"""

EXAMPLES = r"""
- name: Install the agent with one instance
  failover.vrrp.vrrp_agent:
    config:
      instances:
        - name: web
          interface: eth0
          vrid: 51
          addresses: [192.0.2.100/24]
          priority: 150

- name: Restart into the installed version, one host after the other
  failover.vrrp.vrrp_agent:
    state: restarted
  throttle: 1

- name: Go back to the version before the upgrade, one host after the other
  failover.vrrp.vrrp_agent:
    state: previous
  throttle: 1

- name: Remove the agent
  failover.vrrp.vrrp_agent:
    state: absent
"""

RETURN = r"""
bundle:
  description: The name of the version that is installed, null when O(state=previous) had none to go back to.
  returned: when O(state=present) or O(state=previous)
  type: str
actions:
  description: The changes made, or in check mode those that would be made, in order.
  returned: success
  type: list
  elements: str
restart_required:
  description: Whether the running agent has another version or another unit than the installed one. O(state=restarted)
    brings it up to date.
  returned: when O(state=present)
  type: bool
unit_changed:
  description: Whether that takes a restart by systemd, because the running agent was started under another unit.
  returned: when O(state=present)
  type: bool
held_back:
  description: The settings of each instance that a change of packets has held back, by the instance.
  returned: when O(state=present)
  type: dict
agent:
  description: The running agent, as M(failover.vrrp.vrrp_info) returns it.
  returned: when the running agent was left as it is
  type: dict
instances:
  description: The virtual routers of the host, as M(failover.vrrp.vrrp_info) returns them.
  returned: when the running agent was left as it is
  type: list
  elements: dict
"""

import os
import sys
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.failover.vrrp.plugins.module_utils._install.bundle import BundleError
from ansible_collections.failover.vrrp.plugins.module_utils._install.config_secrets import (
    with_secrets,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install.install import (
    Wanted,
    install_agent,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.interpreter import find_pythons
from ansible_collections.failover.vrrp.plugins.module_utils._install.metrics import read_metrics
from ansible_collections.failover.vrrp.plugins.module_utils._install.previous import (
    go_back,
    previous_version,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.scheduling import (
    read_scheduling,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.service import restart
from ansible_collections.failover.vrrp.plugins.module_utils._install.uninstall import (
    uninstall_agent,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.versions import current_version

STATES = ("present", "absent", "previous", "restarted")
ARGUMENTS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": list(STATES), "default": "present"},
    "config": {"type": "dict"},
    "secrets": {"type": "dict", "no_log": True},
    "firewall": {"type": "bool", "default": True},
    "nonlocal_bind": {"type": "bool", "default": False},
    "scheduling": {
        "type": "dict",
        "options": {
            "nice": {"type": "int"},
            "cpu_affinity": {"type": "str"},
            "realtime_priority": {"type": "int"},
            "no_swap": {"type": "bool", "default": False},
        },
    },
    "metrics": {
        "type": "dict",
        "options": {
            "listen": {"type": "str"},
            "compatible": {"type": "bool", "default": False},
        },
    },
    "hold_back": {"type": "bool", "default": False},
    "apply_at": {"type": "float"},
    "python": {"type": "path"},
    "allow_local": {"type": "bool", "default": False},
    "upgraded_from": {"type": "str"},
    "kept": {"type": "str"},
    "bundle": {"type": "str"},
    "archive": {"type": "path"},
}


def bring_to_state(module: AnsibleModule, host: Host) -> dict[str, t.Any]:
    """Bring the host to the wanted state; returns the result, raises HostError or BundleError."""
    parameters = module.params
    if os.geteuid() != 0:
        raise HostError("the agent is installed by root: set become to true")
    if parameters["state"] == "absent":
        uninstall_agent(host)
        return {"changed": bool(host.changes)}
    if parameters["state"] == "restarted":
        restart(host)
        return {"changed": True}
    if parameters["state"] == "previous":
        if is_left_alone(parameters):
            return {"changed": False, "bundle": None}
        bundle = go_back(host)
        return {"changed": bool(host.changes), "bundle": bundle}
    config = with_secrets(parameters["config"], parameters["secrets"] or {})
    bundle, archive = parameters["bundle"], parameters["archive"]
    pythons = find_pythons(host, sys.executable, parameters["python"])
    wanted = Wanted(
        bundle, archive, pythons, config, parameters["firewall"], parameters["hold_back"],
        parameters["apply_at"], parameters["nonlocal_bind"],
        read_scheduling(parameters["scheduling"] or {}), read_metrics(parameters["metrics"] or {}),
    )  # fmt: skip
    outcome = install_agent(host, wanted)
    result = {
        "changed": bool(host.changes) or outcome.restart_required,
        "bundle": bundle,
        "restart_required": outcome.restart_required,
        "unit_changed": outcome.unit_changed,
        "held_back": outcome.held_back,
    }
    if outcome.status:
        result.update((name, outcome.status[name]) for name in ("agent", "instances"))
    return result


def is_left_alone(parameters: t.Mapping[str, t.Any]) -> bool:
    """Whether the way back does not concern this host: it keeps another version, or no upgrade of
    it has failed just now.
    """
    before, this, kept = parameters["upgraded_from"], parameters["bundle"], parameters["kept"]
    if kept is not None and kept != previous_version():
        return True
    return before is not None and (before == this or current_version() != this)


def diff_of(host: Host) -> list[dict[str, str]]:
    """Return all that was done, or would be, and after that the changes of files."""
    if not host.changes:
        return host.diff
    actions = "".join(f"{one}\n" for one in host.changes)
    headers = {"before_header": "actions", "after_header": "actions"}
    return [{**headers, "before": "", "after": actions}, *host.diff]


def main() -> None:
    """Run the module."""
    # Other users have to read what is installed, whatever root's umask is.
    os.umask(0o022)
    module = AnsibleModule(
        argument_spec=ARGUMENTS,
        supports_check_mode=True,
        required_if=[("state", "present", ["bundle"])],
    )
    host = Host(
        lambda command: module.run_command(list(command)), module.get_bin_path, module.check_mode
    )
    try:
        result = bring_to_state(module, host)
    except (HostError, BundleError) as error:
        module.fail_json(msg=str(error), actions=host.changes, changed=bool(host.changes))
    for warning in host.warnings:
        module.warn(warning)
    if module._diff:
        result["diff"] = diff_of(host)
    module.exit_json(actions=host.changes, **result)


if __name__ == "__main__":
    main()
