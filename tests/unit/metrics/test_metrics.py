# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics of an agent, as a scrape has them."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.engine.coordination.reconciler import _COUNTERS as RESTORED
from _vrrp.engine.router.receive_stats import _ANOMALIES as ANOMALIES
from _vrrp.metrics import counters, exposition
from _vrrp.metrics.sample import Kind
from _vrrp.model.status import AgentStatus, Status
from _vrrp.wire.datagram import DropReason
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector, CollectorRegistry
from support.agent_status import ABOUT
from support.cluster import MS, Cluster, Node, pair

WEB = {"name": "web", "family": "ipv4", "interface": "eth0", "vrid": "51"}
SCRIPT = {"command": "/bin/check", "interval": 1, "timeout": 600, "weight": -60}


class Fixed(Collector):
    """The metrics of one status."""

    def __init__(self, status: Status, is_compatible: bool) -> None:
        self.samples = [*exposition.status_samples(status, is_compatible)]

    def collect(self) -> Any:
        """The families."""
        return exposition.families(self.samples)


class Scrape:
    """The answer to a scrape of a node: the value of each series."""

    def __init__(self, node: Node, is_compatible: bool = False, **about: Any) -> None:
        agent: AgentStatus = {**ABOUT, **about}  # type: ignore[typeddict-item]
        shown = {"agent": agent, "instances": node.every(), "counters": {"unknown_vrid": 4}}
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Fixed(shown, is_compatible))  # type: ignore[arg-type]
        self.text = exposition.as_open_metrics(registry)
        self.plain = generate_latest(registry).decode()
        self.families: list[Any] = [*text_string_to_metric_families(self.text)]  # type: ignore[no-untyped-call]
        self.series = {
            (one.name, tuple(sorted(one.labels.items()))): one.value
            for family in self.families
            for one in family.samples
        }

    def value(self, metric: str, /, **labels: str) -> float:
        """The value of a series."""
        return float(self.series[metric, tuple(sorted(labels.items()))])

    def of(self, name: str) -> list[dict[str, str]]:
        """The labels of all series of a metric, without those of the instance."""
        return [
            {key: value for key, value in labels if key not in WEB}
            for found, labels in self.series
            if found == name
        ]


def test_the_agent_itself() -> None:
    _cluster, first, _second = pair()
    scrape = Scrape(first, config_problem="instances: bad", intent="backup")
    assert scrape.value("vrrp_up") == 1
    assert scrape.value("vrrp_build_info", version="1", bundle="") == 1
    # 2026-01-01 is 56 years, 14 of them leap years, after 1970.
    assert scrape.value("vrrp_start_time_seconds") == (56 * 365 + 14) * 86400
    loaded = scrape.value("vrrp_config_last_reload_success_timestamp_seconds")
    assert loaded == (56 * 365 + 14) * 86400 + 10
    assert scrape.value("vrrp_config_last_reload_successful") == 0
    assert scrape.value("vrrp_host_intent", vrrp_host_intent="backup") == 1
    assert scrape.value("vrrp_host_intent", vrrp_host_intent="auto") == 0
    assert scrape.value("vrrp_intents_saved") == 1
    assert scrape.value("vrrp_late_wakeups_total") == 2
    assert scrape.value("vrrp_longest_lateness_seconds") == 0.25
    assert scrape.value("vrrp_unmatched_packets_total", reason="unknown_vrid") == 4


def test_a_master() -> None:
    _cluster, first, _second = pair()
    scrape = Scrape(first)
    states = {one["vrrp_state"] for one in scrape.of("vrrp_state")}
    assert states == {"INITIALIZE", "BACKUP", "MASTER"}
    assert scrape.value("vrrp_state", vrrp_state="MASTER", **WEB) == 1
    assert scrape.value("vrrp_state", vrrp_state="BACKUP", **WEB) == 0
    assert scrape.value("vrrp_priority", **WEB) == 150
    assert scrape.value("vrrp_effective_priority", **WEB) == 150
    assert scrape.value("vrrp_master_info", address="192.0.2.11", **WEB) == 1
    assert scrape.value("vrrp_master_priority", **WEB) == 150
    assert scrape.value("vrrp_intent", vrrp_intent="auto", **WEB) == 1
    # Master after 3 s + 106/256 s, so at 4.41 s, 5.41 s ... 9.41 s of the 10 that have passed, and
    # once more at 9.4 s, on the grid; the exact number is that of the status.
    sent = first.status()["counters"]["advertisements_sent"]
    assert scrape.value("vrrp_advertisements_sent_total", **WEB) == sent
    assert scrape.value("vrrp_priority_zero_sent_total", **WEB) == 0
    became = {"state": "MASTER", "reason": "master-timeout"}
    assert scrape.value("vrrp_transitions_total", **became, **WEB) == 1
    assert scrape.of("vrrp_intent_since_timestamp_seconds") == []


