# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attacks on booted hosts: the user of the agent, that of scripts, and operators get no further."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from support.booted import Booted
from support.segment import eventually

SECRET = "a secret that must not be read by others"
INVENTORY = f"""\
lab_hosts:
  hosts: {{}}
  vars:
    vrrp_instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [192.0.2.100/24]
        hmac: {{keys: [{{id: 1, secret: "{SECRET}"}}]}}
        hooks: [{{event: master, command: /usr/local/sbin/note-master, user: root}}]
        track_scripts:
          - {{command: /usr/local/bin/check-web --password=tulip, interval: 0.5, timeout: 10}}
        track_tcp: [{{host: 127.0.0.1, port: 22, interval: 0.5, weight: -1}}]
        track_ping: [{{host: 127.0.0.1, interval: 0.5, weight: -1}}]
      - name: api
        interface: eth0
        vrid: 52
        addresses: [192.0.2.101/24]
        hmac: {{keys: [{{id: 1, secret_file: api-key}}]}}
"""
CREDENTIAL = "another secret that must not be read"
# The first stage, and on one host the second one: so a play that is interrupted leaves the hosts.
INTERRUPTED = """\
- hosts: lab_hosts
  gather_facts: false
  tasks:
    - ansible.builtin.include_role: {name: failover.vrrp.vrrp, tasks_from: plan}
    - failover.vrrp.vrrp_keys:
        stage: "{{ item }}"
        config: "{{ __vrrp_plan[inventory_hostname].config }}"
        secrets: "{{ vrrp_instances | failover.vrrp.vrrp_secrets }}"
      loop: "{{ ['accept', 'sign'] if inventory_hostname == 'node1' else ['accept'] }}"
"""
DROP_IN = "[Service]\nLoadCredential=api-key:/root/api.key\n"
AS_ROOT = "#!/bin/sh\ntouch /run/noted\n"
# What a script that an attacker controls can do: each line that it writes is a success.
AS_SCRIPT = """\
#!/bin/sh
{ id -un
cat /etc/vrrp-agent/config.json && echo read the configuration
cat /run/vrrp-agent/recovery.json && echo read the records
vrrpctl backup web && echo moved the master
for process in $(ps -C vrrp-agent -o pid=); do
  kill -0 $process && echo could kill $process of $(stat -c %U /proc/$process)
  cat /proc/$process/environ && echo read the environment of $process
  ls /proc/$process/fd && echo saw the files of $process
done
} >/tmp/script-$$ 2>/dev/null
mv /tmp/script-$$ /tmp/script
"""
# An attacker who has become the agent: waits in the backlog of the helper's socket, ends the agent,
# and asks the next helper for more than it may do, in the messages of several versions.
AS_AGENT = """\
import hashlib, json, os, signal, socket, subprocess, time
connected = socket.socket(socket.AF_UNIX)
connected.connect("/run/vrrp-agent-helper.sock")
show = ["systemctl", "show", "--property=MainPID", "--value", "vrrp-agent.service"]
os.kill(int(subprocess.run(show, capture_output=True, text=True).stdout), signal.SIGKILL)
values = {"VRRP_OLD_STATE": "BACKUP", "VRRP_STATE": "MASTER", "VRRP_PRIORITY": "200",
          "VRRP_REASON": "$(touch /root/owned)", "PATH": "/tmp/evil:/usr/bin:/bin",
          "LD_PRELOAD": "/tmp/evil/library.so", "VRRP_INSTANCE": "; touch /root/owned"}
for arguments in (["/usr/local/sbin/note-master"], ["/bin/sh", "-c", "touch /root/owned"]):
    asked = {"run": 99, "command": arguments, "user": "root", "environment": values,
             "timeout": 10}
    connected.sendall(json.dumps(asked).encode() + b"\\n")
try:
    with open("/etc/vrrp-agent/config.json") as file:
        text = file.read()
        socket.send_fds(connected, [b'{"read":true}\\n'], [file.fileno()])
except OSError:
    text = ""
with open("/tmp/evil/config.json") as file:
    evil = file.read()
    socket.send_fds(connected, [b'{"read":true}\\n'], [file.fileno()])
for number, one in enumerate([text, evil]):
    digest = hashlib.sha256(one.encode()).hexdigest()[:12]
    for command in range(2):
        asked = {"run": 10 * number + command, "config": digest, "command": command,
                 "values": values}
        connected.sendall(json.dumps(asked).encode() + b"\\n")
time.sleep(2)
"""
EVIL_HOOK = {"event": "master", "command": "/usr/bin/touch /root/owned", "user": "root"}
EVIL_CONFIG = {
    "instances": [
        {
            "name": "web",
            "interface": "eth0",
            "vrid": 51,
            "addresses": ["192.0.2.100/24"],
            "hooks": [EVIL_HOOK],
        }
    ]
}
SHOW_PYTHON = "readlink /proc/$(systemctl show -p MainPID --value vrrp-agent)/exe"
AS_VRRP = "setpriv --reuid=vrrp --regid=vrrp --init-groups"


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """Two hosts with an agent, a hook that runs as root, and a script that an attacker controls."""
    directory = tmp_path_factory.mktemp("security")
    (directory / "hosts.yml").write_text(INVENTORY)
    made = Booted("vrrp-security", directory)
    try:
        made.up(2)
        for host in ("node1", "node2"):
            made.write(host, "/usr/local/sbin/note-master", AS_ROOT)
            made.write(host, "/usr/local/bin/check-web", AS_SCRIPT)
            made.write(host, "/root/api.key", f"{CREDENTIAL}\n", mode="0600")
            made.run(host, "mkdir -p /etc/systemd/system/vrrp-agent.service.d")
            made.write(host, "/etc/systemd/system/vrrp-agent.service.d/keys.conf", DROP_IN, "0644")
        # Root's files are for root alone, as careful operators have it.
        made.run("node2", "echo 'session optional pam_umask.so umask=077' >>/etc/pam.d/sshd")
        made.output = made.playbook("deploy")
        yield made
    finally:
        made.down()


