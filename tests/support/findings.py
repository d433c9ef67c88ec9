# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tests of findings, faults of earlier versions, in this tree and in an earlier one.

As a plugin of pytest (``-p support.findings``), runs the tests marked with one of the FINDINGS, and
writes the outcome of each into the file FINDINGS_FILE. As a program, compares
two such files: each finding has to have tests that pass in the first, and at least one that does
not pass in the second.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest

Outcomes = dict[str, dict[str, bool]]  # By finding, then by test: whether it passed.

_found: dict[str, tuple[list[str], bool]] = {}

# Seconds for a test. On an earlier version some wait for what never comes.
_LIMIT = 45


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Leave out the tests of other findings than FINDINGS, names with spaces between them."""
    wanted = set(os.environ["FINDINGS"].split())
    items[:] = [item for item in items if wanted.intersection(_findings_of(item))]


def _findings_of(item: Any) -> list[str]:
    return [str(name) for mark in item.iter_markers("finding") for name in mark.args]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Let a test that does not end fail."""
    signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, _LIMIT)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _give_up(_number: int, _frame: object) -> None:
    raise TimeoutError(f"the test has not ended within {_LIMIT} s")


def pytest_runtest_makereport(item: Any, call: Any) -> None:
    """Note a phase of a test; it passes if all of them do."""
    names = _findings_of(item)
    if names:
        _names, passed = _found.get(item.nodeid, (names, True))
        _found[item.nodeid] = (names, passed and call.excinfo is None)


def pytest_sessionfinish() -> None:
    """Write the outcomes at the end of the run."""
    outcomes: Outcomes = {}
    for test, (names, passed) in _found.items():
        for name in names:
            outcomes.setdefault(name, {})[test] = passed
    Path(os.environ["FINDINGS_FILE"]).write_text(json.dumps(outcomes))


def compare(here: Outcomes, there: Outcomes, expected: list[str]) -> Iterator[tuple[str, str]]:
    """Return each finding with its verdict, which begins with ``ok`` if it is shown."""
    for name in expected:
        tests = here.get(name, {})
        failed_here = [test for test, passed in tests.items() if not passed]
        failed_there = [test for test in tests if not there.get(name, {}).get(test, False)]
        if not tests:
            yield name, "has no test"
        elif failed_here:
            yield name, f"fails: {failed_here[0]}"
        elif not failed_there:
            yield name, f"passes in the earlier version, too: {min(tests)}"
        else:
            yield name, f"ok: {failed_there[0]} ({len(failed_there)} of {len(tests)} fail there)"


def main() -> None:
    """Compare the files of two runs, for the findings named; exit 1 if one of them is not shown."""
    here, there = (json.loads(Path(one).read_text()) for one in sys.argv[1:3])
    verdicts = list(compare(here, there, sys.argv[3:]))
    for name, verdict in verdicts:
        print(f"{name:4} {verdict}")
    raise SystemExit(any(not verdict.startswith("ok") for _name, verdict in verdicts))


if __name__ == "__main__":
    main()
