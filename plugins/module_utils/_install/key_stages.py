# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The keys of signatures in a configuration, replaced in three stages.

In each stage all hosts understand each other, whichever of them have reached it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Tuple

from .host import HostError

Settings = Dict[str, Any]
_Key = Mapping[str, Any]

# Also accept the new keys; sign with the new one as well; then accept no other any more.
ACCEPT, SIGN, FINISH = STAGES = ("accept", "sign", "finish")


def with_keys(present: Settings, wanted: Settings, stage: str) -> Settings:
    """Return a host's present configuration with the keys of a stage on the way to those of the
    wanted one, and nothing else changed; raises HostError with all problems.
    """
    targets = {one.get("name"): one["hmac"] for one in _signed(wanted)}
    own = {one.get("name") for one in _signed(present)}
    problems = [f"{name}: it is not signed on this host yet" for name in targets.keys() - own]
    instances: List[Settings] = []
    for instance in present.get("instances", []):
        target = targets.get(instance.get("name"))
        if target is None or instance.get("name") not in own:
            instances.append(instance)
            continue
        problems.extend(_problems(instance, target))
        instances.append({**instance, "hmac": _staged(instance["hmac"], target, stage)})
    if problems:
        raise HostError("\n".join(sorted(problems)))
    return {**present, "instances": instances}


def _signed(config: Settings) -> Iterator[Settings]:
    for instance in config.get("instances", []):
        if isinstance(instance.get("hmac"), dict) and instance["hmac"].get("keys"):
            yield instance


def _problems(instance: Settings, target: Settings) -> Iterator[str]:
    new = _by_id(target["keys"])
    for number, key in _by_id(instance["hmac"]["keys"]).items():
        if number in new and new[number] != key:
            yield (
                f"{instance['name']}: the key {number} has another secret on this host: a new "
                "secret needs a new id"
            )


def _staged(present: Settings, target: Settings, stage: str) -> Settings:
    if stage == FINISH:
        return {**present, "keys": target["keys"], "active_key": _active(target)}
    # The present ones first, as what a host has is the same however often this runs.
    keys = list({**_by_id(present["keys"]), **_by_id(target["keys"])}.values())
    return {**present, "keys": keys, "active_key": _active(target if stage == SIGN else present)}


def _active(hmac: Settings) -> int:
    return int(hmac.get("active_key", hmac["keys"][0]["id"]))


def _by_id(keys: List[_Key]) -> Dict[int, _Key]:
    return {int(key["id"]): key for key in keys}


def keys_of(config: Settings) -> Dict[str, Tuple[List[int], int]]:
    """Return the ids of all keys, and that of the one that signs, by instance."""
    return {
        str(one["name"]): ([int(key["id"]) for key in one["hmac"]["keys"]], _active(one["hmac"]))
        for one in _signed(config)
    }