def wait_for_agent(booted: Booted, host: str) -> None:
    """Wait until an agent answers on a host."""
    eventually(lambda: "web" in booted.run(host, "vrrpctl status", check=False), 15)


@pytest.mark.finding("E4")
def test_an_agent_runs_that_was_installed_under_a_closed_umask(booted: Booted) -> None:
    assert booted.run("node2", "umask").strip() == "0077"
    assert "web: node1 is master" in booted.output
    booted.run("node2", "systemctl restart vrrp-agent.service")
    wait_for_agent(booted, "node2")


@pytest.mark.finding("E2")
def test_a_script_reads_no_secret_and_changes_nothing(booted: Booted) -> None:
    shown = eventually(lambda: booted.run("node1", "cat /tmp/script", check=False))
    assert shown.splitlines() == ["vrrp-script"]
    everything = booted.run("node1", "vrrpctl status --json; journalctl -u vrrp-agent")
    assert not [one for one in (SECRET, CREDENTIAL, "tulip") if one in everything]


def test_built_in_checks_have_no_rights_also_beside_a_helper_that_is_root(booted: Booted) -> None:
    # Not every distribution lets all groups ping.

    def results() -> dict[str, bool]:
        found = json.loads(booted.run("node1", "vrrpctl status --json"))["instances"][0]["tracked"]
        return {one["check"]: one["up"] for one in found if one["check"][:4] in ("tcp ", "ping")}

    eventually(lambda: results() == {"tcp 127.0.0.1 port 22": True, "ping 127.0.0.1": True})
    as_root = "ps -C vrrp-agent -o user=,args= | grep -c '^root.*helper'"
    assert booted.run("node1", as_root).strip() == "1"
    checker = "pgrep -f \"[m]ain..'checker'\""
    assert booted.run("node1", f"ps -o user:20= -p $({checker})").split() == ["vrrp-script"]


def test_an_operator_changes_states_and_reads_no_secret(booted: Booted) -> None:
    booted.run("node1", "useradd --groups vrrp-operators ann")
    as_ann = "setpriv --reuid=ann --regid=ann --init-groups"
    assert "Permission denied" in booted.run(
        "node1", f"{as_ann} cat /etc/vrrp-agent/config.json", check=False
    )
    booted.run("node1", f"{as_ann} vrrpctl master web")
    booted.run("node1", f"{as_ann} vrrpctl auto web")
    as_nobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups"
    assert "permission denied" in booted.run("node1", f"{as_nobody} vrrpctl auto web", check=False)


@pytest.mark.finding("E1")
def test_the_user_of_the_agent_does_not_become_root_by_the_helper(booted: Booted) -> None:
    booted.run("node1", "mkdir -p /tmp/evil && chown vrrp /tmp/evil && rm -f /run/noted")
    booted.write("node1", "/tmp/evil/touch", "#!/bin/sh\n: >/root/owned\n")
    booted.write("node1", "/tmp/evil/exploit.py", AS_AGENT)
    booted.write("node1", "/tmp/evil/config.json", json.dumps(EVIL_CONFIG))
    booted.run("node1", f"{AS_VRRP} python3 /tmp/evil/exploit.py", check=False)
    # The command that root has configured runs, as root has configured it.
    assert booted.run("node1", "ls /run/noted /root/owned", check=False).splitlines() == [
        "/run/noted",
        "ls: cannot access '/root/owned': No such file or directory",
    ]
    wait_for_agent(booted, "node1")


