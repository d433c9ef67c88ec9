# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masters that are shared among the hosts of a cluster, worked out by hand."""

from __future__ import annotations

from typing import Mapping, Sequence

from ansible_collections.failover.vrrp.plugins.plugin_utils._spread import spread_masters
from hypothesis import given
from hypothesis import strategies as st

ALL = ["a", "b", "c", "d", "e", "f"]


def masters(inventory: Sequence[str], units: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The master of each unit: the host with the highest priority."""
    taken = spread_masters(inventory, units)
    found = {}
    for unit, hosts in units.items():
        priorities = {host: 200 - place for place, host in enumerate(hosts)}
        priorities.update(taken.get(unit, {}))
        assert len(set(priorities.values())) == len(hosts)
        found[unit] = max(priorities, key=lambda host: priorities[host])
    return found


def test_each_of_two_hosts_is_master_of_one_of_two_instances() -> None:
    assert masters("ab", {"web": "ab", "db": "ab"}) == {"web": "a", "db": "b"}


def test_a_single_instance_stays_with_the_first_host() -> None:
    assert spread_masters("abc", {"web": "abc"}) == {}


def test_a_third_host_takes_one_of_four_instances() -> None:
    names = ("one", "two", "three", "four")
    assert spread_masters("ab", dict.fromkeys(names, "ab")) == {
        "four": {"b": 201},
        "three": {"b": 201},
    }
    # a and b have two each; c takes the last one of those, four, from b.
    assert spread_masters("abc", dict.fromkeys(names, "abc")) == {
        "four": {"b": 201, "c": 202},
        "three": {"b": 201},
    }


def test_a_host_takes_only_instances_that_it_has() -> None:
    units = {"web": "a", "db": "a", "mail": "ab"}
    assert masters("ab", units) == {"web": "a", "db": "a", "mail": "b"}


@given(st.lists(st.sets(st.sampled_from(ALL), min_size=1), min_size=1, max_size=8))
def test_a_host_that_is_added_changes_no_priority_of_another_one(drawn: list[set[str]]) -> None:
    units = {str(number): sorted(hosts) for number, hosts in enumerate(drawn)}
    before = {unit: [one for one in hosts if one != "f"] for unit, hosts in units.items()}
    before = {unit: hosts for unit, hosts in before.items() if hosts}
    smaller, larger = spread_masters(ALL[:-1], before), spread_masters(ALL, units)
    for unit, taken in smaller.items():
        assert {host: one for host, one in larger[unit].items() if host != "f"} == taken
    masters(ALL, units)


@given(st.integers(1, 12), st.integers(1, 6))
def test_no_host_has_two_instances_more_than_another_one(count: int, size: int) -> None:
    hosts = ALL[:size]
    found = masters(hosts, {str(number): hosts for number in range(count)})
    load = [list(found.values()).count(host) for host in hosts]
    assert max(load) - min(load) <= 1
