# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts side by side: what is right, and what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.plugin_utils._survey import Scope, survey


def answer(state: str, number: int, master: int | None) -> dict[str, Any]:
    """Return the answer of the host 192.0.2.<number> about the instance web."""
    heard = {"address": f"192.0.2.{master}"} if master else None
    web = {
        "name": "web", "label": "web", "vrid": 51,
        "state": state, "intent": "auto", "reason": "why", "master": heard,
        "priority": 211 - number, "effective_priority": 211 - number,
        "address": f"192.0.2.{number}", "advertisement_interval": 1.0,
        "since": "2026-11-22T12:00:00.000+00:00", "sync_group": None, "tracked": [],
        "addresses": ["192.0.2.100/24"], "settings": {"accept_mode": True},
    }  # fmt: skip
    return {"instances": [web]}


GOOD = {"a": answer("MASTER", 11, 11), "b": answer("BACKUP", 12, 11)}


def test_a_survey_of_one_master_has_no_problem() -> None:
    found = survey(GOOD)
    assert found["problems"] == []
    assert found["asked"] == ["a", "b"]
    assert found["masters"] == {"web": ["a"]}
    assert found["summary"] == ["web: a is master"]
    lines = found["table"].splitlines()
    assert lines[1].split() == [
        "web",
        "a",
        "MASTER",
        "auto",
        "200",
        "2026-11-22",
        "12:00:00",
        "why",
    ]


def test_a_host_that_still_has_one_family_is_compared_with_the_others() -> None:
    both = answer("MASTER", 11, 11)
    (web,) = both["instances"]
    both["instances"] = [
        {**web, "label": f"web/{family}", "family": family} for family in ("ipv4", "ipv6")
    ]
    behind = answer("MASTER", 12, 12)
    behind["instances"][0].update(family="ipv4", vrid=61)
    found = survey({"a": both, "b": behind})
    assert found["problems"][0].startswith("web/ipv4 has 2 masters: a and b")
    assert found["masters"] == {"web/ipv4": ["a", "b"], "web/ipv6": ["a"]}


def test_a_survey_notices_what_a_host_lacks() -> None:
    lacking = answer("MASTER", 11, 11)
    part = {"part": "route default", "reason": "cannot add route default on eth0: Network is down"}
    lacking["instances"][0]["degraded"] = [part]
    found = survey({**GOOD, "a": lacking})
    assert found["problems"] == []
    assert found["notices"] == [
        "web: a is degraded: cannot add route default on eth0: Network is down"
    ]


def test_a_survey_does_not_count_an_instance_that_is_leaving() -> None:
    both = answer("BACKUP", 12, 11)
    old = {**both["instances"][0], "label": "web (eth0, VRID 51)", "state": "MASTER"}
    both["instances"].append({**old, "leaving": True})
    found = survey({**GOOD, "b": both})
    assert found["problems"] == []
    assert found["masters"] == {"web": ["a"]}


def test_a_survey_reports_an_instance_without_a_master() -> None:
    found = survey({"a": answer("BACKUP", 11, None), "b": answer("INITIALIZE", 12, None)})
    assert found["problems"] == ["web has no master: a is BACKUP (why), b is INITIALIZE (why)"]


def test_a_survey_reports_two_masters() -> None:
    found = survey({"a": answer("MASTER", 11, 11), "b": answer("MASTER", 12, 12)})
    assert found["problems"] == ["web has 2 masters: a and b"]


def test_a_survey_reports_a_backup_that_hears_another_master_or_none() -> None:
    found = survey({**GOOD, "c": answer("BACKUP", 13, 99), "d": answer("BACKUP", 14, None)})
    assert found["problems"] == [
        "web: c hears 192.0.2.99, not the present master",
        "web: d hears no master, not the present master",
    ]