@pytest.mark.finding("E3")
def test_a_clean_up_by_root_writes_no_file_of_root_and_harms_no_living_agent(
    booted: Booted,
) -> None:
    refused = booted.run("node1", "vrrp-agent cleanup", check=False)
    assert "an agent is running" in refused
    booted.run("node1", "systemctl stop vrrp-agent.service; echo precious >/root/precious")
    for directory in ("/run/vrrp-agent", "/var/lib/vrrp-agent"):
        booted.run("node1", f"install -d -o vrrp -g vrrp {directory}")
        for name in ("recovery.json", "sysctls.json", "intents.json"):
            for link in (name, f"{name}.new"):
                booted.run("node1", f"{AS_VRRP} ln -sf /root/precious {directory}/{link}")
    sysctls = '{"ipv4/conf/../ip_forward": "1", "../kernel/hostname": "owned"}'
    booted.run("node1", "rm /run/vrrp-agent/sysctls.json")
    booted.run("node1", f"echo '{sysctls}' | {AS_VRRP} tee /run/vrrp-agent/sysctls.json")
    before = booted.run("node1", "cat /proc/sys/net/ipv4/ip_forward; hostname")
    booted.run("node1", "vrrp-agent cleanup", check=False)
    assert booted.run("node1", "cat /root/precious") == "precious\n"
    assert booted.run("node1", "cat /proc/sys/net/ipv4/ip_forward; hostname") == before
    booted.run("node1", "vrrpctl diagnose --output /root/bundle.tar.gz", check=False)
    assert "precious" not in booted.run("node1", "tar -xzOf /root/bundle.tar.gz")
    booted.run("node1", "systemctl start vrrp-agent.service")
    wait_for_agent(booted, "node1")


@pytest.mark.finding("E3")
def test_a_damaged_record_keeps_no_agent_from_starting_and_no_address_on_the_host(
    booted: Booted,
) -> None:
    eventually(lambda: "MASTER" in booted.run("node1", "vrrpctl status"), 15)
    record = '[{"router": "web", "interface": "eth0", "held": [], "ttl": Infinity}]'
    booted.run("node1", f"echo '{record}' | {AS_VRRP} tee /run/vrrp-agent/recovery.json")
    booted.run("node1", "systemctl kill --kill-who=main --signal=KILL vrrp-agent.service")
    show = "ip -brief address show dev eth0"
    eventually(lambda: "192.0.2.100/" not in booted.run("node1", show), 5)
    wait_for_agent(booted, "node1")
    eventually(lambda: "192.0.2.100/" in booted.run("node1", show), 15)


def test_a_configuration_that_the_agent_refuses_is_taken_back(booted: Booted) -> None:
    before = booted.run("node2", "cat /etc/vrrp-agent/config.json")
    (booted.directory / "hosts.yml").write_text(INVENTORY.replace("api-key", "no-such-key"))
    refused = booted.playbook("deploy", check=False)
    assert "the service has no such credential" in refused
    (booted.directory / "hosts.yml").write_text(INVENTORY)
    assert booted.run("node2", "cat /etc/vrrp-agent/config.json") == before
    booted.run("node2", "systemctl restart vrrp-agent.service")
    wait_for_agent(booted, "node2")


@pytest.mark.finding("E9")
def test_an_agent_starts_with_a_full_directory_of_its_state_and_says_so(booted: Booted) -> None:
    full = "mount -t tmpfs -o size=4k,mode=0777 none /var/lib/vrrp-agent && "
    fill = "dd if=/dev/zero of=/var/lib/vrrp-agent/x bs=4096 count=2"
    booted.run("node2", f"systemctl stop vrrp-agent.service; {full} {fill}", check=False)
    booted.run("node2", "systemctl start vrrp-agent.service")
    wait_for_agent(booted, "node2")
    assert "No space left" in booted.run("node2", "vrrpctl auto web")
    booted.run("node2", "systemctl stop vrrp-agent.service; umount /var/lib/vrrp-agent")
    booted.run("node2", "systemctl start vrrp-agent.service")


