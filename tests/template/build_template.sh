#!/usr/bin/env bash
# build_template.sh SOURCE PLUGIN PREFIX WORK: copies SOURCE to WORK, builds it there against the SDK in PREFIX, looks at what
# PLUGIN.so exports, and runs the tests that the copy has.
set -euo pipefail
source=$1 plugin=$2 prefix=$3 work=$4
rm -rf "$work"
mkdir -p "$work"
cp -r "$source" "$work/source"
cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" >"$work/configure.log" ||
    { cat "$work/configure.log"; exit 1; }
cmake --build "$work/build"

library=$work/build/$plugin.so
symbols=$(nm -D --defined-only "$library" | awk '{print $3}')
[ "$symbols" = postern_plugin_v1 ] || { echo "exports more than the descriptor: $symbols"; exit 1; }
echo "built $library; exports $symbols"
[ ! -e "$work/build/CTestTestfile.cmake" ] || ctest --test-dir "$work/build" --output-on-failure --no-tests=error
