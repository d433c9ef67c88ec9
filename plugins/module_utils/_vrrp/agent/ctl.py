# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""``vrrpctl``: the client of a running agent. Imports only the control client, to start fast."""

from __future__ import annotations

import argparse
import json
import sys

from ..base.errors import ControlError
from ..base.paths import CONFIG, CONTROL_SOCKET
from ..base.text import visible_lines
from ..control.client import ControlClient
from ..control.render import forecast, report, table, transition_line
from ..model.intent import WANTED_STATES, IntentKind
from ..model.notification import notification
from ..model.status import Status

_INTENTS = {
    "master": "make this host master of an instance, and keep it master",
    "backup": "drain: give mastership up, and stay backup while another master is heard",
    "auto": "let elections decide again",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``vrrpctl``."""
    parser.add_argument(
        "--socket",
        default=CONTROL_SOCKET,
        metavar="PATH",
        help=f"the agent's control socket ({CONTROL_SOCKET})",
    )
    commands = parser.add_subparsers(dest="action", metavar="COMMAND", required=True)
    status = commands.add_parser("status", help="show the instances of this host")
    status.add_argument("names", nargs="*", metavar="NAME", help="only these instances")
    status.add_argument("--json", action="store_true", help="print JSON")
    show = commands.add_parser("show", help="show all that is known of an instance")
    show.add_argument("name", metavar="NAME", help="the instance")
    metrics = commands.add_parser("metrics", help="print the metrics of the agent as OpenMetrics")
    add_compatible(metrics)
    diagnose = commands.add_parser(
        "diagnose", help="write what a report of a fault needs into a file, without secrets"
    )
    diagnose.add_argument("--config", default=CONFIG, metavar="FILE", help=f"({CONFIG})")
    diagnose.add_argument(
        "--output", metavar="FILE", help="the file (vrrp-diagnose-HOST-TIME.tar.gz)"
    )
    watch = commands.add_parser("watch", help="show every transition as it happens")
    form = watch.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, one object a line")
    form.add_argument(
        "--notify", action="store_true", help='print lines as keepalived: INSTANCE "web" MASTER 100'
    )
    reload = commands.add_parser("reload", help="read the configuration file again")
    reload.add_argument(
        "--at", type=float, metavar="SECONDS", help="apply it then, in seconds since 1970"
    )
    commands.add_parser(
        "restart", help="restart the agent with the installed version; masters stay master"
    )
    for intent, meaning in _INTENTS.items():
        command = commands.add_parser(intent, help=meaning)
        command.add_argument(
            "name", nargs="?", metavar="NAME", help="the instance; without a name, all of the host"
        )
        command.add_argument(
            "--dry-run", action="store_true", help="show the outcome without changing anything"
        )
        if intent == "backup":
            command.add_argument(
                "--force", action="store_true", help="stay backup even if no other host takes over"
            )


def add_compatible(parser: argparse.ArgumentParser) -> None:
    """Add the option for the names that users of keepalived know."""
    parser.add_argument(
        "--compatible", action="store_true", help="add the names of the exporter of keepalived"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    try:
        if arguments.action in _WITHOUT_AGENT:
            return _WITHOUT_AGENT[arguments.action](arguments)
        with ControlClient(arguments.socket) as client:
            _COMMANDS[arguments.action](client, arguments)
    except ControlError as error:
        sys.stderr.write(visible_lines(f"vrrpctl: {error}") + "\n")
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    return 0


def _status(client: ControlClient, arguments: argparse.Namespace) -> None:
    status = client.status(arguments.names or None)
    _write(_json(status) if arguments.json else report(status))


def _show(client: ControlClient, arguments: argparse.Namespace) -> None:
    from ..control.details import details

    found = client.status([arguments.name])["instances"]
    _write("\n\n".join(details(one) for one in found))


def _diagnose(arguments: argparse.Namespace) -> int:
    """Write the bundle, also when no agent answers."""
    from .diagnose import write_bundle

    try:
        path = write_bundle(arguments.socket, arguments.config, arguments.output)
    except OSError as error:
        sys.stderr.write(f"vrrpctl: cannot write {error.filename}: {error.strerror}\n")
        return 1
    _write(
        f"{path}: it holds addresses, names and log lines of this host, but no passwords and keys, "
        "and neither arguments nor outputs of commands"
    )
    return 0


def _metrics(arguments: argparse.Namespace) -> int:
    """Print the metrics, also when no agent answers: that is one of them."""
    from ..metrics.exposition import as_open_metrics, registry_of

    sys.stdout.write(as_open_metrics(registry_of(arguments.socket, arguments.compatible)))
    return 0


def _json(status: Status) -> str:
    """Return a status as JSON for programs, without the field ``ok`` of the answer."""
    return json.dumps({name: value for name, value in status.items() if name != "ok"}, indent=2)


def _watch(client: ControlClient, arguments: argparse.Namespace) -> None:
    for one in client.watch():
        if arguments.notify:
            about = one["new"], one["cause"], one.get("priority", 0)
            _write(notification(one["instance"], *about))
        else:
            _write(json.dumps(one) if arguments.json else transition_line(one))


def _reload(client: ControlClient, arguments: argparse.Namespace) -> None:
    changed = client.reload(arguments.at)
    done = "applied" if arguments.at is None else "scheduled"
    _write(f"configuration {done if changed else 'unchanged'}")


def _restart(client: ControlClient, arguments: argparse.Namespace) -> None:
    _write(f"restarted: process {client.restart()} serves now")


def _set_intent(client: ControlClient, arguments: argparse.Namespace) -> None:
    force, intent = getattr(arguments, "force", False), arguments.action
    if arguments.dry_run:
        before = client.status()["instances"]
        answer = client.set_intent(arguments.name, intent, force=force, dry_run=True)
        _write(forecast(before, answer["instances"]))
        return
    answer = client.set_intent(arguments.name, intent, force=force)
    _write(table(answer["instances"]))
    if answer["not_saved"]:
        sys.stderr.write(
            "vrrpctl: the intent is carried out but not saved: the one before applies again after "
            f"a stop and start of the agent: {answer['not_saved']}\n"
        )
    wanted = WANTED_STATES.get(IntentKind(intent))
    if wanted and any(one["state"] != wanted for one in answer["instances"]):
        _write("The move has begun; 'vrrpctl status' shows whether it is complete.")


def _write(text: str) -> None:
    """Write lines, which may hold the output of scripts."""
    sys.stdout.write(visible_lines(text) + "\n")
    sys.stdout.flush()


_WITHOUT_AGENT = {"diagnose": _diagnose, "metrics": _metrics}
_COMMANDS = {
    "status": _status,
    "show": _show,
    "watch": _watch,
    "reload": _reload,
    "restart": _restart,
    **{intent: _set_intent for intent in _INTENTS},
}
