# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The meaning of the words of an instance together: what one makes of another, and defaults."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping

from .addresses import OTHER_FAMILY, Entry, is_ipv6, plain
from .global_words import Globals
from .instance_words import Draft
from .values import decimal, first
from .verdicts import dropped, equal, mapped, refused

Settings = Dict[str, Any]

_PRIORITY_DEFAULT = 100  # As keepalived has it.
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
    made: Settings = {"name": _name(draft), "interface": draft.interface}
    made.update({**defaults.instance, **draft.settings})
    made.setdefault("priority", _PRIORITY_DEFAULT)
    made["version"] = _version(draft, defaults)
    _set_addresses(draft, made)
    _set_interval(draft, made)
    _set_preemption(draft, made)
    _set_strict(draft, defaults, made)
    _set_authentication(draft, defaults, made)
    _set_destinations(draft, defaults, made)
    _set_virtual_mac(draft, made)
    made.update({setting: checks for setting, checks in draft.checks.items() if checks})
    if draft.hooks:
        made["hooks"] = draft.hooks
    return {name: value for name, value in made.items() if not _is_default(name, value)}


def _is_default(name: str, value: object) -> bool:
    return value == [] or (name in _OUR_DEFAULTS and _OUR_DEFAULTS[name] == value)


def _name(draft: Draft) -> str:
    name = re.sub(r"[^A-Za-z0-9_.:-]", "_", draft.name)[:64]
    return name if re.match(r"[A-Za-z0-9_]", name) else f"vrrp{name}"


def _version(draft: Draft, defaults: Globals) -> int:
    if draft.is_ipv6:
        return 3  # There is no IPv6 in version 2: keepalived says so, and uses version 3.
    version: int = draft.settings.get("version", defaults.version or 2)
    return version


def _set_addresses(draft: Draft, made: Settings) -> None:
    own: List[Entry] = []
    for statement, entry in draft.addresses:
        if is_ipv6(entry) is draft.is_ipv6:
            own.append(entry)
        else:
            draft.verdicts.amend(statement, OTHER_FAMILY)
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


def _set_preemption(draft: Draft, made: Settings) -> None:
    state = draft.words.get("state")
    is_master = state is not None and state.arguments[:1] == ("MASTER",)
    if state is not None:
        draft.amend("state", equal("it is where keepalived begins; elections decide"))
    if is_master:
        why = dropped("keepalived ignores it where the first state is MASTER")
        draft.amend("nopreempt", why)
        draft.amend("preempt_delay", why)
        return
    if "nopreempt" in draft.words:
        made["preempt"] = False
        draft.amend("preempt_delay", dropped("it has no effect with nopreempt"))
    elif "preempt_delay" in draft.words:
        try:
            made["preempt_delay"] = decimal(first(draft.words["preempt_delay"]), 0, 1000)
        except ValueError as error:
            draft.amend("preempt_delay", refused(str(error)))


def _set_strict(draft: Draft, defaults: Globals, made: Settings) -> None:
    if not _is_strict(draft, defaults):
        return
    is_owner = made["priority"] == 255
    made.setdefault("accept_mode", is_owner)
    if draft.is_ipv6:
        made["strict_link_local"] = True
        made.pop("derive_link_local", None)


def _is_strict(draft: Draft, defaults: Globals) -> bool:
    return defaults.strict if draft.is_strict is None else draft.is_strict


def _set_authentication(draft: Draft, defaults: Globals, made: Settings) -> None:
    why = ""
    if "password" in made and made["version"] == 3:
        why = "version 3 has no passwords: keepalived ignores it, too"
    elif "password" in made and _is_strict(draft, defaults):
        why = "keepalived ignores passwords with vrrp_strict"
    if not why:
        return
    del made["password"]
    for word in ("authentication", "auth_type", "auth_pass"):
        draft.amend(word, dropped(why))


def _set_destinations(draft: Draft, defaults: Globals, made: Settings) -> None:
    peers = made.get("unicast_peers")
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


def _set_virtual_mac(draft: Draft, made: Settings) -> None:
    statement = draft.words.get("use_vmac address")
    if statement is None:
        return
    address = first(statement)
    if address.count(":") == 4:  # The last part is the VRID.
        address = f"{address}:{int(made.get('vrid', 0)):02x}"
    made["virtual_mac_address"] = address.lower()
