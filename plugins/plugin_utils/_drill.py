# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The report of a drill: what a probe has measured in each step, and whether that is allowed.

Pure, so that it can be tested without Ansible.
"""

from __future__ import annotations

import typing as t

from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.control.render import align
from ansible_collections.failover.vrrp.plugins.plugin_utils._timeline import Timeline, draw

Plain = t.Mapping[str, t.Any]
_REST = "the rest of the time"
_END = 2000  # Milliseconds between the last step and the end of the probe.


def drill_report(
    probes: t.Sequence[Plain], steps: t.Sequence[Plain], names: t.Mapping[str, str]
) -> dict[str, t.Any]:
    """Return the report: ``steps``, each with the ``results`` of all addresses, the same ``plain``,
    without pictures, a ``table``, the ``problems``, and whether all limits ``held``.

    A step has a ``name``, ``what`` was done, the times ``first`` and ``last`` (seconds since 1970)
    and ``allowed`` (seconds); one that ``failed`` says why. ``names`` has the hosts by MAC address.
    """
    made = [_step(one, probes, names) for one in steps]
    made.append(_rest(probes, steps, names))
    problems = [line for one in made for line in _problems(one)]
    return {
        "steps": made,
        "plain": [{**one, "results": list(map(_plain, one["results"]))} for one in made],
        "table": _table(made),
        "problems": problems,
        "held": not problems,
    }


def _plain(result: Plain) -> dict[str, t.Any]:
    return {key: value for key, value in result.items() if key != "picture"}


def _step(step: Plain, probes: t.Sequence[Plain], names: t.Mapping[str, str]) -> dict[str, t.Any]:
    results = []
    for probe in probes:
        timeline, (first, last) = Timeline(probe, names), _window(step, probe)
        lost = timeline.unanswered(first, last) / 1000
        part = timeline.window(first, last)
        results.append(
            {
                "address": probe["address"],
                "unanswered": lost,
                "served": part.served(0, part.sent),
                "held": lost <= step["allowed"] and last <= timeline.sent + _END,
                "beyond": last > timeline.sent + _END,
                "picture": draw(part, []),
            }
        )
    return {**step, "failed": step.get("failed", ""), "results": results}


def _window(step: Plain, probe: Plain) -> tuple[int, int]:
    """Return the times of a step in milliseconds since the start of a probe."""
    first, last = (round(1000 * (step[key] - probe["start"])) for key in ("first", "last"))
    return first, last


def _rest(
    probes: t.Sequence[Plain], steps: t.Sequence[Plain], names: t.Mapping[str, str]
) -> dict[str, t.Any]:
    """Return what was unanswered outside of all steps, which nothing excuses."""
    results = []
    for probe in probes:
        timeline = Timeline(probe, names)
        inside = sum(timeline.unanswered(*_window(step, probe)) for step in steps)
        lost = (timeline.unanswered(0, timeline.sent) - inside) / 1000
        results.append({"address": probe["address"], "unanswered": lost, "held": lost <= 0})
    return {"name": "rest", "what": _REST, "allowed": 0, "failed": "", "results": results}


def _problems(step: Plain) -> t.Iterator[str]:
    if step["failed"]:
        yield f"{step['what']}: {step['failed']}"
    for one in step["results"]:
        if not one["held"]:
            if one.get("beyond"):
                yield f"{step['what']}: the probe had ended before, so nothing was measured"
                continue
            lost, allowed = one["unanswered"], step["allowed"]
            yield (
                f"{step['what']}: {one['address']} was unanswered for {lost:.2f} s, and "
                f"{allowed:.2f} s are allowed"
            )


def _table(steps: t.Sequence[Plain]) -> str:
    rows = [("STEP", "ADDRESS", "UNANSWERED", "ALLOWED", "SERVED, SINCE (ms)")]
    rows += [
        (
            step["what"],
            one["address"],
            f"{one['unanswered']:.3f} s",
            f"{step['allowed']:.2f} s",
            one.get("served", ""),
        )
        for step in steps
        for one in step["results"]
    ]
    return align(rows)
