# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Announcements under way: the first round at once, the repetitions in portions.

An interface takes only so many frames at a time. Those that it has no room for are sent later, so
that an announcement is postponed and never dropped, and nothing waits for it.
"""

from __future__ import annotations

from typing import Dict, List, Sequence, Tuple

from ..base.units import Nanoseconds, earliest, milliseconds
from .actions import SendFrames
from .handover import AnnouncementState
from .router.rendering import Announcing

_FRAMES_MAX = 64  # At a time: a small part of a millisecond.
_RETRY_AFTER = milliseconds(10)


class _Rest:
    """The frames that an announcement has still to send, from ``due_at`` on. Mutable."""

    def __init__(self, frames: Sequence[bytes], pause: Nanoseconds, due_at: Nanoseconds) -> None:
        self.frames = frames
        self.pause = pause
        self.due_at = due_at
        self.sent = 0

    @property
    def is_over(self) -> bool:
        return self.sent >= len(self.frames)

    def take(self, now: Nanoseconds) -> Tuple[bytes, ...]:
        """Return the frames that are due now."""
        begin, count = self.sent, 1 if self.pause else _FRAMES_MAX
        self.sent += count
        self.due_at = now + self.pause
        return tuple(self.frames[begin : begin + count])


class Announcements:
    """The announcements of all routers that are not complete. Mutable."""

    def __init__(self) -> None:
        self._rests: Dict[Tuple[str, int], _Rest] = {}

    def begin(self, action: Announcing, now: Nanoseconds) -> SendFrames:
        """Begin an announcement, in place of one that is under way; returns what is sent at once:
        each frame, or with a pause the first.
        """
        whole = action.frames * action.count
        first = 1 if action.pause else len(action.frames)
        self._keep(action.router, action.index, whole[first:], action.pause, now + action.pause)
        return SendFrames(action.router, action.index, whole[:first])

    def refused(self, action: SendFrames, now: Nanoseconds) -> None:
        """Send these frames again, as the interface had no room for them."""
        rest = self._rests.get((action.router, action.index))
        later = tuple(rest.frames[rest.sent :]) if rest else ()
        pause = rest.pause if rest else 0
        self._keep(action.router, action.index, action.frames + later, pause, now + _RETRY_AFTER)

    def cancel(self, router: str) -> None:
        """Send no more frames of a router: the addresses are another one's."""
        for key in [one for one in self._rests if one[0] == router]:
            del self._rests[key]

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time at which ``due`` has something to send; None for never."""
        if not self._rests:
            return None
        return earliest(one.due_at for one in self._rests.values())

    def due(self, now: Nanoseconds) -> List[SendFrames]:
        """Return the frames that are due now, and not too many at a time."""
        found: List[SendFrames] = []
        frames = 0
        for (router, index), rest in list(self._rests.items()):
            if rest.due_at <= now and frames < _FRAMES_MAX:
                found.append(SendFrames(router, index, rest.take(now)))
                frames += len(found[-1].frames)
                # Behind the others, which may have waited for it.
                del self._rests[router, index]
                if not rest.is_over:
                    self._rests[router, index] = rest
        return found

    def export(self) -> List[AnnouncementState]:
        """Return what is still to be sent, for another process."""
        return [
            {
                "router": router,
                "index": index,
                "frames": [frame.hex() for frame in rest.frames[rest.sent :]],
                "pause": rest.pause,
                "due_at": rest.due_at,
            }
            for (router, index), rest in self._rests.items()
        ]

    def restore(self, state: Sequence[AnnouncementState]) -> None:
        """Go on where another process has stopped."""
        for one in state:
            frames = [bytes.fromhex(frame) for frame in one["frames"]]
            self._keep(one["router"], one["index"], frames, one["pause"], one["due_at"])

    def _keep(
        self,
        router: str,
        index: int,
        frames: Sequence[bytes],
        pause: Nanoseconds,
        due_at: Nanoseconds,
    ) -> None:
        self._rests.pop((router, index), None)
        if frames:
            self._rests[router, index] = _Rest(frames, pause, due_at)
