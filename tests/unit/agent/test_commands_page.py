# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on commands has every command and every option, and no others."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

import pytest
from _vrrp.agent.cli import make_control_parser, make_parser
from support.examples import ROOT

PAGE = (ROOT / "docs" / "commands.md").read_text()
_EVERYWHERE = {"--help"}


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the commands of a program, by their names."""
    (found,) = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(found.choices)


def rows(program: str) -> dict[str, str]:
    """Return the rows of a program's commands, by the names of these."""
    lines = (line for line in PAGE.splitlines() if line.startswith(f"| `{program} "))
    return {line.split("`")[1].split()[1]: line for line in lines}


def commands() -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield the program, the name and the parser of each command."""
    for program, parser in (("vrrpctl", make_control_parser()), ("vrrp-agent", make_parser())):
        for name, command in subcommands(parser).items():
            if (program, name) != ("vrrp-agent", "ctl"):  # The same as vrrpctl.
                yield program, name, command


@pytest.mark.parametrize(
    ("program", "name", "parser"),
    list(commands()),
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_command_has_its_row_with_all_its_options(
    program: str, name: str, parser: argparse.ArgumentParser
) -> None:
    row = rows(program)[name]
    options = {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    assert set(re.findall(r"--[\w-]+", row)) == options - _EVERYWHERE


@pytest.mark.parametrize("program", ["vrrpctl", "vrrp-agent"])
def test_no_row_is_of_a_command_that_does_not_exist(program: str) -> None:
    known = {name for of, name, _parser in commands() if of == program}
    assert set(rows(program)) == known
