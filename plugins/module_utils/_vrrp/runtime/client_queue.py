# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Turns among the clients of the control socket: each user has as many as the others."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Deque, Generic, Hashable, TypeVar

Client = TypeVar("Client", bound=Hashable)


class ClientQueue(Generic[Client]):
    """Clients with work to do. ``next`` goes round the users, and round the clients of a user.
    Mutable.
    """

    def __init__(self) -> None:
        self._users: OrderedDict[int, Deque[Client]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._users)

    def add(self, user: int, client: Client) -> None:
        """Queue a client behind the others of its user; nothing happens if it is queued."""
        waiting = self._users.setdefault(user, deque())
        if client not in waiting:
            waiting.append(client)

    def next(self) -> Client:
        """Remove and return the client whose turn it is; its user comes last from now on."""
        user, waiting = next(iter(self._users.items()))
        client = waiting.popleft()
        self._users.move_to_end(user)
        if not waiting:
            del self._users[user]
        return client

    def discard(self, user: int, client: Client) -> None:
        """Remove a client, if it is queued."""
        waiting = self._users.get(user)
        if waiting is not None and client in waiting:
            waiting.remove(client)
            if not waiting:
                del self._users[user]
