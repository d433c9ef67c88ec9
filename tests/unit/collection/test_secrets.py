# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets on their way from the inventory to the configuration of a host."""

from __future__ import annotations

from typing import Any

from ansible_collections.failover.vrrp.plugins.module_utils._install.config_secrets import (
    with_secrets,
)
from ansible_collections.failover.vrrp.plugins.plugin_utils._secrets import (
    secrets,
    without_secrets,
)

IN_FILE: dict[str, Any] = {"id": 3, "secret_file": "/etc/key"}
KEY: dict[str, Any] = {"id": 1, "secret": "x" * 32}
MIXED = {"name": "web", "hmac": {"keys": [IN_FILE, KEY], "mode": "permissive"}}


def test_the_names_of_files_with_secrets_are_part_of_the_configuration() -> None:
    shown = without_secrets(MIXED)
    assert shown["hmac"] == {"active_key": 3, "keys": [IN_FILE], "mode": "permissive"}
    assert secrets([MIXED]) == {"web": {"hmac_keys": {"1": "x" * 32}}}


def test_a_host_puts_the_secrets_back() -> None:
    complete = with_secrets({"instances": [without_secrets(MIXED)]}, secrets([MIXED]))
    assert complete is not None
    assert complete["instances"][0]["hmac"]["keys"] == [IN_FILE, KEY]
    in_file = {**MIXED, "hmac": {"keys": [IN_FILE]}}
    config = {"instances": [without_secrets(in_file)]}
    assert with_secrets(config, secrets([in_file])) == config
