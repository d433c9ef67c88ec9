#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Let Galaxy's own importer read an artefact: what it refuses can't be published.
#
#   script/lib/importer.sh ARTEFACT

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
need_python "$ROOT/script/requirements-importer.txt"
export PATH=$VENV/bin:$PATH GALAXY_IMPORTER_OFFLINE_ANSIBLE_LINT=true

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$1" "$work"
cd "$work" || exit 1
python -m galaxy_importer.main "$(basename "$1")" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
if grep -E 'ERROR|WARNING' "$work/log"; then
    exit 1
fi
