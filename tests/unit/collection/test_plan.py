# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Priorities and configurations from the inventory."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.plugin_utils._clusters import place_priority
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    UNRESOLVED,
    read_host,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._plan import HostPlan, plan
from ansible_collections.failover.vrrp.plugins.plugin_utils._role_spec import role_options
from ansible_collections.failover.vrrp.plugins.plugin_utils._secrets import secrets

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
WEB_WITHOUT_NAME = {key: value for key, value in WEB.items() if key != "name"}
MEND = "make them equal, or give two clusters different values of vrrp_cluster"


def hosts(*settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The variables of hosts that have the instance web, unless their own say otherwise."""
    return {
        f"host{number}": {"vrrp_instances": [WEB], **own} for number, own in enumerate(settings, 1)
    }


def web(**settings: Any) -> dict[str, Any]:
    """The variables of a host with one instance."""
    return {"vrrp_instances": [{**WEB, **settings}]}


def plans(variables: dict[str, dict[str, Any]], *wanted: str) -> dict[str, HostPlan]:
    """The plans of the wanted hosts, by default of all."""
    settings = {host: read_host(own, role_options()) for host, own in variables.items()}
    return plan(settings, wanted or list(variables))


def priorities(variables: dict[str, dict[str, Any]], *wanted: str) -> dict[str, int]:
    """The priorities of the first instance of each wanted host that has one."""
    return {
        host: one.config["instances"][0]["priority"]
        for host, one in plans(variables, *wanted).items()
        if one.config["instances"]
    }


def problems(variables: dict[str, dict[str, Any]], *wanted: str) -> list[str]:
    """The lines of all wanted hosts, without those that refer to another host's."""
    lines = [line for one in plans(variables, *wanted).values() for line in one.problems]
    return [line for line in lines if "left as it is" not in line]


def test_each_place_gives_a_lower_priority_than_the_one_before() -> None:
    found = [place_priority(place) for place in range(119)]
    assert found[:12] == [200, 190, 180, 170, 160, 150, 140, 130, 120, 110, 109, 108]
    assert found == sorted(set(filter(None, found)), reverse=True)
    assert (place_priority(118), place_priority(119)) == (1, None)


def test_a_cluster_of_more_than_119_hosts_is_refused_where_no_priority_is_left() -> None:
    assert problems(hosts(*[{}] * 119)) == []
    assert problems(hosts(*[{}] * 120)) == [
        "host1: vrrp_instances[0].priority: the cluster has more than 119 hosts, and no priority "
        "is left for the next: give only the hosts that share the address this instance, or set "
        "vrrp_priority"
    ]


def test_a_host_added_at_the_end_changes_no_priority() -> None:
    assert priorities(hosts({}, {}, {})) == {"host1": 200, "host2": 190, "host3": 180}
    assert priorities(hosts({}, {}, {}, {}), "host1", "host4") == {"host1": 200, "host4": 170}


def test_priorities_do_not_depend_on_the_hosts_that_are_wanted() -> None:
    variables = hosts({}, {}, {})
    assert priorities(variables, "host2") == {"host2": 190}
    assert priorities(variables, "host3", "host1") == {"host3": 180, "host1": 200}


def test_hosts_without_the_instance_do_not_count() -> None:
    others: dict[str, Any] = {f"web{number}": {} for number in range(300)}
    variables = {**others, "lb1": web(), **{"db1": web(name="db", vrid=52)}, "lb2": web()}
    variables["db1"]["vrrp_instances"][0]["addresses"] = ["192.0.2.101/24"]
    assert priorities(variables) == {"lb1": 200, "db1": 200, "lb2": 190}


def test_places_are_counted_for_each_instance() -> None:
    second = {**WEB, "name": "db", "vrid": 52, "addresses": ["192.0.2.101/24"]}
    planned = plans(hosts({}, {"vrrp_instances": [second]}, {"vrrp_instances": [WEB, second]}))
    found = [
        {one["name"]: one["priority"] for one in own.config["instances"]}
        for own in planned.values()
    ]
    assert found == [{"web": 200}, {"db": 200}, {"web": 190, "db": 190}]
    assert planned["host3"].members == {"web": ["host1", "host3"], "db": ["host2", "host3"]}


def test_two_clusters_may_have_instances_of_one_name() -> None:
    berlin = {"vrrp_cluster": "berlin"}
    paris = {**web(vrid=60, addresses=["198.51.100.1/24"]), "vrrp_cluster": "paris"}
    variables = hosts(berlin, paris, berlin, paris)
    assert problems(variables) == []
    assert priorities(variables) == {"host1": 200, "host2": 200, "host3": 190, "host4": 190}
    assert plans(variables, "host4")["host4"].members == {"web": ["host2", "host4"]}


def test_a_wrong_cluster_does_not_stop_another_one() -> None:
    wrong = {"vrrp_cluster": "b", **web(vrid=300)}
    planned = plans(hosts({"vrrp_cluster": "a"}, wrong, {"vrrp_cluster": "a"}, wrong))
    assert {host: one.problems for host, one in planned.items()} == {
        "host1": [],
        "host2": ["host2: vrrp_instances[0].vrid: 300 is not in 1..255"],
        "host3": [],
        "host4": ["host4: vrrp_instances[0].vrid: 300 is not in 1..255"],
    }


def test_a_problem_of_one_host_stops_its_cluster_and_is_shown_once() -> None:
    planned = plans(hosts({}, web(vrid=300), {}), "host1", "host2", "host3")
    assert planned["host1"].problems == [
        "host1: vrrp_instances[0]: left as it is, because host2 has a problem with web"
    ]
    assert planned["host2"].problems == ["host2: vrrp_instances[0].vrid: 300 is not in 1..255"]


def test_the_problem_of_a_host_that_is_not_wanted_is_shown_by_the_first_that_is() -> None:
    planned = plans(hosts({}, web(vrid=300), {}), "host1", "host3")
    assert planned["host1"].problems == ["host2: vrrp_instances[0].vrid: 300 is not in 1..255"]
    assert planned["host3"].problems == [
        "host3: vrrp_instances[0]: left as it is, because host2 has a problem with web"
    ]


def test_a_priority_in_the_inventory_has_precedence() -> None:
    own = [{**WEB, "priority": 7}]
    variables = hosts({}, {"vrrp_priority": 250}, {"vrrp_instances": own, "vrrp_priority": 9})
    assert priorities(variables) == {"host1": 200, "host2": 250, "host3": 7}


def test_instances_may_be_a_mapping_by_name() -> None:
    settings = {key: value for key, value in WEB.items() if key != "name"}
    variables = hosts({}, {"vrrp_instances": {"web": settings}})
    assert problems(variables) == []
    assert plans(variables)["host2"].config == {"instances": [{**WEB, "priority": 190}]}


@pytest.mark.parametrize(
    ("instances", "problem"),
    [
        ({"web": {**WEB, "vrid": 0}}, "vrrp_instances.web.vrid: 0 is not in 1..255"),
        (
            {"www": WEB},
            "vrrp_instances.www.name: 'web' is not the key www; leave it out",
        ),
        (
            {True: WEB},
            "vrrp_instances.True: a name has to be text: put True in quotes",
        ),
        ({"web": None}, "vrrp_instances.web: None is not a mapping of settings"),
        (
            "web",
            "vrrp_instances: 'web' is neither a list of instances nor a mapping by name (as an "
            "extra variable, -e '{\"vrrp_instances\": [...]}')",
        ),
        (["web"], "vrrp_instances[0]: 'web' is not an object with settings"),
        (
            [{**WEB, "hooks": [{True: "master", "event": "backup", "command": "/bin/true"}]}],
            "vrrp_instances[0].hooks[0].True: unknown setting (YAML reads on, off, yes and no as "
            "booleans: put the key in quotes)",
        ),
    ],
    ids=["value", "name", "boolean-key", "nothing", "text", "entry", "boolean-setting"],
)
def test_instances_that_can_not_be_used_are_refused(instances: Any, problem: str) -> None:
    assert problems({"lb1": {"vrrp_instances": instances}})[0] == f"lb1: {problem}"


def test_single_settings_may_be_overridden_on_a_host() -> None:
    variables = hosts({}, {"vrrp_overrides": {"web": {"interface": "ens3", "priority": "7"}}})
    assert problems(variables) == []
    (instance,) = plans(variables)["host2"].config["instances"]
    assert instance == {**WEB, "interface": "ens3", "priority": 7}


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        (
            {"wbe": {}},
            "vrrp_overrides.wbe: the host has no instance of that name; its instances: web",
        ),
        ({"web": 7}, "vrrp_overrides.web: 7 is not a mapping of settings"),
        (["web"], "vrrp_overrides: ['web'] is not a mapping by instance name"),
    ],
)
def test_overrides_that_can_not_be_used_are_refused(overrides: Any, problem: str) -> None:
    assert problems(hosts({}, {"vrrp_overrides": overrides})) == [f"host2: {problem}"]


