# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every promise names tests, and they exist."""

from __future__ import annotations

import re

from conformance import ledger

TEXT = (ledger.ROOT / "docs" / "promises.md").read_text()
NAMED = re.findall(r"`(tests/\S+::\w+)`", TEXT)


def test_every_promise_names_tests() -> None:
    promises = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    assert [one.partition(".")[0] for one in promises] == [str(number) for number in range(1, 11)]
    for promise in promises:
        assert re.search(r"`tests/\S+::\w+`", promise), promise.partition("\n")[0]


def test_every_test_that_a_promise_names_exists() -> None:
    assert [name for name in NAMED if not ledger.is_there(name)] == []
