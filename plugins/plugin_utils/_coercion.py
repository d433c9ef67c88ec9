# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""Values of the inventory as the types that the role's argument spec gives them.

INI inventories, extra vars and templates make strings of numbers and booleans. The rules are
Ansible's own; a value that does not fit its type stays as it is, so that the validation names it.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

Spec = t.Mapping[str, t.Any]

_TRUE = frozenset(("yes", "on", "true", "t", "y", "1"))
_FALSE = frozenset(("no", "off", "false", "f", "n", "0"))
_WHOLE_NUMBER = re.compile(r"\s*[+-]?\d+\s*")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*")


def coerce_options(spec: Spec, values: t.Any) -> t.Any:
    """Return a mapping with its values as the types of their options; other values unchanged."""
    if not isinstance(values, Mapping):
        return values
    return {
        name: coerce(spec[name], value) if name in spec else value for name, value in values.items()
    }


def coerce(option: Spec, value: t.Any) -> t.Any:
    """Return a value as the type of an option."""
    if value is None:
        return None
    kind = option.get("type", "str")
    if kind == "list":
        return _coerce_list(option, value)
    if kind == "dict":
        return coerce_options(option.get("options", {}), value)
    return _SCALARS.get(kind, _unchanged)(value)


def _coerce_list(option: Spec, value: t.Any) -> t.Any:
    entries = [one.strip() for one in value.split(",")] if isinstance(value, str) else value
    if not isinstance(entries, list):
        return value
    element = {"type": option.get("elements", "raw"), "options": option.get("options", {})}
    return [coerce(element, one) for one in entries]


def _to_int(value: t.Any) -> t.Any:
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return value


def _to_float(value: t.Any) -> t.Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return value


def _to_bool(value: t.Any) -> t.Any:
    word = str(value).strip().lower()
    if isinstance(value, str) and word in _TRUE | _FALSE:
        return word in _TRUE
    return value


def _to_str(value: t.Any) -> t.Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if is_number else value


def _unchanged(value: t.Any) -> t.Any:
    return value


_SCALARS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "int": _to_int,
    "float": _to_float,
    "bool": _to_bool,
    "str": _to_str,
}
