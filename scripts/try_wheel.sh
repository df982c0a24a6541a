#!/usr/bin/env bash
# Install a wheel into an empty environment, and let it make, prove and grade a new course: scripts/try_wheel.sh WHEEL
set -euo pipefail
wheel="$(realpath "${1:?name a wheel}")"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv env
env/bin/python -m pip install --quiet "$wheel[grade]"
export PATH="$folder/env/bin:$PATH"
coursepack init course
cd course
# The course's own requirements find this very wheel.
python -m pip download --quiet --no-deps --dest ../found -r requirements.txt
cmp "$wheel" "../found/$(basename "$wheel")"
coursepack build
coursepack validate
coursepack demo
test -s demo/reports/week1.html
