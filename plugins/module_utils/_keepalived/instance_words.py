# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The words of a vrrp_instance, read one after the other into a draft."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Tuple

from .addresses import OTHER_FAMILY, take_addresses
from .addresses import Entry as Address
from .blocks import Statement
from .checks import NO_BFD, SOURCE_IS_TRACKED, TRACKING
from .commands import DELETED, NOTIFYING_WORDS, Hook, hooks_of
from .global_words import ANSWERS_AGAIN, refresh_of
from .lines import Place
from .routing import Preferences, take_routes, take_rules
from .values import decimal, first, flag, whole
from .verdicts import Entry, Handler, Outcome, Verdicts, dropped, equal, mapped, refused, take
from .weights import Check

PRIORITY_DEFAULT = 100  # As keepalived has it.
_MAC = 6
_IPV4, _IPV6 = 4, 6
_MASTER, _BACKUP = "MASTER", "BACKUP"
_PASSWORD_MAX = 8


@dataclass
class Draft:
    """An instance as far as it is read. ``words`` are its statements by word, the last one of each;
    ``tracks`` are read when all checks are known. ``family`` is 4 or 6, None as long as nothing
    has said it. Mutable.
    """

    name: str
    place: Place
    verdicts: Verdicts
    preferences: Preferences
    default_user: str
    interface: str = ""
    settings: Dict[str, Any] = field(default_factory=dict)
    words: Dict[str, Statement] = field(default_factory=dict)
    addresses: List[Tuple[Statement, Address]] = field(default_factory=list)
    excluded: List[Tuple[Statement, Address]] = field(default_factory=list)
    hooks: List[Hook] = field(default_factory=list)
    tracks: List[Statement] = field(default_factory=list)
    checks: Dict[str, List[Check]] = field(default_factory=dict)
    states: List[Statement] = field(default_factory=list)
    family: int | None = None
    is_strict: bool | None = None
    has_password_type: bool = False

    @property
    def is_ipv6(self) -> bool:
        """Whether the family is IPv6; without a word on it, it is IPv4."""
        return self.family == _IPV6

    @property
    def begins_as_master(self) -> bool | None:
        """The first state is MASTER, which no later BACKUP takes back; None if none is given."""
        begins = None
        for one in self.states:
            if one.arguments[:1] != (_BACKUP,) or not begins:
                begins = one.arguments[:1] == (_MASTER,)
        return begins

    def is_of_family(self, address: str) -> bool:
        """Whether an address is of the family; the first one decides on it."""
        family = _IPV6 if ":" in address else _IPV4
        self.family = self.family or family
        return self.family == family

    def amend(self, word: str, outcome: Outcome) -> None:
        """Replace the outcome of a word, if it was given: another one has changed its meaning."""
        if word in self.words:
            self.verdicts.add(self.words[word], outcome)


def read_draft(
    statement: Statement, preferences: Preferences, default_user: str, verdicts: Verdicts
) -> Draft:
    """Read an instance; raises ValueError for one without a name."""
    draft = Draft(first(statement), statement.place, verdicts, preferences, default_user)
    draft.words = {one.word: one for one in statement.inner}
    draft.states = list(statement.named("state"))
    named = [one for one in statement.inner if one.word in ("interface", "native_ipv6")]
    later = [one for one in statement.inner if one.word in _AFTER_ADDRESSES]
    listing = [one for one in statement.inner if one not in named and one not in later]
    for group in (named, listing, later):  # Addresses say of which family it is.
        take(draft, group, WORDS, verdicts)
    return draft


def _whole(setting: str, low: int, high: int) -> Handler[Draft]:
    def handle(draft: Draft, statement: Statement) -> Outcome:
        draft.settings[setting] = whole(first(statement), low, high)
        return mapped(setting)

    return handle


