# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files in directories that other processes may write."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from _vrrp.agent import cleanup
from _vrrp.agent.cleanup import forget_recoveries
from _vrrp.linux import sysctl
from _vrrp.runtime.files import read_json, read_regular, replace_file
from _vrrp.runtime.storage import Storage

pytestmark = pytest.mark.finding("E3")


def test_a_link_is_replaced_and_its_target_is_not_written(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / "state.json.new").symlink_to(target)
    (tmp_path / "state.json").symlink_to(target)
    replace_file(str(tmp_path), "state.json", "{}", durable=True)
    assert target.read_text() == "precious"
    assert not (tmp_path / "state.json").is_symlink()
    assert read_json(str(tmp_path), "state.json") == {}
    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600


def test_neither_a_link_nor_a_pipe_is_read(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "fifo.json")
    whys = {"link.json": "symbolic links", "fifo.json": "no regular", "missing.json": "No such"}
    for name, why in whys.items():
        assert read_json(str(tmp_path), name) is None
        with pytest.raises(OSError, match=why):
            read_regular(str(tmp_path / name))


@pytest.mark.parametrize(
    "name", ["ipv4/conf/../ip_forward", "../kernel/hostname", "ipv4/ip_forward", "/etc/x", ""]
)
def test_only_settings_of_interfaces_are_restored(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysctl, "_ROOT", str(tmp_path / "net"))
    written: list[str] = []
    monkeypatch.setattr(sysctl, "write", lambda found, _value: written.append(found))
    storage = Storage(str(tmp_path))
    storage.save_sysctls({name: "1", "ipv4/conf/eth0.5/arp_ignore": "0"})
    for found, value in storage.load_sysctls().items():
        sysctl.restore_setting(found, value)
    assert written == ["ipv4/conf/eth0.5/arp_ignore"]


@pytest.mark.finding("E9")
def test_records_that_can_not_be_written_do_not_stop_an_agent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(json.dumps({}))
    impossible = Storage(str(tmp_path / "file" / "below"))
    with pytest.raises(NotADirectoryError):
        impossible.save_sysctls({})
    forget_recoveries(impossible)
    store = sysctl.SysctlStore(impossible.save_sysctls, impossible.load_sysctls)
    store.restore("ipv4/")


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("w") as file:
        file.truncate(1 << 32)
    assert read_json(str(tmp_path), "large.json") is None


def test_a_step_of_the_clean_up_that_fails_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[str] = []

    def fail(*_arguments: object) -> None:
        raise OverflowError("cannot convert float infinity to integer")

    monkeypatch.setattr(cleanup, "_clean_up_recoveries", fail)
    monkeypatch.setattr(cleanup, "_remove_marked", lambda: done.append("marked"))
    monkeypatch.setattr(cleanup, "_restore_sysctls", lambda _storage: done.append("sysctls"))
    cleanup.clean_up(Storage(str(tmp_path)), {})
    assert done == ["marked", "sysctls"]
