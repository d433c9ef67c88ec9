# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that is known of an instance, as a person reads it."""

from __future__ import annotations

from _vrrp.control.details import details
from support.cluster import Cluster


def test_an_instance_is_shown_with_its_state_its_problems_and_its_settings() -> None:
    cluster = Cluster()
    first = cluster.node(priority=100, hooks=[{"event": "master", "command": "/bin/promote"}])
    cluster.node(priority=200, version=2)
    cluster.run(10)
    first.set_intent("master")
    cluster.run(2)
    lines = details(first.status()).splitlines()
    assert lines[0] == "web: MASTER, no master was heard for 3.61 s"
    shown = {line[:18].strip(): line[18:] for line in lines[1:] if line[:18].strip()}
    assert shown["master"] == "this host (100)"
    assert shown["intent"] == "master"
    assert shown["problems"].startswith("192.0.2.12 speaks version 2, and this host version 3")
    assert shown["hooks"] == "master: /bin/promote: has not run"
    assert shown["interface"] == "eth0, sends from 192.0.2.11"
    assert "change 1 to master: accepted" in lines[5]
    text = "\n".join(lines)
    for name in first.status()["settings"]:
        assert f"{name}: " in text
    assert "advertisements_sent: " in text
