# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state diagram of docs/architecture.md."""

from __future__ import annotations

from support.state_diagram import PAGE, arrows, replace_diagram


def test_the_diagram_on_the_page_is_that_of_the_transition_table() -> None:
    page = PAGE.read_text()
    assert replace_diagram(page) == page, "run script/diagram"


def test_the_arrows_are_those_of_rfc_9568_and_of_two_more_states() -> None:
    assert set(arrows()) == {
        ("Initialize", "Backup"),
        ("Initialize", "TakingOver"),
        ("Backup", "Initialize"),
        ("Backup", "TakingOver"),
        ("TakingOver", "Initialize"),
        ("TakingOver", "Backup"),
        ("TakingOver", "Master"),
        ("Master", "Initialize"),
        ("Master", "Backup"),
        ("Master", "Resigning"),
        ("Resigning", "Initialize"),
        ("Resigning", "Backup"),
        ("Resigning", "Master"),
    }
