# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# A newer keepalived than Debian bookworm's, for the tests beside it.

# Have trixie's keepalived, unpacked and not installed; its path is $VRRP_NEWER_KEEPALIVED. Without a
# mirror that has it the tests beside it are skipped.
need_newer_keepalived() {
    local place=$CACHE/keepalived-trixie log=$CACHE/keepalived.log
    if [ ! -e "$place/complete" ]; then
        echo "unpacking trixie's keepalived: half a minute, once"
        rm -rf "$place"
        mkdir -p "$place"
        if ! mmdebstrap --quiet --variant=extract --include=keepalived trixie "$place/root" >"$log" 2>&1; then
            tail -3 "$log"
            echo "trixie's keepalived can't be had: the tests beside it are skipped"
            return 0
        fi
        write_keepalived_program "$place"
        touch "$place/complete"
    fi
    export VRRP_NEWER_KEEPALIVED=$place/keepalived
}

# Write the program that runs it with its own libraries and its own /etc/keepalived, which holds a
# file that it needs.
write_keepalived_program() {
    local loader libraries
    loader=$(echo "$1"/root/usr/lib*/ld-linux-*.so.*)
    libraries=$(echo "$1"/root/usr/lib/*-linux-gnu*)
    cat >"$1/keepalived" <<PROGRAM
#!/bin/sh
run='mount --bind $1/root/etc/keepalived /etc/keepalived && exec "\$@"'
exec unshare --mount sh -c "\$run" sh ${loader%% *} --library-path ${libraries// /:} $1/root/usr/sbin/keepalived "\$@"
PROGRAM
    chmod 755 "$1/keepalived"
}
