# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The secrets of a configuration, which arrive apart from it."""

from __future__ import annotations

from typing import Any, Dict, Mapping

Settings = Dict[str, Any]


def with_secrets(config: Settings | None, secrets: Mapping[str, Settings]) -> Settings | None:
    """Return the configuration with the secrets, by the names of the instances, in their places."""
    if not config or not secrets:
        return config
    instances = [
        _complete(one, secrets.get(str(one.get("name")), {})) for one in config.get("instances", [])
    ]
    return {**config, "instances": instances}


def _complete(instance: Settings, secrets: Settings) -> Settings:
    completed = dict(instance)
    if "password" in secrets:
        completed["password"] = secrets["password"]
    if "hmac_keys" in secrets:
        hmac = instance.get("hmac", {})
        keys = [{"id": int(one), "secret": secret} for one, secret in secrets["hmac_keys"].items()]
        completed["hmac"] = {**hmac, "keys": [*hmac.get("keys", []), *keys]}
    return completed
