#!/usr/bin/python

# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module vrrp_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_info
short_description: Query the VRRP agent of a host for its instances
version_added: 0.1.0
description:
  - Returns the virtual routers of a host, each with its state, the reason, and the time since.
  - Needs no root on the host, and never changes anything.
options:
  instances:
    description: The names of the instances to return. When omitted, all of them.
    type: list
    elements: str
  wait:
    description:
      - Wait until the elections are over, as far as this host can see.
      - An instance has settled when it is master, when it is backup and hears a master that it will not preempt, or when a tracked
        check keeps it out.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds to wait at most. The task fails when an instance has not settled by then.
    type: int
    default: 30
  watch:
    version_added: 1.0.0
    description:
      - For how many seconds to watch the agent, after all else. The task fails as soon as another process than at first answers, or
        none, and in the end when an instance has not settled.
    type: int
    default: 0
extends_documentation_fragment:
  - failover.vrrp.attributes
  - failover.vrrp.attributes.socket
attributes:
  diff_mode:
    description: Changes nothing, so there is no difference.
    support: none
author:
  - failover.vrrp contributors (@failover)
seealso:
  - module: failover.vrrp.vrrp_state
"""

EXAMPLES = r"""
- name: Return all instances of the host
  failover.vrrp.vrrp_info:
  register: vrrp

- name: Wait until the election is over, then return one instance
  failover.vrrp.vrrp_info:
    instances: [web]
    wait: true
  register: web
"""

RETURN = r"""
agent:
  description: The agent itself.
  returned: success
  type: dict
  contains:
    version:
      description: The version of the agent.
      type: str
    bundle:
      description: The name of the installed bundle that runs.
      type: str
    unit:
      description: The digest of the systemd unit under which it was started.
      type: str
    started:
      description: The time at which its process was started (UTC).
      type: str
    config:
      description: The digest of the current configuration.
      type: str
    config_loaded:
      description: The time at which the agent last read its file, and accepted it (UTC).
      type: str
    config_problem:
      description: The reason why the agent has refused the file since then, null if it has not.
      type: str
    scheduled_config:
      description: The digest of a configuration that the agent will apply later.
      type: str
    intent:
      description: The intent for the host as a whole, V(backup) while it is drained and V(auto) otherwise.
      type: str
    intent_forced:
      description: Whether the drained host stays backup even if no other master is heard.
      type: bool
    intent_since:
      description: The time at which the intent for the host was set (UTC), null if no operator has set it.
      type: str
    intent_by:
      description: The name of the operator who has set it, as the client has given it, null if none has.
      type: str
    unsaved_intents:
      description: The reason why intents would not survive a restart, null if they would.
      type: str
    unsaved_sequence_numbers:
      description: The reason why the sequence numbers of signatures that need no clock would not survive a restart, null if
        they would.
      type: str
    late_wakeups:
      description:
        - How often the agent has let something wait that was due, such as an advertisement, for
          longer than any of its other work may take (2 milliseconds, or a twentieth of the
          shortest advertisement interval if that is less).
      type: int
    other_vrrp:
      description:
        - Whether another program of the host speaks VRRP. Addresses that it serves are left to it, and their instances take no part.
      type: bool
    longest_lateness:
      description: The longest time that something due had to wait, in seconds.
      type: float
    pid:
      description: The process ID.
      type: int
instances:
  description: The virtual routers of the host, in the order of the configuration.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the instance.
      type: str
    label:
      description: The name in the log, with the address family when the instance has two.
      type: str
    interface:
      description: The interface on which it sends and receives advertisements.
      type: str
    family:
      description: V(ipv4) or V(ipv6).
      type: str
    vrid:
      description: The virtual router identifier.
      type: int
    version:
      description: The version of the protocol.
      type: int
    state:
      description: V(INITIALIZE), V(BACKUP) or V(MASTER). A master that is resigning is V(MASTER), too.
      type: str
    reason:
      description: The reason of the last change of state.
      type: str
    intent:
      description: The operator's intent, V(auto), V(master) or V(backup).
      type: str
    intent_forced:
      description: Whether it stays backup even if no other master is heard.
      type: bool
    intent_since:
      description: The time at which the intent was set (UTC), null if no operator has set it.
      type: str
    intent_by:
      description: The name of the operator who has set it, as the client has given it, null if none has.
      type: str
    intent_change:
      description: The last change of the intent, and its outcome.
      type: dict
    priority:
      description: The configured priority.
      type: int
    effective_priority:
      description: The priority it advertises.
      type: int
    preempt:
      description: Whether it takes mastership from a master of lower priority.
      type: bool
    advertisement_interval:
      description: Seconds between advertisements.
      type: float
    address:
      description: The address that it sends advertisements from.
      type: str
    addresses:
      description: The virtual addresses.
      type: list
      elements: str
    sync_group:
      description: The sync group it belongs to.
      type: str
    leaving:
      description: Whether it was removed from the configuration, or replaced, and serves until there is another master.
      type: bool
    degraded:
      description:
        - The parts that are missing on the host, although it serves the addresses. Each has C(part), such as a route, C(reason),
          and C(since) in UTC.
        - A backup remembers for 5 minutes at most, or until its interface changes, what it lacked as master.
      type: list
      elements: dict
    problems:
      description:
        - What is wrong with peers whose packets were received lately, such as another version, password or list of addresses,
          or a second master; and another host that answers for the address of a master.
        - Each has C(problem), a name for programs, C(peer), the address it is about, C(text) for people, and C(since) in UTC.
          It is over when the peer is as it should be, or has not been heard for a minute or three intervals.
      type: list
      elements: dict
    tracked:
      description: The tracked checks, each with whether it is up, why, and its effect on the priority.
      type: list
      elements: dict
    hooks:
      description: Its hooks, each with the result of its last run, and how often it has run and failed.
      type: list
      elements: dict
    settings:
      description: All other settings, with their defaults.
      type: dict
    master:
      description: The master as this host sees it, with its address, priority and advertisement interval.
      type: dict
    since:
      description: When it entered the state, in UTC.
      type: str
    seconds_in_state:
      description: How long it has been in the state, in seconds.
      type: float
    transitions:
      description: The number of changes of state. A restart without a gap keeps it.
      type: int
    transition_counts:
      description:
        - The number of changes to each C(state) for each reason, C(event_type), with its C(count). The reasons have the names of
          RFC 8347, such as V(master-timeout), and those that it lacks, such as V(operator).
      type: list
      elements: dict
    counters:
      description: The numbers of advertisements sent, received and discarded, by the name of the counter.
      type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.failover.vrrp.plugins.module_utils._control.query import status
from ansible_collections.failover.vrrp.plugins.module_utils._control.wait import (
    unsettled,
    wait_until,
    watch,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import ControlError
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.paths import CONTROL_SOCKET
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.status import Status


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "instances": {"type": "list", "elements": "str"},
            "wait": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 30},
            "watch": {"type": "int", "default": 0},
            "socket": {"type": "path", "default": CONTROL_SOCKET},
        },
        supports_check_mode=True,
    )
    parameters = module.params

    def ask() -> Status:
        return status(parameters["socket"], parameters["instances"])

    try:
        if parameters["wait"]:
            answer = wait_until(ask, unsettled, parameters["wait_timeout"])
        else:
            answer = ask()
        if parameters["watch"]:
            answer = watch(ask, answer, parameters["watch"])
    except ControlError as error:
        module.fail_json(msg=str(error), code=error.code)
    module.exit_json(changed=False, agent=answer["agent"], instances=answer["instances"])


if __name__ == "__main__":
    main()
