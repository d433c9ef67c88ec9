# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger itself: no rule is open, and what it names exists."""

from __future__ import annotations

import re

from conformance import ledger

NAMES = ledger.case_names()


def test_no_rule_is_open() -> None:
    assert [rule.id for rule in ledger.rules() if rule.status == "open"] == []


def test_identifiers_are_unique_and_name_the_section() -> None:
    identifiers = [rule.id for rule in ledger.rules()]
    assert len(set(identifiers)) == len(identifiers)
    for identifier in identifiers:
        assert re.fullmatch(r"RFC(3768|5798|9568)-(A|\d+)(\.\d+)*-\d+", identifier), identifier


def test_every_case_that_is_named_exists_and_every_case_is_named() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {name for rule in ledger.rules() for name in rule.cases} == set(NAMES)


def test_every_test_that_is_named_exists() -> None:
    assert [name for rule in ledger.rules() for name in ledger.missing_tests(rule)] == []


def test_a_rule_that_does_not_apply_has_no_case_no_test_and_no_departure() -> None:
    for rule in ledger.rules():
        assert not (rule.applies_not and (rule.cases or rule.tests or rule.departs)), rule.id
