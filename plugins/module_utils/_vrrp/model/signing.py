# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Keys that sign advertisements: draft-cassen-vrrp-auth-hmac as in keepalived 2.4.2."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Iterator, Tuple

from ..base.constants import HMAC_SECRET_MAX, HMAC_SECRET_MIN, HMAC_WINDOW_MAX
from ..base.errors import Problem
from .fields import read_secret_file
from .readers import RefusedError, Settings, list_of, masked, one_of, record, whole_number

_HEXADECIMAL = "hex:"


class HmacMode(Enum):
    """The treatment of unsigned advertisements, and whether the router's own are signed."""

    ENFORCE = "enforce"
    PERMISSIVE = "permissive"
    RECEIVE_ONLY = "receive-only"


@dataclass(frozen=True)
class HmacKey:
    """A secret of 32 to 64 bytes and its number on the wire, 1 to 255. A secret in a file is empty
    until the file is read.
    """

    number: int
    secret: bytes = field(default=b"", repr=False)
    secret_file: str = field(default="", compare=False)


@dataclass(frozen=True)
class Hmac:
    """All keys that are accepted, and the one that signs.

    ``window`` is the allowed difference between a signature's time and the host's, in seconds; 0
    derives it from the advertisement interval. None is no limit: each signature only has to be
    newer than the one before.
    """

    keys: Tuple[HmacKey, ...]
    active_key: int
    mode: HmacMode = HmacMode.ENFORCE
    window: int | None = 0

    @property
    def signs(self) -> bool:
        """Whether the router's own advertisements are signed."""
        return self.mode is not HmacMode.RECEIVE_ONLY

    @property
    def needs_clock(self) -> bool:
        """Whether signatures have to agree with the clock of the host."""
        return self.window is not None

    @property
    def signing_key(self) -> HmacKey:
        """The key that signs."""
        return next(key for key in self.keys if key.number == self.active_key)

    def secret(self, number: int) -> bytes | None:
        """Return the secret with that number; None when it is unknown."""
        return next((key.secret for key in self.keys if key.number == number), None) or None


def read_secret(value: object) -> bytes:
    """Read a secret: the characters themselves, or hexadecimal digits after ``hex:``. Raises
    ValueError.
    """
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError("the secret is not a string of visible ASCII characters")
    secret = _from_hexadecimal(value) if value.startswith(_HEXADECIMAL) else value.encode()
    if not HMAC_SECRET_MIN <= len(secret) <= HMAC_SECRET_MAX:
        raise ValueError(f"the secret does not have {HMAC_SECRET_MIN} to {HMAC_SECRET_MAX} bytes")
    return secret


def _from_hexadecimal(value: str) -> bytes:
    try:
        return bytes.fromhex(value[len(_HEXADECIMAL) :])
    except ValueError:
        raise ValueError("the secret is not made of pairs of hexadecimal digits") from None


_read_number = masked(whole_number(1, 255))
_read_fields_of_key = record(
    {"id": _read_number, "secret": read_secret, "secret_file": masked(read_secret_file)}, ["id"]
)


def _read_key(value: object) -> HmacKey:
    if not isinstance(value, dict):
        # The value may be the secret itself, which must not appear in a message.
        raise ValueError("not an object with id and secret")
    given = _read_fields_of_key(value)
    if ("secret" in given) == ("secret_file" in given):
        raise ValueError("has to have either secret or secret_file")
    return HmacKey(given["id"], given.get("secret", b""), given.get("secret_file", ""))


_read_settings = masked(
    record(
        {
            "keys": masked(list_of(_read_key, least=1)),
            "active_key": _read_number,
            "mode": masked(one_of({mode.value: mode for mode in HmacMode})),
            "replay": masked(one_of({"time": True, "monotonic": False})),
            "window": masked(whole_number(1, HMAC_WINDOW_MAX)),
        },
        ["keys"],
    )
)


def read_hmac(value: object) -> Hmac:
    """Read the keys of an instance and their use; the first key signs unless another is named.

    Raises RefusedError.
    """
    given = _read_settings(value)
    keys = given["keys"]
    active = given.get("active_key", keys[0].number)
    problems = [*_problems(given, keys, active)]
    if problems:
        raise RefusedError(problems)
    window = given.get("window", 0) if given.get("replay", True) else None
    return Hmac(keys, active, given.get("mode", HmacMode.ENFORCE), window)


def _problems(given: Settings, keys: Tuple[HmacKey, ...], active: int) -> Iterator[Problem]:
    numbers = [key.number for key in keys]
    if len(set(numbers)) < len(numbers):
        yield Problem(".keys", "an id is used twice")
    if active not in numbers:
        yield Problem(".active_key", f"there is no key with the id {active}")
    if "window" in given and not given.get("replay", True):
        yield Problem(".window", "has no effect with replay: monotonic")
