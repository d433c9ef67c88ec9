# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bundle of ``vrrpctl diagnose``, and what must not be in it."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from _vrrp.agent import cli, diagnose
from _vrrp.agent.redaction import (
    REPLACEMENT,
    Redaction,
    without_commands,
    without_credentials,
)
from _vrrp.model.command import CommandResult
from support.cluster import WALL, Cluster

SECRET = "abcdefghijklmnopqrstuvwxyz012345"
CONFIG: dict[str, Any] = {
    "instances": [
        {
            "name": "web",
            "password": "hunter2",
            "hmac": {"keys": [{"id": 1, "secret": SECRET}, {"id": 2, "secret": "hex:00ffaa11"}]},
            "hooks": [
                {"event": "master", "command": "/bin/notify --api-key K3Y-4711 -H 'Bearer T0KEN'"}
            ],
            "track_scripts": [{"command": "/bin/check --password=s3cr3t 'http://u:pw@db'"}],
        }
    ]
}


SECRETS = ["hunter2", SECRET, SECRET.encode().hex(), "00ffaa11", "hex:00ffaa11"]
ARGUMENTS = ["K3Y-4711", "s3cr3t", "u:pw@db", "Bearer T0KEN"]


@pytest.mark.parametrize("secret", SECRETS)
def test_passwords_and_keys_are_replaced_wherever_they_stand(secret: str) -> None:
    redacted = Redaction(json.dumps(CONFIG)).apply(f'a line with "{secret}", and more')
    assert secret not in redacted
    assert REPLACEMENT in redacted


def test_of_commands_the_program_is_shown_alone() -> None:
    shown = Redaction(json.dumps(CONFIG)).config or ""
    assert "/bin/notify (left out)" in shown
    assert "/bin/check (left out)" in shown
    assert not [one for one in (*SECRETS, *ARGUMENTS) if one in shown]


@pytest.mark.finding("E7")
def test_the_status_shows_programs_alone_and_a_diagnosis_no_outputs() -> None:
    cluster = Cluster()
    settings = CONFIG["instances"][0]
    node = cluster.node(hooks=settings["hooks"], track_scripts=settings["track_scripts"])
    failed = CommandResult(1, output="s3cr3t output")
    (script,) = node.running
    node.do(node.engine.command_finished(script.number, failed, cluster.now))
    cluster.run(3)
    status = node.engine.status(cluster.now, WALL)
    shown = json.dumps(status).replace("s3cr3t output", "(output)")
    assert not [one for one in ARGUMENTS if one in shown]
    (instance,) = status["instances"]
    assert [one["command"] for one in instance["hooks"]] == ["/bin/notify ..."]
    (tracked,) = json.loads(Redaction("").status(status))["instances"][0]["tracked"]
    assert (tracked["check"], tracked["why"]) == ("script /bin/check ...", "exit status 1")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "web: hook master /bin/notify --api-key K3Y-4711: exit status 0 (s3cr3t)",
            "web: hook master /bin/notify (left out)",
        ),
        (
            "web: MASTER -> INITIALIZE (interrupted: script /bin/check ...: exit status 1 (pw))",
            "web: MASTER -> INITIALIZE (interrupted: script /bin/check (left out)",
        ),
        (
            "web: MASTER -> INITIALIZE (interrupted: script db: exit status 1 (pw))",
            "web: MASTER -> INITIALIZE (interrupted: script db (left out)",
        ),
        ("web: BACKUP -> MASTER (timer)", "web: BACKUP -> MASTER (timer)"),
    ],
)
def test_lines_of_the_log_have_no_arguments(line: str, shown: str) -> None:
    assert without_commands(line) == shown


def test_the_secrets_of_a_broken_configuration_are_not_known() -> None:
    assert Redaction('{"password": "hunter2"').config is None


def test_a_short_password_is_replaced_where_it_is_set_alone() -> None:
    redaction = Redaction('{"instances": [{"name": "a", "password": "a"}]}')
    assert json.loads(redaction.config or "")["instances"] == [
        {"name": "a", "password": REPLACEMENT}
    ]
    assert redaction.apply("a line") == "a line"


