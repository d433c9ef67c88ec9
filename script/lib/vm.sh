#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Run a command as root on a kernel of its own, which has all modules: User Mode Linux.
#
#   script/lib/vm.sh COMMAND     COMMAND is a line for bash; its output and its exit status come back
#
# The guest sees the file system of this machine, with an overlay in its memory: it finds the
# checkout and all programs where they are here, and changes nothing here. It has one processor, no
# network but its own loopback, and nftables for bridges only.

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
PARTS=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/vm
PLACE=$CACHE/vm
LIMIT=${VRRP_VM_LIMIT:-300} # Seconds.

[ "$(dpkg --print-architecture)" = amd64 ] || die "User Mode Linux is there for amd64 alone"
need_root
need_packages gcc iproute2 kmod libc6-dev

# Have the kernel and its modules, unpacked and not installed.
need_kernel() {
    [ -e "$PLACE/kernel" ] && return
    echo "unpacking a kernel: half a minute, once"
    mkdir -p "$PLACE"
    (
        cd "$PLACE"
        apt-get -o APT::Sandbox::User=root download user-mode-linux &&
            dpkg-deb -x user-mode-linux_*.deb kernel.new &&
            mv kernel.new kernel
    ) >"$PLACE/log" 2>&1 || { tail -5 "$PLACE/log"; die "the package user-mode-linux can't be had"; }
}

# The kernel sets aside too little for the registers of new processors; see the source.
need_registers() {
    local source=$PARTS/registers.c made
    made=$PLACE/registers-$(sha256sum "$source" | cut -c1-12).so
    [ -e "$made" ] || gcc -O2 -shared -fPIC -o "$made" "$source"
    REGISTERS=$made
}

need_kernel
need_registers
run=$(mktemp -d /tmp/vrrp-vm.XXXXXX)
trap 'rm -rf "$run"' EXIT
chmod 755 "$run"
mkdir "$run/out"
printf '%s\n' "$1" >"$run/job"
{
    printf 'cd %q\n' "$PWD"
    printf 'export PATH=%q\n' "$PATH"
    printf 'MODULES=%q\n' "$(echo "$PLACE"/kernel/usr/lib/uml/modules/*)"
} >"$run/place"
printf '#!/bin/bash\nexec /bin/bash %q %q\n' "$PARTS/guest.sh" "$run" >"$run/init"
chmod 755 "$run/init"
{
    LD_PRELOAD=$REGISTERS timeout "$LIMIT" "$PLACE/kernel/usr/bin/linux.uml" \
        mem="${VRRP_VM_MEMORY:-1G}" root=/dev/root rootfstype=hostfs rootflags=/ ro init="$run/init" \
        con=null con0=null,fd:1 ssl=null ssl0=null,fd:3 quiet panic=-1 uml_dir="$run/" umid=vm \
        </dev/null 3>&1 >"$run/console" 2>&1 || true
} | cat
if [ ! -s "$run/out/status" ]; then
    tail -n 60 "$run/console" >&2
    die "the guest has not ended within $LIMIT s, or did not start; its console is above"
fi
exit "$(cat "$run/out/status")"
