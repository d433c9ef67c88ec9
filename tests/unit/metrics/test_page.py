# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on monitoring names everything that the code has."""

from __future__ import annotations

import pytest
import yaml
from _vrrp.metrics.exposition import METRICS
from _vrrp.metrics.sample import INSTANCE_LABELS, Kind, Metric
from _vrrp.model.event_type import EventType
from support.examples import ROOT

PAGE = (ROOT / "docs" / "monitoring.md").read_text()
RULES = yaml.safe_load((ROOT / "extensions" / "prometheus" / "vrrp.rules.yml").read_text())


@pytest.mark.parametrize("metric", METRICS, ids=lambda one: one.name)
def test_every_metric_has_its_row(metric: Metric) -> None:
    further = [one for one in metric.labels if one not in INSTANCE_LABELS]
    if metric.kind is Kind.STATE_SET:
        further.append(metric.name)
    labels = ", ".join(f"`{one}`" for one in further)
    assert f"| `{metric.name}` | {metric.kind.value} | {labels} | {metric.help} |\n" in PAGE


@pytest.mark.parametrize("event_type", EventType, ids=lambda one: one.value)
def test_every_reason_of_a_transition_is_explained(event_type: EventType) -> None:
    rows = PAGE.partition("| reason | meaning |")[2].splitlines()
    assert any(f"`{event_type.value}`" in row.partition("| ")[2].partition(" |")[0] for row in rows)


def test_every_alert_is_explained_in_the_order_of_the_rules() -> None:
    alerts = [rule["alert"] for group in RULES["groups"] for rule in group["rules"]]
    rows = [line for line in PAGE.splitlines() if line.startswith("| `Vrrp")]
    assert [row.split("`")[1] for row in rows] == alerts
