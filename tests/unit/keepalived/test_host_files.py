# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of keepalived on a host, the options of its service, and its secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.host_files import (
    CONFIG,
    arguments_of_unit,
    command_of_unit,
    host_files,
    options_of,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.lines import Files
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.reading import (
    read_configuration,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.secrets import (
    without_secrets,
)

# As systemd 252 shows it.
EXEC_START = (
    "{ path=/usr/sbin/keepalived ; argv[]=/usr/sbin/keepalived --dont-fork $DAEMON_ARGS ; "
    "ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }"
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (CONFIG, os.uname().nodename.partition(".")[0], True)),
        (["--dont-fork", "-f", "/srv/k.conf", "-i", "high"], ("/srv/k.conf", "high", True)),
        (["-f/srv/k.conf", "--config-id=low", "-P"], ("/srv/k.conf", "low", True)),
        (["--use-file=/srv/k.conf", "--config-id", "low", "-C"], ("/srv/k.conf", "low", False)),
        (["-f/srv/Check.conf", "-ilow", "--check", "--vrrp"], ("/srv/Check.conf", "low", False)),
        (["-DC", "-f/srv/k.conf", "-ilow"], ("/srv/k.conf", "low", False)),
    ],
)
def test_options_are_found_in_arguments(
    arguments: list[str], expected: tuple[str, str, bool]
) -> None:
    assert options_of(arguments) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '# Options\nDAEMON_ARGS="-f /srv/k.conf -D"\n',
            ["--dont-fork", "-f", "/srv/k.conf", "-D"],
        ),
        ("OTHER=1\nDAEMON_ARGS=-x\n", ["--dont-fork", "-x"]),
        ("", ["--dont-fork"]),
    ],
)
def test_the_arguments_of_a_unit_have_the_values_of_its_environment(
    text: str, expected: list[str]
) -> None:
    files = Files({"/etc/default/keepalived": text}.get, lambda _directory, _pattern: [])
    assert arguments_of_unit(command_of_unit(EXEC_START), files) == expected
    assert command_of_unit("") == ""
    assert arguments_of_unit("", files) == []


def test_files_of_a_host_are_read_below_a_root(tmp_path: Path) -> None:
    etc = tmp_path / "etc" / "keepalived"
    (etc / "conf.d").mkdir(parents=True)
    (etc / "keepalived.conf").write_text("include conf.d/*.conf\n")
    for name in ("b.conf", "a.conf", ".hidden.conf", "other"):
        (etc / "conf.d" / name).write_text(f"vrrp_instance {name.partition('.')[0]} {{\n}}\n")
    found = read_configuration(host_files(str(tmp_path)), CONFIG)
    assert [one["name"] for one in found.instances] == ["a", "b"]


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    files = host_files()
    assert files.read(str(tmp_path / "fifo")) is None
    assert files.read(str(tmp_path)) is None
    assert files.match(str(tmp_path), "none/*") == []


def test_secrets_are_apart() -> None:
    hmac = {"keys": [{"id": 1, "secret": "s" * 32}]}
    plain, secrets = without_secrets(
        [{"name": "a", "password": "tulip"}, {"name": "b", "hmac": hmac}, {"name": "c", "vrid": 1}]
    )
    assert plain == [{"name": "a"}, {"name": "b"}, {"name": "c", "vrid": 1}]
    assert secrets == {"a": {"password": "tulip"}, "b": {"hmac": hmac}}
