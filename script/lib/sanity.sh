#!/usr/bin/env bash
# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# ansible-test sanity on a copy of the tree, which it wants below ansible_collections/, without
# containers: its virtual environments are made by our stand-in for get-pip.py.

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
need_python "$ROOT/requirements.txt" "$ROOT/script/requirements.txt"
export PATH=$VENV/bin:$PATH

python_version=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
requirements=$(python -c 'from ansible_test._internal import python_requirements as p; print(p.__file__)')
pip_version=$(sed -n "s/^ *pip='\([0-9.]*\)',$/\1/p" "$requirements" | head -1)
bootstrap=$HOME/.ansible/test/cache/get_pip_${pip_version//./_}.py
mkdir -p "$(dirname "$bootstrap")"
[ -e "$bootstrap" ] || cp "$ROOT/script/lib/get_pip.py" "$bootstrap"

copy=$ROOT/.cache/sanity/ansible_collections/failover/vrrp
rm -rf "$copy"
mkdir -p "$copy"
cd "$ROOT" || exit 1
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ -e "$file" ] && printf '%s\0' "$file"; done |
    tar --create --null --files-from=- | tar --extract --directory="$copy"
cd "$copy" || exit 1
git init -q .
git add -A
exec ansible-test sanity --color no --python "$python_version" "$@"
