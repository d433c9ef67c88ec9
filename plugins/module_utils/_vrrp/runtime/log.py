# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Log lines for the journal or a terminal."""

from __future__ import annotations

import logging
import os
import sys

LOGGER = logging.getLogger("vrrp-agent")

# What the journal understands at the beginning of a line (sd-daemon(3)).
_PRIORITIES = {logging.ERROR: "<3>", logging.WARNING: "<4>", logging.INFO: "<6>"}


class _JournalFormatter(logging.Formatter):
    """The journal has the time; the line begins with its severity."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with its severity in front."""
        return _PRIORITIES.get(record.levelno, "<6>") + super().format(record)


def set_up() -> logging.Logger:
    """Log to standard error, in the form for the journal or for a terminal."""
    handler = logging.StreamHandler(sys.stderr)
    if os.environ.get("JOURNAL_STREAM"):
        handler.setFormatter(_JournalFormatter("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03d %(message)s", "%H:%M:%S"))
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    return LOGGER
