# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configurations: what is legal, and for what is not a problem with its path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from _vrrp.base.errors import ConfigError
from _vrrp.model.config import parse_config
from _vrrp.model.instance import ChecksumForm

WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
DB = {"name": "db", "interface": "eth0", "vrid": 52, "addresses": ["192.0.2.101/24"]}


def config(*instances: dict[str, Any]) -> str:
    return json.dumps({"instances": instances})


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_minimal_instance_has_the_documented_defaults() -> None:
    (instance,) = parse_config(config(WEB)).instances
    assert instance.priority == 100
    assert instance.version == 3
    assert instance.advertisement_interval == 1_000_000_000
    assert instance.preempt is True
    assert instance.advertise_checksum is ChecksumForm.RFC5798
    assert (instance.announce_count, instance.announce_delay) == (5, 5_000_000_000)
    assert str(instance.addresses[0]) == "192.0.2.100/24"


def test_settings_that_differ_from_the_defaults_are_read() -> None:
    given = {
        **WEB,
        "priority": 255,
        "version": 2,
        "advertisement_interval": 255,
        "preempt": False,
        "advertise_checksum": "rfc9568",
        "announce_count": 1,
        "announce_delay": 0.5,
    }
    (instance,) = parse_config(config(given)).instances
    assert instance.priority == 255
    assert instance.version == 2
    assert instance.advertisement_interval == 255_000_000_000
    assert instance.preempt is False
    assert instance.advertise_checksum is ChecksumForm.RFC9568
    assert (instance.announce_count, instance.announce_delay) == (1, 500_000_000)


def test_a_configuration_may_have_no_instances() -> None:
    assert parse_config('{"instances": []}').instances == ()


WRONG = [
    ("", "file: empty"),
    ("  \n", "file: empty"),
    ('{"instances": [', "file: line 1 column 16 is not JSON: Expecting value"),
    ("[]", 'file: does not hold an object such as {"instances": []}'),
    ("{}", "instances: missing"),
    ('{"instances": {}}', "instances: not a list"),
    (
        '{"instances": [], "instances": []}',
        "file: the key 'instances' occurs twice in one object",
    ),
    ('{"instances": [], "vrid": 5}', "vrid: unknown setting"),
    ('{"instances": [7]}', "instances[0]: 7 is not an object with settings"),
    (config({**WEB, "vird": 51}), "instances[0].vird: unknown setting"),
    (config(DB, {**WEB, "vrid": 256}), "instances[1].vrid: 256 is not in 1..255"),
    (config({**WEB, "vrid": 0}), "instances[0].vrid: 0 is not in 1..255"),
    (config({**WEB, "vrid": "51"}), "instances[0].vrid: '51' is not a whole number"),
    (config({**WEB, "vrid": True}), "instances[0].vrid: True is not a whole number"),
    (config({**WEB, "priority": 256}), "instances[0].priority: 256 is not in 1..255"),
    (config({**WEB, "priority": 0}), "instances[0].priority: 0 is not in 1..255"),
    (config({**WEB, "version": 4}), "instances[0].version: 4 is not 2 or 3"),
    (config({**WEB, "preempt": "yes"}), "instances[0].preempt: 'yes' is not true or false"),
    (
        config({**WEB, "advertisement_interval": 0}),
        "instances[0].advertisement_interval: 0 is not in 0.01..40.95 seconds (version 3)",
    ),
    (
        config({**WEB, "advertisement_interval": 40.96}),
        "instances[0].advertisement_interval: 40.96 is not in 0.01..40.95 seconds (version 3)",
    ),
    (
        config({**WEB, "advertisement_interval": 0.015}),
        "instances[0].advertisement_interval: 0.015 is not in steps of 0.01 (version 3)",
    ),
    (
        config({**WEB, "version": 2, "advertisement_interval": 0.5}),
        "instances[0].advertisement_interval: 0.5 is not in 1..255 seconds (version 2)",
    ),
    (
        config({**WEB, "advertisement_interval": "1s"}),
        "instances[0].advertisement_interval: '1s' is not a number of seconds",
    ),
    (
        config({**WEB, "name": "web server"}),
        "instances[0].name: 'web server' is not a name of 1 to",
    ),
    (
        config({**WEB, "interface": "a-name-that-is-too-long"}),
        "instances[0].interface: 'a-name-that-is-too-long' is not an interface name",
    ),
    (
        config({**WEB, "interface": "../eth0"}),
        "instances[0].interface: '../eth0' is not an interface",
    ),
    (
        config({**WEB, "addresses": []}),
        "instances[0].addresses: missing; an instance without addresses has to give its family",
    ),
    (
        config({**WEB, "addresses": "192.0.2.1"}),
        "instances[0].addresses: '192.0.2.1' is not a list",
    ),
    (
        config({**WEB, "addresses": ["192.0.2.300/24"]}),
        "instances[0].addresses[0]: '192.0.2.300/24' is not an IP address with a prefix length",
    ),
    (
        config({**WEB, "addresses": ["192.0.2.1/33"]}),
        "instances[0].addresses[0]: '192.0.2.1/33' is not an IP address with a prefix length",
    ),
    (
        config({**WEB, "addresses": ["224.0.0.18"]}),
        "instances[0].addresses[0]: 224.0.0.18 is a multicast address, which no host can have",
    ),
    (
        config({**WEB, "addresses": ["192.0.2.1/24", "192.0.2.1/32"]}),
        "instances[0].addresses: an address is listed twice",
    ),
    (
        config({**WEB, "addresses": ["2001:db8::1/64", "fe80::1/64"]}),
        "instances[0].addresses: fe80::1/64 is link-local and must be listed first",
    ),
    (
        config({**WEB, "addresses": ["fe80::1/64"], "version": 2}),
        "instances[0].addresses: version 2 of the protocol has no IPv6",
    ),
    (config(WEB, {**DB, "name": "web"}), "instances[1].name: the name web is used by instances[0]"),
    (
        config(WEB, {**DB, "vrid": 51}),
        "instances[1].vrid: VRID 51 on eth0 is used by instances[0] already",
    ),
    (
        config(WEB, {**DB, "addresses": ["192.0.2.100/32"]}),
        "instances[1].addresses: an address on eth0 is used by instances[0] already",
    ),
    (config({"name": "web"}), "instances[0].interface: missing"),
    (config({**WEB, "announce_count": 0}), "instances[0].announce_count: 0 is not in 1..100"),
    (
        config({**WEB, "advertise_checksum": "rfc1071"}),
        "instances[0].advertise_checksum: 'rfc1071' is not rfc5798 or rfc9568",
    ),
]


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_a_problem_is_named_with_its_path(text: str, problem: str) -> None:
    assert any(line.startswith(problem) for line in problems(text)), problems(text)


