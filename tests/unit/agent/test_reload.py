# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of a running agent, and the moment at which it is replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from _vrrp.agent.host_check import refuse_on_host
from _vrrp.agent.reload import Reload
from _vrrp.base.errors import ConfigError, ControlError
from _vrrp.base.units import seconds
from _vrrp.control.protocol import digest
from _vrrp.engine.host.links import Link
from _vrrp.runtime import clock

NOON = 1_800_000_000  # Seconds since 1970.


class Clock:
    """A clock that only moves when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.elapsed = 0.0
        monkeypatch.setattr(clock, "now", lambda: seconds(self.elapsed))
        monkeypatch.setattr(clock, "wall_nanoseconds", lambda: seconds(NOON + self.elapsed))


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that starts at noon."""
    return Clock(monkeypatch)


def text(**settings: Any) -> str:
    web = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
    return json.dumps({"instances": [{**web, **settings}]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The configuration file, which has been read."""
    path = tmp_path / "config.json"
    path.write_text(text())
    return path


LINKS = {"eth0": Link(2, "eth0", True, bytes(6))}


@pytest.fixture
def applied() -> list[int]:
    """The VRIDs of the configurations that have been applied."""
    return []


@pytest.fixture
def configuration(file: Path, applied: list[int]) -> Reload:
    """The configuration of an agent on a host with the interface eth0."""
    return Reload(
        str(file),
        text(),
        lambda config: refuse_on_host(config, LINKS),
        lambda config: applied.append(config.instances[0].vrid),
    )


@pytest.mark.usefixtures("time")
def test_a_reload_without_a_moment_is_applied_at_once(
    file: Path, configuration: Reload, applied: list[int]
) -> None:
    file.write_text(text(vrid=52))
    assert configuration.reload()
    assert not configuration.reload()
    assert applied == [52, 52]
    assert configuration.next_deadline() is None


def test_a_reload_at_a_moment_is_applied_then(
    file: Path, configuration: Reload, applied: list[int], time: Clock
) -> None:
    file.write_text(text(vrid=52))
    assert configuration.reload(at=NOON + 5)
    assert configuration.scheduled_digest == digest(text(vrid=52))
    assert (configuration.text, configuration.next_deadline()) == (text(), seconds(5))
    time.elapsed = 4.999
    configuration.run_due(clock.now())
    assert applied == []
    time.elapsed = 5
    configuration.run_due(clock.now())
    assert applied == [52]
    assert configuration.text == text(vrid=52)
    assert configuration.scheduled_digest is None


def test_a_moment_that_has_passed_is_now(
    file: Path, configuration: Reload, applied: list[int], time: Clock
) -> None:
    time.elapsed = 10
    file.write_text(text(vrid=52))
    configuration.reload(at=NOON + 5)
    assert applied == [52]


def test_nothing_is_scheduled_that_would_change_nothing(
    configuration: Reload, applied: list[int], time: Clock
) -> None:
    # A deployment waits for what is scheduled, and every operator may reload.
    assert not configuration.reload(at=NOON + 590)
    assert configuration.scheduled_digest is None
    assert configuration.next_deadline() is None


def test_a_later_reload_takes_the_place_of_a_scheduled_one(
    file: Path, configuration: Reload, applied: list[int], time: Clock
) -> None:
    file.write_text(text(vrid=52))
    configuration.reload(at=NOON + 5)
    file.write_text(text(vrid=53))
    configuration.reload()
    time.elapsed = 6
    configuration.run_due(clock.now())
    assert applied == [53]


def test_what_can_not_be_applied_is_refused_when_it_is_scheduled(
    file: Path, configuration: Reload, applied: list[int], time: Clock
) -> None:
    file.write_text(text(interface="eth9"))
    with pytest.raises(ConfigError, match=r"instances\[0\].interface: eth9 does not exist"):
        configuration.reload(at=NOON + 5)
    file.write_text(text(vrid=52))
    with pytest.raises(ControlError, match="more than 600 seconds ahead"):
        configuration.reload(at=NOON + 601)
    time.elapsed = 700
    assert configuration.next_deadline() is None
    assert applied == []


def test_a_refused_file_is_reported_until_one_is_taken(
    time: Clock, file: Path, configuration: Reload
) -> None:
    time.elapsed = 10
    file.write_text(text(vrid=256))
    with pytest.raises(ConfigError):
        configuration.reload()
    assert configuration.problem == "instances[0].vrid: 256 is not in 1..255"
    assert configuration.loaded_at == 0
    time.elapsed = 20
    file.write_text(text(vrid=52))
    configuration.reload()
    assert configuration.problem is None
    assert configuration.loaded_at == seconds(20)
