# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger: every normative statement of the RFCs, and what holds it.

    ledger.py              the table: covered, departs and why, not applicable and why, open
    ledger.py RULE ...     these rules with their texts and cases

A rule is held by cases, which are data (``cases/``), or by tests, which are named as pytest does
where only a kernel or another program can show it. The exit status is 1 when a rule is open.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterator

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STATUSES = ("covered", "departs", "not applicable", "open")


@dataclass(frozen=True)
class Rule:
    """A statement of an RFC in our words.

    ``positive`` cases show that what it demands is done, ``negative`` ones that it is not done
    beyond that, or that the contrary is refused. ``departs`` and ``applies_not`` give the reasons
    for not doing what it says; ``unless`` names the option that makes it otherwise.
    """

    id: str
    level: str
    text: str
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    departs: str = ""
    unless: str = ""
    applies_not: str = ""

    @property
    def status(self) -> str:
        """The position in the ledger."""
        if self.applies_not:
            return "not applicable"
        if missing_tests(self) or not (self.positive or self.tests):
            return "open"
        return "departs" if self.departs else "covered"

    @property
    def cases(self) -> tuple[str, ...]:
        """The names of all its cases."""
        return self.positive + self.negative


@lru_cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the RFCs."""
    return tuple(_rule(entry) for path in _files("rules") for entry in _load(path))


@lru_cache
def cases(kind: str) -> tuple[dict[str, Any], ...]:
    """The cases of one kind: machine, packets, hosts or settings."""
    found: list[dict[str, Any]] = _load(HERE / "cases" / f"{kind}.yml")
    return tuple(found)


def case_names() -> list[str]:
    """The names of the cases of all kinds."""
    return [case["name"] for path in _files("cases") for case in _load(path)]


def missing_tests(rule: Rule) -> list[str]:
    """The tests of a rule that do not exist."""
    return [name for name in rule.tests if not is_there(name)]


def is_there(name: str) -> bool:
    """Whether there is a test of that name, as pytest writes it."""
    path, _colons, function = name.partition("::")
    source = ROOT / path
    defined = re.compile(rf"^def {function}\(", re.MULTILINE)
    return source.exists() and defined.search(source.read_text()) is not None


def _files(directory: str) -> list[Path]:
    return sorted((HERE / directory).glob("*.yml"))


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def _rule(entry: dict[str, Any]) -> Rule:
    fields: dict[str, Any] = {
        key: tuple(one) if isinstance(one, list) else one for key, one in entry.items()
    }
    return Rule(**fields)


def _line(rule: Rule) -> str:
    counts = f"{len(rule.positive)}+ {len(rule.negative)}- {len(rule.tests)} tests"
    held_by = "" if rule.applies_not else counts
    why = rule.applies_not or " ".join(filter(None, (rule.departs, rule.unless)))
    return f"{rule.id:24} {rule.status:15} {rule.level:7} {held_by:13} {why}"


def _details(rule: Rule) -> Iterator[str]:
    yield f"{rule.id} ({rule.level}): {rule.status}"
    yield f"    {rule.text}"
    for word, why in (("because", rule.departs or rule.applies_not), ("unless", rule.unless)):
        if why:
            yield f"    {word}: {why}"
    for sign, names in (("+", rule.positive), ("-", rule.negative), (" ", rule.tests)):
        yield from (f"  {sign} {name}" for name in names)


def main(wanted: list[str]) -> int:
    """Print the ledger, or the rules that are wanted."""
    if wanted:
        chosen = [rule for rule in rules() if rule.id in wanted]
        print("\n".join(line for rule in chosen for line in _details(rule)))
        return 0 if len(chosen) == len(set(wanted)) else 2
    for rule in rules():
        print(_line(rule).rstrip())
    counts = {status: sum(rule.status == status for rule in rules()) for status in STATUSES}
    print("\nledger: " + ", ".join(f"{count} {status}" for status, count in counts.items()))
    return 1 if counts["open"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
