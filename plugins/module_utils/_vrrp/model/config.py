# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""From the text of a configuration file to a Config that can only be legal.

Every problem is found in one go and named by its path, such as
``instances[0].vrid: 256 is not in 1..255``. This module is PRIVATE to the collection.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping, Tuple

from ..base.errors import ConfigError, Problem
from . import fields
from .checks import clashes, contradictions
from .instance import Config, Instance

_READERS: Mapping[str, Callable[[object], Any]] = {
    "name": fields.read_name,
    "interface": fields.read_interface,
    "vrid": fields.read_vrid,
    "addresses": fields.read_addresses,
    "priority": fields.read_priority,
    "version": fields.read_version,
    "advertisement_interval": fields.read_seconds,
    "preempt": fields.read_flag,
    "advertise_checksum": fields.read_checksum_form,
    "announce_count": fields.read_announce_count,
    "announce_delay": fields.read_seconds,
}
_REQUIRED = ("name", "interface", "vrid", "addresses")


def parse_config(text: str) -> Config:
    """Read the text of a configuration file; raises ConfigError with all that is wrong."""
    return build_config(_load(text))


def build_config(document: object) -> Config:
    """Make a Config of what the JSON text held; raises ConfigError with all that is wrong."""
    problems: List[Problem] = []
    instances: List[Tuple[str, Instance]] = []
    for path, entry in _entries(document, problems):
        instance = _instance(path, entry, problems)
        if instance is not None:
            instances.append((path, instance))
    problems.extend(clashes(instances))
    if problems:
        raise ConfigError(problems)
    return Config(tuple(instance for _path, instance in instances))


def _load(text: str) -> object:
    if not text.strip():
        raise ConfigError([Problem("file", "it is empty")])
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise ConfigError([Problem("file", f"{place} is not JSON: {error.msg}")]) from None
    except _DuplicateKeyError as error:
        raise ConfigError(
            [Problem("file", f"the key {error} is there twice in one object")]
        ) from None
    except RecursionError:
        raise ConfigError([Problem("file", "it is nested too deeply")]) from None


class _DuplicateKeyError(Exception):
    """JSON would silently let the second of two equal keys win."""


def _object(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    result: Dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _DuplicateKeyError(repr(key))
        result[key] = value
    return result


def _entries(document: object, problems: List[Problem]) -> List[Tuple[str, object]]:
    if not isinstance(document, dict):
        problems.append(Problem("file", 'it does not hold an object such as {"instances": []}'))
        return []
    for key in document:
        if key != "instances":
            problems.append(Problem(str(key), "there is no such setting"))
    entries = document.get("instances")
    if not isinstance(entries, list):
        why = "it is not a list" if "instances" in document else "it is required"
        problems.append(Problem("instances", why))
        return []
    return [(f"instances[{index}]", entry) for index, entry in enumerate(entries)]


def _instance(path: str, entry: object, problems: List[Problem]) -> Instance | None:
    if not isinstance(entry, dict):
        problems.append(Problem(path, f"{entry!r} is not an object with settings"))
        return None
    found: List[Problem] = [
        Problem(f"{path}.{key}", "it is required") for key in _REQUIRED if key not in entry
    ]
    values = _values(path, entry, found)
    if not found:
        found.extend(contradictions(path, values))
    problems.extend(found)
    return None if found else Instance(**values)


def _values(path: str, entry: Mapping[str, object], found: List[Problem]) -> Dict[str, Any]:
    values: Dict[str, Any] = {}
    for key, value in entry.items():
        reader = _READERS.get(key)
        if reader is None:
            found.append(Problem(f"{path}.{key}", "there is no such setting"))
            continue
        try:
            values[key] = reader(value)
        except ValueError as error:
            found.append(Problem(f"{path}.{key}", str(error)))
    return values