def test_equal_priorities_are_refused() -> None:
    assert problems(hosts({}, {}, {"vrrp_priority": 200})) == [
        "host3: vrrp_instances[0].priority: 200, as on host1: set a different vrrp_priority for "
        "each host, or leave it out everywhere"
    ]


def test_hosts_that_disagree_are_refused() -> None:
    other = [{**WEB, "vrid": 52, "addresses": ["192.0.2.101/24"]}]
    assert problems(hosts({}, {"vrrp_instances": other})) == [
        f"host2: vrrp_instances[0].vrid: 52, but 51 on host1: {MEND}",
        f"host2: vrrp_instances[0].addresses: 192.0.2.101, but 192.0.2.100 on host1: {MEND}",
    ]


IPV6 = ["fe80::200:5eff:fe00:233/64", "2001:DB8::100/64"]
PEERS = ["192.0.2.11", "192.0.2.12", "192.0.2.13"]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({}, {"version": 3, "advertisement_interval": 1, "down_intervals": 3}),
        (
            {"addresses": ["192.0.2.100/24", "192.0.2.101/24"]},
            {"addresses": ["192.0.2.101/24", "192.0.2.100/24"]},
        ),
        ({"addresses": IPV6}, {"addresses": ["2001:db8::100/64"]}),
        (
            {"addresses": [{"address": "192.0.2.100/24", "label": "eth0:web"}]},
            {"addresses": [{"address": "192.0.2.100/24", "interface": "eth1"}]},
        ),
        (
            {"unicast_peers": ["192.0.2.12"], "source_address": "192.0.2.11"},
            {"unicast_peers": ["192.0.2.11"], "source_address": "192.0.2.12"},
        ),
        ({"unicast_peers": PEERS[:2]}, {"unicast_peers": PEERS[:2]}),
    ],
    ids=["defaults", "order", "link-local", "label", "peers", "shared-peers"],
)
def test_hosts_agree_although_they_spell_it_differently(
    here: dict[str, Any], there: dict[str, Any]
) -> None:
    assert problems(hosts(web(**here), web(**there))) == []


