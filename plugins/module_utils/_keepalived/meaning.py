# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The meaning of the words of an instance together: what one makes of another, and defaults."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

from .addresses import OTHER_FAMILY, Entry, is_ipv6, plain
from .global_words import Globals
from .instance_words import PRIORITY_DEFAULT, Draft
from .values import legal_name
from .verdicts import dropped, equal, mapped, refused

Settings = Dict[str, Any]

PRIORITY_OWNER = 255
_MAC_WITHOUT_VRID = 4  # Colons: the last part is the VRID.
_NOT_STRICT = "keepalived ignores it with vrrp_strict"
_NO_IPV6_IN_VERSION_2 = refused(
    "keepalived sends IPv6 in version 2, which no RFC has: let all of them use version 3 first"
)
_HOP_LIMIT_UNICAST = 64  # Of IPv6 unicast that keepalived sends, unless unicast_ttl says otherwise.
_OUR_DEFAULTS: Mapping[str, object] = {
    "version": None,  # Always written: keepalived has another default.
    "advertisement_interval": 1,
    "announce_delay": 5,
    "announce_count": 5,
    "announce_refresh": 0,
    "announce_refresh_count": 1,
    "announce_interval": 0,
    "down_intervals": 3,
    "startup_delay": 0,
    "accept_mode": True,
    "track_primary": True,
}


def settings_of(draft: Draft, defaults: Globals) -> Settings:
    """Return the settings of an instance, in the order in which a person writes them."""
    made: Settings = {"name": legal_name(draft.name), "interface": draft.interface}
    made.update({**defaults.instance, **draft.settings})
    made["priority"] = priority_of(draft)
    made["version"] = _version(draft, defaults)
    _set_addresses(draft, made)
    _set_interval(draft, made)
    _set_preemption(draft, defaults, made)
    _set_authentication(draft, defaults, made)
    _set_destinations(draft, defaults, made)
    _set_virtual_mac(draft, defaults, made)
    _set_strict(draft, defaults, made)
    _judge_vmac_xmit_base(draft, made)
    made.update({setting: checks for setting, checks in draft.checks.items() if checks})
    if draft.hooks:
        made["hooks"] = draft.hooks
    return {name: value for name, value in made.items() if not _is_default(name, value)}


def _is_default(name: str, value: object) -> bool:
    return value == [] or (name in _OUR_DEFAULTS and _OUR_DEFAULTS[name] == value)


def priority_of(draft: Draft) -> int:
    """Return the priority of an instance; without one, the first state decides on it."""
    if "priority" not in draft.settings and draft.begins_as_master:
        draft.amend("state", mapped("priority: 255, as keepalived has it where none is given"))
        return PRIORITY_OWNER
    priority: int = draft.settings.get("priority", PRIORITY_DEFAULT)
    return priority


def _version(draft: Draft, defaults: Globals) -> int:
    version: int = draft.settings.get("version", defaults.version or 2)
    if not draft.is_ipv6:
        return version
    if "version" in draft.settings and version == 2:
        strict = dropped("there is no IPv6 in version 2: keepalived uses version 3")
        draft.amend("version", strict if _is_strict(draft, defaults) else _NO_IPV6_IN_VERSION_2)
    return 3


def _set_addresses(draft: Draft, made: Settings) -> None:
    own: List[Entry] = []
    for statement, entry in draft.addresses:
        if is_ipv6(entry) is draft.is_ipv6:
            own.append(entry)
        else:
            draft.verdicts.add(statement, OTHER_FAMILY)
    made["addresses"] = plain(own)
    if not own:
        made["family"] = "ipv6" if draft.is_ipv6 else "ipv4"
    made["excluded_addresses"] = plain([entry for _statement, entry in draft.excluded])
    if own and draft.is_ipv6 and not own[0]["address"].startswith("fe80:"):
        # keepalived advertises the list as it is, and before 2.3.3 it accepts no other one.
        made["derive_link_local"] = False


def _set_interval(draft: Draft, made: Settings) -> None:
    interval = made.get("advertisement_interval", 1)
    if made["version"] == 2:  # It counts whole seconds: keepalived rounds, too.
        made["advertisement_interval"] = max(1, int(interval + 0.5))


def _set_preemption(draft: Draft, defaults: Globals, made: Settings) -> None:
    ignored = _ignored_preemption(draft, defaults, made["priority"] == PRIORITY_OWNER)
    for word, why in ignored.items():
        made.pop("preempt" if word == "nopreempt" else word, None)
        draft.amend(word, dropped(why))
    if made.get("preempt", True):
        made.pop("preempt", None)
    elif "preempt_delay" in made:
        del made["preempt_delay"]
        draft.amend("preempt_delay", dropped("it has no effect with nopreempt"))


