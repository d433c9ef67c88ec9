# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This module is PRIVATE to the collection and can change at any time.

"""The configurations of keepalived on several hosts, joined into files of an inventory.

Pure, so that it can be tested without Ansible. The hosts are less trusted than the controller: a
text of theirs that could be a template is marked as none.
"""

from __future__ import annotations

import re
import typing as t

import yaml

VAULT = "vault_vrrp"  # The variable with the secrets, by the name of the instance.
_SECRETS = ("password", "hmac")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}")
# Also what chooses delimiters of its own: "#jinja2:".
_TEMPLATE = re.compile(r"\{[{%#]|[%#}]\}|#\s*jinja2", re.IGNORECASE)

Settings = t.Mapping[str, t.Any]
Reading = t.Mapping[str, t.Any]


class _Template(str):
    """A template of our own, in which Ansible is to put a secret."""


def migration_files(readings: t.Mapping[str, Reading], group: str) -> dict[str, t.Any]:
    """Return the files of an inventory by their paths, what is refused, what hosts contradict each
    other in, and in which order they would move, a line each, from the results of
    ``vrrp_keepalived_info`` by host.

    What all hosts of an instance have in common is in the variables of the ``group``, and the rest
    in those of the hosts. A host that lacks an instance has all of its own.
    """
    names = {host: _names(found) for host, found in readings.items() if found["instances"]}
    is_alike = len({tuple(sorted(own)) for own in names.values()}) == 1
    members = {
        name: {host: _instance(readings[host], name) for host, own in names.items() if name in own}
        for name in dict.fromkeys(name for own in names.values() for name in own)
    }
    common = {name: _common(own) for name, own in members.items()}
    files: dict[str, str] = {}
    if is_alike:
        files[f"group_vars/{group}/vrrp.yml"] = _yaml({"vrrp_instances": list(common.values())})
    for host, own in names.items():
        files[f"host_vars/{host}/vrrp.yml"] = _yaml(_host(host, own, members, common, is_alike))
    secrets, contradictions = _secrets(readings, members)
    if secrets:
        files[f"group_vars/{group}/vault.yml"] = _yaml({VAULT: secrets})
    return {
        "files": files,
        "refused": list(_refused(readings)),
        "contradictions": [*contradictions, *_lacking(readings, names)],
        "order": list(_order({host: readings[host] for host in names})),
    }


def _names(reading: Reading) -> list[str]:
    """Return the names of the instances; raises ValueError for one that is none: it would be a part
    of a template.
    """
    found = [str(one["name"]) for one in reading["instances"]]
    for name in found:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of an instance")
    return found


def _instance(reading: Reading, name: str) -> Settings:
    """Return an instance of a host, with templates in the places of its secrets."""
    found = next(one for one in reading["instances"] if one["name"] == name)
    own = reading.get("secrets", {}).get(name, {})
    places = {key: f"{VAULT}[{name!r}].{key}" for key in _SECRETS if key in own}
    return {**found, **{key: _Template(f"{{{{ {one} }}}}") for key, one in places.items()}}


def _common(members: t.Mapping[str, Settings]) -> dict[str, t.Any]:
    """Return the settings that all hosts of an instance have, with the peers of all."""
    first, *others = members.values()
    common = {
        key: value
        for key, value in first.items()
        if all(key in one and one[key] == value for one in others)
    }
    peers = {peer for one in members.values() for peer in one.get("unicast_peers", ())}
    if peers:
        common["unicast_peers"] = sorted(peers, key=lambda one: (len(one), one))
    return common


def _host(
    host: str,
    names: t.Iterable[str],
    members: t.Mapping[str, t.Mapping[str, Settings]],
    common: t.Mapping[str, Settings],
    is_alike: bool,
) -> dict[str, t.Any]:
    """Return the variables of a host."""
    if not is_alike:
        peers = {name: common[name].get("unicast_peers") for name in names}
        return {
            "vrrp_instances": [
                {**members[name][host], **({"unicast_peers": found} if found else {})}
                for name, found in peers.items()
            ]
        }
    own = {
        name: {key: value for key, value in members[name][host].items() if key not in common[name]}
        for name in names
    }
    return {"vrrp_overrides": {name: settings for name, settings in own.items() if settings}}


def _secrets(
    readings: t.Mapping[str, Reading], members: t.Mapping[str, t.Mapping[str, Settings]]
) -> tuple[dict[str, Settings], list[str]]:
    """Return the secrets by instance, and the instances whose hosts have different ones."""
    secrets: dict[str, Settings] = {}
    differing = []
    for name, hosts in members.items():
        found = [readings[host].get("secrets", {}).get(name, {}) for host in hosts]
        if any(found):
            secrets[name] = found[0]
        if any(one != found[0] for one in found):
            differing.append(f"{name}: the hosts have different passwords or keys")
    return secrets, differing


def _lacking(
    readings: t.Mapping[str, Reading], names: t.Mapping[str, t.Sequence[str]]
) -> t.Iterator[str]:
    """Yield the hosts without an instance, and each instance of one host alone."""
    for host in readings:
        if host not in names:
            yield f"{host}: {readings[host].get('config_file')} has no instance"
    for name in dict.fromkeys(name for own in names.values() for name in own):
        having = [host for host, own in names.items() if name in own]
        if len(having) == 1 and len(names) > 1:
            yield f"{name}: only {having[0]} has it: give the instance one name on all hosts"


def _order(readings: t.Mapping[str, Reading]) -> t.Iterator[str]:
    """Yield the hosts that serve nothing, which move first, and then the others."""
    serving = {host: list(found.get("serving", ())) for host, found in readings.items()}
    first = [host for host, names in serving.items() if not names]
    if first:
        yield f"first {' and '.join(first)}, which serve{'' if len(first) > 1 else 's'} nothing"
    for host, names in serving.items():
        if names:
            yield f"{'then ' if first else ''}{host}, which serves {' and '.join(names)}"


def _refused(readings: t.Mapping[str, Reading]) -> t.Iterator[str]:
    for host, found in readings.items():
        for one in found["verdicts"]:
            if one["verdict"] == "refused":
                place = f"{one['file']}:{one['line']}"
                yield f"{host}: {place}: {one['statement']}: {one['text']}"


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Writes a text of a host that could be a template as one that is none."""

    def ignore_aliases(self, data: t.Any) -> bool:
        """Write the same value again, rather than a reference to it."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    tag = "!unsafe" if _TEMPLATE.search(text) else "tag:yaml.org,2002:str"
    style = '"' if tag == "!unsafe" else None
    return dumper.represent_scalar(tag, str(text), style)


def _own_template(dumper: yaml.SafeDumper, text: _Template) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), '"')


_Dumper.add_multi_representer(str, _text)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Template, _own_template)


def _yaml(variables: Settings) -> str:
    text = yaml.dump(_plain(variables), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return f"---\n# Made from keepalived.conf by the playbook failover.vrrp.migrate.\n{text}"


def _plain(value: t.Any) -> t.Any:
    """Return a value made of the types of Python alone: Ansible has types of its own."""
    if isinstance(value, t.Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (bool, _Template)) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)
