# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real engines on a virtual clock and a perfect virtual segment."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from _vrrp.base.errors import ControlError
from _vrrp.engine.actions import (
    Action,
    Confirm,
    Failure,
    Install,
    Log,
    Provision,
    Remove,
    Results,
    RunCommand,
    SaveIntents,
    Send,
    SendBatch,
    SocketSpec,
    Transition,
)
from _vrrp.engine.engine import Engine
from _vrrp.engine.host.links import Link, LinkAddress
from _vrrp.engine.host.resources import AddressResource
from _vrrp.model.address import parse_address
from _vrrp.model.command import CommandResult
from _vrrp.model.config import build_config
from _vrrp.model.intent import Intent, IntentKind, Intents
from _vrrp.planner.kernel import OTHER, SimulatedKernel
from _vrrp.wire.datagram import Datagram

MS = 1_000_000
WALL = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)


def instance(**settings: Any) -> dict[str, Any]:
    """An instance with the address 192.0.2.100."""
    base = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    return {**base, **settings}


class Node:
    """A host: an engine, and an interface as the kernel would have it."""

    def __init__(self, cluster: Cluster, number: int, *instances: dict[str, Any]) -> None:
        self.cluster = cluster
        self.own = bytes([192, 0, 2, 10 + number])
        mac = bytes([2, 0, 0, 0, 0, number])
        self.kernel = SimulatedKernel()
        self.kernel.add_link(Link(7, "eth0", True, mac, (LinkAddress(self.own, 24),)))
        self.connected = True
        self.hears = True
        self.done: list[Action] = []
        self.refused: tuple[type, ...] = ()
        self.refuses: Callable[[Action], bool] = lambda _action: False
        self.refusal = "refused"
        self.engine = Engine()
        self.running: list[RunCommand] = []
        self.do(self.engine.host_changed(self.kernel.observed(), cluster.now))
        self.configure(*instances)

    @property
    def link(self) -> Link:
        """The interface eth0."""
        return self.kernel.links["eth0"]

    def configure(self, *instances: dict[str, Any]) -> None:
        """Give the engine a configuration."""
        self.config = build_config({"instances": list(instances)})
        self.do(self.engine.reconfigure(self.config, self.cluster.now))

    def hand_over(self) -> list[Action]:
        """Hand over to another engine; returns the actions of that.

        Raises ControlError when this is no moment for it.
        """
        state = json.loads(json.dumps(self.engine.export_state()))
        new_engine, now = Engine(), self.cluster.now
        new_engine.enter_standby()
        before = new_engine.host_changed(self.kernel.observed(), now)
        before += new_engine.reconfigure(self.config, now)
        kept = [one.intents for one in self.done if isinstance(one, SaveIntents)]
        after = new_engine.import_state(state, kept[-1] if kept else Intents(), now)
        self.engine = new_engine
        self.do([*before, *after])
        return [*before, *after]

    def restart(self) -> None:
        """Run another engine, which knows the saved intents alone."""
        saved = [one.intents for one in self.done if isinstance(one, SaveIntents)]
        self.engine = Engine(saved[-1] if saved else Intents())
        self.do(self.engine.host_changed(self.kernel.observed(), self.cluster.now))
        self.do(self.engine.reconfigure(self.config, self.cluster.now))

    def do(self, actions: list[Action]) -> None:
        """Perform actions on the virtual host, and those that follow from their results."""
        while actions:
            failures = [failure for action in actions for failure in self._try(action)]
            confirmed = [one.router for one in actions if isinstance(one, Confirm)]
            actions = self.engine.completed(Results(failures, confirmed), self.cluster.now)

    def _try(self, action: Action) -> list[Failure]:
        """Perform an action; returns what is refused of it."""
        self.done.append(action)
        if isinstance(action, self.refused) or self.refuses(action):
            return [(action, self.refusal)]
        if isinstance(action, Send):
            self.cluster.carry(self, action)
        elif isinstance(action, SendBatch):
            return [failure for send in action.sends for failure in self._try(send)]
        elif isinstance(action, RunCommand):
            self.running.append(action)
        elif isinstance(action, (Install, Remove, Provision)):
            return self._change_host(action)
        return []

    def _change_host(self, action: Install | Remove | Provision) -> list[Failure]:
        before = self.kernel.observed()
        failures = self.kernel.perform(action)
        if self.kernel.observed() != before:
            self.host_changed()
        return failures

    def set_link(self, **changes: Any) -> None:
        """Change the interface, and let the engine know."""
        self.kernel.set_link("eth0", **changes)
        self.host_changed()

    def add_foreign(self, written: str) -> None:
        """Let another program add an address to eth0, and let the engine know."""
        self.kernel.add(AddressResource("eth0", parse_address(written)), OTHER)
        self.host_changed()

    def delete_foreign(self, written: str) -> None:
        """Let another program delete an address of eth0, and let the engine know."""
        self.kernel.remove(AddressResource("eth0", parse_address(written)))
        self.host_changed()

    def host_changed(self) -> None:
        """Let the engine know the host as it will be after what happens now."""
        self.cluster.later(
            self, lambda: self.engine.host_changed(self.kernel.observed(), self.cluster.now)
        )

    def finish(self, status: int = 0) -> None:
        """Let the command that has run longest end."""
        number = self.running.pop(0).number
        result = CommandResult(status)
        self.do(self.engine.command_finished(number, result, self.cluster.now))

    def plug_in_again(self) -> None:
        """Reach the others again, after the interface was seen down."""
        self.connected = True
        self.set_link(up=False)
        self.cluster.settle()
        self.set_link(up=True)

    def set_intent(self, kind: str, forced: bool = False, name: str | None = "web") -> str:
        """Set an intent of an instance, or of all; returns the code of the refusal, or nothing."""
        try:
            intent = Intent(IntentKind(kind), forced)
            _number, actions = self.engine.set_intent(name, intent, self.cluster.now)
        except ControlError as error:
            return error.code
        self.do(actions)
        return ""

    def status(self, name: str = "web") -> Any:
        """The status of an instance."""
        every = self.engine.status(self.cluster.now, WALL)["instances"]
        found: Any = next(one for one in every if one["name"] == name)
        return found

    def every(self) -> list[Any]:
        """The status of all routers, those that leave among them."""
        return list(self.engine.status(self.cluster.now, WALL)["instances"])

    @property
    def state(self) -> str:
        """The state of the instance web."""
        return str(self.status()["state"])

    def transitions(self) -> list[str]:
        """All transitions so far."""
        return [f"{one.old} {one.new}" for one in self.done if isinstance(one, Transition)]

    def serves(self, address: str = "192.0.2.100") -> bool:
        """Whether the interface has the address."""
        return self.link.has(bytes(int(part) for part in address.split(".")))


