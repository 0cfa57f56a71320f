#!/usr/bin/env bash
# expect_failure.sh PROGRAM DEFECT LAW: LAW holds without a defect and fails with DEFECT.
set -euo pipefail
program=$1 defect=$2 law=$3
"$program" none "$law" >/dev/null || { echo "$law fails without a defect"; exit 1; }
if output=$("$program" "$defect" "$law"); then
    echo "$law did not find the defect:"
    echo "$output"
    exit 1
fi
# A crash is no finding.
grep -q "FAILED.*Kit\.$law" <<<"$output" || { echo "$output"; exit 1; }
