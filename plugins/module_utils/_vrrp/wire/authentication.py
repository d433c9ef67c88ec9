# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Whether an advertisement comes from who may send one: passwords and signatures.

Each check is of one reason to discard; they rely on those before them. This module is PRIVATE to
the collection.
"""

from __future__ import annotations

from typing import Callable, Tuple

from ..model.signing import Hmac, HmacMode
from .advertisement import Advertisement, password_data
from .datagram import Datagram, DropReason, ReceiveContext
from .sequence import age
from .trailer import TRAILER_TYPE, Trailer, is_authentic, read_trailer

InstanceCheck = Callable[[Datagram, Advertisement, ReceiveContext], bool]


def _wrong_password(
    datagram: Datagram, advertisement: Advertisement, listener: ReceiveContext
) -> bool:
    password = listener.instance.password
    return bool(password) and advertisement.authentication_data != password_data(password)


def _unsigned(datagram: Datagram, advertisement: Advertisement, listener: ReceiveContext) -> bool:
    hmac = listener.instance.hmac
    return hmac is not None and hmac.mode is HmacMode.ENFORCE and not datagram.trailer


def _of_signature(
    fails: Callable[[Datagram, Trailer, Hmac, ReceiveContext], bool],
) -> InstanceCheck:
    """Make a check of the signature, which what has none does not fail."""

    def check(datagram: Datagram, advertisement: Advertisement, listener: ReceiveContext) -> bool:
        hmac = listener.instance.hmac
        if hmac is None or not datagram.trailer:
            return False
        return fails(datagram, read_trailer(datagram.trailer), hmac, listener)

    return check


def _malformed(datagram: Datagram, trailer: Trailer, hmac: Hmac, listener: ReceiveContext) -> bool:
    return trailer.kind != TRAILER_TYPE or trailer.reserved != 0


def _stale(datagram: Datagram, trailer: Trailer, hmac: Hmac, listener: ReceiveContext) -> bool:
    return hmac.window is not None and abs(age(trailer.number, datagram.wall)) > hmac.window


def _unknown_key(
    datagram: Datagram, trailer: Trailer, hmac: Hmac, listener: ReceiveContext
) -> bool:
    return hmac.secret(trailer.key_number) is None


def _wrong(datagram: Datagram, trailer: Trailer, hmac: Hmac, listener: ReceiveContext) -> bool:
    secret = hmac.secret(trailer.key_number) or b""
    return not is_authentic(datagram.body, datagram.source, datagram.trailer, secret)


def _replayed(datagram: Datagram, trailer: Trailer, hmac: Hmac, listener: ReceiveContext) -> bool:
    guard = listener.replay_guard
    return not guard.accept(datagram.source, trailer.number, datagram.wall, hmac.window)


AUTHENTICATION_CHECKS: Tuple[Tuple[DropReason, InstanceCheck], ...] = (
    (DropReason.PASSWORD, _wrong_password),
    (DropReason.HMAC_MISSING, _unsigned),
    (DropReason.HMAC_MALFORMED, _of_signature(_malformed)),
    (DropReason.HMAC_STALE, _of_signature(_stale)),
    (DropReason.HMAC_UNKNOWN_KEY, _of_signature(_unknown_key)),
    (DropReason.HMAC_WRONG, _of_signature(_wrong)),
    (DropReason.HMAC_REPLAYED, _of_signature(_replayed)),
)