def test_all_problems_are_reported_at_once() -> None:
    found = problems(config({**WEB, "vrid": 0, "priority": "high"}, {"name": "db"}))
    assert [line.partition(":")[0] for line in found] == [
        "instances[0].vrid",
        "instances[0].priority",
        "instances[1].addresses",
        "instances[1].interface",
        "instances[1].vrid",
    ]


def test_the_same_vrid_is_free_in_the_other_family_and_on_another_interface() -> None:
    six = {**DB, "vrid": 51, "addresses": ["fe80::1/64"]}
    elsewhere = {**DB, "name": "other", "vrid": 51, "interface": "eth1"}
    assert len(parse_config(config(WEB, six, elsewhere)).instances) == 3


def test_an_instance_has_at_most_the_addresses_that_a_packet_holds() -> None:
    many = [f"192.0.{number // 250}.{number % 250 + 1}/32" for number in range(256)]
    assert len(parse_config(config({**WEB, "addresses": many[:255]})).instances) == 1
    assert problems(config({**WEB, "addresses": many})) == [
        "instances[0].addresses: there are 256, and a packet holds 255"
    ]


def test_deep_nesting_is_a_problem_and_no_crash() -> None:
    assert problems("[" * 100_000)[0].startswith("file: ")


# --- The options that keepalived users rely on ----------------------------------------------------

