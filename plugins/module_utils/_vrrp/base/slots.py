# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Dataclasses that take little memory."""

from __future__ import annotations

from dataclasses import fields
from typing import Type, TypeVar

Made = TypeVar("Made")


def slotted(cls: Type[Made]) -> Type[Made]:
    """Return the dataclass with a slot for each field and no dictionary in its instances.

    The same as ``slots=True`` from Python 3.10 on; some have thousands of instances.
    """
    names = tuple(one.name for one in fields(cls))  # type: ignore[arg-type]
    left_out = {*names, "__dict__", "__weakref__"}
    body = {name: value for name, value in vars(cls).items() if name not in left_out}
    made: Type[Made] = type(cls.__name__, cls.__bases__, {**body, "__slots__": names})
    made.__qualname__ = cls.__qualname__
    return made