def bundle_of(path: Path) -> dict[str, str]:
    """The parts of a bundle by name."""
    with tarfile.open(path) as bundle:
        members = [(one, bundle.extractfile(one)) for one in bundle.getmembers()]
        return {one.name.partition("/")[2]: file.read().decode() for one, file in members if file}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that print a secret, and one that does not exist."""
    shown = {
        "journal.txt": ("echo", "signed with", SECRET),
        "unit.txt": ("no-such-command",),
        "links.txt": ("sh", "-c", "echo a link; exit 3"),
        "addresses.txt": ("seq", "1000000"),
        "groups.txt": ("sh", "-c", "echo a group; printf half; exec sleep 60"),
    }
    monkeypatch.setattr(diagnose, "_OUTPUT_MAX", 200_000)
    monkeypatch.setattr(diagnose, "_COMMAND_TIMEOUT", 0.5)
    monkeypatch.setattr(diagnose, "_COMMANDS", shown)


@pytest.mark.usefixtures("commands")
def test_a_bundle_has_all_parts_and_no_secret(tmp_path: Path) -> None:
    config, output = tmp_path / "config.json", tmp_path / "bundle.tar.gz"
    config.write_text(json.dumps(CONFIG))
    written = diagnose.write_bundle(str(tmp_path / "no-socket"), str(config), str(output))
    assert written == str(output)
    assert output.stat().st_mode & 0o777 == 0o600
    parts = bundle_of(output)
    assert json.loads(parts["config.json"])["instances"][0]["password"] == REPLACEMENT
    assert parts["status.json"].startswith("not available: the agent at")
    assert parts["journal.txt"].endswith(f"signed with {REPLACEMENT}\n")
    assert "no-such-command" in parts["unit.txt"]
    # The last three portions of 65536 bytes, of 6888896 bytes: whole lines, and no more.
    command, note, *lines = parts["addresses.txt"].splitlines()
    assert (command, note) == ("$ seq 1000000", "the end of 6888896 bytes:")
    assert lines[-1] == "1000000"
    assert lines == [str(number) for number in range(int(lines[0]), 1_000_001)]
    assert 65536 * 2 < len(parts["addresses.txt"]) < 200_000
    assert parts["groups.txt"].splitlines()[1:] == ["ended after 0.5 s:", "a group"]
    assert parts["links.txt"].endswith("a link\n")
    assert "agent " in parts["about.txt"]
    assert not [name for name, text in parts.items() if SECRET in text or "hunter2" in text]


@pytest.mark.usefixtures("commands")
def test_a_status_that_has_no_end_of_levels_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status: Any = {}
    for _level in range(5000):
        status = {"instances": [status]}

    class Client:
        def __init__(self, _socket: str) -> None: ...

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_arguments: object) -> None: ...

        def status(self) -> Any:
            return status

    monkeypatch.setattr(diagnose, "ControlClient", Client)
    config, output = tmp_path / "config.json", tmp_path / "bundle.tar.gz"
    config.write_text(json.dumps({"instances": []}))
    diagnose.write_bundle("socket", str(config), str(output))
    assert bundle_of(output)["status.json"].startswith("not available")


def test_a_broken_configuration_is_left_out(tmp_path: Path) -> None:
    config, output = tmp_path / "config.json", tmp_path / "bundle.tar.gz"
    config.write_text('{"password": "hunter2"')
    diagnose.write_bundle(str(tmp_path / "no-socket"), str(config), str(output))
    assert bundle_of(output)["config.json"].startswith("not available")


@pytest.mark.usefixtures("commands")
def test_a_file_that_exists_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "bundle.tar.gz"
    output.write_text("mine")
    arguments = ["--socket", str(tmp_path / "none"), "diagnose", "--output", str(output)]
    assert cli.control([*arguments, "--config", str(tmp_path / "none.json")]) == 1
    assert f"vrrpctl: cannot write {output}: File exists" in capsys.readouterr().err
    assert output.read_text() == "mine"


def test_units_are_shown_without_credentials() -> None:
    lines = (
        "SetCredential=key:tulip\nEnvironment=A=rose\nEnvironment=VRRP_AGENT_UNIT=1\nUser=vrrp\n"
    )
    assert without_credentials(lines) == (
        "SetCredential=(left out)\nEnvironment=(left out)\n"
        "Environment=VRRP_AGENT_UNIT=1\nUser=vrrp\n"
    )


@pytest.mark.parametrize(
    "setting",
    [
        "Environment=A=tulip",
        "  SetCredential=a:tulip",
        "SetCredential = a:tulip",
        "SetCredentialEncrypted\t=\ttulip",
        "SetCredential=a:\\\ntulip",
        "Environment=A=1 \\\n B=tulip",
        "Environment=A=1 \\\n# a comment\n ; another\n B=2 \\\nC=tulip",
        "Environment=VRRP_AGENT_UNIT=1 B=tulip",
        "Environment=VRRP_AGENT_UNIT=1 \\\nB=tulip",
    ],
)
def test_a_value_of_a_unit_is_left_out_however_it_is_written(setting: str) -> None:
    shown = without_credentials(f"[Service]\n{setting}\nUser=vrrp\n")
    assert "tulip" not in shown
    assert shown.startswith("[Service]\n")
    assert shown.endswith("(left out)\nUser=vrrp\n")
