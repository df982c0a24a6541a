#!/usr/bin/env bash
# Grades one submission: grade.sh SUBMISSION RESULTS
# SUBMISSION is a folder with the student's notebook and files; RESULTS gets result.txt, result.json and result.xml,
# which show no hidden test. GRADE_OPTIONS may hold further options of `coursepack grade-one`.
# Exit code: 0 graded, 1 not graded (the reason is in the results), 2 wrong use or no jail, 3 below --fail-under.
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
python="${COURSEPACK_VENV:-$here/.venv}/bin/python"
mkdir -p "$2"
# shellcheck disable=SC2086 # several options
exec "$python" -m coursepack grade-one @@ASSIGNMENT@@ "$1" --course "$here/course" --extra "$1" \
    --format text --into "$2/result.txt" --format json --into "$2/result.json" --format junit --into "$2/result.xml" \
    @@OPTIONS@@ ${GRADE_OPTIONS:-}
