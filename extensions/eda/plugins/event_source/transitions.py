# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source of Event-Driven Ansible: the states of VRRP hosts, as they change.

The options and the events are documented in ``transitions.yaml``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

LOGGER = logging.getLogger(__name__)
_SSH = ("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5")
_RETRY_MAX = 60.0  # Seconds.
_PATIENCE = 30.0  # Seconds for the answer to a query.
_DEFAULTS = {"status_interval": 60.0, "settle": 5.0, "retry_delay": 1.0}
# The last one is of ansible-rulebook itself.
_ARGUMENTS = {*_DEFAULTS, "hosts", "socket", "name", "ssh", "eda_feedback_queue"}
_LINE_MAX = 1 << 24  # Bytes: that of a thousand instances has some three million.
_MESSAGE_MAX = 1000  # Bytes of an error message.
_SECOND_LOOK = 2.0  # Seconds after which a watch by ssh has surely begun.
_FIELDS = ("instance", "label", "family", "old", "new", "event_type", "cause", "priority", "at")

Key = tuple[str, str]  # An instance and its family.
View = tuple[tuple[str, ...], tuple[str, ...]]  # The masters, and the hosts that do not answer.
Put = Callable[[dict[str, Any]], None]
Times = dict[str, float]


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
        async with self._run("status") as (output, failure):
            parts = []
            while part := await output.read(_LINE_MAX):
                parts.append(part)
            if not parts:
                raise ConnectionLostError(await failure() or "no answer")
            return _object(b"".join(parts))

    async def transitions(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the transitions from now on; raises ConnectionLostError."""
        async with self._run("watch") as (output, failure):
            while line := await output.readline():
                yield _object(line)
            raise ConnectionLostError(await failure() or f"{self._command[0]} has ended")

    @contextlib.asynccontextmanager
    async def _run(
        self, action: str
    ) -> AsyncIterator[tuple[asyncio.StreamReader, Callable[[], Awaitable[str]]]]:
        """Run vrrpctl; yields its output, and a function that returns its error messages."""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, "vrrpctl", action, "--json",
                stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, limit=_LINE_MAX,
            )  # fmt: skip
        except OSError as error:
            raise ConnectionLostError(f"{self._command[0]}: {error.strerror}") from None
        if process.stdout is None or process.stderr is None:
            raise ConnectionLostError(f"{self._command[0]}: no output")
        errors = asyncio.create_task(_tail(process.stderr))
        try:
            yield process.stdout, lambda: errors
        finally:
            errors.cancel()
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _tail(stream: asyncio.StreamReader) -> str:
    """Return the end of a text, which is read to its end."""
    kept = b""
    while part := await stream.read(4096):
        kept = (kept + part)[-_MESSAGE_MAX:]
    return kept.decode(errors="replace").strip()


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        raise ConnectionLostError("the answer is not that of an agent") from None
    if not isinstance(found, dict) or found.get("ok") is False:
        raise ConnectionLostError("the agent has refused the request")
    return found


class Masters:
    """The masters of all instances, each reported when they have been the same for a while.
    Mutable.
    """

    def __init__(self, put: Put, hosts: list[str], settle: float) -> None:
        self._put = put
        self._hosts = hosts
        self._settle = settle
        self._states: dict[str, dict[Key, str]] = {}
        self._reported: dict[Key, View] = {}
        self._pending: dict[Key, tuple[View, asyncio.TimerHandle]] = {}

    def update(self, host: str, states: dict[Key, str] | None) -> None:
        """Take note of the states of a host by instance and family; None while it is unknown."""
        if states is None:
            self._states.pop(host, None)
        else:
            self._states[host] = states
        known = {key for found in self._states.values() for key in found}
        for key in known | self._reported.keys() | self._pending.keys():
            self._look(key)

    def stop(self) -> None:
        """Report nothing any more."""
        for _view, timer in self._pending.values():
            timer.cancel()

    def _look(self, key: Key) -> None:
        """Have the masters of one instance reported later, if they are others."""
        states = {host: found.get(key) for host, found in self._states.items()}
        hosts = tuple(one for one in self._hosts if states.get(one) == "MASTER")
        view = hosts, tuple(one for one in self._hosts if one not in states)
        if key in self._pending:
            if self._pending[key][0] == view:
                return
            self._pending.pop(key)[1].cancel()
        if self._reported.get(key) != view:
            loop = asyncio.get_running_loop()
            self._pending[key] = view, loop.call_later(self._settle, self._report, key, view)

    def _report(self, key: Key, view: View) -> None:
        del self._pending[key]
        self._reported[key] = view
        hosts, unknown = map(list, view)
        about = {"instance": key[0], "family": key[1]}
        found = {"hosts": hosts, "count": len(hosts)}
        missing = {"unknown": unknown, "unknown_count": len(unknown)}
        self._put(_event("masters", hosts or self._hosts, {**about, **found, **missing}))


class Host:
    """A host whose agent is watched. Mutable."""

    def __init__(
        self, name: str, agent: BySocket | BySsh, put: Put, masters: Masters, times: Times
    ) -> None:
        self._name = name
        self._agent = agent
        self._put_event = put
        self._masters = masters
        self._times = times
        # The state of each instance by its label, since when, and its instance and family.
        self._known: dict[str, tuple[str, str, Key]] = {}
        # The number of transitions heard, and that of the last one of each label.
        self._heard = 0
        self._last: dict[str, int] = {}
        self._is_connected = False

    async def follow(self) -> None:
        """Report what happens on the host, until this is cancelled."""
        delay = self._times["retry_delay"]
        while True:
            try:
                await self._watch()
            except Exception as error:
                if self._is_connected:
                    delay = self._times["retry_delay"]
                is_known = isinstance(error, ConnectionLostError)
                self._disconnected(str(error) if is_known else f"an odd answer: {error!r}")
            await asyncio.sleep(delay)
            delay = min(2 * delay, _RETRY_MAX)

    async def _watch(self) -> None:
        """Report transitions and states; raises ConnectionLostError."""
        await _run_all([self._transitions(), self._statuses()])

    async def _transitions(self) -> None:
        async with contextlib.aclosing(self._agent.transitions()) as transitions:
            async for one in transitions:
                about = {name: one.get(name) for name in _FIELDS}
                label, new = one["label"], (one["new"], one["at"], (one["instance"], one["family"]))
                self._heard += 1
                self._last[label] = self._heard
                if self._known.get(label) != new:  # Else a status has shown it already.
                    self._known[label] = new
                    self._put("transition", {**about, "missed": False})
                    self._share()

    async def _statuses(self) -> None:
        pause = min(_SECOND_LOOK, self._times["status_interval"])  # The watch may begin later.
        while True:
            asked = self._heard
            try:
                status = await asyncio.wait_for(self._agent.status(), _PATIENCE)
            except asyncio.TimeoutError:
                raise ConnectionLostError("no answer in time") from None
            self._take(status, asked)
            await asyncio.sleep(pause)
            pause = self._times["status_interval"]

    def _take(self, status: dict[str, Any], asked: int) -> None:
        """Report the states of a host, and the transitions that they show to be missed; what has
        changed since the status was asked for is reported by the next one.
        """
        if not self._is_connected:
            self._is_connected = True
            self._put("connected", {})
        instances = status.get("instances", [])
        for gone in self._known.keys() - {one["label"] for one in instances}:
            del self._known[gone]
        for one in instances:
            if self._last.get(one["label"], 0) <= asked:
                self._take_instance(one)
        self._share()

    def _take_instance(self, one: dict[str, Any]) -> None:
        label, state, since = one["label"], one["state"], one["since"]
        key = one["name"], one["family"]
        before = self._known.get(label, (state, since, key))[0]
        self._known[label] = state, since, key
        about = {"instance": one["name"], "label": label, "family": one["family"]}
        if before != state:
            change = {"old": before, "new": state, "event_type": None, "cause": one["reason"]}
            more = {"priority": one["effective_priority"], "at": since, "missed": True}
            self._put("transition", {**about, **change, **more})
        intent = {name: one.get(name) for name in ("intent", "intent_by")}
        seconds = {"intent_seconds": _seconds_since(one.get("intent_since"))}
        now = {"state": state, "reason": one["reason"], "since": since}
        self._put("state", {**about, **now, **intent, **seconds})

    def _share(self) -> None:
        states: dict[Key, str] = {}
        for state, _since, key in self._known.values():
            if states.get(key) != "MASTER":  # Of two, one is leaving, and may still serve.
                states[key] = state
        self._masters.update(self._name, states if self._is_connected else None)

    def _disconnected(self, reason: str) -> None:
        """Report the loss of a connection; the log has each attempt that fails."""
        was_connected, self._is_connected = self._is_connected, False
        self._masters.update(self._name, None)
        if was_connected:
            self._put("disconnected", {"reason": reason})
        else:
            LOGGER.warning("%s: %s", self._name, reason)

    def _put(self, kind: str, fields: dict[str, Any]) -> None:
        self._put_event(_event(kind, [self._name], {"host": self._name, **fields}))


def _event(kind: str, hosts: list[str], fields: dict[str, Any]) -> dict[str, Any]:
    return {"vrrp": {"type": kind, **fields}, "meta": {"hosts": hosts}}


def _seconds_since(moment: str | None) -> float | None:
    if moment is None:
        return None
    return time.time() - datetime.fromisoformat(moment).timestamp()


def _agents(args: dict[str, Any]) -> dict[str, BySocket | BySsh]:
    """Return the agents by the names of their hosts; raises ValueError for wrong arguments."""
    unknown = args.keys() - _ARGUMENTS
    if unknown:
        raise ValueError(f"failover.vrrp.transitions: unknown: {', '.join(sorted(unknown))}")
    if bool(args.get("hosts")) is bool(args.get("socket")):
        raise ValueError("failover.vrrp.transitions: give either hosts or socket")
    if args.get("socket"):
        return {args.get("name", "localhost"): BySocket(args["socket"])}
    ssh = args.get("ssh", _SSH)
    for name, value in (("hosts", args["hosts"]), ("ssh", ssh)):
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"failover.vrrp.transitions: {name}: {value!r} is no list")
    found = [_host(one, [*ssh]) for one in args["hosts"]]
    if len(dict(found)) < len(found):
        raise ValueError("failover.vrrp.transitions: hosts: a name is there twice")
    return dict(found)


def _host(given: Any, ssh: list[str]) -> tuple[str, BySsh]:
    host = given if isinstance(given, dict) else {"name": given}
    if not isinstance(host.get("name"), str):
        raise ValueError(f"failover.vrrp.transitions: hosts: {given} has no name")
    user = f"{host['user']}@" if host.get("user") else ""
    reached = f"{user}{host.get('address', host['name'])}"
    if reached.startswith("-"):
        raise ValueError(f"failover.vrrp.transitions: hosts: {reached} begins like an option")
    return host["name"], BySsh([*ssh, reached])


def _times(args: dict[str, Any]) -> dict[str, float]:
    """Return the lengths of time, in seconds; raises ValueError for wrong arguments."""
    found = {name: args.get(name, default) for name, default in _DEFAULTS.items()}
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise ValueError(
                f"failover.vrrp.transitions: {name}: {value!r} is no number of seconds"
            )
    return found


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Watch all hosts until the source is cancelled; raises ValueError for wrong arguments.

    The queue may be full for a while, and what happens meanwhile must not be lost: events wait.
    """
    agents, times = _agents(args), _times(args)
    waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    masters = Masters(waiting.put_nowait, list(agents), times["settle"])
    hosts = [Host(*one, waiting.put_nowait, masters, times) for one in agents.items()]
    try:
        await _run_all([_forward(waiting, queue), *(one.follow() for one in hosts)])
    finally:
        masters.stop()


async def _run_all(parts: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run all parts until one ends; none of them is left behind. Raises what that one raises."""
    tasks = [asyncio.ensure_future(one) for one in parts]
    try:
        ended, _others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for one in ended:
            one.result()
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forward(waiting: asyncio.Queue[Any], queue: asyncio.Queue[Any]) -> None:
    while True:
        await queue.put(await waiting.get())


if __name__ == "__main__":  # For a try: the path of a control socket, or the names of hosts.

    class _Printer:
        """A queue that prints its events."""

        async def put(self, event: dict[str, Any]) -> None:
            """Print an event."""
            print(json.dumps(event), flush=True)

    given = sys.argv[1:]
    chosen = {"socket": given[0]} if "/" in "".join(given) else {"hosts": given}
    asyncio.run(main(_Printer(), chosen))  # type: ignore[arg-type]
