# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages on settings have every variable of the role and every setting of an instance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from support.examples import ROOT

DOCS = ROOT / "docs"
SPECS = yaml.safe_load((ROOT / "roles" / "vrrp" / "meta" / "argument_specs.yml").read_text())
ROLE = SPECS["argument_specs"]["main"]["options"]
INSTANCE = ROLE["vrrp_instances"]["options"]
SETTINGS = (DOCS / "settings.md").read_text()
PRIMARY = "track_primary"  # No check.
# The settings of settings have pages of their own.
FURTHER = SETTINGS + "".join(
    (DOCS / name).read_text() for name in ("tracking.md", "hooks.md", "signing.md")
)


def rows(text: str) -> set[str]:
    """Return the names in the first column of the tables of a page."""
    firsts = (line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    return {name for first in firsts for name in re.findall(r"`(\w+)`", first)}


def nested(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the settings that are parts of others."""
    for option in options.values():
        yield from option.get("options", {})
        yield from nested(option.get("options", {}))


@pytest.mark.parametrize(
    "name",
    sorted({one for spec in SPECS["argument_specs"].values() for one in spec.get("options", {})}),
)
def test_a_variable_of_the_role_has_its_row(name: str) -> None:
    assert name in rows(SETTINGS)


@pytest.mark.parametrize("name", sorted(INSTANCE))
def test_a_setting_of_an_instance_has_its_row(name: str) -> None:
    assert name in rows(SETTINGS)


@pytest.mark.parametrize(
    ("setting", "page"),
    [
        *((one, "tracking.md") for one in INSTANCE if one.startswith("track_") and one != PRIMARY),
        ("hooks", "hooks.md"),
        ("hmac", "signing.md"),
    ],
)
def test_each_part_of_a_setting_has_its_row_on_the_page_about_it(setting: str, page: str) -> None:
    assert set(INSTANCE[setting]["options"]) - rows((DOCS / page).read_text()) == set()


@pytest.mark.parametrize("name", sorted({*nested(INSTANCE), *ROLE["vrrp_scheduling"]["options"]}))
def test_a_part_of_a_setting_is_explained_or_shown(name: str) -> None:
    assert re.search(rf"`{name}`|\b{name}: ", FURTHER)
