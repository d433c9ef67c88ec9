# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The routes and policy rules of an instance: lines as those of ip-route(8) and ip-rule(8)."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Tuple

from .._vrrp.model.route import read_routes
from .._vrrp.model.rule import read_rules
from .blocks import Statement
from .values import whole
from .verdicts import Verdicts, mapped, refused

Entry = Dict[str, Any]

_TABLES = {"main": 254, "local": 255, "default": 253}
_PROTOCOLS = {
    "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "zebra": 11, "bird": 12,
    "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "keepalived": 18, "babel": 42, "bgp": 186,
    "isis": 187,
    "ospf": 188, "rip": 189, "eigrp": 192,
}  # fmt: skip
_NUMBER_MAX = (1 << 32) - 1
_TYPES = ("blackhole", "unreachable", "prohibit")
_PREFERENCE_FIRST = 16384
_SELECTORS = ("from", "to")


class Preferences:
    """The preferences of the rules that name none, in their order, as keepalived counts them for
    each family. Mutable.
    """

    def __init__(self) -> None:
        self._next = {False: _PREFERENCE_FIRST, True: _PREFERENCE_FIRST}

    def take(self, is_ipv6: bool) -> int:
        """Return the next one of a family, which is one less than the one before."""
        self._next[is_ipv6] -= 1
        return self._next[is_ipv6] + 1


def take_routes(statement: Statement, is_ipv6: bool, verdicts: Verdicts) -> List[Entry]:
    """Return the routes of a block, and judge each of its lines."""
    found: List[Entry] = []
    for one in statement.inner:
        try:
            entry = _route([one.word, *one.arguments], is_ipv6)
            read_routes([entry])
        except ValueError as error:
            verdicts.add(one, refused(f"{error}: the route is left out"))
            continue
        found.append(entry)
        verdicts.add(one, mapped("virtual_routes"))
    return found


def _route(words: List[str], is_ipv6: bool) -> Entry:
    entry: Entry = {}
    hops: List[Entry] = [entry]
    for word, value in _pairs(words, _ROUTE_FLAGS):
        if word in ("or", "nexthop"):
            hops.append({} if word == "nexthop" else {"via": _argument(word, value)})
        elif word in _TYPES:
            entry["type"] = word
        elif word in ("via", "gw", "dev", "onlink", "weight"):
            _set_hop(hops[-1], word, value)
        elif word == "inet6":
            is_ipv6 = True
        elif word in _ROUTE_WORDS:
            name, read = _ROUTE_WORDS[word]
            entry[name] = read(_argument(word, value))
        elif word == "no_track":
            entry["track"] = False
        elif "destination" not in entry and not value:
            entry["destination"] = word
        else:
            raise ValueError(f"{word} of a route is not known here")
    return _with_hops(_with_destination(entry, is_ipv6), hops)


def _with_destination(entry: Entry, is_ipv6: bool) -> Entry:
    destination = entry.pop("destination", None)
    if destination is None:
        raise ValueError("the route has no destination")
    if destination == "default":
        destination = "::/0" if is_ipv6 else "0.0.0.0/0"
    return {"destination": destination, **entry}


def _with_hops(entry: Entry, hops: List[Entry]) -> Entry:
    """Return a route with the next hops that follow the first one, which ``or`` continues."""
    further = [one for one in hops[1:] if one]
    if not further:
        return entry
    first = {name: entry.pop(name) for name in _HOP_WORDS if name in entry}
    return {**entry, "nexthops": [one for one in (first, *further) if one]}


def _set_hop(hop: Entry, word: str, value: str) -> None:
    if word == "onlink":
        hop["onlink"] = True
    elif word == "weight":
        hop["weight"] = whole(value, 1, 256)
    else:
        hop["interface" if word == "dev" else "via"] = _argument(word, value)


def take_rules(statement: Statement, preferences: Preferences, verdicts: Verdicts) -> List[Entry]:
    """Return the rules of a block, and judge each of its lines."""
    found: List[Entry] = []
    for one in statement.inner:
        try:
            entry, note = _rule([one.word, *one.arguments], preferences)
            read_rules([entry])
        except ValueError as error:
            verdicts.add(one, refused(f"{error}: the rule is left out"))
            continue
        found.append(entry)
        verdicts.add(one, mapped(f"virtual_rules{note}"))
    return found


