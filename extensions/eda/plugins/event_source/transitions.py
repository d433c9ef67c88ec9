# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source of Event-Driven Ansible: the states of VRRP hosts, as they change."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from datetime import datetime
from typing import Any

DOCUMENTATION = r"""
---
short_description: Report the states of VRRP hosts, and each change of them
description:
  - Watches the agents of hosts, by ssh or by a socket of this host. A host whose agent restarts, or that can't be reached, is tried again
    until it answers.
  - Each event is a dictionary C(vrrp), whose C(type) is one of the following, and has the host in C(meta.hosts), to which ansible-rulebook
    limits a playbook.
  - C(transition) is a change of the state of an instance, with C(instance), C(label), C(family), C(old), C(new), C(event_type) (the reason
    by the names of RFC 8347), C(cause) (in words), C(priority) and C(at). C(missed) is true for one that happened while the host could not
    be watched, or was not seen for another reason; only the last one of several is known then.
  - C(state) is what an instance is at present, once when a host is first reached, and then every C(status_interval) seconds, with
    C(instance), C(label), C(family), C(state), C(reason), C(since), C(intent), C(intent_by) and C(intent_seconds), the time since the intent
    was set.
  - C(masters) has the hosts that are master of an instance in C(hosts), their number in C(count), and the hosts that do not answer in
    C(unknown), when these have been the same for C(settle) seconds.
  - C(connected) and C(disconnected) are about the connection to the agent of a host, the latter with the C(reason).
options:
  hosts:
    description:
      - The hosts, each by the name that ssh knows, or as a dictionary with its C(name), and with C(address) and C(user) where they differ.
      - The user needs no rights on the host.
    type: list
    elements: raw
  socket:
    description: The control socket of an agent of this host, in place of O(hosts), such as V(/run/vrrp-agent/control.sock).
    type: str
  name:
    description: The name in the events of the host of O(socket).
    type: str
    default: localhost
  ssh:
    description: The command that reaches a host.
    type: list
    elements: str
    default: [ssh, -o, BatchMode=yes, -o, ConnectTimeout=10, -o, ServerAliveInterval=5]
  status_interval:
    description: The seconds between two reports of the states of a host.
    type: float
    default: 60
  settle:
    description: For how many seconds the masters of an instance have to be the same before they are reported.
    type: float
    default: 5
  retry_delay:
    description: The seconds after which a host is tried again; twice as many each time, up to a minute.
    type: float
    default: 1
"""

EXAMPLES = r"""
- name: Watch a cluster by ssh
  failover.vrrp.transitions:
    hosts: [lb1, lb2, {name: lb3, address: 192.0.2.13, user: monitor}]

- name: Watch the agent of this host
  failover.vrrp.transitions:
    socket: /run/vrrp-agent/control.sock
    name: lb1
"""

LOGGER = logging.getLogger(__name__)
_SSH = ("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5")
_RETRY_MAX = 60.0  # Seconds.
_PATIENCE = 30.0  # Seconds for the answer to a query.
_LINE_MAX = 1 << 24  # Bytes: that of a thousand instances has some three million.


class ConnectionLostError(Exception):
    """The connection to an agent can't be had, or has ended."""


class BySocket:
    """The agent of this host, by its control socket."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def status(self) -> dict[str, Any]:
        """Return the status of the agent; raises ConnectionLostError."""
        async with self._asked("status") as reader:
            return _object(await reader.readline())

    async def transitions(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the transitions from now on; raises ConnectionLostError."""
        async with self._asked("watch") as reader:
            await reader.readline()
            while line := await reader.readline():
                yield _object(line)
        raise ConnectionLostError("the agent has closed the connection")

    @contextlib.asynccontextmanager
    async def _asked(self, command: str) -> AsyncIterator[asyncio.StreamReader]:
        try:
            reader, writer = await asyncio.open_unix_connection(self._path, limit=_LINE_MAX)
        except OSError as error:
            raise ConnectionLostError(f"{self._path}: {error.strerror}") from None
        try:
            writer.write(json.dumps({"version": 1, "command": command}).encode() + b"\n")
            yield reader
        except OSError as error:
            raise ConnectionLostError(f"{self._path}: {error.strerror}") from None
        finally:
            writer.close()


