# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""Plain values out of variables of Ansible, whose templates are resolved when they are read."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from functools import partial

from ansible.errors import AnsibleError
from ansible_collections.failover.vrrp.plugins.plugin_utils._host_settings import (
    UNRESOLVED,
    VARIABLES,
)
from jinja2.exceptions import TemplateError

# Where a host in the role keeps its variables as it has resolved them.
RESOLVED = "__vrrp_resolved"


def own_variables(variables: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """Return the variables of a host as it has resolved them in the role, else as they are."""
    resolved: t.Mapping[str, t.Any] = variables.get(RESOLVED, variables)
    return resolved


def own_settings(variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the variables of a host that its plan is made from, as it has resolved them in the
    role, else from its variables.

    Those that refer to something undefined are not known: such a host keeps its place, and is not
    compared.
    """
    own = own_variables(variables)
    return {name: resolve(own, name) for name in VARIABLES}


def resolve(variables: t.Mapping[str, t.Any], name: str) -> t.Any:
    """Return a variable, None when there is none, with UNRESOLVED in place of all that can't be
    templated.
    """
    return _plain(lambda: variables.get(name))


def _plain(read: t.Callable[[], t.Any]) -> t.Any:
    try:
        value = read()
        if isinstance(value, Mapping):
            return {key: _plain(partial(value.__getitem__, key)) for key in value}
        if isinstance(value, list):
            return [_plain(partial(value.__getitem__, index)) for index in range(len(value))]
        return value
    except (AnsibleError, TemplateError):
        return UNRESOLVED
