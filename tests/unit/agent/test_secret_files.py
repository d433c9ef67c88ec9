# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in files that the configuration names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from _vrrp.agent import secret_files
from _vrrp.agent.config_file import parse
from _vrrp.agent.redaction import REPLACEMENT, Redaction
from _vrrp.agent.secret_files import read_as_agent, read_secret_file
from _vrrp.base.errors import ConfigError
from _vrrp.model.config import build_config
from _vrrp.model.secret_files import resolve_secrets

SECRET = "abcdefghijklmnopqrstuvwxyz012345"
WEB = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.1/24", "::1:2/64"]}


def config_of(**settings: Any) -> Any:
    """A configuration of one instance."""
    return build_config({"instances": [{**WEB, **settings}]})


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A file with a secret."""
    path = tmp_path / "key"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path


def test_secrets_of_keys_and_passwords_are_those_of_the_files() -> None:
    contents = {"/keys/one": SECRET + "\n", "two": "hex:" + "5a" * 32, "/password": "tulip\n"}
    keys = [{"id": 1, "secret_file": "/keys/one"}, {"id": 2, "secret_file": "two"}]
    signed = resolve_secrets(config_of(hmac={"keys": keys}), contents.get)
    assert [[key.secret for key in one.hmac.keys] for one in signed.instances if one.hmac] == [
        [SECRET.encode(), b"\x5a" * 32],
        [SECRET.encode(), b"\x5a" * 32],
    ]
    old = {"version": 2, "addresses": ["192.0.2.1/24"], "password_file": "/password"}
    assert resolve_secrets(config_of(**old), contents.get).instances[0].password == "tulip"


def test_another_content_is_another_configuration_and_another_path_is_not() -> None:
    first, second = (
        config_of(hmac={"keys": [{"id": 1, "secret_file": path}]}) for path in ("/a", "/b")
    )
    assert resolve_secrets(first, lambda _path: SECRET) == resolve_secrets(
        second, lambda _path: SECRET
    )
    other = resolve_secrets(first, lambda _path: SECRET[::-1])
    assert other != resolve_secrets(first, lambda _path: SECRET)


def test_a_key_whose_secret_is_not_known_signs_for_nobody() -> None:
    (one, _other) = config_of(hmac={"keys": [{"id": 1, "secret_file": "/a"}]}).instances
    assert one.hmac.secret(1) is None


def test_all_problems_are_named_once_and_without_the_secret(tmp_path: Path, key: Path) -> None:
    key.write_text("too short")
    keys = [
        {"id": 1, "secret_file": str(key)},
        {"id": 2, "secret_file": str(tmp_path / "missing")},
    ]
    with pytest.raises(ConfigError) as caught:
        resolve_secrets(config_of(hmac={"keys": keys}), read_secret_file)
    assert str(caught.value).splitlines() == [
        f"instances[0].hmac.keys[0].secret_file: {key}: the secret does not have 32 to 64 bytes",
        f"instances[0].hmac.keys[1].secret_file: {tmp_path}/missing: it can't be read as the user "
        "vrrp: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"id": 1}, "hmac.keys[0]: has to have either secret or secret_file"),
        (
            {"id": 1, "secret": SECRET, "secret_file": "/x"},
            "hmac.keys[0]: has to have either secret or secret_file",
        ),
        (
            {"id": 1, "secret_file": "keys/one"},
            "hmac.keys[0].secret_file: 'keys/one' is not an absolute path or the name of a "
            "credential of the service (systemd.exec(5))",
        ),
    ],
)
def test_a_key_has_one_secret(keys: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_of(hmac={"keys": [keys]})
    assert str(caught.value) == f"instances[0].{problem}"


def test_a_password_is_set_once() -> None:
    with pytest.raises(ConfigError, match="password_file: has no effect beside password"):
        config_of(version=2, addresses=["192.0.2.1/24"], password="a", password_file="/b")


def test_a_file_that_everybody_can_read_is_refused(key: Path) -> None:
    assert read_secret_file(str(key)) == f"{SECRET}\n"
    key.chmod(0o644)
    with pytest.raises(ValueError, match="everybody can read it"):
        read_secret_file(str(key))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    for path in (tmp_path / "fifo", Path("/dev/zero")):
        with pytest.raises(ValueError, match="no regular file"):
            read_secret_file(str(path))


def test_a_credential_is_that_of_the_service(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="the service has no such credential"):
        read_secret_file("key")
    assert read_as_agent("key") is None
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(key.parent))
    assert read_secret_file("key") == f"{SECRET}\n"
    with pytest.raises(ValueError, match="the service has no such credential"):
        read_secret_file("other")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_check_by_root_reads_what_the_agent_can_read(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_as_agent(str(key)) == f"{SECRET}\n"
    monkeypatch.setattr(secret_files, "AGENT_USER", "nobody")
    with pytest.raises(ValueError, match="can't be read as the user nobody: Permission denied"):
        read_as_agent(str(key))


def test_a_diagnosis_has_no_secret_of_a_file(key: Path) -> None:
    text = f'{{"instances": [{{"hmac": {{"keys": [{{"id": 1, "secret_file": "{key}"}}]}}}}]}}'
    assert Redaction(text).apply(f"a {SECRET} b") == f"a {REPLACEMENT} b"


def test_a_text_is_parsed_with_its_secrets(key: Path) -> None:
    text = (
        '{"instances": [{"name": "web", "interface": "eth0", "vrid": 1, "addresses": '
        f'["192.0.2.1/24"], "hmac": {{"keys": [{{"id": 1, "secret_file": "{key}"}}]}}}}]}}'
    )
    (one,) = parse(text).instances
    assert one.hmac is not None
    assert one.hmac.secret(1) == SECRET.encode()
