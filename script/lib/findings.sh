#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Show that the tests of each finding pass here, and that one of them fails on an earlier version.
#
#   script/test findings CHAPTER --against COMMIT
#
# Chapters: A, the host under a router; B, what is due under load; C, outcomes, health and intents;
# D, IPv6 and peers as they are; E, security, with G8; F, inventories and playbooks;
# G, network managers, firewalls and real interfaces.

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
. "$(dirname "${BASH_SOURCE[0]}")/keepalived.sh"
declare -A numbers=([A]=24 [B]=9 [C]=17 [D]=8 [E]=9 [F]=23 [G]=13)
chapter=${1:-}
if [ -z "${numbers[${chapter:-none}]:-}" ] || [ "${2:-}" != --against ] || [ -z "${3:-}" ]; then
    die "usage: script/test findings ${!numbers[*]} --against COMMIT (one of these chapters)"
fi
need_python "$ROOT/requirements.txt" "$ROOT/script/requirements.txt"
need_newer_keepalived
mapfile -t findings < <(seq -f "$chapter%g" "${numbers[$chapter]}")
places=(tests/unit tests/conformance tests/inventories tests/namespace)
if [ "$chapter" = E ]; then
    findings+=(G8)
    places+=(tests/lab)
fi
export PATH=$VENV/bin:$PATH

work=$(mktemp -d)
trap 'git -C "$ROOT" worktree remove --force "$work/earlier" 2>/dev/null; rm -rf "$work"' EXIT
git -C "$ROOT" worktree add --quiet --detach "$work/earlier" "$3"
# The tests of today, on the code of then.
rm -rf "$work/earlier/tests"
cp -r "$ROOT/tests" "$ROOT/pyproject.toml" "$work/earlier"

run_in() {
    local place=$1/.cache/collections/ansible_collections/failover
    mkdir -p "$place"
    ln -sfn "$1" "$place/vrrp"
    (cd "$1" && ANSIBLE_COLLECTIONS_PATH=$1/.cache/collections FINDINGS_FILE=$2 FINDINGS="${findings[*]}" \
        pytest -q --tb=no -m finding -p support.findings --continue-on-collection-errors \
        "${places[@]}" 2>&1 | tail -1) || true
}
run_in "$ROOT" "$work/here.json"
run_in "$work/earlier" "$work/there.json"
python "$ROOT/tests/support/findings.py" "$work/here.json" "$work/there.json" "${findings[@]}"
