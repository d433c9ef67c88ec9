# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What every script of this repository needs: root, Debian's packages, and a virtual environment
# that is shared by all checkouts of this machine and made anew when the requirements change.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/failover-vrrp
export ROOT CACHE

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

need_root() {
    [ "$(id -u)" = 0 ] || die "this needs root: it makes network namespaces"
}

# Install Debian packages that are missing, without letting any of them start a daemon.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [ "${#missing[@]}" = 0 ] && return
    echo "installing: ${missing[*]}"
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    else
        policy=
    fi
    apt-get -qq update >"$CACHE/apt.log" 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        "${missing[@]}" >>"$CACHE/apt.log" 2>&1 ||
        { [ -z "$policy" ] || rm -f "$policy"; tail -20 "$CACHE/apt.log"; die "apt-get failed"; }
    [ -z "$policy" ] || rm -f "$policy"
}

# The Python that each ansible-core runs by in our tests, the newest first. VRRP_ANSIBLE_CORE=2.19
# asks for a certain one.
CORES=(2.21:3.13 2.20:3.12 2.19:3.11)

# Print the path of an interpreter of that version; fail without one.
find_python() {
    local candidate
    for candidate in "/usr/bin/python$1" "$HOME"/.pyenv/versions/"$1".*/bin/python3 "$(command -v "python$1")" python3; do
        if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# Set CORE and PYTHON to the wanted ansible-core and its Python, or to the newest that can be had.
choose_core() {
    local pair
    for pair in "${CORES[@]}"; do
        CORE=${pair%:*}
        [ "$CORE" = "${VRRP_ANSIBLE_CORE:-$CORE}" ] || continue
        PYTHON=$(find_python "${pair#*:}") && return
    done
    die "ansible-core ${VRRP_ANSIBLE_CORE:-2.19} needs another Python than there is: $(python3 --version)"
}

# Have a virtual environment with what the files in "$@" require; its place is $VENV.
need_python() {
    local key
    choose_core
    key=$( (echo "$CORE"; "$PYTHON" --version; echo "$PYTHON"; cat "$@") | sha256sum | cut -c1-12)
    VENV=$CACHE/venv-$key
    export VENV
    [ -e "$VENV/complete" ] && return
    echo "making a virtual environment: a minute, once"
    rm -rf "$VENV"
    "$PYTHON" -m venv "$VENV"
    local files=() file
    for file in "$@"; do files+=(-r "$file"); done
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "ansible-core==$CORE.*" "${files[@]}" \
        >"$CACHE/pip.log" 2>&1 || { tail -20 "$CACHE/pip.log"; die "pip failed"; }
    touch "$VENV/complete"
}

# Have ansible-rulebook, in an environment of its own; its place is $RULEBOOK. It needs Java.
need_rulebook() {
    local requirements=$ROOT/script/requirements-rulebook.txt key
    need_packages default-jre-headless
    key=$( ("$PYTHON" --version; echo "$PYTHON"; cat "$requirements") | sha256sum | cut -c1-12)
    RULEBOOK=$CACHE/rulebook-$key
    JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
    export RULEBOOK JAVA_HOME
    [ -e "$RULEBOOK/complete" ] && return
    echo "making a virtual environment for rulebooks: a minute, once"
    rm -rf "$RULEBOOK"
    "$PYTHON" -m venv "$RULEBOOK"
    "$RULEBOOK/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" \
        >"$CACHE/pip.log" 2>&1 || { tail -20 "$CACHE/pip.log"; die "pip failed"; }
    touch "$RULEBOOK/complete"
}

# Make the checkout known to Ansible as the collection failover.vrrp.
need_collection() {
    local place=$ROOT/.cache/collections/ansible_collections/failover
    mkdir -p "$place"
    ln -sfn "$ROOT" "$place/vrrp"
    export ANSIBLE_COLLECTIONS_PATH=$ROOT/.cache/collections
    export PATH=$VENV/bin:$PATH
}

mkdir -p "$CACHE"