def test_hosts_with_other_families_are_refused() -> None:
    both = ["192.0.2.100/24", "2001:db8::100/64"]
    assert problems(hosts(web(addresses=both), web())) == [
        f"host2: vrrp_instances[0].addresses: has no IPv6 address, but host1 has one: {MEND}"
    ]


def test_unicast_beside_multicast_is_refused() -> None:
    assert problems(hosts(web(unicast_peers=PEERS[:2]), web())) == [
        "host2: vrrp_instances[0].unicast_peers: it sends to the multicast group, but host1 to "
        f"unicast peers: {MEND}"
    ]


def test_a_host_that_leaves_out_another_as_peer_is_refused() -> None:
    first, second, third = PEERS
    assert problems(
        hosts(
            web(unicast_peers=[first, second]),
            web(unicast_peers=[first, second, third]),
            web(unicast_peers=[third, second, first]),
        )
    ) == [
        "host1: vrrp_instances[0].unicast_peers: leaves out 192.0.2.13: every host lists all of "
        "them, also itself"
    ]


def test_a_host_that_leaves_out_itself_as_peer_is_refused() -> None:
    found = problems(hosts(web(unicast_peers=PEERS[:2]), web(unicast_peers=PEERS[:1])))
    assert len(found) == 1
    assert "host2: vrrp_instances[0].unicast_peers: leaves out 192.0.2.12" in found[0]


def test_hosts_that_leave_out_the_same_peer_are_refused() -> None:
    assert problems(hosts(*[web(unicast_peers=PEERS[:1])] * 2)) == [
        "host1: vrrp_instances[0].unicast_peers: the hosts have 1 address for 2 hosts: name all of "
        "them; a template needs groups in place of ansible_play_hosts"
    ]


def test_a_peer_list_that_a_limit_has_shortened_is_refused() -> None:
    unknown = web(unicast_peers=UNRESOLVED)
    assert problems(hosts(web(unicast_peers=PEERS[1:2]), unknown, unknown), "host1") == [
        "host1: vrrp_instances[0].unicast_peers: the hosts have 1 address for 3 hosts: name all of "
        "them; a template needs groups in place of ansible_play_hosts"
    ]
    assert problems(hosts(web(unicast_peers=[]), unknown, unknown), "host1") == [
        "host1: vrrp_instances[0].unicast_peers: there are 0 entries, and at least 1 is needed"
    ]


def test_one_virtual_router_with_two_names_is_refused() -> None:
    planned = plans(hosts(web(), web(name="www")))
    line = (
        "host2: vrrp_instances[0].name: www has VRID 51 and address 192.0.2.100, which are those "
        "of web on host1: give the instance one name"
    )
    assert planned["host2"].problems == [line]
    assert planned["host1"].problems == [
        "host1: vrrp_instances[0]: left as it is, because host2 has a problem with web"
    ]