def _priority(draft: Draft, statement: Statement) -> Outcome:
    try:
        draft.settings["priority"] = whole(first(statement), 1, 255)
    except ValueError as error:
        draft.settings["priority"] = PRIORITY_DEFAULT
        raise ValueError(f"{error}, and takes {PRIORITY_DEFAULT}") from None
    return mapped("priority")


def _seconds(setting: str, high: float = 3600) -> Handler[Draft]:
    def handle(draft: Draft, statement: Statement) -> Outcome:
        draft.settings[setting] = decimal(first(statement), 0, high)
        return mapped(setting)

    return handle


def _refresh(draft: Draft, statement: Statement) -> Outcome:
    draft.settings["announce_refresh"], outcome = refresh_of(statement)
    return outcome


def _interface(draft: Draft, statement: Statement) -> Outcome:
    draft.interface = draft.settings["interface"] = first(statement)
    return mapped("interface")


def _address(setting: str) -> Handler[Draft]:
    def handle(draft: Draft, statement: Statement) -> Outcome:
        address = _ip(first(statement))
        if not draft.is_of_family(address):
            return OTHER_FAMILY
        draft.settings[setting] = address
        return mapped(setting)

    return handle


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is no address: keepalived rejects it") from None


def _flag(setting: str, meant: bool) -> Handler[Draft]:
    def handle(draft: Draft, statement: Statement) -> Outcome:
        draft.settings[setting] = flag(statement) is meant
        return mapped(f"{setting}: {str(draft.settings[setting]).lower()}")

    return handle


def _preempt(draft: Draft, statement: Statement) -> Outcome:
    draft.settings["preempt"] = statement.word == "preempt"
    if "nopreempt" in draft.words and draft.settings["preempt"]:
        draft.amend("nopreempt", dropped("a later preempt takes it back"))
    return equal("the default") if draft.settings["preempt"] else mapped("preempt: false")


def _version(draft: Draft, statement: Statement) -> Outcome:
    version = whole(first(statement), 2, 3)
    if draft.settings.setdefault("version", version) != version:
        return dropped("keepalived goes by the first one")
    if version == 2 and draft.is_ipv6:
        del draft.settings["version"]
        return dropped("there is no IPv6 in version 2: keepalived ignores it, and uses version 3")
    return mapped("version")


def _peers(draft: Draft, statement: Statement) -> Outcome:
    peers: List[str] = []
    for one in statement.inner:
        try:
            if not draft.is_of_family(_ip(one.word)):
                draft.verdicts.add(one, OTHER_FAMILY)
                continue
            peers.append(_ip(one.word))
            draft.verdicts.add(one, _limits(draft, one.arguments))
        except ValueError as error:
            draft.verdicts.add(one, refused(str(error)))
    if not peers:
        return dropped("keepalived uses multicast, too, where the list has no peer")
    draft.settings.setdefault("unicast_peers", []).extend(peers)
    return mapped("unicast_peers")


def _limits(draft: Draft, words: Tuple[str, ...]) -> Outcome:
    """Return the outcome of a peer, with the range of the TTL that is accepted from it."""
    rest = iter(words)
    for word in rest:
        if word not in ("min_ttl", "max_ttl"):
            raise ValueError(f"{word} is none of a peer's words: one peer on a line, as keepalived")
        name = "unicast_ttl_min" if word == "min_ttl" else "unicast_ttl_max"
        draft.settings[name] = max(1, whole(next(rest, ""), 0, 255))
    return mapped("unicast_peers")


def _virtual_mac(draft: Draft, statement: Statement) -> Outcome:
    draft.settings["virtual_mac"] = True
    for one in statement.arguments:
        if one.count(":") in (_MAC - 2, _MAC - 1):
            draft.settings["virtual_mac_address"] = one
        else:
            draft.settings["virtual_mac_name"] = one
    return mapped("virtual_mac, with its name and address")


