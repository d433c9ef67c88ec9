# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The measurements of a probe, as numbers and as a picture.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t
from html import escape

_COLOURS = ("#2f6f9f", "#4c9f70", "#a06cb5")
_GAP = "#c0392b"
_WIDTH, _LEFT, _TOP, _ROW = 900, 140, 60, 30
_SHOWN_GAP = 20  # Milliseconds; shorter ones are not named.
_LABELS = 12  # Of the scale at most.

# The number of the first probe and that of probes, or the first one and a name.
Gap = t.Tuple[int, int]
Run = t.Tuple[int, str]


class Timeline:
    """The result of a probe. Times are in milliseconds since its start; ``names`` has the hosts by
    MAC address.
    """

    def __init__(self, result: t.Mapping[str, t.Any], names: t.Mapping[str, str]) -> None:
        step = 1000 * result.get("interval", 0.001)
        self.sent: int = round(result["sent"] * step)
        self.gaps: list[Gap] = [
            (round(first * step), round(count * step)) for first, count in result["gaps"]
        ]
        self._servers: list[Run] = [(round(first * step), mac) for first, mac in result["servers"]]
        self.names = names

    def window(self, first: int, last: int) -> Timeline:
        """Return the part between two times, which begins at 0."""
        part = Timeline({"sent": 0, "gaps": [], "servers": []}, self.names)
        part.sent = max(last - first, 1)
        part.gaps = [
            (max(start, first) - first, min(start + count, last) - max(start, first))
            for start, count in self.gaps
            if start < last and start + count > first
        ]
        part._servers = [(max(one - first, 0), mac) for one, mac in self._clipped(first, last)]
        return part

    def _clipped(self, first: int, last: int) -> t.Iterator[Run]:
        ends = [start for start, _mac in self._servers[1:]] + [self.sent]
        for (start, mac), end in zip(self._servers, ends):
            if start < last and end > first:
                yield start, mac

    def unanswered(self, first: int, last: int) -> int:
        """Return for how long nobody answered between two times."""
        return sum(
            max(0, min(start + count, last) - max(start, first)) for start, count in self.gaps
        )

    def runs(self) -> t.Iterator[tuple[int, int, str]]:
        """Yield (begin, end, host) for each run of answers, with the gaps in it."""
        ends = [first for first, _mac in self._servers[1:]] + [self.sent]
        for (first, mac), end in zip(self._servers, ends):
            yield first, end, self.names.get(mac, mac)

    def served(self, first: int, last: int) -> str:
        """Return the hosts that answered between two times: ``node1 from 0, then node2 from
        1204``.
        """
        runs = [run for run in self.runs() if run[0] < last and run[1] > first]
        return ", then ".join(f"{host} from {max(start, 0)}" for start, _end, host in runs)


def draw(timeline: Timeline, events: t.Sequence[tuple[int, str]]) -> str:
    """The timeline as SVG: a row for each host, what went unanswered in red."""
    hosts = sorted({host for _first, _end, host in timeline.runs()})
    height = _TOP + _ROW * len(hosts) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *_rows(timeline, hosts),
        *_gaps(timeline, hosts),
        *_events(timeline, events, len(hosts)),
        *_scale(timeline, len(hosts)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(timeline: Timeline, number: int) -> float:
    return round(_LEFT + number * (_WIDTH - _LEFT - 20) / timeline.sent, 1)


def _bar(timeline: Timeline, first: int, end: int, row: int, colour: str) -> str:
    left, right = _x(timeline, first), _x(timeline, end)
    top = _TOP + row * _ROW + 4
    width = max(right - left, 0.5)
    return f'<rect x="{left}" y="{top}" width="{width:.1f}" height="{_ROW - 8}" fill="{colour}"/>'


def _rows(timeline: Timeline, hosts: t.Sequence[str]) -> t.Iterator[str]:
    for row, host in enumerate(hosts):
        yield f'<text x="10" y="{_TOP + row * _ROW + 20}">{escape(host)}</text>'
    for first, end, host in timeline.runs():
        row = hosts.index(host)
        yield _bar(timeline, first, end, row, _COLOURS[row % len(_COLOURS)])


def _gaps(timeline: Timeline, hosts: t.Sequence[str]) -> t.Iterator[str]:
    for first, count in timeline.gaps:
        for row in range(len(hosts)):
            yield _bar(timeline, first, first + count, row, _GAP)
        if count > _SHOWN_GAP:
            x, y = _x(timeline, first + count // 2), _TOP + _ROW * len(hosts) + 14
            yield f'<text x="{x}" y="{y}" text-anchor="middle" fill="{_GAP}">{count} ms</text>'


def _events(timeline: Timeline, events: t.Sequence[tuple[int, str]], rows: int) -> t.Iterator[str]:
    for place, (number, what) in enumerate(events):
        x, bottom = _x(timeline, number), _TOP + rows * _ROW
        y = 14 + 14 * (place % 3)
        yield f'<line x1="{x}" y1="{y + 2}" x2="{x}" y2="{bottom}" stroke="#555"/>'
        yield f'<text x="{x + 3}" y="{y}">{escape(what)}</text>'


def _scale(timeline: Timeline, rows: int) -> t.Iterator[str]:
    y = _TOP + rows * _ROW + 34
    step = 1000 * max(1, -(-timeline.sent // (1000 * _LABELS)))
    for number in range(0, timeline.sent, step):
        x = _x(timeline, number)
        yield f'<text x="{x}" y="{y}" text-anchor="middle" fill="#555">{number // 1000} s</text>'