def _ignored_preemption(draft: Draft, defaults: Globals, is_owner: bool) -> Mapping[str, str]:
    """Return the words on preemption that keepalived ignores, and why."""
    is_strict = _is_strict(draft, defaults)
    begins = is_owner if is_strict or draft.begins_as_master is None else draft.begins_as_master
    if begins:
        why = "keepalived ignores it where the first state is MASTER"
        return dict.fromkeys(("nopreempt", "preempt_delay"), why)
    ignored = {"nopreempt": "keepalived ignores it with priority 255"} if is_owner else {}
    return {**ignored, "preempt_delay": _NOT_STRICT} if is_strict else ignored


def _set_strict(draft: Draft, defaults: Globals, made: Settings) -> None:
    if not _is_strict(draft, defaults):
        return
    is_owner = made["priority"] == PRIORITY_OWNER
    made.setdefault("accept_mode", is_owner)
    if made["version"] == 2 and not is_owner and made["accept_mode"]:
        made["accept_mode"] = False
        draft.amend("accept", dropped(_NOT_STRICT))
    if made.pop("down_intervals", None) is not None:
        draft.amend("down_timer_adverts", dropped(_NOT_STRICT))
    if "unicast_peers" in made:
        draft.amend("unicast_peer", refused("keepalived refuses the instance: it is strict"))
    if draft.is_ipv6:
        made["strict_link_local"] = True
        made.pop("derive_link_local", None)


def _is_strict(draft: Draft, defaults: Globals) -> bool:
    return defaults.strict if draft.is_strict is None else draft.is_strict


def _set_authentication(draft: Draft, defaults: Globals, made: Settings) -> None:
    why = _ignored_password(draft, defaults, made)
    if why:
        made.pop("password", None)
        for word in ("authentication", "auth_type", "auth_pass"):
            draft.amend(word, dropped(why))


def _ignored_password(draft: Draft, defaults: Globals, made: Settings) -> str:
    """Return why keepalived uses no password; empty where it does, or none is meant."""
    has_password = "password" in made
    if not has_password and not draft.has_password_type:
        return ""
    whys = {
        "keepalived uses no password without auth_type PASS": not draft.has_password_type,
        "keepalived uses no authentication without auth_pass": not has_password,
        "version 3 has no passwords: keepalived ignores it, too": made["version"] == 3,
        "keepalived ignores passwords with vrrp_strict": _is_strict(draft, defaults),
        "keepalived uses auth_hmac instead": "hmac" in made,
    }
    return next((why for why, holds in whys.items() if holds), "")


def _set_destinations(draft: Draft, defaults: Globals, made: Settings) -> None:
    peers = made.get("unicast_peers")
    if peers is None and "unicast_fault_no_peer" in draft.words:
        why = "give unicast_peer: without one, keepalived takes no part"
        draft.amend("unicast_fault_no_peer", refused(why))
    if peers is None:
        group = defaults.groups.get(6 if draft.is_ipv6 else 4)
        if group is not None:
            made.setdefault("multicast_group", group)
        for name in ("unicast_ttl", "unicast_ttl_min", "unicast_ttl_max"):
            made.pop(name, None)
        return
    made.pop("multicast_group", None)
    source = made.get("source_address")
    if source is None:
        why = "unicast_peers; the lists of the other hosts have the address of this one"
        draft.amend("unicast_peer", mapped(why))
    else:
        made["unicast_peers"] = sorted({*peers, source}, key=lambda one: (len(one), one))
    if "unicast_ttl" in made:  # keepalived checks none, unless min_ttl is given.
        made.setdefault("unicast_ttl_min", 1)
    elif draft.is_ipv6:
        made.setdefault("unicast_ttl_min", _HOP_LIMIT_UNICAST)


def _set_virtual_mac(draft: Draft, defaults: Globals, made: Settings) -> None:
    address = made.pop("virtual_mac_address", None)
    if address is None:
        return
    if _is_strict(draft, defaults):
        draft.amend("use_vmac", mapped("virtual_mac; keepalived is strict and ignores the address"))
        return
    if address.count(":") == _MAC_WITHOUT_VRID:
        address = f"{address}:{int(made.get('vrid', 0)):02x}"
    made["virtual_mac_address"] = address.lower()


def _judge_vmac_xmit_base(draft: Draft, made: Settings) -> None:
    if "unicast_peers" in made or not made.get("virtual_mac"):
        why = "unicast leaves through the interface" if "unicast_peers" in made else "no use_vmac"
        draft.amend("vmac_xmit_base", equal(why))
