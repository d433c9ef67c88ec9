# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bugs that have been made before, planted one at a time to see that the simulation finds them.

Most are bugs that were read in other implementations, the rest are steps that are easily left out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """``right`` stands once in a file of the agent, and is replaced by ``wrong``. The search for it
    begins at the seed ``first``, near one that has found it.
    """

    name: str
    file: str
    right: str
    wrong: str
    first: int = 0


MUTATIONS = [
    Mutation(
        "skew in whole seconds",
        "fsm/timing.py",
        "return (256 - priority) * unit // 256",
        "return (256 - priority) * unit // 256 // 1_000_000_000 * 1_000_000_000",
    ),
    Mutation(
        "skew that grows with the priority",
        "fsm/timing.py",
        "return (256 - priority) * unit // 256",
        "return priority * unit // 256",
    ),
    Mutation(
        "a tie-break in Backup, which only a master makes",
        "fsm/backup.py",
        "or peer.priority >= parameters.priority:",
        "or (peer.priority, peer.address) >= (parameters.priority, parameters.address):",
    ),
    Mutation(
        "a worse advertisement resets the timer of a backup that preempts",
        "fsm/backup.py",
        "return replace(state, master=_master_after(parameters, state, peer, now)), []\n"
        "    preempt_at",
        "return _accept_master(parameters, state, peer, now), []\n    preempt_at",
    ),
    Mutation(
        "priority 0 is ignored in Backup",
        "fsm/backup.py",
        "if _follows_another(state.master, peer):",
        "if True:",
    ),
    Mutation(
        "priority 0 makes a backup wait as long as ever",
        "fsm/backup.py",
        "down_at = now + parameters.skew_time(state.master_adver_interval)",
        "down_at = now + parameters.master_down_interval(state.master_adver_interval)",
    ),
    Mutation(
        "the interval of the master is not learned",
        "fsm/backup.py",
        "interval = master.advertisement_interval\n",
        "interval = parameters.advertisement_interval\n",
    ),
    Mutation(
        "a master does not yield",
        "fsm/master.py",
        "if parameters.loses_to(peer):",
        "if parameters.loses_to(peer) and peer.priority == 255:",
    ),
    Mutation(
        "equal priorities are decided the wrong way round",
        "fsm/parameters.py",
        "return (peer.priority, peer.address) > (self.priority, self.address)",
        "return (peer.priority, self.address) > (self.priority, peer.address)",
    ),
    Mutation(
        "no look around after a pause",
        "fsm/transitions.py",
        "return now > last_heard_at(parameters, state) + parameters.tolerated_silence",
        "return False",
    ),
    Mutation(
        "a claim after a pause is carried out at once",
        "fsm/step.py",
        "if isinstance(event, (Claim, Elected)):",
        "if False:",
    ),
    Mutation(
        "the addresses stay on a master that is overruled",
        "fsm/master.py",
        "return after, [Advertise(parameters.priority), *removal]",
        "return after, [Advertise(parameters.priority)]",
    ),
    Mutation(
        "a resigning master lets go at once",
        "fsm/master.py",
        "return after, [Advertise(PRIORITY_RESIGN)]",
        "return to_backup(parameters, now, event.cause)[0], "
        "[Advertise(PRIORITY_RESIGN), RemoveAddresses()]",
    ),
    Mutation(
        "a router is master without its addresses",
        "fsm/transitions.py",
        "stage=Stage.INSTALLING), [InstallAddresses(), Confirm()]",
        "stage=Stage.INSTALLING), [Confirm()]",
    ),
    Mutation(
        "a drain is never undone",
        "fsm/resigning.py",
        "if parameters.forced_backup or state.purpose is Purpose.GROUP:",
        "if True:",
    ),
    Mutation(
        "an interface that is gone is not noticed by a master",
        "engine/coordination/participation.py",
        "if obstacle.hard:",
        "if False:",
    ),
    Mutation(
        "one that was refused never tries again",
        "fsm/transitions.py",
        "else now + event.retry_after",
        "else now + 10**9 * event.retry_after",
    ),
    Mutation(
        "a lost resource is not put back",
        "engine/host/host.py",
        "return not self.repairs.may_restore(",
        "return True or not self.repairs.may_restore(",
    ),
    Mutation(
        "members of a group follow nobody",
        "engine/coordination/sync_groups.py",
        "if follower is not None:",
        "if follower is None and not members:",
    ),
    Mutation(
        "the delay of a preemption starts again and again",
        "fsm/backup.py",
        "preempt_at = state.preempt_at or max(",
        "preempt_at = max(",
    ),
    Mutation(
        "a holder does not outbid the master",
        "engine/coordination/intents.py",
        "bid = min(peer.priority + 1, PRIORITY_MAX)",
        "bid = peer.priority",
    ),
    Mutation(
        "a shared resource goes with the first router that leaves",
        "engine/host/desired.py",
        "for key, one in wanted.by_key.items() if key not in self._by_key)",
        "for key, one in wanted.by_key.items())",
    ),
    Mutation(
        "another program's rule is taken for the agent's",
        "engine/host/host.py",
        "return [] if self.observed.rules.get(resource.rule) is False else [resource]",
        "return [resource]",
    ),
    Mutation(
        "secondary addresses go with their primary one",
        "engine/coordination/provisioning.py",
        "promoting.update(self._ipv4_interfaces(router))",
        "promoting.update(())",
    ),
    Mutation(
        "a contested resource is given up for good",
        "engine/host/repairs.py",
        "retry_at = self._limit.next_at(key)",
        "retry_at = 10**9 * self._limit.next_at(key)",
        first=850,
    ),
    Mutation(
        "a lost membership of the group is not noticed",
        "engine/coordination/demultiplexer.py",
        "joined = link.losses_of(family)",
        "joined = 0",
    ),
    Mutation(
        "an address on an interface that is down is no fault",
        "engine/coordination/obstacles.py",
        "for name in sorted(router.instance.tracked_interfaces):",
        "for name in sorted(()):",
    ),
    Mutation(
        "an installed resource is believed to be there for ever",
        "engine/host/host.py",
        "        self._added.clear()\n        self._removed.clear()",
        "        self._removed.clear()",
    ),
    Mutation(
        "a refused route keeps the host from serving",
        "engine/coordination/failures.py",
        "if resource in router.wanted.essential:",
        "if True:",
    ),
    Mutation(
        "a virtual address on a backup stays",
        "engine/host/reconcile.py",
        "elif is_ours or (key in virtual and not _may_be_of_other_vrrp(observed, found)):",
        "elif is_ours:",
    ),
    Mutation(
        "a new process does not know what the old one served",
        "engine/state_transfer.py",
        "if isinstance(router.state, Master):\n                self._host.desired",
        "if False:\n                self._host.desired",
    ),
    Mutation(
        "a route that has gone is not missed",
        "engine/host/observed.py",
        "return resource in self.routes",
        "return True",
    ),
]
