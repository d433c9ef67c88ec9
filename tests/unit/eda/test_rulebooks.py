# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks of the collection, and the page about them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from support.examples import ROOT

EDA = ROOT / "extensions" / "eda"
SOURCE = EDA / "plugins" / "event_source" / "transitions.py"
OPTIONS = yaml.safe_load(SOURCE.with_suffix(".yaml").read_text())["DOCUMENTATION"]["options"]
RULEBOOKS = sorted((EDA / "rulebooks").glob("*.yml"))
PAGE = (ROOT / "docs" / "monitoring.md").read_text()


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda one: one.stem)
def test_a_rulebook_uses_what_the_source_has(path: Path) -> None:
    text = path.read_text()
    for rules in yaml.safe_load(text):
        for source in rules["sources"]:
            assert set(source["failover.vrrp.transitions"]) <= set(OPTIONS)
    fields = set(re.findall(r"event\.vrrp\.(\w+)", text))
    code = SOURCE.read_text()
    assert [field for field in fields if f'"{field}"' not in code] == []


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda one: one.stem)
def test_a_rulebook_is_on_the_page(path: Path) -> None:
    assert f"`failover.vrrp.{path.stem}`" in PAGE


def test_every_type_of_event_is_on_the_page() -> None:
    code = SOURCE.read_text()
    kinds = set(re.findall(r'(?:_put|_event)\("(\w+)"', code))
    assert kinds == {"transition", "state", "masters", "connected", "disconnected"}
    rows = PAGE.partition("| `event.vrrp.type`")[2]
    assert all(f"`{kind}`" in rows for kind in kinds)
