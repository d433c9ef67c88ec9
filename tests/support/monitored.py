# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cluster of booted hosts that the tests of monitoring watch."""

from __future__ import annotations

SECRET = "a secret of these hosts, and of no others"
INVENTORY = f"""\
vrrp:
  children: {{lab_hosts: {{}}}}
  vars:
    vrrp_metrics_listen: ":9112"
    vrrp_metrics_compatible: true
    vrrp_instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [192.0.2.100/24]
        virtual_routes: [{{destination: 203.0.113.0/24, via: 198.51.100.1}}]
        track_scripts: [{{command: /usr/bin/test ! -e /run/broken, interval: 1, weight: 0}}]
        hooks: [{{event: master, command: /usr/bin/test ! -e /run/hook-fails}}]
      - name: signed
        interface: eth0
        vrid: 52
        addresses: [192.0.2.101/24]
        hmac: {{keys: [{{id: 1, secret: "{SECRET}"}}], window: 30}}
"""
HOSTS = ("node1", "node2", "node3")
PORT = 9112
# A host that does not hear the others, so that there are two masters.
DEAF = (
    "nft 'table inet deaf { chain input { type filter hook input priority -300; "
    "meta l4proto 112 drop; }; }'"
)
NOT_DEAF = "nft delete table inet deaf"
