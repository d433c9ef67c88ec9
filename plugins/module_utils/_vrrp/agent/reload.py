# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The current configuration, and its replacement by that of the file.

The replacement is applied at once, or at a moment that several hosts share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Tuple

from ..base.errors import ConfigError, ControlError
from ..base.units import Nanoseconds, seconds
from ..control.protocol import digest
from ..model.instance import Config
from ..runtime import clock
from ..runtime.log import LOGGER
from .config_file import parse, read

# Hosts that share a moment are notified shortly before it.
_DELAY_MAX = seconds(600)


@dataclass(frozen=True)
class _Scheduled:
    """A valid configuration that is applied at ``at``."""

    at: Nanoseconds
    text: str
    config: Config


class Reload:
    """The configuration of the file at ``path``, at first that of ``text``. Mutable.

    ``refuse`` raises ConfigError for a configuration that is wrong on this host, and ``apply`` puts
    one into effect. ``loaded_at`` is the time at which the file was last read and accepted, and
    ``problem`` the reason why it was refused after that, None if it was not. Raises ConfigError.
    """

    def __init__(
        self,
        path: str,
        text: str,
        refuse: Callable[[Config], None],
        apply: Callable[[Config], None],
    ) -> None:
        self.config = parse(text)
        self.text = text
        self._path = path
        self._refuse = refuse
        self._apply = apply
        self._scheduled: _Scheduled | None = None
        self.loaded_at = clock.now()
        self.problem: str | None = None

    @property
    def scheduled_digest(self) -> str | None:
        """The digest of the configuration that is still to be applied."""
        return None if self._scheduled is None else digest(self._scheduled.text)

    def reload(self, at: float | None = None) -> bool:
        """Apply the file, at once or at ``at`` (seconds of the wall clock); returns whether it has
        changed.

        A later reload takes the place of one that has not been applied yet. Raises ConfigError, or
        ControlError for a moment that is too far ahead, and then changes nothing.
        """
        text, config = self._read()
        changed = config != self.config
        delay = 0 if at is None else seconds(at) - clock.wall_nanoseconds()
        if delay > _DELAY_MAX:
            ahead = f"more than {_DELAY_MAX // seconds(1)} seconds ahead of this host's clock"
            raise ControlError("bad_request", f"at: {ahead}")
        if delay > 0 and text == self.text:
            self._scheduled = None
            return False  # There is nothing to wait for.
        self._scheduled = _Scheduled(clock.now() + delay, text, config)
        if delay > 0:
            LOGGER.info("the configuration will be applied in %.1f seconds", delay / seconds(1))
        else:
            self._take(self._scheduled)
        return changed

    def _read(self) -> Tuple[str, Config]:
        """Return the file's text and its configuration; raises ConfigError, which is kept."""
        try:
            text = read(self._path)
            config = parse(text)
            self._refuse(config)
        except ConfigError as error:
            self.problem = str(error)
            raise
        self.problem, self.loaded_at = None, clock.now()
        return text, config

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time of the next call of ``run_due``."""
        return None if self._scheduled is None else self._scheduled.at

    def run_due(self, now: Nanoseconds) -> None:
        """Apply a configuration whose moment has come."""
        if self._scheduled is not None and self._scheduled.at <= now:
            self._take(self._scheduled)

    def _take(self, scheduled: _Scheduled) -> None:
        changed = scheduled.config != self.config
        self._scheduled = None
        self.config, self.text = scheduled.config, scheduled.text
        self._apply(scheduled.config)
        LOGGER.info("configuration %s", "applied" if changed else "read again, nothing changed")
