#!/usr/bin/python

# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module vrrp_keepalived_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_keepalived_info
short_description: Read the configuration of keepalived as settings of this collection
version_added: 1.0.0
description:
  - Reads a C(keepalived.conf) and all that it includes, and returns its instances as C(vrrp_instances) has
    them, with a verdict on every word.
  - Says whether keepalived runs, and which of the instances it serves at the moment.
  - Needs to be able to read the configuration, which is root's on most hosts. keepalived itself is not needed. It changes nothing.
options:
  path:
    description: The configuration file. When omitted, that of the service, or C(/etc/keepalived/keepalived.conf).
    type: path
  config_id:
    description: The value that conditions such as C(@high) compare with. When omitted, that of the service.
    type: str
  secrets:
    description: Whether passwords and keys are returned, too. Set C(no_log) for the task then.
    type: bool
    default: false
extends_documentation_fragment:
  - failover.vrrp.attributes
attributes:
  diff_mode:
    description: Changes nothing, so there is no difference.
    support: none
author:
  - failover.vrrp contributors (@failover)
seealso:
  - module: failover.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Read what keepalived has on the host
  failover.vrrp.vrrp_keepalived_info:
  become: true
  register: keepalived

- name: Show what would be lost
  ansible.builtin.debug:
    msg: "{{ keepalived.verdicts | selectattr('verdict', '==', 'refused') }}"

- name: Read a file that is not in use
  failover.vrrp.vrrp_keepalived_info:
    path: /root/keepalived.conf
    config_id: high
"""

RETURN = r"""
config_file:
  description: The configuration file.
  returned: success
  type: str
  sample: /etc/keepalived/keepalived.conf
config_id:
  description: The value that conditions compared with.
  returned: success
  type: str
  sample: ''
instances:
  description: The instances, each as an entry of C(vrrp_instances), without passwords and keys.
  returned: success
  type: list
  elements: dict
  sample:
    - {name: VI_1, interface: eth0, vrid: 51, priority: 150, version: 2, addresses: [192.0.2.100/24]}
secrets:
  description: The passwords and keys by the name of the instance.
  returned: O(secrets=true)
  type: dict
  sample: {VI_1: {password: "..."}}
verdicts:
  description: The verdict on each word of the configuration.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
      sample: /etc/keepalived/keepalived.conf
    line:
      description: The line, counted from 1.
      type: int
      sample: 7
    statement:
      description: The words, without secrets.
      type: str
      sample: priority 150
    verdict:
      description:
        - V(mapped) to a setting, V(equal) to what holds anyway, V(dropped) because it does not matter, or V(refused), as something
          would be lost.
      type: str
      sample: mapped
    text:
      description: The setting, or the reason.
      type: str
      sample: priority
has_virtual_servers:
  description: Whether the configuration has virtual servers, for which keepalived is needed further on.
  returned: success
  type: bool
running:
  description: Whether keepalived runs.
  returned: success
  type: bool
runs_vrrp:
  description: Whether keepalived runs, and does VRRP. With the option C(--check) it serves virtual servers alone.
  returned: success
  type: bool
starts_vrrp:
  description: Whether keepalived starts with the host, and does VRRP then.
  returned: success
  type: bool
start_command:
  description: The command by which the service starts keepalived; empty where it is not installed.
  returned: success
  type: str
  sample: /usr/sbin/keepalived --dont-fork $DAEMON_ARGS
enabled:
  description: Whether keepalived starts with the host.
  returned: success
  type: bool
version:
  description: The version of keepalived; empty where it is not installed.
  returned: success
  type: str
  sample: 2.2.7
serving:
  description: The names of the instances whose addresses are all on the host. Those without addresses are left out.
  returned: success
  type: list
  elements: str
  sample: [VI_1]
"""

import json
import pwd
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.host_files import (
    arguments_of_unit,
    command_of_unit,
    host_files,
    options_of,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.reading import (
    DEFAULT_USER,
    Reading,
    read_configuration,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.secrets import (
    without_secrets,
)

_UNIT = "keepalived.service"
_SCRIPT_USER = "keepalived_script"


def start_command(module: AnsibleModule) -> str:
    """Return the command by which the service starts keepalived; empty where it is not
    installed.
    """
    status, output, _errors = module.run_command(
        ["systemctl", "show", "--property=ExecStart", "--value", _UNIT]
    )
    return command_of_unit(output if status == 0 else "")


def default_user() -> str:
    """Return the user as whom keepalived runs scripts that name none."""
    try:
        return pwd.getpwnam(_SCRIPT_USER).pw_name
    except KeyError:
        return DEFAULT_USER


def is_in_state(module: AnsibleModule, question: str) -> bool:
    """Ask systemd whether the service ``is-active`` or ``is-enabled``."""
    status, _output, _errors = module.run_command(["systemctl", "--quiet", question, _UNIT])
    return bool(status == 0)


def version(module: AnsibleModule) -> str:
    """Return the version of keepalived; empty where it is not installed."""
    if module.get_bin_path("keepalived") is None:
        return ""
    _status, output, errors = module.run_command(["keepalived", "--version"])
    found = re.search(r"Keepalived v([\d.]+)", output + errors)
    return found[1] if found else ""


def addresses_of_host(module: AnsibleModule) -> set[str]:
    """Return the addresses of all interfaces, without prefix lengths."""
    status, output, _errors = module.run_command(["ip", "-json", "address", "show"])
    links = json.loads(output) if status == 0 else []
    return {one["local"] for link in links for one in link.get("addr_info", ()) if "local" in one}


def served(instances: t.Iterable[t.Mapping[str, t.Any]], present: set[str]) -> list[str]:
    """Return the names of the instances whose addresses are all present."""
    found = []
    for instance in instances:
        entries = instance.get("addresses", ())
        own = {str(one["address"] if isinstance(one, dict) else one) for one in entries}
        if own and {one.partition("/")[0] for one in own} <= present:
            found.append(str(instance["name"]))
    return found


def plain_verdicts(reading: Reading) -> list[dict[str, t.Any]]:
    """Return the verdicts as plain values."""
    return [
        {
            "file": one.place.file,
            "line": one.place.line,
            "statement": one.statement,
            "verdict": one.kind.value,
            "text": one.text,
        }
        for one in reading.verdicts
    ]


def run(module: AnsibleModule) -> dict[str, t.Any]:
    """Read the configuration; returns the result."""
    command = start_command(module)
    options = options_of(arguments_of_unit(command, host_files()))
    is_active, is_enabled = (is_in_state(module, one) for one in ("is-active", "is-enabled"))
    path = module.params["path"] or options.path
    given = module.params["config_id"]
    config_id = options.config_id if given is None else given
    files = host_files()
    if files.read(path) is None:
        module.fail_json(msg=f"there is no file {path} that can be read: name it by path")
    reading = read_configuration(files, path, config_id, default_user=default_user())
    instances, secrets = without_secrets(reading.instances)
    return {
        "config_file": path,
        "config_id": config_id,
        "instances": instances,
        "verdicts": plain_verdicts(reading),
        "has_virtual_servers": reading.has_virtual_servers,
        "running": is_active,
        "runs_vrrp": is_active and options.has_vrrp,
        "start_command": command,
        "starts_vrrp": is_enabled and options.has_vrrp,
        "enabled": is_enabled,
        "version": version(module),
        "serving": served(instances, addresses_of_host(module)),
        **({"secrets": secrets} if module.params["secrets"] else {}),
    }


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path"},
            "config_id": {"type": "str"},
            "secrets": {"type": "bool", "default": False, "no_log": False},
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, **run(module))


if __name__ == "__main__":
    main()
