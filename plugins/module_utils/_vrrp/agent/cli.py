# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The command line: run, check, ctl, cleanup, helper, checker, metrics.

Each command imports its modules when it is chosen: ``ctl`` must not load netlink.
"""

from __future__ import annotations

import argparse
import socket
import sys
from typing import Sequence

from ..base.errors import ConfigError, ControlError, KernelError
from ..base.paths import CONFIG, CONTROL_SOCKET
from . import ctl
from .paths import Paths, runtime_directory, state_directory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 for a failure, 2 for wrong usage."""
    chosen = make_parser().parse_args(arguments)
    try:
        return _COMMANDS[chosen.command](chosen)
    except (ConfigError, ControlError, KernelError) as error:
        sys.stderr.write("".join(f"vrrp-agent: {line}\n" for line in str(error).splitlines()))
        return 1


def control(arguments: Sequence[str] | None = None) -> int:
    """``vrrpctl``: the same as ``vrrp-agent ctl``."""
    return ctl.run(make_control_parser().parse_args(arguments))


def make_control_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of ``vrrpctl``."""
    parser = argparse.ArgumentParser(
        prog="vrrpctl", description="Query and control the VRRP agent of this host."
    )
    ctl.add_arguments(parser)
    return parser


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of ``vrrp-agent``."""
    parser = argparse.ArgumentParser(
        prog="vrrp-agent", description="A VRRP agent (RFC 9568, RFC 3768)."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_run(commands.add_parser("run", help="run the agent with a configuration file"))
    check = commands.add_parser("check", help="validate a configuration file")
    check.add_argument("file", metavar="FILE", help="the configuration, or - for standard input")
    check.add_argument(
        "--elsewhere",
        action="store_true",
        help="the file is for another host: check neither its interfaces nor files of secrets",
    )
    cleanup = commands.add_parser("cleanup", help="remove what a dead agent left behind")
    _add_paths(cleanup)
    helper = commands.add_parser(
        "helper", help="run scripts and hooks for the agent; systemd starts this"
    )
    helper.add_argument(
        "--config",
        default=CONFIG,
        metavar="FILE",
        help="the configuration, with the commands that may run",
    )
    helper.add_argument(
        "--user", default="", help="the user of commands that name none (that of the helper)"
    )
    commands.add_parser("checker", help="run built-in checks for the helper, which starts this")
    metrics = commands.add_parser(
        "metrics", help="serve the metrics of the agent over HTTP; systemd starts this"
    )
    metrics.add_argument("--socket", default=CONTROL_SOCKET, metavar="PATH")
    metrics.add_argument("--listen", metavar="HOST:PORT", help="listen there, without systemd")
    ctl.add_compatible(metrics)
    commands.add_parser("accept", help="read a ruleset from nft, print the rules that let VRRP in")
    ctl.add_arguments(commands.add_parser("ctl", help="query or control a running agent"))
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", default=CONFIG, metavar="FILE", help=f"the configuration ({CONFIG})"
    )
    _add_paths(parser)


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--socket",
        default=CONTROL_SOCKET,
        metavar="PATH",
        help=f"the control socket ({CONTROL_SOCKET})",
    )
    parser.add_argument(
        "--state", metavar="DIRECTORY", help="the directory of saved intents and clean-up records"
    )


def _state(arguments: argparse.Namespace) -> str:
    return arguments.state or state_directory(arguments.socket)


def _runtime(arguments: argparse.Namespace) -> str:
    return arguments.state or runtime_directory(arguments.socket)


def _run(arguments: argparse.Namespace) -> int:
    from ..linux.privileges import become_owner_of
    from ..runtime import log
    from ..runtime.handover.old_process import connect_old_process
    from .start import run

    log.set_up()
    become_owner_of(_runtime(arguments))
    old_process = connect_old_process()
    try:
        paths = Paths(arguments.config, arguments.socket, _state(arguments), _runtime(arguments))
        run(paths, old_process)
    except Exception as error:
        if old_process is not None:
            old_process.send_failure(error)
        raise
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from ..model.config import parse_config
    from .config_file import load, read
    from .host_check import host_links, refuse_on_host
    from .notes import notes

    path = "/dev/stdin" if arguments.file == "-" else arguments.file
    try:
        if arguments.elsewhere:
            config = parse_config(read(path))
        else:
            config = load(path)
            refuse_on_host(config, host_links())
    except ConfigError as error:
        for problem in error.problems:
            of_file = problem.path in ("file", path)
            text = problem.text if of_file else str(problem)
            sys.stderr.write(f"{arguments.file}: {text}\n")
        return 1
    sys.stdout.write(f"{arguments.file}: {_count(len(config.instances))}, valid\n")
    for note in notes(config):
        sys.stdout.write(f"{arguments.file}: note: {note}\n")
    return 0


def _count(number: int) -> str:
    return f"{number} instance{'' if number == 1 else 's'}"


def _cleanup(arguments: argparse.Namespace) -> int:
    from ..linux.privileges import become_owner_of
    from ..runtime import log
    from ..runtime.agent_lock import AgentLock
    from ..runtime.control_server import refuse_running_agent
    from ..runtime.sequence_file import load_signed
    from ..runtime.storage import Storage
    from .cleanup import clean_up

    log.set_up()
    become_owner_of(_runtime(arguments))
    refuse_running_agent(arguments.socket)
    AgentLock().acquire()  # What another agent has here carries the same mark.
    clean_up(Storage(_runtime(arguments)), load_signed(_state(arguments)))
    return 0


def _helper(arguments: argparse.Namespace) -> int:
    from ..linux.privileges import go_on_in_child, refuse_tracing
    from ..runtime.helper.launch import inherited_connection
    from ..runtime.helper.server import HelperServer
    from ..runtime.sd_notify import Notifier

    connected = inherited_connection()
    if connected is None:
        return 0
    # Scripts run as the helper's user, and the configuration that it is sent holds secrets.
    refuse_tracing()
    if not go_on_in_child(Notifier().main_pid_changed):
        return 0
    try:
        server = HelperServer(connected, arguments.config, arguments.user)
    except KeyError:
        raise ControlError("unreachable", f"there is no user {arguments.user}") from None
    server.run()
    return 0


def _checker(_arguments: argparse.Namespace) -> int:
    from ..runtime.checker.server import CheckerServer

    CheckerServer(socket.socket(fileno=sys.stdin.fileno())).run()
    return 0


def _metrics(arguments: argparse.Namespace) -> int:
    from ..metrics.server import MetricsServer, inherited_socket, listen

    listening = listen(arguments.listen) if arguments.listen else inherited_socket()
    with MetricsServer(listening, arguments.socket, arguments.compatible) as server:
        server.serve_forever()
    return 0


def _accept(_arguments: argparse.Namespace) -> int:
    from ..linux.nft_rules import closed_chains, insertions, parse

    sys.stdout.write(insertions(closed_chains(parse(sys.stdin.read()))) + "\n")
    return 0


_COMMANDS = {
    "run": _run,
    "check": _check,
    "ctl": ctl.run,
    "cleanup": _cleanup,
    "helper": _helper,
    "checker": _checker,
    "metrics": _metrics,
    "accept": _accept,
}
