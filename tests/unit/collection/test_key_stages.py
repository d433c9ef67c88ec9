# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of a cluster are replaced in stages in which all hosts understand each other."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install.key_stages import (
    STAGES,
    keys_of,
    with_keys,
)


def key(number: int) -> dict[str, Any]:
    """A key with that id."""
    return {"id": number, "secret": str(number) * 32}


OLD, NEW, NEWER = map(key, (1, 2, 3))


def config(*keys: dict[str, Any], active: int | None = None, **settings: Any) -> dict[str, Any]:
    """A configuration with a signed instance and one that is not."""
    hmac = {"keys": list(keys), **({"active_key": active} if active else {})}
    return {"instances": [{"name": "web", "hmac": hmac, **settings}, {"name": "open"}]}


def web(found: dict[str, Any]) -> dict[str, Any]:
    """The settings of the signed instance."""
    return dict(found["instances"][0])


def test_the_three_stages_of_a_host() -> None:
    present, wanted = config(OLD, vrid=51), config(NEW, vrid=99)
    accepting = with_keys(present, wanted, "accept")
    assert web(accepting) == {
        "name": "web", "vrid": 51, "hmac": {"keys": [OLD, NEW], "active_key": 1}
    }  # fmt: skip
    signing = with_keys(accepting, wanted, "sign")
    assert web(signing)["hmac"] == {"keys": [OLD, NEW], "active_key": 2}
    finished = with_keys(signing, wanted, "finish")
    assert web(finished)["hmac"] == {"keys": [NEW], "active_key": 2}
    assert keys_of(finished) == {"web": ([2], 2)}
    assert finished["instances"][1] == {"name": "open"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_is_reached_changes_nothing(stage: str) -> None:
    wanted = config(NEW)
    for present in (config(OLD), config(OLD, NEW), config(NEW)):
        reached = with_keys(present, wanted, stage)
        assert with_keys(reached, wanted, stage) == reached


def understands(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a host accepts what another one signs."""
    signing = keys_of(other)["web"][1]
    known, signed = (
        {entry["id"]: entry["secret"] for entry in web(host)["hmac"]["keys"]}
        for host in (one, other)
    )
    return bool(known.get(signing) == signed[signing])


def test_all_hosts_understand_each_other_wherever_it_is_interrupted_and_begun_again() -> None:
    # Interrupted in any stage on any of the hosts, then begun again with the same or another key.
    for stages, reached, target in itertools.product(range(3), range(4), (NEW, NEWER)):
        hosts = [config(OLD) for _host in range(3)]
        for stage in STAGES[:stages]:
            hosts = [with_keys(one, config(NEW), stage) for one in hosts]
        done = [with_keys(one, config(NEW), STAGES[stages]) for one in hosts[:reached]]
        hosts = [*done, *hosts[reached:]]
        for stage in STAGES:
            for place in range(len(hosts)):
                hosts[place] = with_keys(hosts[place], config(target), stage)
                assert all(understands(*two) for two in itertools.permutations(hosts, 2))
        assert [keys_of(one)["web"] for one in hosts] == [([target["id"]], target["id"])] * 3


def test_a_new_secret_needs_a_new_id() -> None:
    other = {"id": 1, "secret": "x" * 32}
    with pytest.raises(HostError) as caught:
        with_keys(config(OLD), config(other), "accept")
    assert str(caught.value) == (
        "web: the key 1 has another secret on this host: a new secret needs a new id"
    )
    assert OLD["secret"] not in str(caught.value)


def test_signatures_are_not_introduced() -> None:
    with pytest.raises(HostError, match="web: it is not signed on this host yet"):
        with_keys({"instances": [{"name": "web"}]}, config(NEW), "accept")