def _listed(attribute: str, setting: str) -> Handler[Draft]:
    def handle(draft: Draft, statement: Statement) -> Outcome:
        found = take_addresses(statement, draft.interface, setting, draft.verdicts)
        getattr(draft, attribute).extend(found)
        if attribute == "addresses" and draft.addresses:
            draft.is_of_family(draft.addresses[0][1]["address"])
        return mapped(setting)

    return handle


def _ipv6_alone(draft: Draft, _statement: Statement) -> Outcome:
    draft.family = draft.family or _IPV6
    return equal("the addresses say so; without any, it is the family")


def _routes(draft: Draft, statement: Statement) -> Outcome:
    found = take_routes(statement, draft.is_ipv6, draft.verdicts)
    draft.settings.setdefault("virtual_routes", []).extend(found)
    return mapped("virtual_routes")


def _rules(draft: Draft, statement: Statement) -> Outcome:
    found = take_rules(statement, draft.preferences, draft.verdicts)
    draft.settings.setdefault("virtual_rules", []).extend(found)
    return mapped("virtual_rules")


def _track(draft: Draft, statement: Statement) -> Outcome:
    draft.tracks.append(statement)
    return mapped(TRACKING[statement.word])


def _hook(draft: Draft, statement: Statement) -> Outcome:
    hooks, outcome = hooks_of(statement, draft.default_user, "instance")
    draft.hooks.extend(hooks)
    return outcome


def _authentication(draft: Draft, statement: Statement) -> Outcome:
    take(draft, statement.inner, _AUTHENTICATION, draft.verdicts)
    return mapped("password")


def _auth_type(draft: Draft, statement: Statement) -> Outcome:
    draft.words["auth_type"] = statement
    draft.has_password_type = first(statement) == "PASS"
    if not draft.has_password_type:
        raise ValueError("use PASS, or better hmac: no other implementation has IPsec AH")
    return mapped("password")


def _auth_pass(draft: Draft, statement: Statement) -> Outcome:
    draft.words["auth_pass"] = statement
    given = first(statement)
    draft.settings["password"] = given[:_PASSWORD_MAX]
    cut = len(given) > _PASSWORD_MAX
    return mapped("password" + (", cut to eight characters as keepalived does" if cut else ""))


def _hmac(draft: Draft, statement: Statement) -> Outcome:
    draft.settings["hmac"] = {"keys": []}
    take(draft, statement.inner, _HMAC, draft.verdicts)
    return mapped("hmac")


def _key(draft: Draft, statement: Statement) -> Outcome:
    if len(statement.arguments) != 2:  # The secret must not be shown.
        raise ValueError("a key has a number and a secret: keepalived rejects it")
    number, secret = statement.arguments
    keys = draft.settings["hmac"]["keys"]
    if secret.startswith("file:"):
        keys.append({"id": whole(number, 1, 255), "secret_file": secret[len("file:") :]})
    else:
        keys.append({"id": whole(number, 1, 255), "secret": secret})
    return mapped("hmac.keys")


def _of_hmac(setting: str) -> Handler[Draft]:
    def handle(draft: Draft, statement: Statement) -> Outcome:
        text = first(statement)
        draft.settings["hmac"][setting] = whole(text, 1, 300) if text.isdecimal() else text
        return mapped(f"hmac.{setting}")

    return handle


def _strict(draft: Draft, statement: Statement) -> Outcome:
    draft.is_strict = flag(statement)
    return mapped("accept_mode and strict_link_local")


def _checksum(draft: Draft, statement: Statement) -> Outcome:
    if not flag(statement):
        return equal("the default")
    draft.settings["advertise_checksum"] = "rfc9568"
    return mapped("advertise_checksum")


