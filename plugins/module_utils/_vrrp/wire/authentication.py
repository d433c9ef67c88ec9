# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The receive checks of passwords and signatures, each with its reason to discard.

Each relies on those before it.
"""

from __future__ import annotations

from typing import Callable, Tuple

from ..base.constants import HMAC_TRAILER_LENGTH
from ..model.signing import Hmac, HmacMode
from .advertisement import FIXED_LENGTH, password_data
from .datagram import Datagram, DropReason, ReceiveContext
from .received import Received
from .sequence import ReplayGuard, age
from .trailer import TRAILER_TYPE, Trailer, is_authentic, read_trailer

InstanceCheck = Callable[[Received, ReceiveContext], bool]
_SignatureCheck = Callable[[Received, Trailer, Hmac, ReceiveContext], bool]


def _wrong_password(received: Received, context: ReceiveContext) -> bool:
    password = context.instance.password
    data = received.advertisement.authentication_data
    return bool(password) and data != password_data(password)


def _unsigned(received: Received, context: ReceiveContext) -> bool:
    hmac = context.instance.hmac
    return hmac is not None and hmac.mode is HmacMode.ENFORCE and received.trailer is None


def _of_signature(fails: _SignatureCheck) -> InstanceCheck:
    """Make a check of the signature that an unsigned advertisement passes."""

    def check(received: Received, context: ReceiveContext) -> bool:
        hmac, trailer = context.instance.hmac, received.trailer
        if hmac is None or trailer is None:
            return False
        return fails(received, trailer, hmac, context)

    return check


def _malformed(received: Received, trailer: Trailer, hmac: Hmac, context: ReceiveContext) -> bool:
    return trailer.kind != TRAILER_TYPE or trailer.reserved != 0


def _stale(received: Received, trailer: Trailer, hmac: Hmac, context: ReceiveContext) -> bool:
    return _is_stale(received.datagram, trailer, hmac)


def _is_stale(datagram: Datagram, trailer: Trailer, hmac: Hmac) -> bool:
    return hmac.window is not None and abs(age(trailer.number, datagram.wall)) > hmac.window


def _unknown_key(received: Received, trailer: Trailer, hmac: Hmac, context: ReceiveContext) -> bool:
    return hmac.secret(trailer.key_number) is None


def _wrong(received: Received, trailer: Trailer, hmac: Hmac, context: ReceiveContext) -> bool:
    return not _is_by(received.datagram, trailer, hmac)


def _is_by(datagram: Datagram, trailer: Trailer, hmac: Hmac) -> bool:
    """Whether the signature is by the key that it names, if that is known."""
    secret = hmac.secret(trailer.key_number)
    return secret is not None and is_authentic(
        datagram.body, datagram.source, datagram.trailer, secret
    )


def is_signed_as_demanded(datagram: Datagram, hmac: Hmac, guard: ReplayGuard) -> bool:
    """Whether a datagram has a signature by one of the keys and is no recording, as far as is known
    yet, or needs none: an early check, which a flood of others must not be able to delay.
    """
    if len(datagram.message) < FIXED_LENGTH or len(datagram.trailer) != HMAC_TRAILER_LENGTH:
        return hmac.mode is not HmacMode.ENFORCE
    trailer = read_trailer(datagram.trailer)
    sender = _sender(datagram, trailer)
    # The numbers first: they cost next to nothing.
    if _is_stale(datagram, trailer, hmac) or guard.is_replayed(
        sender, trailer.number, datagram.wall, hmac.window
    ):
        return False
    return _is_by(datagram, trailer, hmac)


def _replayed(received: Received, trailer: Trailer, hmac: Hmac, context: ReceiveContext) -> bool:
    datagram, guard = received.datagram, context.replay_guard
    sender = _sender(datagram, trailer)
    return not guard.accept(sender, trailer.number, datagram.wall, hmac.window)


def _sender(datagram: Datagram, trailer: Trailer) -> bytes:
    """Return what the replay guard tells senders by: the source and the key."""
    return datagram.source + bytes((trailer.key_number,))


AUTHENTICATION_CHECKS: Tuple[Tuple[DropReason, InstanceCheck], ...] = (
    (DropReason.PASSWORD, _wrong_password),
    (DropReason.HMAC_MISSING, _unsigned),
    (DropReason.HMAC_MALFORMED, _of_signature(_malformed)),
    (DropReason.HMAC_UNKNOWN_KEY, _of_signature(_unknown_key)),
    (DropReason.HMAC_WRONG, _of_signature(_wrong)),
    # Only a host with the key has a clock.
    (DropReason.HMAC_STALE, _of_signature(_stale)),
    (DropReason.HMAC_REPLAYED, _of_signature(_replayed)),
)
