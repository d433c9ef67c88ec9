# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration against the RFCs: settings in, a legal value or a problem out."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.base.errors import ConfigError
from _vrrp.model.config import build_config
from _vrrp.model.family import text
from conformance import ledger

ENTRY = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}


@pytest.mark.parametrize("case", ledger.cases("settings"), ids=lambda case: case["name"])
def test_settings_are_accepted_or_refused_as_the_rfcs_demand(case: dict[str, Any]) -> None:
    entry = {**ENTRY, **case["instance"]}
    for name in case.get("without", []):
        del entry[name]
    if "refused" in case:
        with pytest.raises(ConfigError) as caught:
            build_config({"instances": [entry]})
        assert [str(one) for one in caught.value.problems] == case["refused"]
        return
    (instance, *_rest) = build_config({"instances": [entry]}).instances
    shown = {name: getattr(instance, name) for name in case["gives"]}
    if "addresses" in shown:
        shown["addresses"] = [text(one.packed) for one in instance.addresses]
    assert shown == case["gives"]