_AFTER_ADDRESSES = ("virtual_routes", "virtual_rules")
_AUTHENTICATION: Mapping[str, Entry[Draft]] = {"auth_type": _auth_type, "auth_pass": _auth_pass}
_HMAC: Mapping[str, Entry[Draft]] = {
    "key": _key,
    "active_key": _of_hmac("active_key"),
    "mode": _of_hmac("mode"),
    "anti_replay": _of_hmac("replay"),
    "time_window": _of_hmac("window"),
}
WORDS: Mapping[str, Entry[Draft]] = {
    "state": equal("it is where keepalived begins; elections decide"),
    "interface": _interface,
    "virtual_router_id": _whole("vrid", 1, 255),
    "priority": _priority,
    "advert_int": _seconds("advertisement_interval", 255),
    "version": _version,
    "down_timer_adverts": _whole("down_intervals", 1, 100),
    "preempt": _preempt,
    "nopreempt": _preempt,
    "preempt_delay": _seconds("preempt_delay", 1000),
    "accept": _flag("accept_mode", True),
    "no_accept": _flag("accept_mode", False),
    "strict_mode": _strict,
    "dont_track_primary": _flag("track_primary", False),
    "track_src_ip": SOURCE_IS_TRACKED,
    "mcast_src_ip": _address("source_address"),
    "unicast_src_ip": _address("source_address"),
    "mcast_dst_ip": _address("multicast_group"),
    "unicast_peer": _peers,
    "unicast_ttl": _whole("unicast_ttl", 1, 255),
    "check_unicast_src": equal("advertisements of others are discarded by default"),
    "unicast_fault_no_peer": dropped("there are peers"),
    "old_unicast_checksum": dropped("both forms of the checksum are accepted"),
    "v3_checksum_as_v2": _checksum,
    "virtual_ipaddress": _listed("addresses", "addresses"),
    "virtual_ipaddress_excluded": _listed("excluded", "excluded_addresses"),
    "virtual_routes": _routes,
    "virtual_routes_excluded": _routes,
    "virtual_rules": _rules,
    "promote_secondaries": equal("set on interfaces with virtual addresses, and restored"),
    "use_vmac": _virtual_mac,
    "vmac_xmit_base": refused(
        "the agent sends multicast by the macvlan, and a keepalived with this word does not hear "
        "it: remove the word from all of them first"
    ),
    "use_vmac_addr": refused("addresses on other interfaces have no virtual MAC address here"),
    "use_ipvlan": refused("there are no ipvlans: use virtual_mac, or neither"),
    "vrf": refused("give an interface in the VRF"),
    "native_ipv6": _ipv6_alone,
    "authentication": _authentication,
    "auth_type": _auth_type,
    "auth_pass": _auth_pass,
    "auth_hmac": _hmac,
    "garp_master_delay": _seconds("announce_delay"),
    "garp_master_repeat": _whole("announce_count", 1, 100),
    "garp_master_refresh": _refresh,
    "garp_master_refresh_repeat": _whole("announce_refresh_count", 1, 100),
    "garp_lower_prio_delay": ANSWERS_AGAIN,
    "garp_lower_prio_repeat": ANSWERS_AGAIN,
    "garp_extra_if": equal("announced on each interface with an address"),
    "lower_prio_no_advert": dropped("a master always answers, as RFC 9568 wants"),
    "higher_prio_send_advert": equal("a master that gives up advertises once more"),
    "skip_check_adv_addr": dropped("other address lists are accepted, and reported"),
    **dict.fromkeys(TRACKING, _track),
    "track_bfd": NO_BFD,
    **dict.fromkeys(NOTIFYING_WORDS, _hook),
    "notify_deleted": DELETED,
    "notify_priority_changes": dropped("vrrpctl watch reports all changes"),
    "smtp_alert": refused("no mails are sent: run a hook, or let the monitoring send them"),
    "lvs_sync_daemon_interface": refused(
        "the state of the sync daemon would not follow the master: let hooks run ipvsadm"
    ),
    "linkbeat_use_polling": dropped("the kernel reports the state of interfaces"),
    "kernel_rx_buf_size": dropped("the agent sizes its buffers itself"),
    "debug": dropped("it is for the search for faults in keepalived"),
}