def test_a_backup_sees_the_master() -> None:
    _cluster, _first, second = pair()
    scrape = Scrape(second)
    assert scrape.value("vrrp_state", vrrp_state="BACKUP", **WEB) == 1
    assert scrape.value("vrrp_master_info", address="192.0.2.11", **WEB) == 1
    assert scrape.value("vrrp_advertisements_received_total", **WEB) > 0


def test_a_tracked_check_and_its_effect() -> None:
    cluster = Cluster()
    node = cluster.node(priority=100, track_scripts=[SCRIPT])
    check = {"position": "0", "check": "script /bin/check"}
    assert Scrape(node).of("vrrp_tracked_up") == []  # Nothing is known yet.
    node.finish(1)
    cluster.run(5)
    scrape = Scrape(node)
    assert scrape.value("vrrp_tracked_up", **check, **WEB) == 0
    assert scrape.value("vrrp_tracked_adjustment", **check, **WEB) == -60
    assert scrape.value("vrrp_effective_priority", **WEB) == 40


def test_the_hooks() -> None:
    cluster = Cluster()
    node = cluster.node(hooks=[{"event": "master", "command": "/bin/promote a b"}])
    hook = {"position": "0", "event": "master", "command": "/bin/promote ..."}
    cluster.run(5)
    scrape = Scrape(node)
    assert scrape.value("vrrp_hook_runs_total", **hook, **WEB) == 0
    assert scrape.of("vrrp_hook_last_exit_status") == []
    node.finish(3)
    scrape = Scrape(node)
    assert scrape.value("vrrp_hook_runs_total", **hook, **WEB) == 1
    assert scrape.value("vrrp_hook_failures_total", **hook, **WEB) == 1
    assert scrape.value("vrrp_hook_last_exit_status", **hook, **WEB) == 3


def test_a_part_that_was_put_back() -> None:
    cluster, first, _second = pair()
    first.delete_foreign("192.0.2.100/24")
    cluster.run(1)
    scrape = Scrape(first)
    assert scrape.value("vrrp_restored_resources_total", resource="address", **WEB) == 1


def test_peers_that_are_not_as_they_should_be() -> None:
    cluster = Cluster()
    first = cluster.node(priority=150)
    cluster.node(priority=100, addresses=["192.0.2.100/24", "192.0.2.101/24"])
    cluster.nodes[1].set_intent("master")
    cluster.run(10)
    cluster.nodes[1].set_intent("master")
    cluster.run(5)
    scrape = Scrape(first)
    assert scrape.value("vrrp_mismatches_total", mismatch="addresses", **WEB) > 0
    assert scrape.value("vrrp_problem_peers", problem="addresses_mismatch", **WEB) == 1


def test_a_drain_that_was_asked_for() -> None:
    cluster, first, _second = pair()
    first.set_intent("backup")
    cluster.run(5)
    scrape = Scrape(first)
    assert scrape.value("vrrp_intent", vrrp_intent="backup", **WEB) == 1
    assert scrape.value("vrrp_transitions_total", state="BACKUP", reason="operator", **WEB) == 1


def test_an_agent_before_version_1_has_what_it_knows() -> None:
    _cluster, first, _second = pair()
    agent: Any = {**ABOUT}
    for name in ("started", "config_loaded", "config_problem"):
        del agent[name]
    instances: Any = [{**one} for one in first.every()]
    for one in instances:
        del one["transition_counts"]
    status: Status = {"agent": agent, "instances": instances, "counters": {}}
    names = {one.metric.name for one in exposition.status_samples(status, is_compatible=True)}
    assert {"vrrp_up", "vrrp_state", "keepalived_up"} <= names
    assert not names & {"vrrp_start_time_seconds", "vrrp_transitions_total"}


