#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What depends on Ansible, by each ansible-core that is not the default.

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
choose_core
# shellcheck disable=SC2153 # choose_core sets it.
default=$CORE
failed=()
for pair in "${CORES[@]}"; do
    core=${pair%:*}
    [ "$core" != "$default" ] || continue
    echo "=== ansible-core $core"
    VRRP_ANSIBLE_CORE=$core VRRP_SCENARIO=default "$ROOT/script/test" lint unit inventories sanity lab molecule ||
        failed+=("$core")
done
[ "${#failed[@]}" = 0 ] || die "failed by ansible-core ${failed[*]}"
