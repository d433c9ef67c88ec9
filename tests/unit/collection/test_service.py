# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running agent that gets another configuration, or another version."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import key_rotation, service
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install.templates import (
    agent_unit,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.errors import (
    NOT_RESTARTED,
    ControlError,
)

DIGEST = agent_unit().partition("Environment=VRRP_AGENT_UNIT=")[2].partition("\n")[0]
SHOW = ("systemctl", "show", "--property=UnitFileState,ActiveState", "vrrp-agent.service")
CONFIG = '{"instances": [{"name": "web", "hmac": {"keys": [{"id": 1, "secret": "x"}]}}]}'
WANTED = {"instances": [{"name": "web", "hmac": {"keys": [{"id": 2, "secret": "y"}]}}]}


class Client:
    """A connection to an agent that refuses everything, or accepts it."""

    refuses = ""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_arguments: object) -> None:
        pass

    def reload(self, _moment: float | None) -> bool:
        if self.refuses:
            raise ControlError("invalid_config", self.refuses)
        return True

    def restart(self) -> int:
        return 4711


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are written as the configuration."""
    found: list[str] = []
    monkeypatch.setattr(service, "write_config", lambda _host, text: found.append(text))
    monkeypatch.setattr(key_rotation, "write_config", lambda _host, text: found.append(text))
    monkeypatch.setattr(key_rotation, "read", lambda _path: CONFIG)
    monkeypatch.setattr(service, "ControlClient", Client)
    return found


def host(answers: dict[tuple[str, ...], str] | None = None) -> Host:
    """A host whose commands print this."""

    def run(command: Any) -> tuple[int, str, str]:
        return 0, (answers or {}).get(tuple(command), ""), ""

    return Host(run, lambda name: name, check_mode=False)


def test_a_configuration_that_the_agent_refuses_is_replaced_by_the_one_before(
    monkeypatch: pytest.MonkeyPatch, written: list[str]
) -> None:
    service.apply_config(host(), "before")
    assert written == []
    monkeypatch.setattr(Client, "refuses", "the service has no such credential")
    with pytest.raises(HostError, match="refuses this one: the service has no such credential"):
        service.apply_config(host(), "before")
    assert written == ["before"]


def test_keys_are_left_alone_on_a_host_whose_agent_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, written: list[str]
) -> None:
    monkeypatch.setattr(key_rotation, "running_status", lambda: None)
    runs = host({SHOW: "UnitFileState=enabled\nActiveState=active\n"})
    with pytest.raises(HostError, match="the agent runs and does not answer"):
        key_rotation.rotate_keys(runs, WANTED, "accept")
    assert written == []
    key_rotation.rotate_keys(host({SHOW: "ActiveState=inactive\n"}), WANTED, "accept")
    assert len(written) == 1


def runs_under(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let an agent run that was started under the unit of this version; another may be there."""
    status = {"agent": {"unit": DIGEST, "bundle": "new", "config": "c"}}
    monkeypatch.setattr(service, "running_status", lambda: status)
    monkeypatch.setattr(service, "read", lambda _path: text)


@pytest.mark.parametrize("text", ["", agent_unit().replace(DIGEST, "another")])
def test_an_agent_under_another_unit_is_restarted_by_systemd(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    runs_under(monkeypatch, text)
    restarted = host()
    service.restart(restarted)
    assert "restart the service: the systemd unit of the running agent has changed" in (
        restarted.changes
    )


@pytest.mark.parametrize(("digest", "expected"), [(DIGEST, False), ("another", True)])
def test_another_unit_alone_takes_a_restart(
    monkeypatch: pytest.MonkeyPatch, digest: str, expected: bool
) -> None:
    runs_under(monkeypatch, agent_unit().replace(DIGEST, digest))
    runs = host({SHOW: "UnitFileState=enabled\nActiveState=active\n"})
    found = service.ensure_service(runs, "new", None, None)
    assert (found.restart_required, found.unit_changed) == (expected, expected)


@pytest.mark.usefixtures("written")
def test_a_version_before_that_does_not_run_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    runs_under(monkeypatch, "")
    with pytest.raises(HostError, match="old is back, and does not run"):
        service.restart_into_previous(host(), "old")


@pytest.mark.usefixtures("written")
def test_a_process_that_cannot_hand_over_to_the_version_before_is_restarted_by_systemd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs_under(monkeypatch, agent_unit())
    monkeypatch.setattr(Client, "restart", refuse_restart)
    restarted = host()
    with pytest.raises(HostError, match="old is back, and does not run"):
        service.restart_into_previous(restarted, "old")
    assert restarted.changes == [
        "restart the agent into old",
        "restart the service: the standby has ended",
    ]


def refuse_restart(_client: Client) -> int:
    raise ControlError(NOT_RESTARTED, "the standby has ended")


@pytest.mark.usefixtures("written")
def test_a_restart_that_did_not_take_place_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    runs_under(monkeypatch, agent_unit())
    monkeypatch.setattr(service, "_NOTIFIED_WITHIN", 0.0)
    with pytest.raises(HostError, match="is the same process"):
        service.restart(host())


@pytest.mark.usefixtures("written")
def test_systemd_may_learn_of_the_new_process_a_moment_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs_under(monkeypatch, agent_unit())
    monkeypatch.setattr(service, "_POLL", 0.0)
    known = iter(["MainPID=1", "MainPID=1", "MainPID=1", "MainPID=2"])
    service.restart(Host(lambda _command: (0, next(known), ""), lambda name: name, False))
    assert list(known) == []
