#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The first process of the guest of vm.sh: mounts what a system has, and runs the job.
#
#   guest.sh RUN     RUN is the directory that the host has made for this run

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
run=$1
. "$run/place"
place_path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Go on in an overlay over the file system of the host, whose upper layer is in memory.
if [ -z "$IN_OVERLAY" ]; then
    mount -t proc proc /proc
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    insmod "$MODULES/kernel/fs/overlayfs/overlay.ko"
    mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
    cd /mnt/root || exit 1
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t devtmpfs dev dev
    IN_OVERLAY=1 exec chroot . /bin/bash "$0" "$run"
fi

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/lock /run/out /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t hostfs -o "$run/out" none /run/out
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
mkdir -p /lib/modules
ln -sfn "$MODULES" "/lib/modules/$(uname -r)"
hostname vm
ip link set lo up
modprobe -q ipv6
# The serial line is the output of the host's script.
exec 9<>/dev/ttyS0
stty raw -echo -F /dev/ttyS0
mkfifo /run/pipe
cat </run/pipe >/dev/ttyS0 &
copier=$!
PATH=$place_path bash "$run/job" >/run/pipe 2>&1 </dev/null
status=$?
# The end of the job is the end, whatever it leaves running.
for _ in 1 2 3 4 5; do
    kill -0 $copier 2>/dev/null || break
    sleep 0.1
done
echo $status >/run/out/status
sync
echo o >/proc/sysrq-trigger
sleep 60
