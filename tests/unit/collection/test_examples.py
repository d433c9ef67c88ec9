# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example of the README and the docs: YAML against the argument specs and the plan, and
commands against the parsers of their options.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import demo
import pytest
import yaml
from _vrrp.agent.cli import make_control_parser, make_parser
from ansible.cli.galaxy import GalaxyCLI
from ansible.cli.playbook import PlaybookCLI
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.failover.vrrp.plugins.filter.vrrp_plan import vrrp_plan
from bench import bench, soak
from fuzz import options as fuzz_options
from simulation import simulate
from support.examples import ROOT, Example, blocks, commands

COLLECTION = "failover.vrrp."
INSTANCE = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
BLOCKS = list(blocks())
COMMANDS = list(commands())
UNITS = ("vrrp-agent", "vrrp-agent-metrics.socket")


def place(example: Example) -> str:
    return f"{example.place} {example.text.strip().splitlines()[0][:50]}"


# --- YAML ----------------------------------------------------------------------------------------


def role_spec() -> dict[str, Any]:
    text = (ROOT / "roles/vrrp/meta/argument_specs.yml").read_text()
    spec: dict[str, Any] = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return spec


def module_spec(module: str) -> dict[str, Any]:
    source = (ROOT / "plugins" / "modules" / f"{module}.py").read_text()
    found = re.search(r'^DOCUMENTATION = r"""(.*?)"""', source, re.MULTILINE | re.DOTALL)
    assert found is not None
    return {**yaml.safe_load(found[1])["options"], "socket": {"type": "path"}}


