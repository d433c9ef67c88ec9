#!/usr/bin/python

# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module vrrp_state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_state
short_description: Move the mastership of a VRRP instance to or away from a host
version_added: 0.1.0
description:
  - Sets the operator's intent for an instance on a host, and waits until it is reached.
  - A move loses no packet, because the new master serves before the old one stops. With C(virtual_mac) it may lose one.
  - A move causes no outage. When no other host takes over, a drain is undone and the task fails. A drain of a whole host is
    undone for all instances if one of them would be left without a master. The owner of the addresses (priority 255) is not
    displaced.
  - The intent is kept until it is changed, also across restarts of the agent.
  - Both families of an instance move together, and so do all members of its sync group.
options:
  instance:
    description:
      - The name of the instance. When omitted, all instances of the host.
      - A host that is drained as a whole is so until it gets another state as a whole. Instances that are added in the meantime
        are drained, too, and other states of single ones are refused.
    type: str
  state:
    description:
      - V(master) makes the host master and keeps it master. It advertises a priority just above the highest one that it hears,
        254 at most.
      - V(backup) drains the host. It stays backup while it hears another master.
      - V(auto) lets elections decide again.
    type: str
    choices: [master, backup, auto]
    required: true
  wait:
    description: Wait until the state is reached. With V(auto) no state is, so the module returns as soon as the intent is set.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds to wait at most.
    type: int
    default: 30
  force:
    description: With O(state=backup), stay backup even when no other host takes over. That can be an outage.
    type: bool
    default: false
  by:
    version_added: 1.0.0
    description:
      - The name that the status shows for the intent, of at most 100 characters, such as that of an operator and of a change.
      - When omitted, it is that of the user who has logged in to the host.
    type: str
extends_documentation_fragment:
  - failover.vrrp.attributes
  - failover.vrrp.attributes.socket
notes:
  - Needs root on the host, or membership in the group C(vrrp-operators).
author:
  - failover.vrrp contributors (@failover)
seealso:
  - module: failover.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Drain one instance
  failover.vrrp.vrrp_state:
    instance: web
    state: backup

- name: Drain the host before its maintenance
  failover.vrrp.vrrp_state:
    state: backup
    by: "{{ lookup('ansible.builtin.env', 'USER') }}, for the new kernel"

- name: Let the host take part again
  failover.vrrp.vrrp_state:
    state: auto

- name: Make the host master
  failover.vrrp.vrrp_state:
    instance: web
    state: master

- name: Let elections decide again
  failover.vrrp.vrrp_state:
    instance: web
    state: auto
"""

RETURN = r"""
before:
  description:
    - The state before the move, see M(failover.vrrp.vrrp_info) for the fields.
    - One entry for each family of the instance and for each other member of its sync group.
  returned: success
  type: list
  elements: dict
after:
  description: The state after the move. In check mode, the state with the wanted intent.
  returned: success
  type: list
  elements: dict
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.failover.vrrp.plugins.module_utils._control.move import (
    MoveError,
    host_intent,
    host_needs_change,
    move,
    needs_change,
    plan,
    summary,
    wanted_host_intent,
)
from ansible_collections.failover.vrrp.plugins.module_utils._control.query import (
    moving_together,
    status,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import ControlError
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.paths import CONTROL_SOCKET


def run(module: AnsibleModule) -> dict[str, t.Any]:
    """Move the instance; returns the result, raises ControlError."""
    wanted = module.params
    state, force = wanted["state"], wanted["force"]
    host = None
    if wanted["instance"] is None:
        answer = status(wanted["socket"])
        before, host = answer["instances"], answer["agent"]
    else:
        before = moving_together(wanted["socket"], wanted["instance"])
    changed = any(needs_change(one, state, force) for one in before)
    changed = changed or (host is not None and host_needs_change(host, state, force))
    if not changed:
        after = before
    elif module.check_mode:
        after = plan(wanted)
    else:
        after = move(wanted, module.warn)
    result: dict[str, t.Any] = {"changed": changed, "before": before, "after": after}
    if module._diff:
        result["diff"] = {"before": summary(before), "after": summary(after)}
        if host is not None:
            result["diff"]["before"]["the host"] = host_intent(host)
            result["diff"]["after"]["the host"] = wanted_host_intent(state, force)
    return result


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "instance": {"type": "str"},
            "state": {"type": "str", "choices": ["master", "backup", "auto"], "required": True},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 30},
            "force": {"type": "bool", "default": False},
            "by": {"type": "str"},
            "socket": {"type": "path", "default": CONTROL_SOCKET},
        },
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except MoveError as error:
        module.fail_json(msg=str(error), code=error.code, changed=True)
    except ControlError as error:
        module.fail_json(msg=str(error), code=error.code)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
