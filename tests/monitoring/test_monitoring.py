# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metrics, alerts and the dashboard: a real Prometheus scrapes three booted hosts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.booted import Booted
from support.examples import ROOT, blocks
from support.monitored import DEAF, HOSTS, INVENTORY, NOT_DEAF, PORT, SECRET
from support.prometheus import RULES, Prometheus, dashboard_queries
from support.segment import eventually

WITHIN = 30  # Seconds until an alert fires.
CLEAR_WITHIN = 90  # The status remembers a problem with a peer for a minute.


@pytest.fixture(scope="module")
def prometheus(booted: Booted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has seen all hosts, and none of whose alerts fires."""
    addresses = [booted.inventory()["hosts"][host]["ansible_host"] for host in HOSTS]
    targets = [f"{one}:{PORT}" for one in addresses]
    running = Prometheus("vrrp-monitoring-observer", tmp_path_factory.mktemp("data"), targets)
    try:
        eventually(lambda: len(running.query("vrrp_up == 1")) == 3, WITHIN)
        eventually(lambda: not running.fires("Vrrp.*"), WITHIN, "an alert fires at first")
        yield running
    finally:
        running.stop()


def test_the_metrics_are_as_prometheus_wants_them(booted: Booted) -> None:
    read = f"urllib.request.urlopen('http://127.0.0.1:{PORT}/metrics').read().decode()"
    text = booted.run("node1", f'python3 -c "import urllib.request; print({read})"')
    ours = "".join(f"{line}\n" for line in text.splitlines() if "keepalived" not in line)
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=ours, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_names_of_the_exporter_of_keepalived_are_there(prometheus: Prometheus) -> None:
    (master,) = prometheus.query('keepalived_vrrp_state{iname="web"} == 2')
    assert master["metric"]["ip_address"] == "192.0.2.100"
    assert len(prometheus.query('keepalived_vrrp_state{iname="web"} == 1')) == 2


def test_the_server_has_no_rights_on_the_host(booted: Booted) -> None:
    booted.run("node1", "vrrpctl metrics | grep -q vrrp_up")
    exposure = booted.run("node1", "systemd-analyze security --no-pager vrrp-agent-metrics.service")
    assert float(exposure.split("exposure level for")[1].split(":")[1].split()[0]) <= 1.5
    show = "systemctl show --property=MainPID --value vrrp-agent-metrics.service"
    pid = booted.run("node1", show).strip()
    status = booted.run("node1", f"cat /proc/{pid}/status")
    fields = dict(line.split(":\t") for line in status.splitlines() if ":\t" in line)
    assert fields["CapEff"] == "0000000000000000"
    assert "0" not in fields["Uid"].split()
    # It has no network of its own, only the socket that systemd has given it.
    networks = booted.run("node1", f"readlink /proc/{pid}/ns/net /proc/1/ns/net").split()
    assert len(set(networks)) == 2


def test_a_client_that_says_nothing_keeps_nobody_waiting(booted: Booted) -> None:
    code = (
        "import socket, urllib.request\n"
        f"silent = [socket.create_connection(('127.0.0.1', {PORT})) for _ in range(5)]\n"
        f"print(len(urllib.request.urlopen('http://127.0.0.1:{PORT}/').read()) > 1000)"
    )
    assert booted.run("node1", f'python3 -c "{code}"') == "True\n"


BREAK_SERVER = """\
mkdir -p /run/systemd/system/vrrp-agent-metrics.service.d
printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' \
  > /run/systemd/system/vrrp-agent-metrics.service.d/broken.conf
systemctl daemon-reload; systemctl stop vrrp-agent-metrics.service
"""
MEND_SERVER = """\
rm -r /run/systemd/system/vrrp-agent-metrics.service.d; systemctl daemon-reload
"""
READ = f"""\
python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}/', timeout=3)"
"""


def test_a_server_that_could_not_be_started_is_tried_again(booted: Booted) -> None:
    booted.run("node3", BREAK_SERVER)
    try:
        assert "Error" in booted.run("node3", READ, check=False)
    finally:
        booted.run("node3", MEND_SERVER)
    eventually(lambda: booted.run("node3", READ, check=False) == "", WITHIN)


def wait_for_alert(prometheus: Prometheus, alert: str, **labels: str) -> None:
    """Wait until an alert fires."""
    eventually(lambda: prometheus.fires(alert, **labels), WITHIN, f"{alert} fires")


def wait_for_end(prometheus: Prometheus, alert: str, **labels: str) -> None:
    """Wait until an alert does not fire any more."""
    eventually(lambda: not prometheus.fires(alert, **labels), CLEAR_WITHIN, f"{alert} clears")


# The commands that break something on hosts, and those that mend it.
FAULTS = {
    "VrrpScrapeFails": (
        {"node3": "systemctl stop vrrp-agent-metrics.socket vrrp-agent-metrics.service"},
        {"node3": "systemctl start vrrp-agent-metrics.socket"},
    ),
    "VrrpAgentDown": (
        {"node3": "systemctl stop vrrp-agent"},
        {"node3": "systemctl start vrrp-agent"},
    ),
    "VrrpNoMaster": (
        dict.fromkeys(HOSTS, "vrrpctl backup --force"),
        dict.fromkeys(HOSTS, "vrrpctl auto"),
    ),
    "VrrpTwoMasters": ({"node2": DEAF}, {"node2": NOT_DEAF}),
    "VrrpNotTakingPart": ({"node3": "touch /run/broken"}, {"node3": "rm /run/broken"}),
    "VrrpCheckFailing": ({"node2": "touch /run/broken"}, {"node2": "rm /run/broken"}),
    "VrrpNotOnPreferredHost": ({"node2": "vrrpctl master web"}, {"node2": "vrrpctl auto web"}),
    "VrrpNoSuccessor": (
        dict.fromkeys(("node2", "node3"), "vrrpctl backup --force"),
        dict.fromkeys(("node2", "node3"), "vrrpctl auto"),
    ),
    "VrrpHookFailed": (
        {"node2": "touch /run/hook-fails; vrrpctl master web"},
        {
            "node2": "rm /run/hook-fails; vrrpctl backup web; sleep 1; vrrpctl master web; "
            "sleep 2; vrrpctl auto web"
        },
    ),
    "VrrpDegraded": (
        {"node1": "ip address del 198.51.100.2/24 dev eth0; ip route del 203.0.113.0/24 || true"},
        {"node1": "ip address add 198.51.100.2/24 dev eth0"},
    ),
    "VrrpConfigRejected": (
        {
            "node3": "cp -p /etc/vrrp-agent/config.json /root/kept.json; "
            "echo '{' > /etc/vrrp-agent/config.json; vrrpctl reload || true"
        },
        {"node3": "cat /root/kept.json > /etc/vrrp-agent/config.json; vrrpctl reload"},
    ),
}


@pytest.mark.parametrize("alert", FAULTS)
def test_an_alert_fires_and_clears(booted: Booted, prometheus: Prometheus, alert: str) -> None:
    broken, mended = FAULTS[alert]
    try:
        for host, command in broken.items():
            booted.run(host, command)
        wait_for_alert(prometheus, alert)
    finally:
        for host, command in mended.items():
            booted.run(host, command)
    wait_for_end(prometheus, alert)


def is_master(booted: Booted, host: str) -> bool:
    """Whether a host is master of the instance web."""
    status = json.loads(booted.run(host, "vrrpctl status web --json"))
    return bool(status["instances"][0]["state"] == "MASTER")


def test_moves_by_operators_are_not_flapping(booted: Booted, prometheus: Prometheus) -> None:
    for host in ("node2", "node1") * 3:
        booted.run(host, "vrrpctl master web")
    booted.run("node1", "vrrpctl auto web")
    moved = 'sum(increase(vrrp_transitions_total{name="web", state="MASTER"}[40s])) > 4'
    eventually(lambda: prometheus.query(moved), WITHIN)
    assert not prometheus.fires("VrrpFlapping")


def test_flapping_fires_and_clears(booted: Booted, prometheus: Prometheus) -> None:
    for _round in range(3):
        for master, command in (("node2", "touch /run/broken"), ("node1", "rm /run/broken")):
            booted.run("node1", command)
            eventually(partial(is_master, booted, master), WITHIN)
    wait_for_alert(prometheus, "VrrpFlapping")
    wait_for_end(prometheus, "VrrpFlapping")


def test_a_peer_that_is_not_as_it_should_be(
    booted: Booted, prometheus: Prometheus, tmp_path: Path
) -> None:
    entry = {
        "name": "signed", "interface": "eth0", "vrid": 52, "addresses": ["192.0.2.102/24"],
        "priority": 254, "hmac": {"keys": [{"id": 1, "secret": SECRET}], "window": 60},
    }  # fmt: skip
    older = {
        "name": "older", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.103/24"],
        "version": 2,
    }  # fmt: skip
    config, socket = tmp_path / "config.json", tmp_path / "control.sock"
    config.write_text(json.dumps({"instances": [entry, older]}))
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
    faked = {"LD_PRELOAD": str(library), "FAKETIME": "+20s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    enter = ["nsenter", "--net=/run/netns/vrrp-monitoring-observer", sys.executable]
    agent = subprocess.Popen(
        [*enter, "-m", "_vrrp", "run", "--config", str(config), "--socket", str(socket)],
        cwd=ROOT / "plugins" / "module_utils",
        env={**os.environ, **faked},
    )
    try:
        wait_for_alert(prometheus, "VrrpClockNearWindow")
        wait_for_alert(prometheus, "VrrpPeerMismatch", problem="addresses_mismatch")
        wait_for_alert(prometheus, "VrrpPeerMismatch", problem="version_mismatch")
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait(timeout=30)
    wait_for_end(prometheus, "VrrpClockNearWindow")
    wait_for_end(prometheus, "VrrpPeerMismatch")


def test_every_query_of_the_dashboard_has_data(booted: Booted, prometheus: Prometheus) -> None:
    booted.run("node1", "ip address delete 192.0.2.100/24 dev eth0")
    booted.run("node3", "vrrpctl backup web")
    try:
        for title, query in dashboard_queries():
            eventually(partial(prometheus.query, query), WITHIN, f"{title}: {query}")
    finally:
        booted.run("node3", "vrrpctl auto web")


def test_the_configuration_of_the_page_is_one_of_prometheus(tmp_path: Path) -> None:
    (block,) = [one.text for one in blocks() if "scrape_configs" in one.text]
    (tmp_path / "prometheus.yml").write_text(block)
    shutil.copy(RULES, tmp_path)
    check = ["promtool", "check", "config", str(tmp_path / "prometheus.yml")]
    ended = subprocess.run(check, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_rules_are_tested_without_waiting() -> None:
    for kind, path in (("check", RULES), ("test", Path(__file__).with_name("vrrp.rules.test.yml"))):
        ended = subprocess.run(
            ["promtool", kind, "rules", str(path)], capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_server_is_gone_when_it_is_not_wanted(booted: Booted) -> None:
    inventory = booted.directory / "hosts.yml"
    inventory.write_text(INVENTORY.replace('":9112"', '""'))
    booted.playbook("deploy")
    assert booted.run("node1", "find /etc/systemd/system -name '*metrics*'") == ""
    assert booted.run("node1", f"ss -Hltn sport = :{PORT}") == ""
