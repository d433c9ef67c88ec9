# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fuzz targets, and the properties that hold for any input: functions that a test can run, too.

A target takes bytes and raises when something is wrong; what it is expected to refuse, it refuses.
"""

from __future__ import annotations

import json
from typing import Any, Callable

from _vrrp.base.errors import ConfigError, ControlError
from _vrrp.control.protocol import encode as encode_line
from _vrrp.control.protocol import failure, parse_request
from _vrrp.model.config import build_config, parse_config
from _vrrp.model.describe import describe_settings
from _vrrp.model.instance import Instance
from _vrrp.wire.advertisement import FIXED_LENGTH, encode
from _vrrp.wire.authentication import is_signed_as_demanded
from _vrrp.wire.checksum import pseudo_header, with_checksum
from _vrrp.wire.datagram import Datagram, DropReason, ReceiveContext
from _vrrp.wire.receive import receive
from _vrrp.wire.sequence import ReplayGuard
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.lines import (
    Expander,
    Files,
    TooLongError,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.reading import (
    read_configuration,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.verdicts import VerdictKind
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.words import (
    CLOSE,
    OPEN,
    split,
)
from support.keepalived_cases import keepalived_cases
from support.vectors import DISCARDED, VALID

Target = Callable[[bytes], None]
_SECRET = "hex:" + bytes(range(32)).hex()
# A published one, see the tests of signatures.
_SIGNED = "3133c80100644402c00002640101000068000000800000001b84bc4e8e43892dc6d98448f8ee2265"
_BASE = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
_KINDS: tuple[dict[str, object], ...] = (
    {},
    {"version": 2},
    {"version": 2, "password": "abcdefgh"},
    {"addresses": ["fe80::100/64", "2001:db8::1/64"]},
    {"unicast_peers": ["198.51.100.10"], "unicast_ttl_min": 1},
    {"hmac": {"keys": [{"id": 1, "secret": _SECRET}], "replay": "monotonic"}},
    {"hmac": {"keys": [{"id": 1, "secret": _SECRET}], "mode": "permissive"}, "version": 2},
)


def _instance(settings: dict[str, object]) -> Instance:
    return build_config({"instances": [{**_BASE, **settings}]}).instances[0]


_REPAIRED = 0x80  # The bit of the first byte that asks for a right checksum.
_INSTANCES = tuple(_instance(settings) for settings in _KINDS)


def packet(data: bytes) -> None:
    """A kind of instance, a TTL and a message, which is discarded for a reason, or says something.

    What is accepted is the same again when it is encoded from its fields, but for the reserved bits
    of version 3, which may be anything, and the form of the checksum.
    """
    if len(data) < 2:
        return
    instance = _INSTANCES[(data[0] & ~_REPAIRED) % len(_INSTANCES)]
    own, source, group = _places(instance)
    destination = own if instance.unicast_peers else group
    message = data[2:]
    if data[0] & _REPAIRED and len(message) >= FIXED_LENGTH:
        # No guess finds a checksum, and what comes after that check would never be reached.
        message = with_checksum(message, pseudo_header(source, destination, len(message)))
    datagram = Datagram(source, destination, data[1], message)
    received = receive(datagram, ReceiveContext(instance, own))
    hmac = instance.hmac
    is_signed = hmac is None or is_signed_as_demanded(datagram, hmac, ReplayGuard())
    if isinstance(received, DropReason):
        return
    assert is_signed
    form = received.checksum_form
    again = encode(received.advertisement, source, destination, *([form] if form else []))
    assert len(again) == len(datagram.body)
    assert again[:4] == datagram.body[:4]
    assert again[8:] == datagram.body[8:]


def _places(instance: Instance) -> tuple[bytes, bytes, bytes]:
    if instance.family.address_length == 4:
        return bytes([192, 0, 2, 11]), bytes([198, 51, 100, 10]), instance.family.group
    link_local = b"\xfe\x80" + bytes(13)
    return link_local + b"\x11", link_local + b"\x10", instance.family.group


def request(data: bytes) -> None:
    """A client's line: it is a request, or the answer says what is wrong with it."""
    for line in data.split(b"\n"):
        try:
            parse_request(line)
        except ControlError as error:
            _check_answer(failure(error))


def _check_answer(answer: dict[str, Any]) -> None:
    decoded = json.loads(encode_line(answer))
    assert decoded["ok"] is False
    assert decoded["error"]["message"]


def configuration(data: bytes) -> None:
    """The text of a configuration file: it is legal, or all that is wrong with it is named."""
    try:
        config = parse_config(data.decode(errors="replace"))
    except ConfigError as error:
        _check_answer(failure(error))
        return
    for instance in config.instances:
        json.dumps(describe_settings(instance))


def keepalived(data: bytes) -> None:
    """The text of a keepalived.conf: every line has a verdict, and where nothing is refused, the
    instances are legal.
    """
    text = data.decode(errors="replace")
    files = Files({_KEEPALIVED: text}.get, lambda _directory, _pattern: [])
    found = read_configuration(files, _KEEPALIVED)
    judged = {one.place for one in found.verdicts}
    try:
        lines = list(Expander(files, "").lines(_KEEPALIVED))
    except TooLongError:
        lines = []
    unjudged = [one for one in lines if split(one.text) and one.place not in judged]
    assert all(set(split(one.text)) <= {OPEN, CLOSE} for one in unjudged), unjudged
    assert "tulip-secret" not in str(found.verdicts)
    if not any(one.kind is VerdictKind.REFUSED for one in found.verdicts):
        build_config(json.loads(json.dumps({"instances": found.instances})))


_KEEPALIVED = "keepalived.conf"
TARGETS: dict[str, Target] = {
    "packet": packet,
    "request": request,
    "configuration": configuration,
    "keepalived": keepalived,
}


def seeds(name: str) -> list[bytes]:
    """Return the first inputs of a target."""
    if name == "packet":
        messages = [bytes.fromhex(vector.message) for vector in VALID + DISCARDED]
        messages.append(bytes.fromhex(_SIGNED))
        kinds = [kind | bit for kind in range(len(_KINDS)) for bit in (0, _REPAIRED)]
        return [bytes([kind, 255]) + one for kind in kinds for one in messages]
    if name == "keepalived":
        return [one["text"].encode() for one in keepalived_cases()]
    if name == "request":
        wanted = {"version": 1, "command": "set-intent", "instance": "web", "intent": "backup"}
        return [encode_line(wanted), b'{"version":1,"command":"status","instances":["web"]}\n']
    return [json.dumps({"instances": [{**_BASE, **kind}]}).encode() for kind in _KINDS]