def validate(spec: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Assert that the values fit an argument spec."""
    result = ArgumentSpecValidator(_without_prose(spec)).validate(dict(values))
    assert result.error_messages == []


def _without_prose(spec: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("type", "elements", "choices", "required", "default", "no_log")
    return {
        name: {
            **{key: option[key] for key in keys if key in option},
            **({"options": _without_prose(option["options"])} if "options" in option else {}),
        }
        for name, option in spec.items()
    }


def check_variables(variables: Mapping[str, Any]) -> None:
    """Assert that the role accepts variables, and the agent the configuration made of them."""
    validate(role_spec(), variables)
    assert vrrp_plan({"host": dict(variables)}, ["host"], ["host"])["host"]["problems"] == []


def check_task(task: Mapping[str, Any]) -> None:
    """Assert that a module of the collection accepts the parameters of a task."""
    modules = [key for key in task if key.startswith(COLLECTION)]
    assert len(modules) == 1, f"{task} does not call one module of the collection"
    validate(module_spec(modules[0].removeprefix(COLLECTION)), task[modules[0]] or {})


def check_keys(value: Any) -> None:
    """Assert that no key is a bool, as YAML 1.1 reads ``on`` and ``off``."""
    for one in value if isinstance(value, list) else ():
        check_keys(one)
    for key, one in value.items() if isinstance(value, dict) else ():
        assert isinstance(key, str), f"{key!r} is no string"
        check_keys(one)


def check_play(play: Mapping[str, Any]) -> None:
    """Assert that the roles of a play exist, and the parts of them that its tasks include."""
    included = [task["ansible.builtin.include_role"] for task in play.get("post_tasks", [])]
    parts = [(one["name"], one["tasks_from"]) for one in included]
    for role, part in [*((role, "main") for role in play["roles"]), *parts]:
        folder = ROOT / "roles" / role.removeprefix(COLLECTION) / "tasks"
        assert (folder / f"{part}.yml").exists()


def check_prometheus(document: Mapping[str, Any]) -> None:
    """Assert that the configuration of Prometheus fits the alert rules; promtool reads it, too."""
    assert [one["job_name"] for one in document["scrape_configs"]] == ["vrrp"]
    for name in document["rule_files"]:
        assert (ROOT / "extensions" / "prometheus" / name).exists()


def check_rulebook(rulebook: Mapping[str, Any]) -> None:
    """Assert that the sources of a rulebook exist, and have these options."""
    for source in rulebook["sources"]:
        for name, options in source.items():
            if name != "name":
                assert set(options) <= set(source_options(name.removeprefix(COLLECTION)))


def source_options(name: str) -> Mapping[str, Any]:
    """Return the options of an event source."""
    place = ROOT / "extensions" / "eda" / "plugins" / "event_source" / f"{name}.yaml"
    options: Mapping[str, Any] = yaml.safe_load(place.read_text())["DOCUMENTATION"]["options"]
    return options


def check_yaml(document: Any) -> None:
    """Assert that an inventory, variables, settings of an instance, plays or tasks are valid."""
    check_keys(document)
    if isinstance(document, list):
        for entry in document:
            if "sources" in entry:
                check_rulebook(entry)
            else:
                (check_play if "hosts" in entry else check_task)(entry)
    elif "scrape_configs" in document:
        check_prometheus(document)
    elif set(document) <= set(role_spec()):
        check_variables(document)
    elif set(document) <= set(role_spec()["vrrp_instances"]["options"]):
        check_variables({"vrrp_instances": [{**INSTANCE, **document}]})
    else:
        check_inventory(document)


# How Ansible reaches a host.
CONNECTION = {"ansible_user", "ansible_python_interpreter"}


def check_inventory(groups: Mapping[str, Any]) -> None:
    """Assert that the groups of an inventory are valid, and have variables of the role."""
    for group in groups.values():
        assert set(group) <= {"hosts", "vars", "children"}
        assert "vars" in group or "children" in group
        variables = group.get("vars", {})
        check_variables({key: value for key, value in variables.items() if key not in CONNECTION})
        check_inventory(group.get("children", {}))


@pytest.mark.parametrize("block", BLOCKS, ids=place)
def test_a_block_has_a_known_language(block: Example) -> None:
    assert block.language in ("yaml", "shell", "text", "mermaid")


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.language == "yaml"], ids=place)
def test_a_yaml_block_is_accepted_by_the_role_or_the_module(block: Example) -> None:
    check_yaml(yaml.safe_load(PLACEHOLDER.sub("x" * 32, block.text)))


@pytest.mark.parametrize(
    "text",
    [
        "vrrp_instances: [{name: web, interface: eth0, vrid: 300, addresses: [192.0.2.1/24]}]",
        "vrrp_instances: [{name: web, interface: eth0, vrid: 3, address: 192.0.2.1/24}]",
        "hooks: [{on: master, command: /bin/true}]",
        "[{failover.vrrp.vrrp_state: {instance: web, status: backup}}]",
        "loadbalancers: {hosts: {lb1: {}}, vars: {vrrp_instance: []}}",
    ],
)
def test_a_wrong_example_is_found(text: str) -> None:
    with pytest.raises(AssertionError):
        check_yaml(yaml.safe_load(text))


# --- Commands ------------------------------------------------------------------------------------


def by_argparse(make: Callable[[], argparse.ArgumentParser]) -> Callable[[list[str]], None]:
    """Return a check of arguments by a parser."""

    def check(arguments: list[str]) -> None:
        make().parse_args(arguments)

    return check


def check_playbook(arguments: list[str]) -> None:
    """Assert that the playbook exists, and knows the variables that it is given."""
    cli = PlaybookCLI(["ansible-playbook", *arguments])
    cli.parse()
    text = "".join(path.read_text() for path in (ROOT / "playbooks").glob("*.yml"))
    for name in [one for one in arguments if one.startswith(COLLECTION)]:
        assert (ROOT / "playbooks" / f"{name.removeprefix(COLLECTION)}.yml").exists()
    for variable in [one.partition("=")[0] for one in arguments if "=" in one]:
        assert variable in text, f"no playbook knows {variable}"


def check_doc(arguments: list[str]) -> None:
    """Assert that the module or the role exists, or that all modules are listed."""
    *option, name = arguments
    if option == ["-l"]:
        assert name == COLLECTION.removesuffix(".")
        return
    assert option in ([], ["-t", "role"])
    folder = "roles" if option else "plugins/modules"
    assert list((ROOT / folder).glob(f"{name.removeprefix(COLLECTION)}*"))


def check_parts(arguments: list[str]) -> None:
    """Assert that script/test has these parts."""
    known = re.findall(r"^part_(\w+)", (ROOT / "script/test").read_text(), re.MULTILINE)
    assert set(arguments) <= set(known)


def check_unit(arguments: list[str]) -> None:
    """Assert that the unit is one of the agent's."""
    assert arguments[-1] in UNITS
    assert arguments[:-1] in (
        ["-u"],
        ["kill", "--signal=KILL"],
        ["restart"],
        ["reload"],
        ["stop"],
        ["status"],
    )


def check_pip(arguments: list[str]) -> None:
    """Assert that the requirements file exists."""
    assert (arguments[0], arguments[-2]) == ("install", "-r")
    assert (ROOT / arguments[-1]).exists()


def check_run_of_rulebook(arguments: list[str]) -> None:
    """Assert that the rulebook exists."""
    assert arguments[0] == "--rulebook"
    name = arguments[1].removeprefix(COLLECTION)
    assert (ROOT / "extensions" / "eda" / "rulebooks" / f"{name}.yml").exists()


def check_release(arguments: list[str]) -> None:
    """Assert that script/release has the options."""
    assert set(arguments) <= {"--dry-run"}


def check_nothing(arguments: list[str]) -> None:
    """Assert that a command without options is given none."""
    assert all(re.fullmatch(r"[A-Z0-9.-]+", one) for one in arguments)


CHECKS: dict[str, Callable[[list[str]], None]] = {
    "vrrpctl": by_argparse(make_control_parser),
    "vrrp-agent": by_argparse(make_parser),
    "script/simulate": by_argparse(simulate.make_parser),
    "script/bench": by_argparse(bench.make_parser),
    "script/soak": by_argparse(soak.make_parser),
    "script/demo": by_argparse(demo.make_parser),
    "script/fuzz": by_argparse(fuzz_options.make_parser),
    "script/test": check_parts,
    "script/lint": check_nothing,
    "script/ledger": check_nothing,
    "script/diagram": check_nothing,
    "script/docs": check_nothing,
    "script/release": check_release,
    "ansible-playbook": check_playbook,
    "ansible-rulebook": check_run_of_rulebook,
    "ansible-galaxy": lambda arguments: GalaxyCLI(["ansible-galaxy", *arguments]).parse(),
    "ansible-doc": check_doc,
    "systemctl": check_unit,
    "journalctl": check_unit,
    "pip": check_pip,
}
# The name of a command within a sentence.
NAMED_ALONE = ("vrrpctl", "vrrp-agent", "ansible-playbook", "ansible-rulebook")
# Programs of others, which are not looked into.
NOT_OURS = (
    ".",
    "ansible",
    "ansible-lint",
    "ansible-test",
    "ansible-vault",
    "apt",
    "cd",
    "cp",
    "git",
    "mkdir",
    "rm",
    "ssh-copy-id",
    "ssh-keygen",
)
VENV = ["python3", "-m", "venv"]


def check_command(line: str) -> None:
    """Assert that a command exists, and that its options are valid."""
    words = list(without_variables(shlex.split(line, comments=True)))
    if words[:3] == ["python3", "-m", "_vrrp"]:
        words = ["vrrp-agent", *words[3:]]
    if words[:3] == VENV:
        return
    if (len(words) == 1 and words[0] in NAMED_ALONE) or words[0] in NOT_OURS:
        return
    if words[0].startswith("script/"):
        assert (ROOT / words[0]).exists()
    CHECKS[words[0]](words[1:])


def without_variables(words: list[str]) -> Iterator[str]:
    """Yield the words of a command without the assignments before it."""
    started = False
    for word in words:
        started = started or not re.match(r"[A-Z_]+=", word)
        if started:
            yield word


@pytest.mark.parametrize("example", COMMANDS, ids=place)
def test_a_command_exists_and_has_valid_options(example: Example) -> None:
    check_command(example.text)


@pytest.mark.parametrize(
    "line",
    [
        "vrrpctl statsu",
        "vrrpctl backup web db",
        "vrrp-agent check",
        "script/simulate --sed 4",
        "script/bench 15",
        "script/nothing",
        "script/test unti",
        "ansible-playbook failover.vrrp.deploi",
        "ansible-playbook failover.vrrp.switch -e vrrp_from=lb1",
        "ansible-doc failover.vrrp.vrrp_status",
        "systemctl restart vrrp",
        "pip install -r nothing.txt",
    ],
)
def test_a_wrong_command_is_found(line: str) -> None:
    with pytest.raises((AssertionError, SystemExit)):
        check_command(line)
