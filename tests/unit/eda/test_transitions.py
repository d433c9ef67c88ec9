# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source of Event-Driven Ansible, with agents that a test plays."""

from __future__ import annotations

import asyncio
import json
import runpy
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from support.examples import ROOT

SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "transitions.py"
# As ansible-rulebook loads it.
PLUGIN = runpy.run_path(str(SOURCE))
NOON = "2026-01-01T12:00:00.000+00:00"
LATER = "2026-01-01T12:00:05.000+00:00"


def shown(state: str, since: str = NOON, **fields: Any) -> dict[str, Any]:
    """The status of an agent with one instance."""
    web = {
        "name": "web", "label": "web", "family": "ipv4", "state": state, "reason": "as it is",
        "since": since, "intent": "auto", "intent_by": None, "intent_since": None,
        "effective_priority": 100, **fields,
    }  # fmt: skip
    return {"agent": {}, "instances": [web]}


def moved(old: str, new: str, at: str = LATER) -> dict[str, Any]:
    """A transition as 'vrrpctl watch' prints it."""
    return {
        "instance": "web", "label": "web", "family": "ipv4", "event": "heard", "old": old,
        "new": new, "event_type": "master-timeout", "cause": "x", "priority": 100, "at": at,
    }  # fmt: skip


class PlayedAgent:
    """An agent with this status, whose transitions a test sends; None ends the connection."""

    def __init__(self, status: dict[str, Any]) -> None:
        self.shown: dict[str, Any] | None = status
        self.is_held = self.is_asked = False
        self.sent: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def status(self) -> dict[str, Any]:
        """Return the status as it was when it was asked for."""
        if self.shown is None:
            raise PLUGIN["ConnectionLostError"]("no route to host")
        asked, self.is_asked = self.shown, True
        while self.is_held:
            await asyncio.sleep(0.001)
        return asked

    async def transitions(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what is sent."""
        while (one := await self.sent.get()) is not None:
            yield one
        raise PLUGIN["ConnectionLostError"]("the agent has restarted")


class Watched:
    """A source that watches such agents, and its events."""

    def __init__(self, **agents: PlayedAgent) -> None:
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        times = {"status_interval": 0.02, "settle": 0.05, "retry_delay": 0.01}
        self.masters = PLUGIN["Masters"](self.queue.put_nowait, list(agents), times["settle"])
        self.tasks = [
            asyncio.ensure_future(
                PLUGIN["Host"](name, agent, self.queue.put_nowait, self.masters, times).follow()
            )
            for name, agent in agents.items()
        ]

    async def next(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return the next event of a kind that has these fields."""
        while True:
            event = await asyncio.wait_for(self.queue.get(), 10)
            about = event["vrrp"]
            if about["type"] == kind and fields.items() <= about.items():
                return {**about, "meta": event["meta"]}

    async def stop(self) -> None:
        """Cancel it, as ansible-rulebook does."""
        self.masters.stop()
        for one in self.tasks:
            one.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Run a test within ten seconds."""
    asyncio.run(asyncio.wait_for(scene(), 10))


def test_a_transition_is_reported_with_its_host() -> None:
    async def scene() -> None:
        agent = PlayedAgent(shown("BACKUP"))
        watched = Watched(lb1=agent)
        assert (await watched.next("state"))["state"] == "BACKUP"
        agent.shown = shown("MASTER", LATER)
        await agent.sent.put(moved("BACKUP", "MASTER"))
        event = await watched.next("transition")
        assert (event["old"], event["new"], event["missed"]) == ("BACKUP", "MASTER", False)
        assert (event["host"], event["meta"]) == ("lb1", {"hosts": ["lb1"]})
        assert event["event_type"] == "master-timeout"
        await watched.stop()

    play(scene)


def test_a_transition_that_was_missed_is_reported_after_the_connection_is_back() -> None:
    async def scene() -> None:
        agent = PlayedAgent(shown("BACKUP"))
        watched = Watched(lb1=agent)
        await watched.next("state")
        agent.shown = None
        await agent.sent.put(None)
        assert (await watched.next("disconnected"))["reason"] == "the agent has restarted"
        agent.shown = shown("MASTER", LATER)
        await watched.next("connected")
        event = await watched.next("transition")
        assert (event["old"], event["new"], event["at"]) == ("BACKUP", "MASTER", LATER)
        assert event["missed"]
        await watched.stop()

    play(scene)


def test_a_clock_that_was_set_back_hides_no_transition() -> None:
    async def scene() -> None:
        agent = PlayedAgent(shown("MASTER", LATER))
        watched = Watched(lb1=agent)
        await watched.next("state")
        agent.shown = None
        await agent.sent.put(None)
        await watched.next("disconnected")
        agent.shown = shown("BACKUP", NOON)
        event = await watched.next("transition")
        assert (event["old"], event["new"]) == ("MASTER", "BACKUP")
        await watched.stop()

    play(scene)


def test_an_odd_answer_is_a_lost_connection_of_that_host_alone() -> None:
    async def scene() -> None:
        odd, other = PlayedAgent({"instances": [{"label": "web"}]}), PlayedAgent(shown("BACKUP"))
        watched = Watched(lb1=odd, lb2=other)
        event = await watched.next("disconnected", host="lb1")
        assert "an odd answer" in event["reason"]
        assert (await watched.next("state", host="lb2"))["state"] == "BACKUP"
        odd.shown = shown("MASTER")
        assert (await watched.next("state", host="lb1"))["state"] == "MASTER"
        await watched.stop()

    play(scene)


def test_an_instance_that_flaps_does_not_hide_the_masters_of_another() -> None:
    async def scene() -> None:
        def both(state: str, since: str) -> dict[str, Any]:
            web, flap = shown("MASTER")["instances"], shown(state, since)["instances"]
            return {"instances": [*web, {**flap[0], "name": "flap", "label": "flap"}]}

        agent = PlayedAgent(both("BACKUP", NOON))
        watched = Watched(lb1=agent)

        async def flap() -> None:
            for number in range(1000):
                agent.shown = both("BACKUP" if number % 2 else "MASTER", f"{NOON}{number}")
                await asyncio.sleep(0.03)

        flapping = asyncio.ensure_future(flap())
        assert (await watched.next("masters", instance="web"))["count"] == 1
        flapping.cancel()
        await watched.stop()

    play(scene)


def test_events_wait_for_a_queue_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    agents = {name: PlayedAgent(shown("MASTER")) for name in ("lb1", "lb2")}
    monkeypatch.setitem(PLUGIN["main"].__globals__, "_agents", lambda _args: agents)

    async def scene() -> None:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
        arguments = {"status_interval": 60, "settle": 0.02, "retry_delay": 0.01}
        source = asyncio.ensure_future(PLUGIN["main"](queue, arguments))
        await asyncio.sleep(0.1)  # The first event has filled the queue since long.
        for agent in agents.values():
            await agent.sent.put(moved("MASTER", "BACKUP"))
        await asyncio.sleep(0.1)
        seen = [(await queue.get())["vrrp"] for _event in range(8)]
        kinds = [(one["type"], one.get("host"), one.get("count")) for one in seen]
        assert sorted(kinds, key=str) == sorted(
            [
                *(("connected", name, None) for name in agents),
                *(("state", name, None) for name in agents),
                *(("transition", name, None) for name in agents),
                ("masters", None, 2),
                ("masters", None, 0),
            ],
            key=str,
        )
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)

    play(scene)


def test_a_status_that_was_asked_for_before_a_transition_changes_nothing() -> None:
    async def scene() -> None:
        agent = PlayedAgent(shown("BACKUP"))
        agent.is_held = True
        watched = Watched(lb1=agent)
        while not agent.is_asked:
            await asyncio.sleep(0.001)
        await agent.sent.put(moved("BACKUP", "MASTER"))
        assert not (await watched.next("transition"))["missed"]
        agent.is_held = False  # The status from before comes now.
        await watched.next("connected")
        agent.shown = shown("MASTER", LATER)
        event = await watched.next("state")
        assert event["state"] == "MASTER"
        await watched.stop()

    play(scene)


def test_two_masters_are_reported_when_they_have_lasted() -> None:
    async def scene() -> None:
        first, second = PlayedAgent(shown("MASTER")), PlayedAgent(shown("BACKUP"))
        watched = Watched(lb1=first, lb2=second)
        one = await watched.next("masters", unknown=[])
        assert (one["hosts"], one["count"]) == (["lb1"], 1)
        second.shown = shown("MASTER", LATER)
        two = await watched.next("masters")
        assert (two["instance"], two["family"], two["count"]) == ("web", "ipv4", 2)
        assert two["meta"] == {"hosts": ["lb1", "lb2"]}
        second.shown = None
        await second.sent.put(None)
        left = await watched.next("masters")
        assert (left["hosts"], left["unknown"]) == (["lb1"], ["lb2"])
        await watched.stop()

    play(scene)


def test_a_drain_is_reported_with_its_age() -> None:
    async def scene() -> None:
        since = "2020-01-01T00:00:00+00:00"
        drained = shown("BACKUP", intent="backup", intent_by="ops", intent_since=since)
        watched = Watched(lb1=PlayedAgent(drained))
        event = await watched.next("state")
        assert (event["intent"], event["intent_by"]) == ("backup", "ops")
        assert event["intent_seconds"] > 86400
        await watched.stop()

    play(scene)


def test_the_agent_of_this_host_is_asked_by_its_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "control.sock")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = json.loads(await reader.readline())
        assert request["version"] == 1
        answers = {
            "status": [shown("BACKUP")],
            "watch": [{"ok": True}, moved("BACKUP", "MASTER")],
        }
        for one in answers[request["command"]]:
            writer.write(json.dumps(one).encode() + b"\n")
            if request["command"] == "watch":
                await asyncio.sleep(0.3)
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_unix_server(serve, path)
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        arguments = {"socket": path, "name": "lb1", "settle": 0, "retry_delay": 0.1}
        source = asyncio.ensure_future(PLUGIN["main"](queue, arguments))
        kinds: set[str] = set()
        while not kinds >= {"connected", "state", "transition", "masters", "disconnected"}:
            kinds.add((await queue.get())["vrrp"]["type"])
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)
        server.close()

    play(scene)


def test_other_hosts_are_asked_by_ssh(tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    lines = [json.dumps(moved("BACKUP", "MASTER")), json.dumps(shown("BACKUP"))]
    ssh.write_text(
        f"#!/bin/sh\necho $$ >> {tmp_path}/started\n[ $1 = monitor@192.0.2.13 ] || exit 255\n"
        f"case $3 in watch) echo '{lines[0]}'; exec sleep 60;; status) echo '{lines[1]}';; esac\n"
    )
    ssh.chmod(stat.S_IRWXU)
    host = {"name": "lb3", "address": "192.0.2.13", "user": "monitor"}

    async def scene() -> None:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        source = asyncio.ensure_future(PLUGIN["main"](queue, {"hosts": [host], "ssh": [str(ssh)]}))
        kinds: set[str] = set()
        while not kinds >= {"connected", "transition"}:
            kinds.add((await queue.get())["vrrp"]["type"])
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)

    play(scene)
    # Nothing that it has started is left.
    for number in (tmp_path / "started").read_text().split():
        assert not Path(f"/proc/{number}").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "either hosts or socket"),
        ({"hosts": ["a"], "socket": "/run/x"}, "either hosts or socket"),
        ({"hosts": [{"address": "192.0.2.1"}]}, "has no name"),
        ({"hosts": "lb1"}, "hosts: 'lb1' is no list"),
        ({"hosts": ["a"], "ssh": "ssh -v"}, "ssh: 'ssh -v' is no list"),
        ({"hosts": ["a"], "setle": 5}, "unknown: setle"),
        ({"hosts": ["a", "a"]}, "a name is there twice"),
        ({"hosts": ["-oProxyCommand=x"]}, "begins like an option"),
        ({"hosts": ["a"], "settle": "soon"}, "settle: 'soon' is no number of seconds"),
        ({"hosts": ["a"], "status_interval": -1}, "status_interval: -1 is no number of seconds"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        asyncio.run(PLUGIN["main"](asyncio.Queue(), arguments))
