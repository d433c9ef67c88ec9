# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter vrrp_plan: strings that mean numbers, booleans and lists, and its problems."""

from __future__ import annotations

from typing import Any, Dict

import pytest
from ansible.errors import AnsibleUndefinedVariable
from ansible_collections.failover.vrrp.plugins.filter.vrrp_plan import vrrp_plan
from ansible_collections.failover.vrrp.plugins.filter.vrrp_secrets import vrrp_secrets
from ansible_collections.failover.vrrp.plugins.filter.vrrp_unresolved import vrrp_unresolved
from ansible_collections.failover.vrrp.plugins.plugin_utils._coercion import coerce, coerce_options


@pytest.mark.parametrize(
    ("kind", "value", "coerced"),
    [
        ("int", "51", 51),
        ("int", " 51 ", 51),
        ("int", "-60", -60),
        ("int", 51, 51),
        ("float", "0.1", 0.1),
        ("float", "1", 1.0),
        ("float", 1, 1),
        ("bool", "yes", True),
        ("bool", "False", False),
        ("bool", "off", False),
        ("bool", True, True),
        ("str", 51, "51"),
        ("str", "51", "51"),
        ("list", "192.0.2.1/24, 192.0.2.2/24", ["192.0.2.1/24", "192.0.2.2/24"]),
        ("raw", "51", "51"),
    ],
)
def test_a_string_becomes_the_type_of_its_option(kind: str, value: Any, coerced: Any) -> None:
    found = coerce({"type": kind}, value)
    assert found == coerced
    assert type(found) is type(coerced)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", "5.5"),
        ("int", "fifty"),
        ("int", True),
        ("float", "soon"),
        ("bool", "maybe"),
        ("bool", 1),
        ("list", {"address": "192.0.2.1/24"}),
        ("dict", "text"),
        ("int", None),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_not_changed(kind: str, value: Any) -> None:
    assert coerce({"type": kind}, value) is value


def test_options_of_entries_are_coerced_and_unknown_ones_are_kept() -> None:
    files = {"type": "list", "elements": "dict", "options": {"weight": {"type": "int"}}}
    values = {"track_files": [{"weight": "2", "paht": "/run/x"}], "vird": "51"}
    assert coerce_options({"track_files": files}, values) == {
        "track_files": [{"weight": 2, "paht": "/run/x"}],
        "vird": "51",
    }


# As an INI inventory, an extra var or a template has them.
STRINGS = {
    "name": "web",
    "interface": "eth0",
    "vrid": "51",
    "addresses": "192.0.2.100/24",
    "advertisement_interval": "0.5",
    "preempt": "no",
    "track_processes": [{"name": "haproxy", "weight": "-100"}],
}


def test_a_plan_takes_strings_that_mean_numbers_and_booleans() -> None:
    own = {"vrrp_instances": [STRINGS], "vrrp_priority": "120"}
    (planned,) = vrrp_plan({"lb1": own}, ["lb1"], ["lb1"])["lb1"]["config"]["instances"]
    assert planned == {
        "name": "web",
        "interface": "eth0",
        "vrid": 51,
        "addresses": ["192.0.2.100/24"],
        "advertisement_interval": 0.5,
        "preempt": False,
        "priority": 120,
        "track_processes": [{"name": "haproxy", "weight": -100}],
    }


def test_a_password_of_digits_is_a_secret() -> None:
    instance = {**STRINGS, "version": "2", "password": 12345678}
    assert vrrp_secrets([instance]) == {"web": {"password": "12345678"}}
    assert vrrp_secrets({"web": STRINGS}, {"web": {"password": "tulip"}}) == {
        "web": {"password": "tulip"}
    }


def test_a_variable_that_can_not_be_templated_keeps_the_place_of_its_host() -> None:
    class Undefined(Dict[str, Any]):
        """Settings of which the interface refers to something undefined."""

        def __getitem__(self, key: str) -> Any:
            if key == "interface":
                raise AnsibleUndefinedVariable("no facts")
            return super().__getitem__(key)

    hostvars: Dict[str, Dict[str, Any]] = {
        "lb1": {"vrrp_instances": [Undefined(STRINGS)]},
        "lb2": {"vrrp_instances": [STRINGS]},
    }
    planned = vrrp_plan(hostvars, ["lb2"], ["lb1", "lb2"])["lb2"]
    assert planned["config"]["instances"][0]["priority"] == 190
    assert planned["members"] == {"web": ["lb1", "lb2"]}
    assert vrrp_unresolved(hostvars["lb1"]) == ["vrrp_instances"]
    assert vrrp_unresolved(hostvars["lb2"]) == []


def test_instances_of_the_play_are_refused_with_a_limit() -> None:
    given = {"lb2": {"__vrrp_resolved": {"vrrp_instances": [STRINGS]}}}
    assert vrrp_plan(given, ["lb2"], ["lb2"])["lb2"]["problems"] == []
    assert vrrp_plan(given, ["lb2"], ["lb2"], limit="lb2")["lb2"]["problems"] == [
        "lb2: vrrp_instances: the play gives them to the role, and the limit hides its other "
        "hosts: put them into the inventory, such as group_vars, or set vrrp_priority"
    ]
