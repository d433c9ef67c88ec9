# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Interfaces on which the removal of an IPv4 address leaves all others.

By default Linux removes the secondary addresses of a subnet together with the primary one, which is
the one added first: a virtual address that leaves would take others with it.
"""

from __future__ import annotations

from typing import AbstractSet, Dict, Set, Tuple

from ..base.errors import KernelError
from .sysctl import SysctlStore

_Interface = Tuple[str, int]  # The name and the index.


class AddressPromotion:
    """Sets ``promote_secondaries``, and restores it when it is not needed any more. Mutable."""

    def __init__(self, sysctls: SysctlStore) -> None:
        self._sysctls = sysctls
        self._promoting: Set[_Interface] = set()

    def update(self, wanted: AbstractSet[_Interface]) -> Dict[_Interface, str]:
        """Set it on exactly these interfaces; returns the errors. What failed is not tried again
        before the interface is another one.
        """
        for name, _index in self._promoting - wanted:
            self._sysctls.restore(_setting(name))
        errors: Dict[_Interface, str] = {}
        for name, index in wanted - self._promoting:
            try:
                self._sysctls.change(_setting(name), "1")
            except (KernelError, OSError) as error:
                what = f"an address that leaves {name} may take others with it"
                errors[name, index] = f"{error}; {what}"
        self._promoting = set(wanted)
        return errors

    def close(self) -> None:
        """Restore all settings."""
        self.update(frozenset())


def _setting(name: str) -> str:
    return f"ipv4/conf/{name}/promote_secondaries"
