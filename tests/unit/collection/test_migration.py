# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configurations of keepalived on several hosts, joined into files of an inventory."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.failover.vrrp.plugins.plugin_utils._migration import migration_files

COMMON = {
    "name": "web",
    "interface": "eth0",
    "vrid": 51,
    "version": 2,
    "addresses": ["192.0.2.1/24"],
}
GROUP, VAULT = "group_vars/vrrp/vrrp.yml", "group_vars/vrrp/vault.yml"


def reading(*instances: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"instances": list(instances), "verdicts": [], "config_file": "/k.conf", **fields}


def variables(text: str) -> Any:
    return yaml.safe_load(text)


def test_hosts_share_what_they_have_in_common() -> None:
    peers = [["192.0.2.11", "192.0.2.12"], ["192.0.2.12", "192.0.2.13"]]
    found = migration_files(
        {
            "a": reading({**COMMON, "priority": 150, "unicast_peers": peers[0]}),
            "b": reading({**COMMON, "priority": 100, "unicast_peers": peers[1], "preempt": False}),
        },
        "vrrp",
    )
    assert variables(found["files"][GROUP]) == {
        "vrrp_instances": [{**COMMON, "unicast_peers": ["192.0.2.11", "192.0.2.12", "192.0.2.13"]}]
    }
    assert variables(found["files"]["host_vars/a/vrrp.yml"]) == {
        "vrrp_overrides": {"web": {"priority": 150}}
    }
    assert variables(found["files"]["host_vars/b/vrrp.yml"]) == {
        "vrrp_overrides": {"web": {"priority": 100, "preempt": False}}
    }
    assert VAULT not in found["files"]
    assert found["contradictions"] == []


def test_hosts_with_different_instances_have_their_own() -> None:
    other = {**COMMON, "name": "db", "vrid": 52}
    found = migration_files({"a": reading(COMMON, other), "b": reading(COMMON)}, "vrrp")
    assert GROUP not in found["files"]
    assert variables(found["files"]["host_vars/a/vrrp.yml"]) == {"vrrp_instances": [COMMON, other]}
    assert variables(found["files"]["host_vars/b/vrrp.yml"]) == {"vrrp_instances": [COMMON]}
    why = "db: only a has it: give the instance one name on all hosts"
    assert found["contradictions"] == [why]


def test_secrets_are_in_a_file_of_their_own() -> None:
    secrets = {"web": {"password": "tulip"}}
    found = migration_files(
        {"a": reading(COMMON, secrets=secrets), "b": reading(COMMON, secrets=secrets)}, "vrrp"
    )
    (instance,) = variables(found["files"][GROUP])["vrrp_instances"]
    assert instance["password"] == "{{ vault_vrrp['web'].password }}"
    assert "tulip" not in found["files"][GROUP]
    assert variables(found["files"][VAULT]) == {"vault_vrrp": secrets}
    differing = {"web": {"password": "rose"}}
    again = migration_files(
        {"a": reading(COMMON, secrets=secrets), "b": reading(COMMON, secrets=differing)}, "vrrp"
    )
    assert again["contradictions"] == ["web: the hosts have different passwords or keys"]


def test_the_hosts_that_serve_nothing_come_first() -> None:
    serving = {"a": ["web"], "b": [], "c": []}
    readings = {host: reading(COMMON, serving=names) for host, names in serving.items()}
    assert migration_files(readings, "vrrp")["order"] == [
        "first b and c, which serve nothing",
        "then a, which serves web",
    ]
    alone = {host: reading(COMMON, serving=["web"]) for host in ("a", "b")}
    assert migration_files(alone, "vrrp")["order"] == ["a, which serves web", "b, which serves web"]


def test_what_is_refused_is_listed_with_its_place() -> None:
    verdicts = [
        {"file": "/k.conf", "line": line, "statement": "word", "verdict": verdict, "text": "why"}
        for line, verdict in ((3, "refused"), (4, "dropped"))
    ]
    first = {**reading(COMMON), "verdicts": verdicts}
    found = migration_files({"a": first, "b": reading()}, "vrrp")
    assert found["refused"] == ["a: /k.conf:3: word: why"]
    assert found["contradictions"] == ["b: /k.conf has no instance"]


def test_a_text_of_a_host_is_no_template_of_the_controller(tmp_path: Any) -> None:
    evil = "/bin/x {{ lookup('ansible.builtin.pipe', 'echo owned') }}"
    chosen = "#jinja2: variable_start_string:'<%', variable_end_string:'%>'\n<% 7*6 %>"
    assert (
        "!unsafe"
        in migration_files({"a": reading({**COMMON, "x": chosen})}, "vrrp")["files"][GROUP]
    )
    hooks = [{"event": "master", "command": evil}, {"event": "backup", "command": "/bin/{% x %}"}]
    found = migration_files({"a": reading({**COMMON, "hooks": hooks})}, "vrrp")
    path = tmp_path / "vrrp.yml"
    path.write_text(found["files"][GROUP])
    loader = DataLoader()
    loaded = loader.load_from_file(str(path), trusted_as_template=True)
    (instance,) = Templar(loader, variables=loaded).template(loaded["vrrp_instances"])
    assert [str(one["command"]) for one in instance["hooks"]] == [evil, "/bin/{% x %}"]


def test_a_name_of_a_host_does_not_become_a_part_of_a_template() -> None:
    evil = {**COMMON, "name": "'] ~ lookup('ansible.builtin.pipe', 'x') ~ ['"}
    secrets = {evil["name"]: {"password": "tulip"}}
    with pytest.raises(ValueError, match="is not the name of an instance"):
        migration_files({"a": reading(evil, secrets=secrets)}, "vrrp")