def signed_states(booted: Booted, host: str) -> dict[str, tuple[str, int, list[int]]]:
    """State, number of transitions and keys by instance, none of which has discarded anything."""
    found = json.loads(booted.run(host, "vrrpctl status --json"))["instances"]
    assert not [key for one in found for key in one["counters"] if key.startswith("hmac_")]
    return {
        one["name"]: (one["state"], one["transitions"], one["settings"]["hmac"]["keys"])
        for one in found
    }


def test_keys_are_replaced_without_an_election_after_an_interruption_too(booted: Booted) -> None:
    hosts = ("node1", "node2")
    before = {host: signed_states(booted, host) for host in hosts}
    assert {one["api"][2][0] for one in before.values()} == {1}
    inventory = booted.directory / "hosts.yml"
    wanted = INVENTORY.replace("{id: 1, secret: ", "{id: 2, secret: ").replace(SECRET, SECRET[::-1])
    inventory.write_text(wanted)
    assert "without --limit" in booted.playbook("rotate_keys", "--limit node1", check=False)
    assert {host: signed_states(booted, host) for host in hosts} == before
    (booted.directory / "interrupted.yml").write_text(INTERRUPTED)
    booted.playbook("interrupted.yml")
    assert signed_states(booted, "node2")["web"] == (*before["node2"]["web"][:2], [1, 2])
    booted.playbook("rotate_keys")
    after = {host: signed_states(booted, host) for host in hosts}
    for host in hosts:
        assert after[host]["web"] == (*before[host]["web"][:2], [2])
        assert after[host]["api"] == before[host]["api"]
    inventory.write_text(INVENTORY)
    booted.playbook("rotate_keys")
    assert {host: signed_states(booted, host) for host in hosts} == before


def exposure(booted: Booted, unit: str) -> float:
    """The exposure level of a unit by systemd's measure."""
    shown = booted.run("node1", f"systemd-analyze security --no-pager {unit}")
    return float(shown.splitlines()[-1].partition(": ")[2].split()[0])


@pytest.mark.finding("E8")
def test_units_are_tight_and_the_helper_is_root_only_where_a_command_needs_it(
    booted: Booted,
) -> None:
    assert exposure(booted, "vrrp-agent.service") <= 1.8
    as_root = "ps -C vrrp-agent -o user=,args= | grep -c '^root.*helper'"
    assert booted.run("node1", as_root).strip() == "1"
    hosts = booted.directory / "hosts.yml"
    hosts.write_text(INVENTORY.replace(", user: root", ""))
    booted.playbook("deploy")
    assert exposure(booted, "vrrp-agent-helper.service") <= 2.5
    eventually(lambda: booted.run("node1", as_root, check=False).strip() == "0", 10)
    # No set-user-ID program and no file capability gives it or its commands rights (prctl(2)).
    show = "systemctl show --property=MainPID --value vrrp-agent-helper.service"
    assert booted.run("node1", f"grep NoNewPrivs: /proc/$({show})/status").split() == [
        "NoNewPrivs:",
        "1",
    ]
    booted.run("node1", "rm -f /tmp/script")
    eventually(lambda: booted.run("node1", "cat /tmp/script", check=False), 10)


@pytest.mark.finding("E5")
def test_an_interpreter_that_the_agent_can_not_run_is_not_used(booted: Booted) -> None:
    before = booted.run("node2", SHOW_PYTHON)
    # It looks as if everybody can run it: only the sandbox shows that nobody can.
    booted.write("node2", "/opt/python3", '#!/bin/sh\n[ "$(id -u)" = 0 ] && exec python3 "$@"\n')
    wrong = booted.playbook("deploy", "-e vrrp_python=/opt/python3", check=False)
    assert "the agent's user can run the agent by no Python" in wrong
    for host in ("node1", "node2"):
        booted.run(host, "ln -sf /usr/bin/python3 /root/python3")
    booted.playbook("deploy", "-e ansible_python_interpreter=/root/python3")
    booted.run("node2", "systemctl restart vrrp-agent.service")
    wait_for_agent(booted, "node2")
    assert booted.run("node2", SHOW_PYTHON) == before


def test_a_removal_leaves_no_user_and_no_group(booted: Booted) -> None:
    booted.playbook("deploy", "-e vrrp_agent_state=absent")
    accounts = booted.run("node2", "grep vrrp /etc/passwd /etc/group", check=False)
    directories = booted.run("node2", "ls -d /etc/vrrp* /run/vrrp* /var/lib/vrrp*", check=False)
    assert accounts == ""
    assert directories.count("No such file or directory") == 3
