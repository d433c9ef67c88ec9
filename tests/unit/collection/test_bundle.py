# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bundle: the same contents have the same name, and only what was promised is unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import bundle

SOURCES = [("pack/__init__.py", b""), ("pack/inner/a.py", b"A = 1\n")]


def archive(directory: Path, sources: list[tuple[str, bytes]]) -> str:
    path = directory / "bundle.zip"
    path.write_bytes(bundle.pack(sources))
    return str(path)


def test_only_the_python_files_of_a_package_are_read_in_order(tmp_path: Path) -> None:
    for name in ("pack/b.py", "pack/a.py", "pack/__pycache__/a.pyc", "pack/note.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    found = list(bundle.read_package(str(tmp_path / "pack")))
    assert found == [("pack/a.py", b"pack/a.py"), ("pack/b.py", b"pack/b.py")]


def test_a_bundle_is_named_by_its_contents_alone() -> None:
    name = bundle.name_of("0.1.0", SOURCES)
    assert name.startswith("0.1.0-")
    assert len(name) == len("0.1.0-") + 12
    assert name == bundle.name_of("0.1.0", list(SOURCES))
    assert name != bundle.name_of("0.1.0", [SOURCES[0], ("pack/inner/a.py", b"A = 2\n")])
    assert name != bundle.name_of("0.1.0", [SOURCES[0], ("pack/inner/b.py", b"A = 1\n")])


def test_the_same_contents_pack_to_the_same_bytes() -> None:
    assert bundle.pack(SOURCES) == bundle.pack(list(SOURCES))


def test_a_packed_bundle_unpacks_completely_also_a_second_time(tmp_path: Path) -> None:
    name = bundle.name_of("0.1.0", SOURCES)
    target = bundle.unpack(archive(tmp_path, SOURCES), name, str(tmp_path / "versions"))
    assert target == str(tmp_path / "versions" / name)
    assert (tmp_path / "versions" / name / "pack/inner/a.py").read_bytes() == b"A = 1\n"
    assert (tmp_path / "versions" / name).stat().st_mode & 0o777 == 0o755
    # Once more, as after an interrupted run.
    bundle.unpack(archive(tmp_path, SOURCES), name, str(tmp_path / "versions"))
    assert [path.name for path in (tmp_path / "versions").iterdir()] == [name]


def test_a_bundle_that_is_torn_or_does_not_match_its_name_is_refused(tmp_path: Path) -> None:
    name = bundle.name_of("0.1.0", SOURCES)
    with pytest.raises(bundle.BundleError, match="do not match its name"):
        bundle.unpack(archive(tmp_path, SOURCES[:1]), name, str(tmp_path / "versions"))
    (tmp_path / "torn.zip").write_bytes(bundle.pack(SOURCES)[:40])
    with pytest.raises(bundle.BundleError, match="can't be read"):
        bundle.unpack(str(tmp_path / "torn.zip"), name, str(tmp_path / "versions"))
    assert not (tmp_path / "versions" / name).exists()
