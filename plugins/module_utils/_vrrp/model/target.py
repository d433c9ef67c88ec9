# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Built-in checks: what a host asks over the network to find out whether a service answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, ClassVar, Dict, Mapping, Tuple, Type, Union
from urllib.parse import urlsplit

from ..base.errors import Problem
from ..base.units import Nanoseconds, to_seconds
from .fields import read_flag, read_path
from .readers import Reader, RefusedError, Settings, list_of, matching, one_of, whole_number

_PORT_MAX = 65535
_DNS_PORT = 53
_TEXT_MAX = 256


class RecordType(Enum):
    """The types of records that a DNS server can be asked for (RFC 1035 section 3.2.2)."""

    A = 1
    NS = 2
    SOA = 6
    MX = 15
    TXT = 16
    AAAA = 28


@dataclass(frozen=True)
class PingTarget:
    """A host that answers an echo request (RFC 792, RFC 4443)."""

    kind: ClassVar[str] = "ping"
    host: str
    timeout: Nanoseconds
    user: str = ""

    def __str__(self) -> str:
        return self.host


@dataclass(frozen=True)
class TcpTarget:
    """A port that accepts connections."""

    kind: ClassVar[str] = "tcp"
    host: str
    port: int
    timeout: Nanoseconds
    user: str = ""

    def __str__(self) -> str:
        return f"{self.host} port {self.port}"


@dataclass(frozen=True)
class HttpTarget:
    """A URL that is answered with one of the ``status`` codes, any from 200 to 299 without one, and
    with ``text`` in the first 64 KiB of the body. With TLS the certificate has to be valid, unless
    ``verify`` is false; ``ca_file`` has the authorities, empty for those of the host.
    """

    kind: ClassVar[str] = "http"
    url: str
    timeout: Nanoseconds
    status: Tuple[int, ...] = ()
    text: str = ""
    verify: bool = True
    ca_file: str = ""
    user: str = ""

    def __str__(self) -> str:
        return self.url.partition("?")[0]  # Everybody may read the status.


@dataclass(frozen=True)
class DnsTarget:
    """A DNS server that answers a question with at least one record."""

    kind: ClassVar[str] = "dns"
    host: str
    query: str
    timeout: Nanoseconds
    type: str = RecordType.A.name
    port: int = _DNS_PORT
    user: str = ""

    def __str__(self) -> str:
        return f"{self.query} of {self.host}"


Target = Union[PingTarget, TcpTarget, HttpTarget, DnsTarget]
TARGETS: Mapping[str, Type[Any]] = {
    one.kind: one for one in (PingTarget, TcpTarget, HttpTarget, DnsTarget)
}


def plain(target: Target) -> Dict[str, Any]:
    """Return a target as plain values, its timeout in seconds."""
    return {**asdict(target), "kind": target.kind, "timeout": to_seconds(target.timeout)}


read_host = matching(
    r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[^\s/]{1,15})?",
    "an IP address or the name of a host",
)
_read_name = matching(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?|\.", "a name of the DNS")
_read_port = whole_number(1, _PORT_MAX)
_read_text = matching(r"[^\0]{1,256}", f"a text of 1 to {_TEXT_MAX} characters")


def _read_url(value: object) -> str:
    try:
        found = urlsplit(value if isinstance(value, str) else "")
        port = found.port
    except ValueError as error:
        raise ValueError(f"{value!r} is not a URL: {error}") from None
    if found.scheme not in ("http", "https") or not found.hostname or port == 0:
        raise ValueError(f"{value!r} is not a URL such as https://192.0.2.1:8443/health")
    if found.username is not None or found.fragment:
        raise ValueError("the URL has a user or a fragment, which are not sent")
    if not str(value).isascii() or not str(value).isprintable() or " " in str(value):
        raise ValueError("the URL has characters that have to be quoted by %")
    return str(value)


_HOST: Mapping[str, Reader[Any]] = {"host": read_host}
PING: Mapping[str, Reader[Any]] = _HOST
TCP: Mapping[str, Reader[Any]] = {**_HOST, "port": _read_port}
HTTP: Mapping[str, Reader[Any]] = {
    "url": _read_url,
    "status": list_of(whole_number(100, 599), least=1),
    "text": _read_text,
    "verify": read_flag,
    "ca_file": read_path,
}
DNS: Mapping[str, Reader[Any]] = {
    **_HOST,
    "query": _read_name,
    "type": one_of({one.name: one.name for one in RecordType}),
    "port": _read_port,
}


def refuse_contradictions(kind: str, given: Settings) -> None:
    """Raise ValueError for settings of a target that contradict each other."""
    if kind != HttpTarget.kind or str(given["url"]).startswith("https:"):
        return
    for key in ("verify", "ca_file"):
        if key in given:
            raise RefusedError([Problem(f".{key}", "has no effect without https")])