class Cluster:
    """Nodes, a clock, and what waits to happen at this instant."""

    def __init__(self) -> None:
        self.now = 1000 * 1000 * MS
        self.nodes: list[Node] = []
        self._waiting: list[tuple[Node, Any]] = []

    def node(self, *others: dict[str, Any], **settings: Any) -> Node:
        """Another node with the instance web, and with others."""
        self.nodes.append(Node(self, len(self.nodes) + 1, instance(**settings), *others))
        return self.nodes[-1]

    def carry(self, sender: Node, send: Send) -> None:
        """Deliver a message to all other nodes, at this instant."""
        datagram = Datagram(send.source, send.destination, 255, send.message)
        spec = SocketSpec(7, datagram.family)
        for node in self.nodes:
            if node is not sender and node.connected and node.hears and sender.connected:
                self.later(
                    node, lambda node=node: node.engine.receive_datagram(spec, datagram, self.now)
                )

    def later(self, node: Node, event: Any) -> None:
        """Let something happen to a node after what happens now."""
        self._waiting.append((node, event))

    def settle(self) -> None:
        """Let everything happen that waits for this instant."""
        for _round in range(10_000):
            if not self._waiting:
                return
            node, event = self._waiting.pop(0)
            node.do(event())
        raise AssertionError("the cluster does not come to rest")

    def run(self, seconds: float) -> None:
        """Let time pass, from deadline to deadline."""
        end = self.now + int(seconds * 1000) * MS
        self.settle()
        while True:
            deadlines = [node.engine.next_deadline() for node in self.nodes if node.connected]
            due = min((one for one in deadlines if one is not None), default=None)
            if due is None or due > end:
                self.now = end
                return
            self.now = max(self.now, due)
            for node in self.nodes:
                if node.connected:
                    node.do(node.engine.wakeup(self.now))
            self.settle()


def pair(**settings: object) -> tuple[Cluster, Node, Node]:
    """A master of priority 150 and a backup of priority 100."""
    cluster = Cluster()
    first = cluster.node(priority=150, **settings)
    second = cluster.node(priority=100, **settings)
    cluster.run(10)
    assert (first.state, second.state) == ("MASTER", "BACKUP")
    return cluster, first, second


def masters(cluster: Cluster) -> list[int]:
    """The numbers of the nodes that are master, from 1."""
    return [number for number, node in enumerate(cluster.nodes, 1) if node.state == "MASTER"]


def logs(node: Node) -> list[str]:
    return [one.text for one in node.done if isinstance(one, Log)]