def _rule(words: List[str], preferences: Preferences) -> Tuple[Entry, str]:
    entry: Entry = {}
    for word, value in _pairs(words, _RULE_FLAGS):
        if word == "not":
            entry["not"] = True
        elif word in ("inet", "inet6"):
            entry["family"] = "ipv6" if word == "inet6" else "ipv4"
        elif word == "no_track":
            entry["track"] = False
        elif word in _RULE_WORDS:
            name, read = _RULE_WORDS[word]
            entry[name] = read(_argument(word, value))
        else:
            raise ValueError(f"{word} of a rule is not known here")
    is_ipv6 = entry.get("family") == "ipv6" or any(":" in entry.get(one, "") for one in _SELECTORS)
    if set(_SELECTORS) & set(entry):
        entry.pop("family", None)
    for name in _SELECTORS:
        if entry.get(name) == "all":
            del entry[name]
    if "priority" in entry:
        return entry, ""
    entry["priority"] = preferences.take(is_ipv6)
    return entry, f", with the priority {entry['priority']} that keepalived chooses"


def _pairs(words: List[str], flags: Tuple[str, ...]) -> Iterator[Tuple[str, str]]:
    """Yield each word with its value, empty for one of the flags, and for a destination."""
    rest = iter(words)
    for word in rest:
        has_value = word in _ROUTE_WORDS or word in _RULE_WORDS or word in _HOP_VALUES
        yield word, (next(rest, "") if has_value and word not in flags else "")


def _argument(word: str, value: str) -> str:
    if not value:
        raise ValueError(f"{word} has no value")
    return value


def _text(value: str) -> str:
    return value


def _table(value: str) -> int:
    if value.isdecimal():
        return whole(value, 1, _NUMBER_MAX)
    if value not in _TABLES:
        raise ValueError(f"the table {value} is a name of /etc/iproute2/rt_tables: give its number")
    return _TABLES[value]


def _number(value: str) -> int:
    return whole(value, 1, _NUMBER_MAX)


def _mark(value: str) -> int:
    """Read a mark, which may be hexadecimal."""
    mark, slash, _mask = value.partition("/")
    if slash:
        raise ValueError(f"the mask of fwmark {value} has no counterpart")
    is_hexadecimal = re.fullmatch(r"0[xX][0-9A-Fa-f]{1,8}", mark, re.ASCII)
    return int(mark, 16) if is_hexadecimal else _number(mark)


def _protocol(value: str) -> int:
    return _PROTOCOLS[value] if value in _PROTOCOLS else whole(value, 0, 255)


def _length(value: str) -> int:
    return whole(value, 0, 128)


_ROUTE_FLAGS = ("onlink", "no_track", "inet6", "add", "append", *_TYPES)
_RULE_FLAGS = ("not", "inet", "inet6", "no_track")
_HOP_WORDS = ("via", "interface", "onlink", "weight")
_HOP_VALUES = ("via", "gw", "dev", "or", "weight")
_ROUTE_WORDS = {
    "src": ("source", _text),
    "to": ("destination", _text),
    "table": ("table", _table),
    "metric": ("metric", _number),
    "priority": ("metric", _number),
    "preference": ("metric", _number),
    "scope": ("scope", _text),
    "mtu": ("mtu", _number),
    "proto": ("protocol", _protocol),
    "protocol": ("protocol", _protocol),
}
_RULE_WORDS = {
    "from": ("from", _text),
    "to": ("to", _text),
    "table": ("table", _table),
    "lookup": ("table", _table),
    "priority": ("priority", _number),
    "preference": ("priority", _number),
    "order": ("priority", _number),
    "pref": ("priority", _number),
    "iif": ("incoming_interface", _text),
    "dev": ("incoming_interface", _text),
    "oif": ("outgoing_interface", _text),
    "fwmark": ("mark", _mark),
    "uidrange": ("uid_range", _text),
    "ipproto": ("ip_protocol", _text),
    "ip_proto": ("ip_protocol", _text),
    "sport": ("source_port", _text),
    "dport": ("destination_port", _text),
    "suppress_prefixlength": ("suppress_prefix_length", _length),
    "suppress_prefixlen": ("suppress_prefix_length", _length),
}
