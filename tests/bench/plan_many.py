# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Computes the plan of many hosts; prints how long it took, and the peak of memory in MiB."""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import read_host
from ansible_collections.failover.vrrp.plugins.plugin_utils._plan import plan
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options

HOSTS_OF_A_CLUSTER = 4


def inventory(count: int) -> dict[str, dict[str, Any]]:
    """The variables of hosts in clusters of four, each with an address of its own."""
    return {f"host{number}": _variables(number // HOSTS_OF_A_CLUSTER) for number in range(count)}


def _variables(cluster: int) -> dict[str, Any]:
    web = {
        "name": "web",
        "interface": "eth0",
        "vrid": cluster % 255 + 1,
        "addresses": [f"10.{cluster // 250}.{cluster % 250}.100/24"],
        "track_scripts": [{"command": "/usr/local/bin/check-web", "interval": "2"}],
    }
    return {"vrrp_cluster": f"cluster{cluster}", "vrrp_instances": [web]}


def main() -> None:
    """Compute the plan for the number of hosts in the arguments."""
    variables = inventory(int(sys.argv[1]))
    options = role_options()
    started = time.perf_counter()
    settings = {host: read_host(own, options) for host, own in variables.items()}
    plans = plan(settings, list(variables))
    seconds = time.perf_counter() - started
    problems = [line for one in plans.values() for line in one.problems]
    assert not problems, problems[0]
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mebibytes": mebibytes}))


if __name__ == "__main__":
    main()
