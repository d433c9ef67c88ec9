# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/security.md names a test for everything that a side cannot do, and each of them exists."""

from __future__ import annotations

import re

from conformance import ledger

TEXT = (ledger.ROOT / "docs" / "security.md").read_text()
ROWS = [
    line
    for line in TEXT.splitlines()
    if line.startswith("| ") and not re.match(r"\| .*(cannot|held that) \|", line)
]


def test_every_row_names_a_test() -> None:
    assert len(ROWS) > 15
    assert [row for row in ROWS if not re.search(r"`tests/\S+::\w+`", row)] == []


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/\S+::\w+)`", TEXT)
    assert [name for name in named if not ledger.is_there(name)] == []