def test_interfaces_may_differ_and_instances_may_be_missing() -> None:
    elsewhere = [{**WEB, "interface": "ens3", "priority": None, "version": None}]
    planned = plans(hosts({}, {"vrrp_instances": elsewhere}, {"vrrp_instances": []}))
    (instance,) = planned["host2"].config["instances"]
    assert instance == {**WEB, "interface": "ens3", "priority": 190}
    assert planned["host3"] == HostPlan({"instances": []}, [], {}, [])


def test_a_host_whose_settings_are_not_known_yet_keeps_its_place_and_is_not_compared() -> None:
    variables = hosts(web(interface=UNRESOLVED, vrid=52), {}, {})
    assert problems(variables, "host2", "host3") == []
    assert priorities(variables, "host2", "host3") == {"host2": 190, "host3": 180}


def test_a_host_from_which_the_agent_is_removed_keeps_its_place_and_is_not_compared() -> None:
    variables = hosts({"vrrp_agent_state": "absent", **web(vrid=52)}, {})
    assert problems(variables, "host2") == []
    assert priorities(variables, "host2") == {"host2": 190}


def test_all_problems_of_a_host_are_reported_together() -> None:
    wrong = [{**WEB, "vrid": 256}]
    assert problems(hosts({"vrrp_instances": wrong, "vrrp_priority": 300}, {})) == [
        "host1: vrrp_instances[0].priority: 300 is not in 1..255",
        "host1: vrrp_instances[0].vrid: 256 is not in 1..255",
    ]


def test_secrets_are_passed_apart_from_the_configuration() -> None:
    key = {"id": 1, "secret": "x" * 32}
    signed = {**WEB, "hmac": {"keys": [key], "mode": "permissive", "window": None}}
    old = {**WEB, "name": "old", "vrid": 52, "version": 2, "password": "tulip"}
    old["addresses"] = ["192.0.2.101/24"]
    config = plans(hosts({"vrrp_instances": [signed, old]}))["host1"].config
    assert config["instances"][0]["hmac"] == {"active_key": 1, "mode": "permissive"}
    assert "tulip" not in str(config)
    assert "x" * 32 not in str(config)
    found = secrets([signed, old, {**WEB, "name": "open", "hmac": None, "password": None}])
    assert found == {"web": {"hmac_keys": {"1": "x" * 32}}, "old": {"password": "tulip"}}


def test_secrets_that_differ_are_refused_without_being_shown() -> None:
    def signed(secret: str) -> dict[str, Any]:
        return {"vrrp_instances": [{**WEB, "hmac": {"keys": [{"id": 1, "secret": secret}]}}]}

    assert problems(hosts(signed("x" * 32), signed("y" * 32))) == [
        f"host2: vrrp_instances[0].hmac.keys: not the same as on host1: {MEND}"
    ]


def test_more_hosts_than_priorities_may_remove_the_agent() -> None:
    assert problems(hosts(*[{"vrrp_agent_state": "absent"}] * 300)) == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"vrrp_priority": UNRESOLVED},
        {"vrrp_overrides": UNRESOLVED},
        {"vrrp_overrides": {"web": UNRESOLVED}},
        {"vrrp_instances": {"web": UNRESOLVED}},
    ],
    ids=["priority", "overrides", "override", "instance"],
)
def test_a_host_of_which_something_is_not_known_yet_keeps_its_place(
    unknown: dict[str, Any],
) -> None:
    variables = hosts(unknown, {})
    assert problems(variables, "host2") == []
    assert priorities(variables, "host2") == {"host2": 190}


@pytest.mark.parametrize("instances", [[{**WEB, "name": 51}], {51: WEB_WITHOUT_NAME}])
@pytest.mark.parametrize("name", [51, "51"])
def test_a_name_of_digits_may_be_a_number(instances: Any, name: Any) -> None:
    own = {"vrrp_instances": instances, "vrrp_overrides": {name: {"interface": "ens3"}}}
    assert problems({"lb1": own}) == []
    (instance,) = plans({"lb1": own})["lb1"].config["instances"]
    assert (instance["name"], instance["interface"]) == ("51", "ens3")


def test_an_override_without_a_name_is_refused() -> None:
    assert problems({"lb1": {**web(), "vrrp_overrides": {None: {}}}}) == [
        "lb1: vrrp_overrides.None: the host has no instance of that name; its instances: web"
    ]
