#!/usr/bin/python

# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module vrrp_keys."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_keys
short_description: Replace the keys of signed advertisements on a host, in stages
version_added: 1.0.0
description:
  - Changes the keys of C(hmac) in the configuration of an installed agent, and nothing else, and lets the agent apply it.
  - A cluster replaces its keys in three stages, each of which all of its hosts have to reach before the first of them begins the next one.
    In each, all hosts accept each other's advertisements, so no election takes place. The playbook C(failover.vrrp.rotate_keys)
    does that.
  - It can be interrupted anywhere and begun again, with the same keys or with others.
options:
  stage:
    description:
      - V(accept) accepts the new keys besides the present ones, and signs with the present one.
      - V(sign) signs with the new key, and accepts all of them.
      - V(finish) accepts no other keys than the new ones.
    type: str
    choices: [accept, sign, finish]
    required: true
  config:
    description: The configuration with the new keys, as O(failover.vrrp.vrrp_agent#module:config). All else in it is ignored.
    type: dict
    required: true
  secrets:
    description: The secrets of O(config), as O(failover.vrrp.vrrp_agent#module:secrets).
    type: dict
extends_documentation_fragment:
  - failover.vrrp.attributes
notes:
  - Needs root on the host.
author:
  - failover.vrrp contributors (@failover)
seealso:
  - module: failover.vrrp.vrrp_agent
"""

EXAMPLES = r"""
- name: Accept the new key besides the present one
  failover.vrrp.vrrp_keys:
    stage: accept
    config:
      instances:
        - name: web
          hmac: {active_key: 2}
    secrets:
      web:
        hmac_keys:
          2: "{{ vault_vrrp_secret }}"
"""

RETURN = r"""
hmac_keys:
  description: The keys of each signed instance, by its name.
  returned: success
  type: dict
  contains:
    ids:
      description: The ids of the keys that are accepted.
      type: list
      elements: int
      sample: [1, 2]
    active_key:
      description: The id of the key that signs.
      type: int
      sample: 1
actions:
  description: The changes made, or in check mode those that would be made, in order.
  returned: success
  type: list
  elements: str
"""

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.failover.vrrp.plugins.module_utils._install.config_secrets import (
    with_secrets,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install.key_rotation import rotate_keys
from ansible_collections.failover.vrrp.plugins.module_utils._install.key_stages import (
    STAGES,
    keys_of,
)


def run(module: AnsibleModule, host: Host) -> dict[str, t.Any]:
    """Bring the keys to the stage; returns the result, raises HostError."""
    parameters = module.params
    if os.geteuid() != 0:
        raise HostError("keys are replaced by root: set become to true")
    wanted = with_secrets(parameters["config"], parameters["secrets"] or {}) or {}
    config = rotate_keys(host, wanted, parameters["stage"])
    keys = {
        name: {"ids": ids, "active_key": active} for name, (ids, active) in keys_of(config).items()
    }
    return {"changed": bool(host.changes), "hmac_keys": keys}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "stage": {"type": "str", "choices": list(STAGES), "required": True},
            "config": {"type": "dict", "required": True},
            "secrets": {"type": "dict", "no_log": True},
        },
        supports_check_mode=True,
    )
    host = Host(
        lambda command: module.run_command(list(command)), module.get_bin_path, module.check_mode
    )
    try:
        result = run(module, host)
    except HostError as error:
        module.fail_json(msg=str(error), actions=host.changes, changed=bool(host.changes))
    if module._diff:
        result["diff"] = host.diff
    module.exit_json(actions=host.changes, **result)


if __name__ == "__main__":
    main()
