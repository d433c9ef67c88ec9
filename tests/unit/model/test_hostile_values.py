# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that nobody means: secrets at wrong places, and numbers that are none."""

from __future__ import annotations

import json

import pytest
from _vrrp.base.errors import ConfigError
from _vrrp.model.config import build_config, parse_config

ENTRY = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
SECRET = "correct horse battery staple, and more"
MALFORMED = [
    SECRET,
    [SECRET],
    {"keys": SECRET},
    {"keys": [SECRET]},
    {"keys": {"id": 1, "secret": SECRET}},
    {"keys": [{"id": SECRET, "secret": SECRET}]},
    {"keys": [{"id": 1, "secret": [SECRET]}]},
    {"keys": [{"id": 1, "secret": SECRET}], "active_key": SECRET},
    {"keys": [{"id": 1, "secret": SECRET}], "mode": SECRET},
    {"keys": [{"id": 1, "secret": SECRET}], "replay": SECRET},
    {"keys": [{"id": 1, "secret": SECRET}], "window": SECRET},
]


@pytest.mark.finding("E7")
@pytest.mark.parametrize("hmac", MALFORMED, ids=range(len(MALFORMED)))
def test_no_error_shows_a_secret(hmac: object) -> None:
    with pytest.raises(ConfigError) as raised:
        build_config({"instances": [{**ENTRY, "hmac": hmac}]})
    assert "instances[0].hmac" in str(raised.value)
    assert "horse" not in str(raised.value)


@pytest.mark.finding("E9")
@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e999", "NaN"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(ConfigError):
        parse_config(json.dumps({"instances": [ENTRY]}).replace('"vrid": 51', f'"vrid": {number}'))
