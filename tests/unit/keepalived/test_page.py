# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on moving from keepalived names the words that the reader knows."""

from __future__ import annotations

import re

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived import (
    checks,
    global_words,
    groups,
    instance_words,
    reading,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.verdicts import Outcome
from support.examples import ROOT

PAGE = (ROOT / "docs" / "keepalived.md").read_text()
# What concerns keepalived alone is not listed one by one.
_ALONE = {"umask", "child_wait_time", "net_namespace_ipvs"}


def known_words() -> set[str]:
    tables = (instance_words.WORDS, reading.TOP_WORDS, groups.GROUP_WORDS, checks.CHECK_WORDS)
    words = {word for table in tables for word in table} - {"global_defs"}
    for word, entry in global_words.GLOBAL_WORDS.items():
        is_listed = not isinstance(entry, Outcome) or entry not in global_words.OWN_CONCERNS
        words |= {word} if is_listed else set()
    return words - _ALONE


@pytest.mark.parametrize("word", sorted(known_words()))
def test_a_word_is_on_the_page(word: str) -> None:
    assert re.search(rf"`{re.escape(word)}[` ]", PAGE)
