# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Resources that could not be added, or that disappear again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Mapping, Protocol

from ...base.constants import RETRY_INTERVAL
from ...base.units import Nanoseconds
from .repeat_limit import RepeatLimit
from .resources import Key

CONTESTED = "is removed again and again by another program"


class Repairable(Protocol):
    """Anything on the host that can be added again."""

    @property
    def key(self) -> Key:
        """Its identity."""


@dataclass(frozen=True)
class Fault:
    """A resource is not in force, for a ``reason``, and is tried again at ``retry_at``.

    ``circumstances`` is what was known of its interface when it was tried last.
    """

    resource: Repairable
    reason: str
    since: Nanoseconds
    retry_at: Nanoseconds
    circumstances: object

    @property
    def text(self) -> str:
        """The fault in words that name the resource, which an error of the kernel does itself."""
        return f"{self.resource} {self.reason}" if self.is_contested else self.reason

    @property
    def is_contested(self) -> bool:
        """Whether it can be added and does not stay."""
        return self.reason == CONTESTED


class Repairs:
    """Decides when a resource that has disappeared is restored: at once, unless it has disappeared
    again and again. Mutable.
    """

    def __init__(self) -> None:
        self._faults: Dict[Key, Fault] = {}
        self._limit = RepeatLimit()

    @property
    def faults(self) -> Mapping[Key, Fault]:
        """The present faults."""
        return self._faults

    def refused(
        self, resource: Repairable, reason: str, now: Nanoseconds, circumstances: object
    ) -> bool:
        """Record that the kernel refused a resource; returns whether that is a new fault."""
        before = self._faults.get(resource.key)
        since = now if before is None else before.since
        retry_at = now + RETRY_INTERVAL
        self._faults[resource.key] = Fault(resource, reason, since, retry_at, circumstances)
        return before is None or before.reason != reason

    def may_restore(self, resource: Repairable, now: Nanoseconds, circumstances: object) -> bool:
        """Whether a resource that has disappeared is to be added now; records that it is."""
        key = resource.key
        fault = self._faults.get(key)
        if fault is not None:
            changed = not fault.is_contested and fault.circumstances != circumstances
            if now < fault.retry_at and not changed:
                return False
        elif self._limit.is_reached(key, now):
            retry_at = self._limit.next_at(key)
            self._faults[key] = Fault(resource, CONTESTED, now, retry_at, circumstances)
            return False
        self._limit.record(key, now)
        if fault is not None:
            retry_at = now + RETRY_INTERVAL
            self._faults[key] = replace(fault, retry_at=retry_at, circumstances=circumstances)
        return True

    def is_there(self, key: Key, now: Nanoseconds) -> bool:
        """Record that a resource is in force; returns whether that ends a fault. One that was
        contested has to stay for a while.
        """
        fault = self._faults.get(key)
        if fault is None or (fault.is_contested and now < fault.retry_at):
            return False
        del self._faults[key]
        return True

    def forget(self, key: Key) -> None:
        """Forget a fault: the resource may be in force the next time."""
        self._faults.pop(key, None)