def test_an_incomplete_survey_accepts_a_master_outside() -> None:
    part = {"b": GOOD["b"], "c": answer("BACKUP", 13, 11)}
    assert survey(part, Scope(complete=False))["problems"] == []
    assert survey(part)["problems"] != []
    torn = {**part, "d": answer("BACKUP", 14, 12)}
    assert survey(torn, Scope(complete=False))["problems"] != []


def test_a_survey_reports_a_host_that_could_not_be_queried() -> None:
    found = survey({**GOOD, "c": {"msg": "mux: broken pipe\r\nssh: timed out"}})
    assert found["problems"] == ["c could not be queried: mux: broken pipe ssh: timed out"]
    assert "UNKNOWN" in found["table"]


def changed(host: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the answer of a host with other fields."""
    return {"instances": [{**host["instances"][0], **fields}]}


@pytest.mark.finding("F16")
def test_a_survey_reports_equal_priorities() -> None:
    found = survey({**GOOD, "b": changed(GOOD["b"], priority=200)})
    assert found["problems"] == ["web: a and b have the same priority 200"]


@pytest.mark.finding("F16")
def test_a_survey_reports_different_intervals() -> None:
    found = survey({**GOOD, "b": changed(GOOD["b"], advertisement_interval=0.1)})
    assert found["problems"] == ["web: advertisement_interval is 1 on a and 0.1 on b"]


@pytest.mark.finding("F6")
def test_a_survey_names_hosts_without_an_answer_and_leaves_out_those_without_the_instance() -> None:
    elsewhere = {"msg": "there is no instance web", "code": "unknown_instance"}
    found = survey({**GOOD, "c": {"msg": "unreachable"}, "d": elsewhere})
    assert found["unanswered"] == ["c"]
    assert found["problems"] == ["c could not be queried: unreachable"]


OUT = {"state": "INITIALIZE", "master": None, "tracked": [{"fault": True}]}


@pytest.mark.finding("F7")
def test_a_host_kept_out_by_a_tracked_check_is_a_notice_while_another_one_serves() -> None:
    found = survey({"a": GOOD["a"], "b": changed(GOOD["b"], **OUT)})
    assert found["problems"] == []
    assert found["notices"] == ["web: b does not take part (why)"]
    alone = survey({"b": changed(GOOD["b"], **OUT)})
    assert alone["problems"] == ["web has no master: b is INITIALIZE (why)"]


def test_a_host_that_can_not_take_part_for_another_reason_is_a_problem() -> None:
    down = changed(GOOD["b"], state="INITIALIZE", master=None, reason="eth0 is down")
    found = survey({"a": GOOD["a"], "b": down})
    assert found["problems"] == ["web: b is INITIALIZE (eth0 is down)"]


def test_instances_of_one_name_in_two_clusters_are_apart() -> None:
    found = survey(
        {**GOOD, "c": answer("MASTER", 21, 21)}, Scope(clusters={"a": "", "b": "", "c": "paris"})
    )
    assert found["problems"] == []
    assert found["masters"] == {"web": ["a"], "web (paris)": ["c"]}


def test_a_survey_of_some_instances_leaves_out_the_others() -> None:
    other = {**answer("BACKUP", 11, None)["instances"][0], "name": "db", "label": "db"}
    both = {"instances": [*GOOD["a"]["instances"], other]}
    assert survey({**GOOD, "a": both}, Scope(["web"]))["problems"] == []
    assert survey({**GOOD, "a": both})["problems"] == ["db has no master: a is BACKUP (why)"]


def test_a_host_whose_turn_has_not_come_need_not_answer() -> None:
    absent = {"msg": "no agent", "code": "not_installed"}
    answers = {**GOOD, "c": absent, "d": {"msg": "down"}}
    found = survey(answers, Scope(excused=["c", "d"]))
    assert found["problems"] == ["d could not be queried: down"]
    assert found["notices"] == ["c could not be queried: no agent"]
    assert survey(answers, Scope(excused=["c"], pending=["d"]))["problems"] == []
    assert len(survey(answers)["problems"]) == 2


def test_a_survey_names_the_addresses_that_can_be_reached() -> None:
    six = changed(GOOD["a"], addresses=["fe80::100/64", "2001:db8::100/64"])
    assert survey({"a": six})["addresses"] == ["2001:db8::100/64"]
    deaf = changed(GOOD["a"], settings={"accept_mode": False})
    assert survey({"a": deaf})["addresses"] == []


def test_settings_of_a_host_that_is_deployed_later_may_still_differ() -> None:
    later = changed(GOOD["b"], advertisement_interval=0.5)
    found = survey({**GOOD, "b": later}, Scope(excused=["b"]))
    assert found["problems"] == []
    assert found["notices"] == [
        "web: advertisement_interval is 1 on a and 0.5 on b, not deployed now"
    ]


def test_an_intent_of_the_operator_is_a_notice() -> None:
    found = survey({"a": GOOD["a"], "b": changed(GOOD["b"], intent="backup")})
    assert found["notices"] == ["web: b is drained by its operator"]
    origin = {"intent_since": "2026-11-28T00:00:00+00:00", "intent_by": "ops"}
    found = survey({"a": GOOD["a"], "b": changed(GOOD["b"], intent="backup", **origin)})
    assert found["notices"] == [
        "web: b is drained by its operator since 2026-11-28 00:00:00 UTC by ops"
    ]


def test_hosts_are_returned_with_their_answers_or_the_reason_why_there_is_none() -> None:
    found = survey({"a": {**GOOD["a"], "agent": {"pid": 7}}, "b": {"msg": "no route to host"}})
    assert found["hosts"] == {
        "a": {"agent": {"pid": 7}, "instances": GOOD["a"]["instances"]},
        "b": {"error": "no route to host"},
    }


def test_masters_of_other_routers_may_be_two_clusters() -> None:
    other = changed(answer("MASTER", 12, 12), vrid=61)
    assert survey({"a": GOOD["a"], "b": other})["problems"] == [
        "web has 2 masters: a and b; if these are two clusters, give them different values of "
        "vrrp_cluster"
    ]


@pytest.mark.parametrize("kind", ["second_master", "several_owners", "address_in_use"])
def test_a_second_master_outside_of_the_inventory_is_a_problem(kind: str) -> None:
    problem = {"problem": kind, "peer": "192.0.2.9", "text": "why", "since": "2026-11-27T10:00:00"}
    troubled = changed(answer("MASTER", 1, None), problems=[problem])
    found = survey({"a": troubled, "b": answer("BACKUP", 2, 1)})
    assert found["problems"] == ["web: a reports: why (since 2026-11-27 10:00:00)"]
    assert found["notices"] == []


def test_another_vrrp_program_of_a_host_is_noticed() -> None:
    beside = {**answer("MASTER", 1, None), "agent": {"other_vrrp": True}}
    found = survey({"a": beside, "b": answer("BACKUP", 2, 1)})
    assert found["problems"] == []
    assert found["notices"] == [
        "a: another program of the host speaks VRRP: let only one of the two have an address or a "
        "VRID"
    ]


@pytest.mark.finding("C16", "G7")
def test_a_survey_adds_what_hosts_report_of_their_peers() -> None:
    text = (
        "192.0.2.2 speaks version 2, and this host version 3 (version); its packets are discarded"
    )
    problem = {
        "problem": "version_mismatch",
        "peer": "192.0.2.2",
        "text": text,
        "since": "2026-11-27T10:00:00.123+00:00",
    }
    troubled = changed(answer("MASTER", 1, None), problems=[problem])
    line = f"web: a reports: {text} (since 2026-11-27 10:00:00)"
    split = survey({"a": troubled, "b": answer("MASTER", 2, None)})
    assert split["problems"][-1] == line
    assert line not in split["notices"]
    whole = survey({"a": troubled, "b": answer("BACKUP", 2, 1)})
    assert whole["problems"] == []
    assert line in whole["notices"]
