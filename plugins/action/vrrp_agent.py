# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of vrrp_agent: builds the bundle, and transfers it where it is missing."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.failover.vrrp.plugins.module_utils._install import bundle, paths
from ansible_collections.failover.vrrp.plugins.module_utils._install.templates import (
    HELPER_SOCKET_TEXT,
    TIME_SYNC_TEXT,
    agent_unit,
    helper_unit,
    metrics_socket,
    metrics_unit,
)
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.agent.version import VERSION
from ansible_collections.failover.vrrp.plugins.plugin_utils._module_action import (
    notice_dead_host,
    without_orders,
)

_LIBRARIES = ("pyroute2", "prometheus_client")


class ActionModule(ActionBase):
    """Action plugin of the module vrrp_agent."""

    TRANSFERS_FILES = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> t.Any:
        """Run the module, with the archive if the host needs it."""
        notice_dead_host(self._connection)  # Before the first contact.
        super().run(tmp, task_vars)
        arguments = self._task.args.copy()
        self._refuse_controller(arguments)
        state = arguments.get("state", "present")
        if state not in ("present", "previous"):
            return self._run_module(arguments, task_vars)
        sources = _sources()
        arguments["bundle"] = bundle.name_of(VERSION, sources)
        if state == "present" and not self._has(arguments["bundle"]):
            arguments["archive"] = self._bring(bundle.pack(sources))
        result = self._run_module(arguments, task_vars)
        if "archive" in arguments:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _run_module(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> t.Any:
        return without_orders(self._execute_module(module_args=arguments, task_vars=task_vars))

    def _refuse_controller(self, arguments: dict[str, t.Any]) -> None:
        """Raise AnsibleActionFail for a local connection, unless it is meant."""
        if self._connection.transport == "local" and not boolean(
            arguments.get("allow_local", False)
        ):
            raise AnsibleActionFail(
                "ansible_connection is local, so this would change the controller: leave the host "
                "out of the play, or set vrrp_allow_local (in a task, allow_local) to true"
            )

    def _has(self, name: str) -> bool:
        """Whether the host has the bundle of that name; checked without root."""
        command = f"test -d {paths.VERSIONS}/{name}"
        return bool(self._low_level_execute_command(command, sudoable=False)["rc"] == 0)

    def _bring(self, packed: bytes) -> str:
        """Transfer the archive; returns its path on the host."""
        remote = self._connection._shell.join_path(self._remote_directory(), "vrrp-agent.zip")
        with tempfile.NamedTemporaryFile() as file:
            file.write(packed)
            file.flush()
            self._transfer_file(file.name, remote)
        self._fixup_perms2([self._connection._shell.tmpdir, remote])
        return remote

    def _remote_directory(self) -> str:
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        return self._connection._shell.tmpdir


def _sources() -> list[bundle.Source]:
    """Return the files of this collection's agent, and of the libraries of this controller."""
    here = os.path.dirname(os.path.abspath(__file__))
    agent = os.path.join(os.path.dirname(here), "module_utils", "_vrrp")
    # The unit is not imported, but another unit is another version.
    helper = helper_unit(as_root=False) + helper_unit(as_root=True) + HELPER_SOCKET_TEXT
    metrics = metrics_unit(compatible=False, bundle="") + metrics_socket("")
    texts = agent_unit() + TIME_SYNC_TEXT + helper + metrics
    unit = ("vrrp-agent.service", texts.encode())
    packages = [agent, *map(_library, _LIBRARIES)]
    return [*(file for one in packages for file in bundle.read_package(one)), unit]


def _library(name: str) -> str:
    """Return the directory of a library; raises AnsibleActionFail."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise AnsibleActionFail(
            f"{name} is needed on the controller, in the Python that runs Ansible: "
            "install what the collection's requirements.txt names"
        )
    return found.submodule_search_locations[0]