KEY = {"id": 1, "secret": "x" * 32}
UNICAST = {"unicast_peers": ["192.0.2.12", "192.0.2.13"]}
WRONG_OPTIONS = [
    (
        {"addresses": ["192.0.2.0/24"]},
        ".addresses[0]: 192.0.2.0 is the network address of 192.0.2.0/24",
    ),
    (
        {"addresses": ["192.0.2.255/24"]},
        ".addresses[0]: 192.0.2.255 is the broadcast address of 192.0.2.0/24",
    ),
    ({"addresses": ["192.0.2.1/0"]}, ".addresses[0]: 192.0.2.1/0 has the prefix length 0"),
    (
        {"addresses": ["fe80::1/64", "2001:db8::/64"]},
        ".addresses[1]: 2001:db8:: is the network address of 2001:db8::/64",
    ),
    (
        {"addresses": ["fe80::1/64", "::ffff:192.0.2.1/96"]},
        ".addresses[1]: ::ffff:",
    ),
    ({"unicast_peers": ["224.0.0.18"]}, ".unicast_peers[0]: 224.0.0.18 is a multicast address"),
    ({"unicast_peers": ["127.0.0.1"]}, ".unicast_peers[0]: 127.0.0.1 is a loopback address"),
    ({"unicast_peers": ["255.255.255.255"]}, ".unicast_peers[0]: 255.255.255.255 is the broadcast"),
    ({"unicast_peers": ["0.0.0.0"]}, ".unicast_peers[0]: 0.0.0.0 is the unspecified address"),
    ({"source_address": "ff02::12"}, ".source_address: ff02::12 is a multicast address"),
    (
        {"unicast_peers": ["192.0.2.12", "192.0.2.100"]},
        ".unicast_peers: 192.0.2.100 is a virtual address, which may be on this host",
    ),
    (
        {"source_address": "192.0.2.100"},
        ".source_address: 192.0.2.100 is a virtual address, which a backup does not have",
    ),
    ({"unicast_peers": []}, ".unicast_peers: there are 0 entries, and at least 1 is needed"),
    ({"unicast_peers": ["lb2"]}, ".unicast_peers[0]: 'lb2' is not an IP address"),
    ({"unicast_peers": ["2001:db8::1"]}, ".unicast_peers: 2001:db8::1 is an IPv6 address, but"),
    (
        {"addresses": ["192.0.2.1/24", "2001:db8::1/64"], **UNICAST},
        ".unicast_peers: no IPv6 peer is listed, but there are IPv6 addresses",
    ),
    ({"unicast_peers": ["192.0.2.12"] * 2}, ".unicast_peers: a peer is listed twice"),
    ({"unicast_ttl": 64}, ".unicast_ttl: has no effect without unicast_peers"),
    ({**UNICAST, "unicast_ttl": 256}, ".unicast_ttl: 256 is not in 1..255"),
    (
        {**UNICAST, "unicast_ttl_min": 64, "unicast_ttl_max": 63},
        ".unicast_ttl_min: 64 is greater than unicast_ttl_max, which is 63",
    ),
    (
        {
            "addresses": ["2001:db8::1/64"],
            "unicast_peers": ["fe80::2", "2001:db8::3"],
        },
        ".unicast_peers: link-local and other IPv6 addresses are mixed",
    ),
    (
        {"source_address": "fe80::1"},
        ".source_address: fe80::1 is an IPv6 address, but the instance has no IPv6 addresses",
    ),
    ({"password": "secret"}, ".password: version 3 of the protocol has no passwords"),
    ({"version": 2, "password": "123456789"}, ".password: the password does not have 1 to 8"),
    ({"version": 2, "password": ""}, ".password: the password"),
    ({"version": 2, "password": "pässword"}, ".password: the password is not a string of visible"),
    ({"hmac": {}}, ".hmac.keys: missing"),
    ({"hmac": {"keys": []}}, ".hmac.keys: there are 0 entries, and at least 1 is needed"),
    ({"hmac": {"keys": ["x" * 32]}}, ".hmac.keys[0]: not an object with id and secret"),
    ({"hmac": {"keys": [{"id": 0, "secret": "x" * 32}]}}, ".hmac.keys[0].id: 0 is not in 1..255"),
    ({"hmac": {"keys": [{"id": 1, "secret": "x" * 31}]}}, ".hmac.keys[0].secret: the secret does"),
    ({"hmac": {"keys": [{"id": 1, "secret": "x" * 65}]}}, ".hmac.keys[0].secret: the secret does"),
    ({"hmac": {"keys": [{"id": 1, "secret": "hex:0g"}]}}, ".hmac.keys[0].secret: the secret is"),
    ({"hmac": {"keys": [{"id": 1, "secret": "ä" * 32}]}}, ".hmac.keys[0].secret: the secret is no"),
    ({"hmac": {"keys": [KEY, KEY]}}, ".hmac.keys: an id is used twice"),
    ({"hmac": {"keys": [KEY], "active_key": 2}}, ".hmac.active_key: there is no key with the id 2"),
    (
        {"hmac": {"keys": [KEY], "mode": "off"}},
        ".hmac.mode: 'off' is not enforce, permissive or",
    ),
    ({"hmac": {"keys": [KEY], "window": 301}}, ".hmac.window: 301 is not in 1..300"),
    (
        {"hmac": {"keys": [KEY], "window": 5, "replay": "monotonic"}},
        ".hmac.window: has no effect with replay: monotonic",
    ),
    (
        {"version": 2, "password": "tulip", "hmac": {"keys": [KEY]}},
        ".password: would be sent in clear text; remove it",
    ),
    (
        {"addresses": [f"fe80::{one:x}/64" for one in range(1, 91)], "hmac": {"keys": [KEY]}},
        ".addresses: there are 90, and a packet holds 89",
    ),
    ({"preempt": False, "preempt_delay": 5}, ".preempt_delay: has no effect with preempt"),
    ({"multicast_group": "192.0.2.1"}, ".multicast_group: 192.0.2.1 is not the address of a"),
    ({"multicast_group": "ff02::81"}, ".multicast_group: ff02::81 is an IPv6 address"),
    (
        {"multicast_group": "224.0.0.81", "unicast_peers": ["192.0.2.11"]},
        ".multicast_group: has no effect with unicast_peers",
    ),
    ({"virtual_mac_address": "02:00:00:00:00:01"}, ".virtual_mac_address: has no effect without"),
    (
        {"virtual_mac_address": "02:00:00:00:01"},
        ".virtual_mac_address: '02:00:00:00:01' is not a MAC",
    ),
    (
        {"virtual_mac_address": "03:00:00:00:00:01"},
        ".virtual_mac_address: 03:00:00:00:00:01 is not the address",
    ),
    (
        {
            "addresses": ["192.0.2.100/24", "2001:db8::100/64"],
            "virtual_mac": True,
            "virtual_mac_address": "02:00:00:00:00:01",
        },
        ".virtual_mac_address: an interface has one macvlan of an address",
    ),
    ({"family": "ipv4"}, ".family: is for an instance without addresses"),
    ({"addresses": [], "family": "ipv5"}, ".family: 'ipv5' is not ipv4 or ipv6"),
    ({"addresses": [], "family": "ipv4", "priority": 255}, ".priority: 255 is for the owner"),
    ({"down_intervals": 0}, ".down_intervals: 0 is not in 1..100"),
    ({"virtual_mac": "yes"}, ".virtual_mac: 'yes' is not true or false"),
    (
        {"addresses": [{"address": "192.0.2.1/24", "scope": "planet"}]},
        ".addresses[0].scope: 'planet' is not global, site, link or host",
    ),
    ({"excluded_addresses": ["192.0.2.100/32"]}, ".addresses: an address is listed twice"),
    (
        {"hooks": [{"event": "master", "command": "/bin/x", "retry_delay": 2}]},
        ".hooks[0].retry_delay: has no effect without retries",
    ),
    (
        {"hooks": [{"event": "failed", "command": "/bin/x"}]},
        ".hooks[0].event: 'failed' is not master, ",
    ),
    ({"hooks": [{"event": "master"}]}, ".hooks[0].command: missing"),
    (
        {"hooks": [{"event": "master", "command": "/bin/x", "user": "a b"}]},
        ".hooks[0].user: 'a b' is",
    ),
    ({"sync_group": ""}, ".sync_group: '' is not a name"),
    (
        {"hooks": [{"event": "master", "command": "/bin/x", "group": True}]},
        ".hooks[0].group: has no effect without sync_group",
    ),
    (
        {"hooks": [{"event": "leaving_master", "command": "/bin/x", "group": True}]},
        ".hooks[0].group: a group has no event leaving_master",
    ),
]


