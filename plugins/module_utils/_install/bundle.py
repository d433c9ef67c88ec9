# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The bundle: the agent and its libraries as one archive, named by a hash of its contents.

The controller builds it, the host unpacks it. The hash covers names and contents, not the archive,
because different machines compress differently.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from typing import Iterator, Sequence, Tuple

Source = Tuple[str, bytes]
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BundleError(Exception):
    """A bundle can't be read, or its contents do not match its name."""


def read_package(directory: str) -> Iterator[Source]:
    """Yield the Python files of a package as (name in the archive, content), sorted."""
    base = os.path.dirname(os.path.abspath(directory))
    for place, directories, files in os.walk(directory):
        directories[:] = sorted(one for one in directories if one != "__pycache__")
        for name in sorted(files):
            if name.endswith(".py"):
                path = os.path.join(place, name)
                with open(path, "rb") as file:
                    yield os.path.relpath(path, base), file.read()


def name_of(version: str, sources: Sequence[Source]) -> str:
    """Return the name of the bundle with these contents, such as ``0.1.0-1f2e3d4c5b6a``."""
    digest = hashlib.sha256()
    for name, content in sources:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return f"{version}-{digest.hexdigest()[:12]}"


def pack(sources: Sequence[Source]) -> bytes:
    """Return the archive as bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sources:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(path: str, name: str, versions: str) -> str:
    """Unpack the archive at ``path`` as ``versions/name``; returns that directory.

    Raises BundleError when the contents do not match the name. The directory is created completely
    or not at all.
    """
    sources = _read_archive(path)
    if name_of(name.rpartition("-")[0], sources) != name:
        raise BundleError(f"the contents of the bundle at {path} do not match its name {name}")
    os.makedirs(versions, mode=0o755, exist_ok=True)
    target = os.path.join(versions, name)
    made = tempfile.mkdtemp(prefix=".new-", dir=versions)
    try:
        for relative, content in sources:
            _write(os.path.join(made, relative), content)
        os.chmod(made, 0o755)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(made, target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return target


def _read_archive(path: str) -> Sequence[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [(name, archive.read(name)) for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"the bundle at {path} can't be read: {error}") from None


def _write(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o644)
