# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The meaning of keepalived.conf: instances as ours, and a verdict on every word."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.lines import Files
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.reading import (
    Reading,
    read_configuration,
)
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.verdicts import VerdictKind
from hypothesis import given
from hypothesis import strategies as st
from support.keepalived_cases import keepalived_cases

MAIN = "/etc/keepalived/keepalived.conf"
CASES = keepalived_cases()


def reading(text: str, files: dict[str, str] | None = None, **options: Any) -> Reading:
    texts = {MAIN: text, **(files or {})}

    def match(directory: str, pattern: str) -> list[str]:
        whole = pattern if pattern.startswith("/") else f"{directory}/{pattern}"
        return sorted(fnmatch.filter(texts, whole))

    return read_configuration(Files(texts.get, match), MAIN, **options)


@pytest.mark.parametrize("case", CASES, ids=[one["name"] for one in CASES])
def test_a_configuration_becomes_these_instances(case: dict[str, Any]) -> None:
    found = reading(case["text"], case.get("files"), config_id=case.get("config_id", ""))
    assert list(found.instances) == case["instances"]
    assert found.has_virtual_servers is case.get("virtual_servers", False)


@pytest.mark.parametrize("case", CASES, ids=[one["name"] for one in CASES])
def test_a_word_that_is_no_setting_has_its_reason(case: dict[str, Any]) -> None:
    found = reading(case["text"], case.get("files"), config_id=case.get("config_id", ""))
    shown = [
        f"{one.place.line} {one.kind.value}: {one.text}"
        for one in found.verdicts
        if one.kind is not VerdictKind.MAPPED
    ]
    wanted = case.get("verdicts", [])
    assert len(shown) == len(wanted), shown
    for line, begin in zip(shown, wanted):
        assert line.startswith(begin), shown


def test_each_line_is_shown_with_its_words_and_without_secrets() -> None:
    text = "vrrp_instance a {\n auth_pass tulip\n auth_hmac {\n  key 1 tulip-tulip\n }\n}\n"
    shown = [(one.place.line, one.statement) for one in reading(text).verdicts]
    assert (2, "auth_pass ...") in shown
    assert (4, "key ...") in shown
    assert "tulip" not in str(reading(text).verdicts)


@pytest.mark.parametrize(
    "text",
    [
        "vrrp_instance a {\n authentication { auth_type PASS auth_pass tulip }\n}\n",
        "vrrp_instance a {\n authentication {\n auth_pass foo}tulip\n}\n}\n",
        "vrrp_instance a {\n authentication {\n auth_pass\n tulip\n }\n}\n",
        "vrrp_instance a {\n auth_passs tulip\n}\n",
        "vrrp_instance a {\n auth_pass tulip {\n",
        "vrrp_instance a {\n auth_hmac {\n key tulip 1\n }\n}\n",
        "vrrp_instance a {\n auth_hmac {\n key 1 file:tulip 2\n }\n}\n",
        "vrrp_instance a {\n AUTH_PASS tulip\n}\n",
        "vrrp_instance a {\n interface eth0\n auth_hmac {\n mode tulip\n }\n}\n",
        "virtual_server 192.0.2.1 80 {\n real_server 192.0.2.2 80 {\n"
        ' MISC_CHECK {\n misc_path "/bin/check --password tulip"\n }\n }\n}\n',
    ],
)
def test_a_password_that_keepalived_does_not_see_is_not_shown(text: str) -> None:
    assert "tulip" not in str(reading(text).verdicts)


def test_scripts_run_as_the_user_of_the_host() -> None:
    text = "vrrp_instance a {\n interface eth0\n notify_master /bin/x\n}\n"
    (instance,) = reading(text, default_user="keepalived_script").instances
    assert instance["hooks"][0]["user"] == "keepalived_script"


def test_a_file_that_can_not_be_read_is_named() -> None:
    found = read_configuration(Files(lambda _path: None, lambda _directory, _pattern: []), MAIN)
    (verdict,) = found.verdicts
    assert (verdict.kind, verdict.text) == (VerdictKind.REFUSED, "the file can't be read")


WORDS = sorted({word for case in CASES for word in case["text"].split()} | {"{", "}", "\n", "#"})


@given(st.lists(st.sampled_from(WORDS), max_size=60), st.integers(0, 3))
def test_any_words_in_any_order_have_verdicts(words: list[str], blanks: int) -> None:
    found = reading((" " * blanks + "\n").join(words))
    assert all(one.text for one in found.verdicts)
