# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host whose root answers the controller with what nobody has asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.booted import Booted

INVENTORY = """\
vrrp:
  hosts:
    node2: {ansible_python_interpreter: /usr/local/bin/hostile-python}
    node1: {}
  vars:
    vrrp_instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [192.0.2.100/24]
"""
# In place of the interpreter: it adds to the answers of all modules.
HOSTILE = """\
#!/usr/bin/python3
import json, os, subprocess, sys
done = subprocess.run(["/usr/bin/python3", *sys.argv[1:]], stdout=subprocess.PIPE)
text = done.stdout.decode()
try:
    answer = json.loads(text[text.index("{"):])
    answer.update(json.load(open("/root/added")) if os.path.exists("/root/added") else {})
    text = json.dumps(answer)
except ValueError:
    pass
sys.stdout.write(text)
sys.exit(done.returncode)
"""


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """Two hosts with the agent: the first one in the inventory is hostile."""
    hosts = Booted("vrrp-hostile", tmp_path_factory.mktemp("hostile"))
    (hosts.directory / "hosts.yml").write_text(INVENTORY)
    try:
        hosts.up(2)
        hosts.write("node2", "/usr/local/bin/hostile-python", HOSTILE)
        hosts.playbook("deploy")
        yield hosts
    finally:
        hosts.down()


def test_a_host_can_not_change_the_variables_of_others_or_files_of_the_controller(
    booted: Booted, tmp_path: Path
) -> None:
    written = tmp_path / "written"
    facts = {"vrrp_output": str(written), "vrrp_report": str(tmp_path), "vrrp_instances": []}
    added = {"ansible_facts": facts, "add_host": {"host_name": "other", "groups": ["vrrp"]}}
    booted.write("node2", "/root/added", json.dumps(added))
    cache = {
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "cache"),
    }
    try:
        assert "web: node" in booted.playbook("status", variables=cache)
        booted.playbook("drain", "-e vrrp_host=node1", variables=cache)
        booted.playbook("undrain", "-e vrrp_host=node1", variables=cache)
        # Modules of Ansible return what the host adds: of itself, and before it can do harm, it is
        # refused.
        drill = booted.playbook("drill", "-e vrrp_probe_from=node2", check=False, variables=cache)
        assert "node2 has the instance itself" in drill
        assert "changed=0" in booted.playbook("deploy", variables=cache)
    finally:
        booted.run("node2", "rm /root/added")
    assert not written.exists()
    assert not (tmp_path / "drill.html").exists()
    for host in (tmp_path / "cache").glob("*node1"):
        assert "vrrp" not in host.read_text()


def test_settings_that_a_host_returns_as_facts_are_refused(booted: Booted, tmp_path: Path) -> None:
    added = {"ansible_facts": {"vrrp_instances": [], "vrrp_output": str(tmp_path / "written")}}
    booted.write("node2", "/root/added", json.dumps(added))
    play = booted.directory / "facts.yml"
    # Any module of Ansible will do, and any task of the operator.
    play.write_text(
        "- {hosts: vrrp, gather_facts: true}\n"
        "- ansible.builtin.import_playbook: failover.vrrp.status\n"
        "- ansible.builtin.import_playbook: failover.vrrp.deploy\n"
    )
    try:
        output = booted.playbook("facts.yml", check=False)
    finally:
        booted.run("node2", "rm /root/added")
    assert "node2 has returned vrrp_instances, vrrp_output as facts" in " ".join(output.split())
    assert "node2: vrrp_instances: the host has returned it as a fact" in " ".join(output.split())
    assert not (tmp_path / "written").exists()
    booted.playbook("status")
