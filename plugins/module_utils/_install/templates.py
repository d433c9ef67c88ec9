# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The texts of the unit files and programs that the installation writes."""

from __future__ import annotations

import hashlib

from .._vrrp.agent.version import UNIT_VARIABLE
from .._vrrp.base.constants import OPERATORS_GROUP, SCRIPT_USER
from .._vrrp.base.paths import HELPER_SOCKET
from .paths import CONTROL, CURRENT, DAEMON, HELPER_SOCKET_NAME, USER
from .scheduling import DEFAULT, Scheduling

# For processes that write no file but in directories of their own, and start no other program.
_CONFINED = """\
DevicePolicy=closed
LockPersonality=true
MemoryDenyWriteExecute=true
NoExecPaths=/run /var /tmp /dev/shm
PrivateDevices=true
PrivateMounts=true
PrivateTmp=true
ProtectClock=true
ProtectControlGroups=true
ProtectHome=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectProc=invisible
ProtectSystem=strict
"""
_RESTRICTED = """\
RemoveIPC=true
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
"""

# The agent starts only itself and reads only its own files, so the unit forbids everything else.
# The two capabilities are for addresses (NET_ADMIN) and raw sockets (NET_RAW). No file that the
# agent can write can be executed as a program. It needs 42 MiB for 250 instances.
SANDBOX = f"""\
User={USER}
# The group of the control socket; that of the user reads the configuration.
Group={OPERATORS_GROUP}
SupplementaryGroups={USER}
UMask=0077
# Three sockets for each virtual router with a MAC address of its own.
LimitNOFILE=65536
LimitCORE=0
MemoryMax=1G
TasksMax=64
AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
NoNewPrivileges=true
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6 AF_PACKET
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources memfd_create
SystemCallErrorNumber=EPERM
{_CONFINED}ReadWritePaths=/proc/sys/net
{_RESTRICTED}"""

_UNIT = f"""\
# Written by the Ansible collection failover.vrrp; changes are overwritten.
[Unit]
Description=VRRP agent
Documentation=https://www.rfc-editor.org/rfc/rfc9568
After=network.target {HELPER_SOCKET_NAME}
Wants={HELPER_SOCKET_NAME}
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={DAEMON} run
ExecReload={CONTROL} reload
ExecStopPost={DAEMON} cleanup
Restart=on-failure
RestartSec=1
WatchdogSec=30
# A master that stops serves on until it hears its successor, up to 4.5 advertisement intervals.
TimeoutStopSec=300
RuntimeDirectory=vrrp-agent
# The records of what a dead agent has left are there.
RuntimeDirectoryPreserve=restart
StateDirectory=vrrp-agent

{SANDBOX}
[Install]
WantedBy=multi-user.target
"""


def agent_unit(scheduling: Scheduling = DEFAULT) -> str:
    """Return the unit of the agent.

    A process started by a restart without a gap still runs under the unit of the old one; the
    environment variable VRRP_AGENT_UNIT has the digest of that unit.
    """
    lines = "".join(f"{one}\n" for one in scheduling.lines)
    text = _UNIT.replace("User=", f"{lines}User=", 1)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return text.replace("User=", f"Environment={UNIT_VARIABLE}={digest}\nUser=", 1)


# The signatures of advertisements contain the time. Only the order at boot changes, so another
# unit need not be restarted for it.
TIME_SYNC_TEXT = """\
# Written by the Ansible collection failover.vrrp; changes are overwritten.
[Unit]
After=time-sync.target
"""

# Scripts and hooks inherit the sandbox. They may do what their user may, but gain no rights.
HELPER_SANDBOX = f"""\
User={SCRIPT_USER}
Group={SCRIPT_USER}
CapabilityBoundingSet=
NoNewPrivileges=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
DevicePolicy=closed
LockPersonality=true
PrivateDevices=true
PrivateMounts=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectSystem=full
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
"""

_HELPER_UNIT = f"""\
# Written by the Ansible collection failover.vrrp; changes are overwritten.
[Unit]
Description=Helper of the VRRP agent, which runs its scripts and hooks
# On shutdown the agent leaves first, and its hooks are run before the helper is ended.
Before=vrrp-agent.service
StartLimitIntervalSec=0

[Service]
ExecStart={DAEMON} helper --user {SCRIPT_USER}
# One that hangs is ended, so that another one can serve the agent.
NotifyAccess=main
WatchdogSec=15
WatchdogSignal=SIGKILL
LimitCORE=0
# What a command has left, and does not end when it is asked to, keeps the next helper waiting.
TimeoutStopSec=2
TasksMax=1024
MemoryMax=1G
"""


def helper_unit(as_root: bool) -> str:
    """Return the unit of the helper, which systemd starts when the agent connects. As root it can
    run commands as any user, and has no sandbox.
    """
    return _HELPER_UNIT + ("" if as_root else f"\n{HELPER_SANDBOX}")


HELPER_SOCKET_TEXT = f"""\
[Unit]
Description=Socket of the helper of the VRRP agent

[Socket]
ListenStream={HELPER_SOCKET}
SocketUser={USER}
SocketMode=0600
RemoveOnStop=true
"""

# It has a socket of systemd and asks the agent, as everybody may; of the host it sees nothing else.
METRICS_SANDBOX = f"""\
DynamicUser=true
UMask=0077
LimitCORE=0
MemoryMax=256M
TasksMax=32
CapabilityBoundingSet=
NoNewPrivileges=true
RestrictAddressFamilies=AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
PrivateNetwork=true
PrivateUsers=true
ProcSubset=pid
{_CONFINED}{_RESTRICTED}"""


def metrics_unit(compatible: bool, bundle: str) -> str:
    """Return the unit of the server of metrics, which systemd starts when somebody asks. Another
    version has another unit, so that it is restarted.
    """
    option = " --compatible" if compatible else ""
    return f"""\
# Written by the Ansible collection failover.vrrp; changes are overwritten.
[Unit]
Description=Metrics of the VRRP agent
StartLimitIntervalSec=0

[Service]
ExecStart={DAEMON} metrics{option}
Restart=on-failure
RestartSec=5
Environment=VRRP_AGENT_BUNDLE={bundle}

{METRICS_SANDBOX}"""


def metrics_socket(listen: str) -> str:
    """Return the unit of the socket at which the metrics are served, at ``address:port``: it may
    be one that the host has not got yet.
    """
    return f"""\
# Written by the Ansible collection failover.vrrp; changes are overwritten.
[Unit]
Description=Socket of the metrics of the VRRP agent

[Socket]
ListenStream={listen[1:] if listen.startswith(":") else listen}
FreeBind=true
# However often it fails, it is tried again: the service waits between two attempts.
TriggerLimitIntervalSec=0

[Install]
WantedBy=sockets.target
"""


_PROGRAM = """\
#!{python} -IS
# Written by the Ansible collection failover.vrrp; changes are overwritten.
import sys

sys.path.insert(0, "{library}")

from _vrrp.agent.cli import {entry}

raise SystemExit({entry}())
"""


def program(python: str, entry: str) -> str:
    """Return a program that calls a function of the current version's command line."""
    return _PROGRAM.format(python=python, library=CURRENT, entry=entry)


def check_unit(sandbox: str, python: str, code: str, errors: str) -> str:
    """Return a unit that runs Python code once in a sandbox; its error messages go to a file."""
    quoted = code.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    command = f'{python} -IS -c "{quoted}"'
    return (
        f"[Service]\nType=oneshot\nExecStart={command}\nTimeoutStartSec=60\n"
        f"StandardError=file:{errors}\n\n{sandbox}"
    )
