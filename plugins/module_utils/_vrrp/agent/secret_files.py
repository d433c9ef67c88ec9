# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Reading the files of secrets that a configuration names.

A name without a slash is that of a credential, which systemd passes on to the service when it
starts (LoadCredential=, LoadCredentialEncrypted=; systemd.exec(5)).
"""

from __future__ import annotations

import os
import stat

from ..base.constants import AGENT_USER
from ..runtime.files import open_regular
from ..runtime.identity import Identity

_LENGTH_MAX = 4096
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
_CREDENTIALS_OF_SERVICE = "/run/credentials/vrrp-agent.service"


def read_secret_file(name: str) -> str:
    """Return the content of a file or a credential; raises ValueError."""
    if name.startswith("/"):
        return _read(name)
    return _credential(os.environ.get(_CREDENTIALS, ""), name)


def _credential(directory: str, name: str) -> str:
    path = os.path.join(directory, name)
    if not directory or not os.path.exists(path):
        raise ValueError(
            "the service has no such credential: name it in LoadCredential= of the unit, and "
            "restart the service"
        )
    return _read(path)


def read_as_agent(name: str) -> str | None:
    """Return the content of a file, read with the rights of the agent if this process is root; None
    for a credential of a service that does not run, or that this process can't see. Raises
    ValueError.
    """
    if not name.startswith("/"):
        directory = _CREDENTIALS_OF_SERVICE
        return _credential(directory, name) if os.access(directory, os.R_OK) else None
    with _agent().assumed():
        return _read(name)


def _agent() -> Identity:
    try:
        return Identity.of(AGENT_USER) if os.geteuid() == 0 else Identity()
    except KeyError:
        return Identity()  # The agent has not been installed, so this is no check for it.


def _read(path: str) -> str:
    """Return the content of a file that not everybody can read; raises ValueError."""
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
                raise ValueError("everybody can read it: take that right away (chmod o-r)")
            return file.read(_LENGTH_MAX).decode()
    except UnicodeDecodeError:
        raise ValueError("it is no text") from None
    except OSError as error:
        why = error.strerror
        raise ValueError(f"it can't be read as the user {AGENT_USER}: {why}") from None
