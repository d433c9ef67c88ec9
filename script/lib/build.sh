#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Build the artefact, let Galaxy's importer read it, install it, delete everything but meta/ plugins/
# roles/ playbooks/, and see that what is left is a collection that works.

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
need_python "$ROOT/requirements.txt" "$ROOT/script/requirements.txt"
export PATH=$VENV/bin:$PATH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ANSIBLE_COLLECTIONS_PATH=$work ANSIBLE_LOCALHOST_WARNING=false
cd "$ROOT" || exit 1
ansible-galaxy collection build --force --output-path "$work" . >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$ROOT/script/lib/importer.sh" "$work"/failover-vrrp-*.tar.gz || exit 1
ansible-galaxy collection install --offline --collections-path "$work" "$work"/failover-vrrp-*.tar.gz \
    >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
installed=$work/ansible_collections/failover/vrrp
[ ! -e "$installed/extensions/molecule" ] || { echo "the artefact holds the scenarios of molecule"; exit 1; }
for entry in "$installed"/* "$installed"/.[!.]*; do
    case ${entry##*/} in
    meta | plugins | roles | playbooks | MANIFEST.json) ;;
    tests | script | .ci | .cache) echo "the artefact holds ${entry##*/}"; exit 1 ;;
    *) rm -rf "$entry" ;;
    esac
done
[ ! -e "$installed/roles/lab" ] || { echo "the artefact holds the lab of the tests"; exit 1; }

cat >"$work/inventory.yml" <<'YAML'
vrrp:
  hosts:
    a: {ansible_connection: local}
    b: {ansible_connection: local}
  vars:
    vrrp_allow_local: true
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    vrrp_instances:
      - {name: web, interface: lo, vrid: 51, addresses: [192.0.2.100/24]}
YAML
cd "$work" || exit 1
# In check mode nothing on this machine is touched.
ansible-playbook -i inventory.yml -e vrrp_scan=false --check failover.vrrp.deploy >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -q 'changed=1' "$work/log" || { cat "$work/log"; exit 1; }
# --limit hides hosts, and does not change their priorities.
ansible-playbook -i inventory.yml -e vrrp_scan=false --check --diff --limit b failover.vrrp.deploy >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
grep -q '"priority": 190' "$work/log" || { cat "$work/log"; exit 1; }
# A cluster that can't be right is refused before any of its hosts is touched.
if ansible-playbook -i inventory.yml -e vrrp_scan=false --check -e vrrp_priority=150 failover.vrrp.deploy >"$work/log" 2>&1 ||
    ! grep -q '150, as on a' "$work/log" || grep -q 'changed=1' "$work/log"; then
    cat "$work/log"
    exit 1
fi
for module in vrrp_agent vrrp_info vrrp_keys vrrp_probe vrrp_scan vrrp_state; do
    ansible-doc -t module "failover.vrrp.$module" >/dev/null
done
ansible-doc -t role failover.vrrp.vrrp >/dev/null
echo "the artefact installs and works without the checkout: $(stat -c %s "$work"/*.tar.gz) bytes"
