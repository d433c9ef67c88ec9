# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Remarks on a legal configuration, for who may not know what follows from it."""

from __future__ import annotations

from typing import Iterator

from ..model.expand import derived_link_local
from ..model.family import Family, text
from ..model.instance import Config, Instance


def notes(config: Config) -> Iterator[str]:
    """Yield the remarks, each about an instance that it names first."""
    for instance in config.instances:
        if instance.family is Family.IPV6 and _derives(instance):
            yield (
                f"{instance.label}: {text(derived_link_local(instance.vrid))} is put in front of "
                "the addresses (derive_link_local); keepalived before 2.3.3 discards "
                "advertisements with another list than its own"
            )


def _derives(instance: Instance) -> bool:
    is_first = instance.packed_addresses[:1] == (derived_link_local(instance.vrid),)
    return is_first and instance.derive_link_local and len(instance.addresses) > 1
