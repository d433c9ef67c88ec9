# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Parsing of a configuration file into a Config that can only be legal.

Every problem is reported at once, with its path, such as
``instances[0].vrid: 256 is not in 1..255``.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Tuple

from ..base.errors import ConfigError, Problem
from . import fields
from .address import read_address
from .expand import instances_of
from .family import Family
from .hook import read_hooks
from .instance import ChecksumForm, Config, Instance
from .readers import Reader, Settings, list_of, one_of, problems_of, record
from .route import read_routes
from .rule import read_rules
from .signing import read_hmac
from .tracking import TRACK_READERS, LinkDelays
from .validation import clashes, contradictions

_READERS: Mapping[str, Reader[Any]] = {
    "name": fields.read_name,
    "interface": fields.read_interface,
    "vrid": fields.read_vrid,
    "addresses": list_of(read_address),
    "family": one_of({one.label: one for one in Family}),
    "priority": fields.read_priority,
    "version": fields.read_version,
    "advertisement_interval": fields.read_seconds,
    "down_intervals": fields.read_down_intervals,
    "preempt": fields.read_flag,
    "preempt_delay": fields.read_seconds,
    "startup_delay": fields.read_seconds,
    "boot_delay": fields.read_seconds,
    "track_primary": fields.read_flag,
    "link_up_delay": fields.read_seconds,
    "link_down_delay": fields.read_seconds,
    "accept_mode": fields.read_flag,
    "virtual_mac": fields.read_flag,
    "virtual_mac_name": fields.read_interface,
    "virtual_mac_address": fields.read_mac,
    "excluded_addresses": list_of(read_address),
    "virtual_routes": read_routes,
    "virtual_rules": read_rules,
    "strict_link_local": fields.read_flag,
    "derive_link_local": fields.read_flag,
    "preferred_lifetime": fields.read_lifetime,
    "source_address": fields.read_host_ip,
    "multicast_group": fields.read_multicast_group,
    "unicast_peers": list_of(fields.read_host_ip, least=1),
    "unicast_ttl": fields.read_ttl,
    "unicast_ttl_min": fields.read_ttl,
    "unicast_ttl_max": fields.read_ttl,
    "check_unicast_source": fields.read_flag,
    "advertise_checksum": one_of({form.value: form for form in ChecksumForm}),
    "password": fields.read_password,
    "password_file": fields.read_secret_file,
    "hmac": read_hmac,
    "announce_count": fields.read_announce_count,
    "announce_delay": fields.read_seconds,
    "announce_interval": fields.read_announce_interval,
    "announce_refresh": fields.read_seconds,
    "announce_refresh_count": fields.read_announce_count,
    "sync_group": fields.read_name,
    **TRACK_READERS,
    "degraded_weight": fields.read_degraded_weight,
    "hooks": read_hooks,
}
_NO_FAMILY = "missing; an instance without addresses has to give its family"
_read_entry = record(_READERS, ["name", "interface", "vrid"])


def parse_config(text: str) -> Config:
    """Read the text of a configuration file; raises ConfigError with every problem."""
    return build_config(_load(text))


def build_config(document: object) -> Config:
    """Make a Config from a parsed document; raises ConfigError with every problem."""
    problems: List[Problem] = []
    instances: List[Tuple[str, Instance]] = []
    for path, entry in _entries(document, problems):
        instances.extend((path, instance) for instance in _instances(path, entry, problems))
    problems.extend(clashes(instances))
    if problems:
        raise ConfigError(problems)
    return Config(tuple(instance for _path, instance in instances))


def _load(text: str) -> object:
    if not text.strip():
        raise ConfigError([Problem("file", "empty")])
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise ConfigError([Problem("file", f"{place} is not JSON: {error.msg}")]) from None
    except ValueError as error:
        # A number of more digits than Python reads.
        raise ConfigError([Problem("file", f"not usable: {error}")]) from None
    except _DuplicateKeyError as error:
        raise ConfigError(
            [Problem("file", f"the key {error} occurs twice in one object")]
        ) from None
    except RecursionError:
        raise ConfigError([Problem("file", "nested too deeply")]) from None


class _DuplicateKeyError(Exception):
    """A key occurs twice in one object; ``json.loads`` would silently take the last one."""


def _object(pairs: List[Tuple[str, object]]) -> Dict[str, object]:
    result: Dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            raise _DuplicateKeyError(repr(key))
        result[key] = value
    return result


def _entries(document: object, problems: List[Problem]) -> List[Tuple[str, object]]:
    if not isinstance(document, dict):
        problems.append(Problem("file", 'does not hold an object such as {"instances": []}'))
        return []
    for key in document:
        if key != "instances":
            problems.append(Problem(str(key), "unknown setting"))
    entries = document.get("instances")
    if not isinstance(entries, list):
        why = "not a list" if "instances" in document else "missing"
        problems.append(Problem("instances", why))
        return []
    return [(f"instances[{index}]", entry) for index, entry in enumerate(entries)]


def _instances(path: str, entry: object, problems: List[Problem]) -> List[Instance]:
    lacks_family = isinstance(entry, dict) and not entry.get("addresses") and "family" not in entry
    if lacks_family:
        problems.append(Problem(f"{path}.addresses", _NO_FAMILY))
    try:
        values = _read_entry(entry)
    except ValueError as error:
        problems.extend(problems_of(path, error))
        return []
    if lacks_family:
        return []
    found = contradictions(path, values)
    problems.extend(found)
    return [] if found else instances_of(_with_tracked(values))


def _with_tracked(values: Settings) -> Settings:
    """Return the settings with all kinds of tracked checks in one list."""
    own = {key: value for key, value in values.items() if key not in TRACK_READERS}
    delays = LinkDelays(values.get("link_up_delay", 0), values.get("link_down_delay", 0))
    tracked = (one for key in TRACK_READERS for one in values.get(key, ()))
    own["tracked"] = tuple(one.delayed(delays) for one in tracked)
    return own
