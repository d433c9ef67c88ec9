# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""``vrrpctl diagnose``: one file with what a report of a fault needs.

The status and the configuration, the log, and the host as far as it concerns the agent. Without
passwords and keys, which are replaced wherever they stand, and without arguments and outputs of
commands. Records for clean-up are left out, as they hold packets, and a packet may hold a password.
"""

from __future__ import annotations

import io
import os
import platform
import subprocess
import sys
import tarfile
import threading
import time
from collections import deque
from functools import partial
from signal import SIGKILL
from typing import Deque, Dict, Iterator, Tuple

from ..base.errors import ControlError
from ..base.paths import STATE_DIRECTORY
from ..control.client import ControlClient
from ..runtime.files import read_regular
from .redaction import Redaction, without_commands, without_credentials
from .version import VERSION

_MISSING = "not available"
_NOT_JSON = f"{_MISSING}: it is not JSON, so that its secrets are not known\n"
_COMMAND_TIMEOUT = 10.0  # Seconds.
_OUTPUT_MAX = 4_000_000  # Bytes; others decide how much is in a log, or in a table of the host.
_PORTION = 65536  # Bytes.
_UNIT = "vrrp-agent.service"
_COMMANDS: Dict[str, Tuple[str, ...]] = {
    "journal.txt": ("journalctl", "-u", _UNIT, "-n", "5000", "-o", "short-iso-precise"),
    "unit.txt": ("systemctl", "status", "--lines=0", _UNIT),
    "unit-files.txt": ("systemctl", "cat", _UNIT),
    "links.txt": ("ip", "-d", "-s", "link"),
    "addresses.txt": ("ip", "-d", "address"),
    "routes-ipv4.txt": ("ip", "-4", "route", "show", "table", "all"),
    "routes-ipv6.txt": ("ip", "-6", "route", "show", "table", "all"),
    "rules-ipv4.txt": ("ip", "-4", "rule"),
    "rules-ipv6.txt": ("ip", "-6", "rule"),
    "groups.txt": ("ip", "maddress"),
    "neighbours.txt": ("ip", "neighbour"),
    "nftables.txt": ("nft", "list", "ruleset"),
    "sysctl.txt": ("sysctl", "net.ipv4.conf", "net.ipv6.conf"),
}
_FILES = {
    "os-release.txt": "/usr/lib/os-release",
    "raw-sockets-ipv4.txt": "/proc/net/raw",
    "raw-sockets-ipv6.txt": "/proc/net/raw6",
    "intents.json": f"{STATE_DIRECTORY}/intents.json",
}


def write_bundle(socket: str, config: str, output: str | None) -> str:
    """Write the bundle, and return its path; raises OSError. A part that cannot be had holds the
    reason. ``config`` is the path of the configuration, ``socket`` that of the control socket.
    """
    text = _read(os.path.realpath(config))
    redaction = Redaction(text)
    shown = redaction.config or (text if text.startswith(_MISSING) else _NOT_JSON)
    name = f"vrrp-diagnose-{platform.node()}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    path = output or f"{name}.tar.gz"
    # Only its owner may read it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as bundle:
            for part, content in _parts(socket, shown, redaction):
                _add(bundle, f"{name}/{part}", redaction.apply(content))
    except BaseException as error:
        os.unlink(path)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, path) from None
        raise
    return path


def _parts(socket: str, config: str, redaction: Redaction) -> Iterator[Tuple[str, str]]:
    """Yield the name and the content of each part."""
    yield "about.txt", _about()
    yield "status.json", _status(socket, redaction)
    yield "config.json", config
    for name, path in _FILES.items():
        yield name, _read(path)
    for name, command in _COMMANDS.items():
        yield name, without_credentials(without_commands(_run(command)))


def _about() -> str:
    lines = [
        f"agent {VERSION}",
        f"python {sys.version}",
        f"kernel {platform.release()} {platform.machine()}",
        f"time {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}",
        f"user {os.geteuid()}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _status(socket: str, redaction: Redaction) -> str:
    try:
        with ControlClient(socket) as client:
            return redaction.status(client.status())
    except (ControlError, RecursionError, LookupError, TypeError, AttributeError) as error:
        return f"{_MISSING}: {error}\n"  # Another process may have answered in the agent's place.


def _read(path: str) -> str:
    try:
        return read_regular(path, "replace")
    except OSError as error:
        return f"{_MISSING}: {path}: {error.strerror or error}\n"


def _run(command: Tuple[str, ...]) -> str:
    """Return what a command has printed, whatever its exit status is: the end of it, if it is much
    or takes long.
    """
    environment = {**os.environ, "LC_ALL": "C", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    try:
        # Not in a module, but in vrrpctl, which has no AnsibleModule.
        running = subprocess.Popen(  # pylint: disable=ansible-bad-function
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        return f"{_MISSING}: {' '.join(command)}: {error}\n"
    return f"$ {' '.join(command)}\n{_output_of(running)}"


def _output_of(running: subprocess.Popen[bytes]) -> str:
    # In whole lines: a part of a secret would not be recognised.
    timer = threading.Timer(_COMMAND_TIMEOUT, running.kill)
    timer.start()
    last: Deque[bytes] = deque(maxlen=_OUTPUT_MAX // _PORTION)
    size = 0
    with running as process:
        for portion in iter(partial(process.stdout.read, _PORTION), b"") if process.stdout else ():
            last.append(portion)
            size += len(portion)
    timer.cancel()
    kept, notes = b"".join(last), ""
    if size > len(kept):
        kept, notes = kept.partition(b"\n")[2], f"the end of {size} bytes:\n"
    if running.returncode == -SIGKILL:
        kept, notes = kept.rpartition(b"\n")[0], f"{notes}ended after {_COMMAND_TIMEOUT:g} s:\n"
    return notes + kept.decode(errors="replace")


def _add(bundle: tarfile.TarFile, name: str, content: str) -> None:
    data = content.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
    bundle.addfile(member, io.BytesIO(data))
