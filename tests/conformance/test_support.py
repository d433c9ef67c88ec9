# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on support says what was found by trying, and has a row for each disturbance."""

from __future__ import annotations

import pytest
from conformance import ledger
from hosts.disturbances import DISTURBANCES

DOCS = ledger.ROOT / "docs"


def test_the_table_has_every_disturbance() -> None:
    text = (DOCS / "support.md").read_text()
    names = [one.name for group in DISTURBANCES.values() for one in group]
    assert [name for name in names if f"| {name} |" not in text] == []


@pytest.mark.parametrize(
    ("page", "words"),
    [
        pytest.param(
            "support.md",
            "its addresses stay\non the host until the interpreter is back",
            marks=pytest.mark.finding("G10"),
            id="without python",
        ),
        pytest.param(
            "signing.md",
            "The network may reorder advertisements",
            marks=pytest.mark.finding("G13"),
            id="reordering",
        ),
    ],
)
def test_what_can_not_be_mended_is_documented(page: str, words: str) -> None:
    assert words in (DOCS / page).read_text()
