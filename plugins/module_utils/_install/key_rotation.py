# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The replacement of keys on one host: its configuration, and the agent that applies it."""

from __future__ import annotations

import json

from .._vrrp.base.paths import CONFIG
from .._vrrp.control.protocol import digest
from . import paths
from .config_file import text_of, validate, write_config
from .host import Host, HostError, read
from .key_stages import Settings, with_keys
from .service import apply_config, is_active, running_status


def rotate_keys(host: Host, wanted: Settings, stage: str) -> Settings:
    """Bring the keys of the host to a stage on the way to those of the wanted configuration;
    returns the new configuration, raises HostError.
    """
    before = read(CONFIG)
    config = with_keys(_parsed(before), wanted, stage)
    text, status = text_of(config), running_status()
    if status is None and is_active(host):
        # Its keys are not known, and the other hosts would go on without it.
        raise HostError("the agent runs and does not answer: restart its service first")
    if text != before:
        validate(host, text, paths.DAEMON, "check")
        write_config(host, text)
    # An earlier run may have ended between the file and the agent.
    if status is not None and status["agent"]["config"] != digest(text):
        apply_config(host, before)
    return config


def _parsed(text: str | None) -> Settings:
    try:
        found = json.loads(text or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise HostError(f"{CONFIG} holds no configuration: deploy the agent to this host first")
    return found
