# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The virtual routers of other VRRP daemons, as far as their configuration files tell.

No more is read than is needed to notice a VRID or an address that two daemons would share.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import itertools
import os
import re
from dataclasses import dataclass
from typing import Dict, FrozenSet, Iterable, Iterator, List, Sequence, Tuple

from .._vrrp.runtime.files import open_regular

KEEPALIVED_CONFIG = "/etc/keepalived/keepalived.conf"
FRR_CONFIGS = ("/etc/frr/frr.conf", "/etc/frr/vrrpd.conf")
_ADDRESS_BLOCKS = ("virtual_ipaddress", "virtual_ipaddress_excluded")
_INCLUDES_MAX = 8  # Of files in files.
_FILES_MAX = 256
_ENTRIES_MAX = 10_000  # Of a directory.
_LENGTH_MAX = 1 << 20
_COMMENT = re.compile(r"[#!].*")
_OPTION = re.compile(r"(?:-f|--use-file=)(.+)")


@dataclass(frozen=True)
class OtherRouters:
    """The virtual routers of another daemon: (interface, VRID), and packed addresses."""

    routers: FrozenSet[Tuple[str, int]] = frozenset()
    addresses: FrozenSet[bytes] = frozenset()


def routers_of(name: str, arguments: Sequence[str], root: str = "") -> OtherRouters:
    """Return the virtual routers of a running program by its name, the arguments of its command and
    its root directory; none for a program whose configuration is unknown.
    """
    if name.startswith("keepalived"):
        return keepalived_routers(_config_file(arguments) or KEEPALIVED_CONFIG, root)
    if name != "vrrpd":
        return OtherRouters()
    found = [frr_routers(root + path) for path in FRR_CONFIGS]
    routers = frozenset().union(*(one.routers for one in found))
    return OtherRouters(routers, frozenset().union(*(one.addresses for one in found)))


def _config_file(arguments: Sequence[str]) -> str | None:
    for argument, following in zip(arguments, [*arguments[1:], ""]):
        found = _OPTION.fullmatch(argument)
        if found or argument in ("-f", "--use-file"):
            return found[1] if found else following
    return None


def keepalived_routers(path: str, root: str = "") -> OtherRouters:
    """Return the virtual routers in a keepalived.conf and the files that it includes, all of them
    below a root directory.
    """
    words = list(_words(path, root, _INCLUDES_MAX, [_FILES_MAX]))
    routers: List[Tuple[str, int]] = []
    for at in [at for at, word in enumerate(words) if word == "vrrp_instance"]:
        block = _block(words, at)
        if "interface" in block and block.get("virtual_router_id", "").isdigit():
            routers.append((block["interface"], int(block["virtual_router_id"])))
    return OtherRouters(frozenset(routers), _addresses(_served(words)))


def _served(words: Sequence[str]) -> Iterator[str]:
    """Yield the words in the lists of addresses."""
    inside = False
    for word, following in zip(words, [*words[1:], ""]):
        if word in _ADDRESS_BLOCKS and following == "{":
            inside = True
        elif inside:
            yield word
        inside = inside and word != "}"


def _words(path: str, root: str, depth: int, left: List[int]) -> Iterator[str]:
    """Yield the words of a file, with those of included files in their places; ``left`` holds how
    many files may still be read.
    """
    left[0] -= 1
    if left[0] < 0:
        return
    for line in _lines(root + path):
        words = _COMMENT.sub("", line).replace("{", " { ").replace("}", " } ").split()
        if words[:1] == ["include"] and len(words) > 1 and depth:
            for included in _included(os.path.join(os.path.dirname(path), words[1]), root):
                yield from _words(included, root, depth - 1, left)
        else:
            yield from words


def _included(pattern: str, root: str) -> List[str]:
    """Return the files that match a pattern. Its last part alone may have wildcards: several could
    stand for any number of directories.
    """
    directory, name = os.path.split(pattern)
    try:
        with os.scandir(root + directory) as entries:
            found = (one.name for one in itertools.islice(entries, _ENTRIES_MAX))
            # As a shell does: a wildcard stands for no dot at the beginning.
            names = [one for one in found if one[0] != "." or name[:1] == "."]
    except OSError:
        return []
    return [os.path.join(directory, one) for one in sorted(fnmatch.filter(names, name))]


def _block(words: Sequence[str], at: int) -> Dict[str, str]:
    """Return each word of the block that begins behind a place, with the one that follows it."""
    found: Dict[str, str] = {}
    depth = 0
    for word, following in zip(words[at:], [*words[at + 1 :], ""]):
        depth += (word == "{") - (word == "}")
        if word == "}" and depth <= 0:
            break
        found.setdefault(word, following)
    return found


def frr_routers(path: str) -> OtherRouters:
    """Return the virtual routers in an frr.conf."""
    interface, routers, words = "", [], []
    for line in _lines(path):
        found = line.split()
        if found[:1] == ["interface"] and len(found) > 1:
            interface = found[1]
        elif found[:1] == ["vrrp"] and len(found) > 1 and found[1].isdigit():
            routers.append((interface, int(found[1])))
            words.extend(found[2:])
    return OtherRouters(frozenset(routers), _addresses(words))


def _addresses(words: Iterable[str]) -> FrozenSet[bytes]:
    found = set()
    for word in words:
        try:
            found.add(ipaddress.ip_interface(word).packed)
        except ValueError:
            continue
    return frozenset(found)


def _lines(path: str) -> List[str]:
    """Return the lines of a file; none of what is no file. Another process has named it."""
    try:
        with open_regular(path) as file:
            return file.read(_LENGTH_MAX).decode(errors="replace").splitlines()
    except OSError:
        return []
