#!/usr/bin/env bash
# Makes the environment that grades: the pinned libraries, and the tool from this bundle.
# With COURSEPACK_PYTHON you choose the interpreter; pip takes its own settings (PIP_INDEX_URL, …) from the environment.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${COURSEPACK_VENV:-$here/.venv}"

find_python() {
    # The versions were pinned with Python @@PYTHON@@: it is tried first.
    local name
    for name in "${COURSEPACK_PYTHON:-}" python@@PYTHON@@ python3.13 python3.12 python3.11 python3; do
        if [ -n "$name" ] && command -v "$name" > /dev/null \
            && "$name" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

if ! python="$(find_python)"; then
    echo "coursepack: Python 3.11 or newer, with venv, is needed; @@PYTHON@@ is best" >&2
    exit 2
fi
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
# A path file, not a copy: the jail shows student code the environment, and must not show it the tool.
packages="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
printf '%s\n' "$here/harness" > "$packages/coursepack.pth"
"$venv/bin/python" -m coursepack --version
