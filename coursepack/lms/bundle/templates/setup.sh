#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. AUTOGRADER_ROOT is for trying it elsewhere.
set -euo pipefail

source="${AUTOGRADER_ROOT:-/autograder}/source"

# Ubuntu 22.04, Gradescope's default, has Python 3.10, which is too old; it offers 3.11 beside it.
if [ -z "${COURSEPACK_PYTHON:-}" ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y python@@PYTHON@@ python@@PYTHON@@-venv \
        || apt-get install -y python3.11 python3.11-venv \
        || apt-get install -y python3 python3-venv
fi
bash "$source/install.sh"
# The hidden tests are for the grader alone.
chmod -R go-rwx "$source/course/source"