class BySsh:
    """The agent of a host that is reached by a command, which runs vrrpctl there."""

    def __init__(self, command: list[str]) -> None:
        self._command = command

    async def status(self) -> dict[str, Any]:
        """Return the status of the agent; raises ConnectionLostError."""
        async with self._run("status") as process:
            output, errors = await process.communicate()
            if process.returncode != 0:
                raise ConnectionLostError(errors.decode(errors="replace").strip() or "no answer")
            return _object(output)

    async def transitions(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the transitions from now on; raises ConnectionLostError."""
        async with self._run("watch") as process:
            while process.stdout and (line := await process.stdout.readline()):
                yield _object(line)
            _output, errors = await process.communicate()
            raise ConnectionLostError(
                errors.decode(errors="replace").strip() or "the agent has restarted"
            )

    @contextlib.asynccontextmanager
    async def _run(self, action: str) -> AsyncIterator[asyncio.subprocess.Process]:
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, "vrrpctl", action, "--json",
                stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, limit=_LINE_MAX,
            )  # fmt: skip
        except OSError as error:
            raise ConnectionLostError(f"{self._command[0]}: {error.strerror}") from None
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        raise ConnectionLostError("the answer is not that of an agent") from None
    if not isinstance(found, dict) or found.get("ok") is False:
        raise ConnectionLostError("the agent has refused the request")
    return found


class Masters:
    """The masters of all instances, reported when they have been the same for a while. Mutable."""

    def __init__(self, queue: asyncio.Queue[Any], hosts: list[str], settle: float) -> None:
        self._queue = queue
        self._hosts = hosts
        self._settle = settle
        self._states: dict[str, dict[tuple[str, str], str]] = {}
        self._reported: dict[tuple[str, str], Any] = {}
        self._timer: asyncio.Task[None] | None = None

    def update(self, host: str, states: dict[tuple[str, str], str] | None) -> None:
        """Take note of the states of a host by instance and family; None while it is unknown."""
        before = dict(self._states)
        if states is None:
            self._states.pop(host, None)
        else:
            self._states[host] = dict(states)
        if self._states != before:
            self.stop()
            self._timer = asyncio.create_task(self._report_later())

    def stop(self) -> None:
        """Report nothing until the next update."""
        if self._timer is not None:
            self._timer.cancel()

    async def _report_later(self) -> None:
        await asyncio.sleep(self._settle)
        for event in self._changes():
            await self._queue.put(event)

    def _changes(self) -> Iterator[dict[str, Any]]:
        unknown = [one for one in self._hosts if one not in self._states]
        known = {key for states in self._states.values() for key in states}
        for key in sorted({*known, *self._reported}):
            hosts = [one for one in self._hosts if self._states.get(one, {}).get(key) == "MASTER"]
            if self._reported.get(key) == (hosts, unknown):
                continue
            self._reported[key] = hosts, unknown
            about = {"instance": key[0], "family": key[1]}
            found = {"hosts": hosts, "count": len(hosts), "unknown": unknown}
            yield _event("masters", hosts or self._hosts, {**about, **found})


class Host:
    """A host whose agent is watched. Mutable."""

    def __init__(
        self,
        name: str,
        agent: BySocket | BySsh,
        queue: asyncio.Queue[Any],
        masters: Masters,
        times: dict[str, float],
    ) -> None:
        self._name = name
        self._agent = agent
        self._queue = queue
        self._masters = masters
        self._times = times
        # The state of each instance by its label, and when it entered it.
        self._known: dict[str, tuple[str, str]] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._is_connected = False

    async def follow(self) -> None:
        """Report what happens on the host, until this is cancelled."""
        delay = self._times["retry_delay"]
        while True:
            try:
                await self._watch()
            except ConnectionLostError as lost:
                if self._is_connected:
                    delay = self._times["retry_delay"]
                await self._disconnected(str(lost))
            await asyncio.sleep(delay)
            delay = min(2 * delay, _RETRY_MAX)

    async def _watch(self) -> None:
        """Report transitions and states; raises ConnectionLostError."""
        parts = [asyncio.create_task(one()) for one in (self._transitions, self._statuses)]
        try:
            ended, _others = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for one in ended:
                one.result()
        finally:
            for one in parts:
                one.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def _transitions(self) -> None:
        async with contextlib.aclosing(self._agent.transitions()) as transitions:
            async for one in transitions:
                fields = ("instance", "label", "family", "old", "new", "event_type", "cause",
                          "priority", "at")  # fmt: skip
                about = {name: one.get(name) for name in fields}
                self._learn(one["label"], (one["instance"], one["family"]), one["new"], one["at"])
                await self._put("transition", {**about, "missed": False})

    async def _statuses(self) -> None:
        while True:
            try:
                status = await asyncio.wait_for(self._agent.status(), _PATIENCE)
            except asyncio.TimeoutError:
                raise ConnectionLostError("no answer in time") from None
            await self._take(status)
            await asyncio.sleep(self._times["status_interval"])

    async def _take(self, status: dict[str, Any]) -> None:
        """Report the states of a host, and the transitions that they show to be missed."""
        if not self._is_connected:
            self._is_connected = True
            await self._put("connected", {})
        instances = status.get("instances", [])
        for gone in self._known.keys() - {one["label"] for one in instances}:
            del self._known[gone], self._keys[gone]
        for one in instances:
            await self._take_instance(one)
        self._share()

    async def _take_instance(self, one: dict[str, Any]) -> None:
        label, state, since = one["label"], one["state"], one["since"]
        before, entered = self._known.get(label, (state, since))
        about = {"instance": one["name"], "label": label, "family": one["family"]}
        if since < entered:
            return  # It is older than what has been heard since.
        self._learn(label, (one["name"], one["family"]), state, since)
        if before != state:
            change = {"old": before, "new": state, "event_type": None, "cause": one["reason"]}
            more = {"priority": one["effective_priority"], "at": since, "missed": True}
            await self._put("transition", {**about, **change, **more})
        intent = {name: one.get(name) for name in ("intent", "intent_by")}
        seconds = {"intent_seconds": _seconds_since(one.get("intent_since"))}
        now = {"state": state, "reason": one["reason"], "since": since}
        await self._put("state", {**about, **now, **intent, **seconds})

    def _learn(self, label: str, key: tuple[str, str], state: str, since: str) -> None:
        self._known[label], self._keys[label] = (state, since), key
        self._share()

    def _share(self) -> None:
        states = {self._keys[label]: state for label, (state, _since) in self._known.items()}
        self._masters.update(self._name, states if self._is_connected else None)

    async def _disconnected(self, reason: str) -> None:
        """Report the loss of a connection; the log has each attempt that fails."""
        was_connected, self._is_connected = self._is_connected, False
        self._masters.update(self._name, None)
        if was_connected:
            await self._put("disconnected", {"reason": reason})
        else:
            LOGGER.warning("%s: %s", self._name, reason)

    async def _put(self, kind: str, fields: dict[str, Any]) -> None:
        await self._queue.put(_event(kind, [self._name], {"host": self._name, **fields}))


def _event(kind: str, hosts: list[str], fields: dict[str, Any]) -> dict[str, Any]:
    return {"vrrp": {"type": kind, **fields}, "meta": {"hosts": hosts}}


def _seconds_since(moment: str | None) -> float | None:
    if moment is None:
        return None
    return time.time() - datetime.fromisoformat(moment).timestamp()


def _agents(args: dict[str, Any]) -> dict[str, BySocket | BySsh]:
    """Return the agents by the names of their hosts; raises ValueError for wrong arguments."""
    if bool(args.get("hosts")) is bool(args.get("socket")):
        raise ValueError("failover.vrrp.transitions: give either hosts or socket")
    if args.get("socket"):
        return {args.get("name", "localhost"): BySocket(args["socket"])}
    found: dict[str, BySocket | BySsh] = {}
    for one in args["hosts"]:
        host = one if isinstance(one, dict) else {"name": one}
        if "name" not in host:
            raise ValueError(f"failover.vrrp.transitions: hosts: {one} has no name")
        address = host.get("address", host["name"])
        user = f"{host['user']}@" if host.get("user") else ""
        found[host["name"]] = BySsh([*args.get("ssh", _SSH), f"{user}{address}"])
    return found


def _times(args: dict[str, Any]) -> dict[str, float]:
    """Return the lengths of time, in seconds; raises ValueError for wrong arguments."""
    defaults = {"status_interval": 60.0, "settle": 5.0, "retry_delay": 1.0}
    found = {name: args.get(name, default) for name, default in defaults.items()}
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise ValueError(
                f"failover.vrrp.transitions: {name}: {value!r} is no number of seconds"
            )
    return found


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Watch all hosts until the source is cancelled; raises ValueError for wrong arguments."""
    agents, times = _agents(args), _times(args)
    masters = Masters(queue, list(agents), times["settle"])
    hosts = [Host(name, agent, queue, masters, times) for name, agent in agents.items()]
    try:
        await asyncio.gather(*(one.follow() for one in hosts))
    finally:
        masters.stop()


if __name__ == "__main__":  # For a try: the path of a control socket, or the names of hosts.
    import sys

    class _Printer:
        """A queue that prints its events."""

        async def put(self, event: dict[str, Any]) -> None:
            """Print an event."""
            sys.stdout.write(f"{json.dumps(event)}\n")
            sys.stdout.flush()

    given = sys.argv[1:]
    chosen = {"socket": given[0]} if given[:1] and given[0].startswith("/") else {"hosts": given}
    asyncio.run(main(_Printer(), chosen))  # type: ignore[arg-type]
