# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drill as root runs it: what a host says of itself does not choose what is done to it."""

from __future__ import annotations

import subprocess

import pytest
import yaml
from support.examples import ROOT

TASKS = ROOT / "playbooks" / "tasks" / "drill"


def test_the_drill_takes_the_interface_from_the_inventory() -> None:
    texts = [(ROOT / "playbooks" / "drill.yml").read_text()]
    texts += [one.read_text() for one in TASKS.glob("*.yml")]
    assert not any("].interface" in one or "instances[0].interface" in one for one in texts)
    assert any("vrrp_interfaces[vrrp_master]" in one for one in texts)


@pytest.mark.parametrize("name", ["", "../../../run/x", "a/b", ".", "..", "nosuch0"])
def test_a_name_that_is_no_interface_ends_the_script_before_it_does_anything(name: str) -> None:
    task = yaml.safe_load((TASKS / "do_link.yml").read_text())[0]
    argv = task["ansible.builtin.command"]["argv"]
    script = argv[argv.index("-c") + 1]
    # It has neither programs nor a place to write to.
    ended = subprocess.run(
        ["/bin/sh", "-c", script, "vrrp-drill-link", name, "0"],
        env={"PATH": "/nonexistent"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (1, "")
