#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Install an artefact in an empty directory, by an ansible-core that has nothing else, and see that a
# user finds there what the pages say.
#
#   script/lib/verify_artefact.sh ARTEFACT

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

artefact=$(realpath "$1")
choose_core
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

"$PYTHON" -m venv "$work/ansible"
export PATH=$work/ansible/bin:$PATH ANSIBLE_COLLECTIONS_PATH=$work/collections ANSIBLE_LOCALHOST_WARNING=false
collection=$ANSIBLE_COLLECTIONS_PATH/ansible_collections/failover/vrrp

# Run a command; what it prints is of interest only when it fails.
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; die "failed: $*"; }; }

quietly pip install --quiet --disable-pip-version-check "ansible-core==$CORE.*"
quietly ansible-galaxy collection install --offline --collections-path "$ANSIBLE_COLLECTIONS_PATH" "$artefact"
quietly pip install --quiet --disable-pip-version-check -r "$collection/requirements.txt"

cat >inventory.yml <<'YAML'
vrrp:
  hosts: {lb1.example.org: , lb2.example.org: }
  vars:
    vrrp_instances:
      - {name: web, interface: eth0, vrid: 51, addresses: [192.0.2.100/24]}
YAML
quietly ansible-playbook -i inventory.yml failover.vrrp.plan
grep -q 'web *lb1.example.org *lb2.example.org' "$work/log" || { cat "$work/log"; die "the plan is another one"; }
for playbook in "$collection"/playbooks/*.yml; do
    quietly ansible-playbook -i inventory.yml --syntax-check "failover.vrrp.$(basename "$playbook" .yml)"
done
for module in "$collection"/plugins/modules/*.py; do
    quietly ansible-doc -t module "failover.vrrp.$(basename "$module" .py)"
done
quietly ansible-doc -t role failover.vrrp.vrrp
for file in extensions/prometheus/vrrp.rules.yml extensions/grafana/vrrp.json \
    extensions/eda/plugins/event_source/transitions.py README.md docs/getting_started.md; do
    [ -e "$collection/$file" ] || die "the artefact lacks $file"
done
echo "verified by ansible-core $CORE: $(basename "$artefact")"