def test_a_hook_of_both_families_is_counted_for_each() -> None:
    cluster = Cluster()
    both = ["192.0.2.100/24", "2001:db8::100/64"]
    hooks = [{"event": "backup", "command": "/bin/note"}]
    node = cluster.node(addresses=both, derive_link_local=False, hooks=hooks)
    cluster.run(0.1)
    node.finish()
    shown = {one["family"]: one["hooks"][0].get("runs", 0) for one in node.every()}
    assert shown["ipv4"] + shown["ipv6"] == 1


def test_no_two_series_are_the_same() -> None:
    cluster = Cluster()
    hooks = [{"event": "master", "command": f"/bin/same {name}"} for name in "ab"]
    checks = [{**SCRIPT, "command": f"/bin/same {name}"} for name in "ab"]
    node = cluster.node(hooks=hooks, track_scripts=checks)
    node.finish()
    node.finish()
    cluster.run(5)
    scrape = Scrape(node, is_compatible=True)
    lines = [one for one in scrape.text.splitlines() if not one.startswith("#")]
    assert len(lines) == len({one.rpartition(" ")[0] for one in lines}) == len(scrape.series)


def test_every_metric_has_a_unit_or_a_name_that_needs_none() -> None:
    for one in exposition.METRICS:
        assert one.name.startswith("vrrp_")
        assert one.name.endswith("_total") == (one.kind is Kind.COUNTER)
        assert one.name.endswith("_info") == (one.kind is Kind.INFO)
        assert one.help.endswith(".")
        assert ("timestamp" in one.name) <= one.name.endswith("_seconds")
    assert len({one.name for one in exposition.METRICS}) == len(exposition.METRICS)


@pytest.mark.parametrize("reason", DropReason, ids=lambda one: one.value)
def test_every_reason_to_discard_has_its_own_series(reason: DropReason) -> None:
    cluster = Cluster()
    shown = cluster.node(version=2, strict_link_local=True).status()
    assert counters.metric_of(reason.value, shown) == (counters.DISCARDS, (reason.value,))


def test_every_other_counter_is_known() -> None:
    cluster = Cluster()
    shown = cluster.node(strict_link_local=False).status()
    for name in ANOMALIES:
        assert counters.metric_of(name, shown)[0] is counters.MISMATCHES
    for name in RESTORED.values():
        assert counters.metric_of(name, shown)[0] is counters.RESTORED
    form = counters.metric_of("checksum_rfc", shown)
    assert form == (counters.CHECKSUMS, ("rfc",))


def test_the_names_of_the_exporter_of_keepalived() -> None:
    cluster, first, second = pair(addresses=["192.0.2.100/24", "192.0.2.101/24"])
    web = {"iname": "web", "intf": "eth0", "vrid": "51"}
    master, backup = Scrape(first, is_compatible=True), Scrape(second, is_compatible=True)
    assert master.value("keepalived_up") == 1
    for address in ("192.0.2.100", "192.0.2.101"):
        named = {**web, "ip_address": address}
        assert master.value("keepalived_vrrp_state", **named) == 2
        assert backup.value("keepalived_vrrp_state", **named) == 1
    assert master.value("keepalived_become_master_total", **web) == 1
    assert master.value("keepalived_release_master_total", **web) == 0
    first.set_link(up=False)
    cluster.run(5)
    failed = Scrape(first, is_compatible=True)
    assert failed.value("keepalived_vrrp_state", ip_address="192.0.2.100", **web) == 3
    assert failed.value("keepalived_release_master_total", **web) == 1
    assert "keepalived" not in Scrape(first).text


def test_an_agent_that_does_not_answer_is_not_up() -> None:
    registry = exposition.registry_of("/nonexistent/control.sock", is_compatible=True)
    text = exposition.as_open_metrics(registry)
    values = [one for one in text.splitlines() if not one.startswith("#")]
    assert values == ["vrrp_up 0.0", "keepalived_up 0.0"]
    assert text.endswith("# EOF\n")


def test_the_older_form_has_the_same_values() -> None:
    cluster, first, _second = pair()
    cluster.now += 10 * MS
    scrape = Scrape(first)
    for line in scrape.text.splitlines():
        assert line.startswith("#") or line in scrape.plain
