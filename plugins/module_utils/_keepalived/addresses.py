# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The addresses of an instance: lines of virtual_ipaddress and virtual_ipaddress_excluded."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterator, List, Tuple

from .._vrrp.model.address import read_address
from .blocks import Statement
from .verdicts import Outcome, Verdicts, dropped, mapped, refused

Entry = Dict[str, Any]  # One address, as ``addresses`` has them.

_WITH_VALUE = ("dev", "label", "scope", "brd", "broadcast", "peer", "preferred_lft")
_FLAGS = {"home": ("home", True), "noprefixroute": ("noprefixroute", True),
          "no_track": ("track", False)}  # fmt: skip
# IPv6 is always installed without the detection of duplicates, and virtual addresses have no
# temporary ones.
_NEEDLESS = ("-nodad", "nodad", "mngtmpaddr", "autojoin")
_SETTINGS = {
    "dev": "interface", "label": "label", "scope": "scope", "brd": "broadcast",
    "broadcast": "broadcast", "peer": "peer", "preferred_lft": "preferred_lifetime",
}  # fmt: skip


def take_addresses(
    statement: Statement, interface: str, setting: str, verdicts: Verdicts
) -> List[Tuple[Statement, Entry]]:
    """Return the lines of a block that are addresses, with their entries, and judge each line.
    ``interface`` is that of the instance.
    """
    found: List[Tuple[Statement, Entry]] = []
    for one in statement.inner:
        try:
            entry, outcome = _entry((one.word, *one.arguments), interface, setting)
            read_address(_plain(entry))
            found.append((one, entry))
        except ValueError as error:
            outcome = refused(f"{error}: the address is left out")
        verdicts.add(one, outcome)
    return found


def _entry(words: Tuple[str, ...], interface: str, setting: str) -> Tuple[Entry, Outcome]:
    address, *rest = words
    entry: Entry = {"address": _with_length(address, "peer" in rest)}
    left_out: List[str] = []
    for word, value in _options(rest):
        if word in _NEEDLESS:
            left_out.append(word)
        elif word in _FLAGS:
            name, meant = _FLAGS[word]
            entry[name] = meant
        elif word == "dev" and value == interface:
            continue
        elif word in _WITH_VALUE:
            entry[_SETTINGS[word]] = value
        else:
            raise ValueError(f"{word} of an address is not known here")
    entry = _with_broadcast(entry)
    note = f", without {', '.join(left_out)}, which makes no difference" if left_out else ""
    return entry, mapped(f"{setting}{note}")


def _options(words: List[str]) -> Iterator[Tuple[str, str]]:
    rest = iter(words)
    for word in rest:
        if word in _WITH_VALUE:
            value = next(rest, None)
            if value is None:
                raise ValueError(f"{word} has no value")
            yield word, value
        else:
            yield word, ""


def _with_length(address: str, has_peer: bool) -> str:
    """Return an address with its prefix length, which may be written as a mask."""
    try:
        interface = ipaddress.ip_interface(address)
    except ValueError:
        raise ValueError(f"{address!r} is no address: keepalived rejects it") from None
    return str(interface.ip) if has_peer else str(interface)


def _with_broadcast(entry: Entry) -> Entry:
    """Return an entry in which the broadcast address is written out: + stands for the last address
    of the network, and - for none.
    """
    written = entry.get("broadcast")
    if written not in ("+", "-"):
        return entry
    without = {name: value for name, value in entry.items() if name != "broadcast"}
    if written == "-":
        return without
    network = ipaddress.ip_interface(str(entry.get("peer", entry["address"]))).network
    return {**without, "broadcast": str(network.broadcast_address)}


def _plain(entry: Entry) -> object:
    return entry if len(entry) > 1 else entry["address"]


def plain(entries: List[Entry]) -> List[object]:
    """Return the entries as a person writes them: an address alone is a string."""
    return [_plain(one) for one in entries]


def is_ipv6(entry: Entry) -> bool:
    """Whether an entry is an IPv6 address."""
    return ":" in str(entry["address"])


OTHER_FAMILY = dropped("keepalived ignores addresses of another family than the first one here")
