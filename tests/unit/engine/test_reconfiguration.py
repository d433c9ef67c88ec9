# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another configuration for running hosts."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import Remove, Send, SendFrames
from support.cluster import WALL, Cluster, Node, instance, logs, pair


def test_a_higher_priority_of_the_master_causes_no_election() -> None:
    cluster, first, _second = pair()
    first.configure(instance(priority=160))
    cluster.run(5)
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_a_reload_adds_and_removes_addresses_of_a_master() -> None:
    cluster, first, _second = pair()
    first.configure(instance(priority=150, addresses=["192.0.2.101/24", "192.0.2.100/24"]))
    cluster.settle()
    assert first.serves("192.0.2.101")
    first.configure(instance(priority=150, addresses=["192.0.2.101/24"]))
    cluster.settle()
    assert not first.serves("192.0.2.100")
    assert first.serves("192.0.2.101")
    assert first.state == "MASTER"


def test_a_removed_instance_resigns() -> None:
    cluster, first, second = pair()
    first.configure()
    assert first.serves()
    cluster.run(1)
    assert not first.serves()
    assert second.serves()
    assert first.engine.status(cluster.now, WALL)["instances"] == []


def test_a_new_name_keeps_mastership() -> None:
    cluster, first, _second = pair()
    first.configure(instance(priority=150, name="www"))
    cluster.run(5)
    assert first.status("www")["state"] == "MASTER"
    assert first.transitions() == ["INITIALIZE BACKUP", "BACKUP MASTER"]


def test_a_new_vrid_replaces_the_router_which_serves_until_there_is_a_successor() -> None:
    cluster, first, second = pair()
    first.configure(instance(priority=150, vrid=52))
    cluster.settle()
    states = {one["label"]: one["state"] for one in first.every()}
    assert states == {"web": "BACKUP", "web (eth0, VRID 51)": "MASTER"}
    assert first.serves()
    cluster.run(1)
    assert second.serves()
    assert not first.serves()
    assert [one["label"] for one in first.every()] == ["web"]


def test_a_new_vrid_on_all_hosts_keeps_the_address_where_it_is() -> None:
    cluster, first, second = pair()
    for node, priority in ((first, 150), (second, 100)):
        node.configure(instance(priority=priority, vrid=52))
    for _tenth in range(100):
        cluster.run(0.1)
        assert first.serves()
        assert not second.serves()
    assert (first.state, second.state) == ("MASTER", "BACKUP")
    assert not any(isinstance(one, Remove) for one in first.done)


def advertised_vrids(node: Node) -> set[int]:
    """The VRIDs of all that a node has sent: the second octet of an advertisement."""
    every = [one for done in node.done for one in getattr(done, "sends", [done])]
    return {one.message[1] for one in every if isinstance(one, Send)}


def test_a_master_that_is_replaced_does_not_come_back() -> None:
    cluster, first, _second = pair()
    first.configure(instance(priority=150, vrid=52))
    cluster.settle()
    first.done.clear()
    cluster.run(20)
    assert advertised_vrids(first) == {52}
    first.do(first.engine.stop(cluster.now))
    cluster.run(5)
    assert not first.serves()


def test_a_backup_that_is_replaced_does_not_come_back() -> None:
    cluster, _first, second = pair()
    second.configure(instance(virtual_mac=True))
    cluster.run(20)
    assert advertised_vrids(second) == set()
    assert not second.serves()


def test_names_can_swap_their_vrids() -> None:
    cluster = Cluster()
    only = cluster.node()
    other = instance(name="db", vrid=52, addresses=["192.0.2.101/24"])
    only.configure(instance(), other)
    cluster.run(5)
    only.configure(instance(vrid=52), {**other, "vrid": 51})
    cluster.run(5)
    assert only.status("web")["vrid"] == 52
    assert only.status("db")["vrid"] == 51
    assert only.serves("192.0.2.100")
    assert only.serves("192.0.2.101")


def test_a_removed_router_that_can_not_send_is_dropped() -> None:
    cluster = Cluster()
    node = cluster.node(priority=200)
    cluster.run(5)
    assert node.state == "MASTER"
    node.refused = (Send,)
    node.configure(instance(name="other", vrid=52, addresses=["192.0.2.101/24"]))
    cluster.run(3.5)
    node.refused = ()
    cluster.run(20)
    assert [one["name"] for one in node.engine.status(cluster.now, WALL)["instances"]] == ["other"]
    deadline = node.engine.next_deadline()
    assert deadline is not None
    assert deadline > cluster.now


@pytest.mark.finding("C15")
@pytest.mark.finding("C17")
@pytest.mark.parametrize(
    "addresses", [["192.0.2.100/24", "192.0.2.101/24"], ["192.0.2.100/25"], ["192.0.2.101/24"]]
)
def test_a_reload_that_changes_addresses_is_no_loss_of_them(addresses: list[str]) -> None:
    cluster = Cluster()
    node = cluster.node()
    cluster.run(20)
    node.done.clear()
    node.configure(instance(addresses=addresses))
    cluster.run(4)
    assert logs(node) == []
    assert "addresses_restored" not in node.status()["counters"]
    # The announcement of a takeover: five frames for each address, at once and after 5 s.
    assert frames(node) == 5 * len(addresses)
    cluster.run(16)
    assert frames(node) == 10 * len(addresses)


def frames(node: Node) -> int:
    """The number of frames that a node has sent."""
    return sum(len(one.frames) for one in node.done if isinstance(one, SendFrames))


def test_a_stopping_master_logs_no_addresses_of_another_program() -> None:
    cluster = Cluster()
    node = cluster.node(priority=200)
    cluster.run(5)
    node.do(node.engine.stop(cluster.now))
    cluster.run(6)
    assert node.state == "INITIALIZE"
    assert logs(node) == []


def test_a_router_that_is_replaced_keeps_the_numbers_that_it_has_heard() -> None:
    cluster = Cluster()
    hmac = {"keys": [{"id": 1, "secret": "x" * 32}], "replay": "monotonic"}
    node = cluster.node(hmac=hmac)
    node.engine.replay.restore({"web": {"c000020b01": 7}})
    node.configure(instance(hmac=hmac, virtual_mac=True))
    assert node.engine.replay.export(["web"]) == {"web": {"c000020b01": 7}}


def test_a_router_accepts_none_of_its_own_numbers_of_another_address() -> None:
    cluster = Cluster()
    node = cluster.node(hmac={"keys": [{"id": 1, "secret": "x" * 32}], "replay": "monotonic"})
    node.engine.replay.note_own({"web": 9, "gone": 1})
    address = node.status()["address"]
    sender = bytes(map(int, address.split("."))).hex() + "01"
    assert node.engine.replay.export(["web"]) == {"web": {sender: 9}}
