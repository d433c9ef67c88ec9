# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state diagram in docs/architecture.md, made from the transition table of the state machine.

Every handler of the table is called for sample states, events and parameters; an arrow of the
diagram is a change of state that one of them returns. ``script/diagram`` writes it into the page.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from _vrrp.fsm.events import name_of
from _vrrp.fsm.state import Backup, Initialize, Master, Peer, Resigning, State, TakingOver
from _vrrp.fsm.step import TABLE
from support.machine import EVENTS, HIGHER, NOW, PARAMETERS, STATES, S

PAGE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
BEGIN, END = "```mermaid\n", "```\n"
_STATES = (Initialize, Backup, TakingOver, Master, Resigning)
_EVENTS_IN_A_LINE = 3


def _due(state: State) -> State:
    """Return a state whose deadlines have just been reached."""
    if isinstance(state, Backup):
        return replace(state, master_down_at=NOW)
    if isinstance(state, Master):
        return replace(state, adver_at=NOW, announce_at=(NOW,))
    if isinstance(state, Resigning):
        return replace(state, adver_at=NOW, give_up_at=NOW)
    return state


def _samples() -> Iterator[State]:
    for state in STATES:
        yield from (state, _due(state))
        if isinstance(state, Resigning):
            yield replace(state, give_up_at=NOW, successor=Peer(HIGHER, 200, S))


def arrows() -> dict[tuple[str, str], list[str]]:
    """Return the names of the events that lead from one state to another, by these two."""
    found: dict[tuple[str, str], set[str]] = {}
    for state, event, parameters in itertools.product(_samples(), EVENTS, PARAMETERS):
        after, _actions = TABLE[type(state), type(event)](parameters, state, event, NOW)
        if type(after) is not type(state):
            pair = type(state).__name__, type(after).__name__
            found.setdefault(pair, set()).add(name_of(event))
    order = [one.__name__ for one in _STATES]
    pairs = sorted(found, key=lambda pair: (order.index(pair[0]), order.index(pair[1])))
    return {pair: sorted(found[pair]) for pair in pairs}


def diagram() -> str:
    """Return the diagram in the language of Mermaid."""
    lines = ["stateDiagram-v2", "    [*] --> Initialize"]
    for (before, after), events in arrows().items():
        rows = (
            ", ".join(events[at : at + _EVENTS_IN_A_LINE])
            for at in range(0, len(events), _EVENTS_IN_A_LINE)
        )
        lines.append(f"    {before} --> {after}: {'<br>'.join(rows)}")
    return "\n".join(lines) + "\n"


def replace_diagram(page: str) -> str:
    """Return the text of the page with the current diagram in its place."""
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}{diagram()}{END}{after}"


def main() -> int:
    """Write the diagram into the page."""
    PAGE.write_text(replace_diagram(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
