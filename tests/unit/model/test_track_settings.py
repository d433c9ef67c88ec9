# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of checks."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.base.errors import ConfigError
from _vrrp.model.config import build_config

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
WRONG = [
    ({"track_interfaces": [{"interface": "eth1", "weight": 254}]}, ".track_interfaces[0].weight"),
    (
        {"track_scripts": [{"command": "check"}]},
        ".track_scripts[0].command: 'check' does not begin",
    ),
    ({"track_scripts": [{"command": "/bin/sh -c 'x"}]}, '.track_scripts[0].command: "/bin/sh -c'),
    (
        {"track_scripts": [{"command": "/bin/true", "interval": 0.01}]},
        ".track_scripts[0].interval: 0.01 is not in 0.1..3600 seconds",
    ),
    ({"track_ping": [{"host": "a b"}]}, ".track_ping[0].host: 'a b' is not an IP address or"),
    ({"track_tcp": [{"host": "::1"}]}, ".track_tcp[0].port: missing"),
    ({"track_http": [{"url": "ftp://a/"}]}, ".track_http[0].url: 'ftp://a/' is not a URL such as"),
    ({"track_http": [{"url": "http://a:x/"}]}, ".track_http[0].url: 'http://a:x/' is not a URL"),
    ({"track_http": [{"url": "http://u:p@a/"}]}, ".track_http[0].url: the URL has a user or"),
    (
        {"track_http": [{"url": "http://a/", "verify": False}]},
        ".track_http[0].verify: has no effect without https",
    ),
    ({"track_dns": [{"host": "a", "query": "b", "type": "X"}]}, ".track_dns[0].type: 'X' is not"),
    ({"track_files": [{"path": "number"}]}, ".track_files[0].path: 'number' is not an absolute"),
    (
        {"track_processes": [{"name": "sbin/x"}]},
        ".track_processes[0].name: 'sbin/x' is not the name",
    ),
    (
        {"track_processes": [{"name": "x", "quorum": 3, "quorum_max": 2}]},
        ".track_processes[0].quorum_max: 2 is less than quorum, 3",
    ),
    ({"track_processes": [{"name": "x", "quorum": 0}]}, ".track_processes[0].quorum: 0 processes"),
    (
        {"track_processes": [{"name": "x", "arguments_match": "initial"}]},
        ".track_processes[0].arguments_match: has no effect without arguments",
    ),
    (
        {"track_processes": [{"name": "x", "arguments": "'"}]},
        '.track_processes[0].arguments: "\'" are not arguments: No closing quotation',
    ),
]


@pytest.mark.parametrize(("settings", "problem"), WRONG, ids=str)
def test_a_wrong_check_is_refused_with_its_problem(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        build_config({"instances": [{**WEB, **settings}]})
    (found,) = [str(one) for one in raised.value.problems]
    assert found.startswith(f"instances[0]{problem}")
