# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The client of a running agent, for the modules and ``vrrpctl``."""

from __future__ import annotations

import socket
import time
from types import TracebackType
from typing import Any, Iterator, Sequence, Type

from ..base.errors import ControlError
from ..base.paths import CONTROL_SOCKET
from ..model.status import IntentAnswer, Status, TransitionMessage
from .answers import ANSWER_BYTES_MAX, fit, parse_answer, refusal
from .login import login_name
from .protocol import (
    BY_MAX,
    PROTOCOL_VERSION,
    RELOAD,
    RESTART,
    SET_INTENT,
    STATUS,
    WATCH,
    encode,
)

_RESTART_TIMEOUT = 60.0  # Seconds; the agent itself gives up before.
_RETRY_AFTER = 0.02  # Seconds.
_ANSWER_MAX = 60.0  # Seconds for the whole of one, however slowly its parts come.
_CHUNK = 1 << 16


class ControlClient:
    """A connection to the agent at ``path``; ``timeout`` in seconds is for each part of an answer.

    Every method raises ControlError: ``unreachable`` when no agent answers, otherwise with the
    code and the message of the agent.
    """

    def __init__(self, path: str = CONTROL_SOCKET, timeout: float = 10.0) -> None:
        self._path = path
        self._timeout: float | None = timeout
        self._received = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            self._connect(time.monotonic() + timeout)
        except OSError as error:
            self._socket.close()
            raise self._unreachable(error) from None

    def _connect(self, deadline: float) -> None:
        """Connect; while too many others wait for that, try again. Raises OSError."""
        while True:
            try:
                self._socket.connect(self._path)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_RETRY_AFTER)

    def __enter__(self) -> ControlClient:
        return self

    def __exit__(
        self,
        kind: Type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def status(self, instances: Sequence[str] | None = None) -> Status:
        """Return the status of all instances, or of those named."""
        chosen = {} if instances is None else {"instances": list(instances)}
        answer: Status = self._fit(self._request(STATUS, **chosen), Status)
        return answer

    def set_intent(
        self,
        instance: str | None,
        intent: str,
        *,
        force: bool = False,
        dry_run: bool = False,
        by: str | None = None,
    ) -> IntentAnswer:
        """Set the intent ``auto``, ``master`` or ``backup`` of an instance; of all when it is None.

        Returns the number of the change, and the status of the instances that it concerns. With
        ``dry_run`` nothing is changed, and the status is what it would be. ``by`` is the operator's
        name; when it is left out, that of the login.
        """
        name = login_name() if by is None else by
        wanted = {"instance": instance, "intent": intent, "force": force, "by": name[:BY_MAX]}
        if dry_run:  # An agent of an older version refuses the field.
            wanted["dry_run"] = True
        answer: IntentAnswer = self._fit(self._request(SET_INTENT, **wanted), IntentAnswer)
        return answer

    def reload(self, at: float | None = None) -> bool:
        """Let the agent read the configuration file again, and apply it at once, or at ``at`` in
        seconds since 1970; returns whether it had changed.
        """
        when = {} if at is None else {"at": at}  # An agent of an older version refuses the field.
        changed: bool = self._fit(self._request(RELOAD, **when).get("changed"), bool)
        return changed

    def restart(self) -> int:
        """Restart the agent without a gap; returns the process ID of the new one when it serves."""
        self._timeout = _RESTART_TIMEOUT
        pid: int = self._fit(self._request(RESTART).get("pid"), int)
        return pid

    def watch(self) -> Iterator[TransitionMessage]:
        """Yield every transition from now on; waits without limit."""
        self._request(WATCH)
        self._timeout = None
        while True:
            yield self._fit(self._answer(), TransitionMessage)

    def _request(self, command: str, **fields: object) -> Any:
        """Return the fields of the answer; ``agent/requests.py`` has the other side."""
        request = {"version": PROTOCOL_VERSION, "command": command, **fields}
        try:
            self._socket.sendall(encode(request))
        except OSError as failure:
            raise self._unreachable(failure) from None
        answer = self._answer()
        if not answer.get("ok"):
            raise ControlError(*refusal(answer))
        return answer

    def _fit(self, answer: object, kind: Any) -> Any:
        try:
            return fit(answer, kind)
        except ValueError as error:
            why = f"the answer of {self._path} is not that of an agent: {error}"
            raise ControlError("bad_answer", why) from None

    def _answer(self) -> Any:
        try:
            return parse_answer(self._line())
        except OSError as error:
            raise self._unreachable(error) from None
        except ValueError as error:
            why = f"the answer of {self._path} is not a JSON object: {error}"
            raise ControlError("bad_answer", why) from None

    def _line(self) -> bytes:
        """Return the next line; raises OSError, and ControlError for one that is too long."""
        deadline = time.monotonic() + _ANSWER_MAX
        parts, length = [self._received], 0
        while b"\n" not in parts[-1]:
            self._socket.settimeout(_patience(self._timeout, deadline))
            parts.append(self._socket.recv(_CHUNK))
            if not parts[-1]:
                why = f"the agent at {self._path} closed the connection"
                raise ControlError("unreachable", why)
            length += len(parts[-1])
            if length > ANSWER_BYTES_MAX:
                raise ControlError("bad_answer", f"the answer of {self._path} has no end")
        line, _newline, self._received = b"".join(parts).partition(b"\n")
        return line

    def _unreachable(self, error: OSError) -> ControlError:
        why = "no answer in time" if isinstance(error, socket.timeout) else error.strerror
        return ControlError("unreachable", f"the agent at {self._path} can't be reached: {why}")


def _patience(timeout: float | None, deadline: float) -> float | None:
    """Return how long to wait for a part of an answer, in seconds, no longer than for the whole;
    None for ever. Raises socket.timeout.
    """
    if timeout is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout
    return min(timeout, left)