@pytest.mark.parametrize(("settings", "problem"), WRONG_OPTIONS, ids=str)
def test_a_wrong_setting_is_refused_with_its_problem(
    settings: dict[str, Any], problem: str
) -> None:
    found = problems(config({**WEB, **settings}))
    assert any(line.startswith(f"instances[0]{problem}") for line in found), found


def test_an_entry_with_both_families_becomes_two_instances() -> None:
    both = {
        **WEB,
        "addresses": ["192.0.2.100/24", "2001:db8::100/64"],
        "unicast_peers": ["192.0.2.12", "2001:db8::12"],
        "source_address": "2001:db8::11",
        "excluded_addresses": ["2001:db8::101/64"],
        "virtual_routes": [{"destination": "198.51.100.0/24"}],
    }
    four, six = parse_config(config(both)).instances
    assert (four.name, six.name) == ("web", "web")
    assert (four.label, six.label) == ("web/ipv4", "web/ipv6")
    assert [str(one) for one in four.addresses] == ["192.0.2.100/24"]
    # VRID 51 is 0x33: the link-local address is made of the virtual router's MAC address.
    assert [str(one) for one in six.addresses] == [
        "fe80::200:5eff:fe00:233/64",
        "2001:db8::100/64",
    ]
    assert (len(four.unicast_peers), len(six.unicast_peers)) == (1, 1)
    assert (four.source_address, len(six.source_address)) == (b"", 16)
    assert [str(one) for one in six.excluded_addresses] == ["2001:db8::101/64"]
    assert (len(four.virtual_routes), len(six.virtual_routes)) == (1, 0)


def test_an_instance_of_one_family_keeps_excluded_addresses_of_the_other() -> None:
    (four,) = parse_config(config({**WEB, "excluded_addresses": ["2001:db8::1/64"]})).instances
    assert four.label == "web"
    assert [str(one) for one in four.excluded_addresses] == ["2001:db8::1/64"]


def test_a_configured_link_local_address_is_kept() -> None:
    (six,) = parse_config(config({**WEB, "addresses": ["fe80::51/64", "2001:db8::1/64"]})).instances
    assert [str(one) for one in six.addresses] == ["fe80::51/64", "2001:db8::1/64"]
