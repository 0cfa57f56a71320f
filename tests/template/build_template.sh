#!/usr/bin/env bash
# build_template.sh BUILD SOURCE: installs the SDK into a temporary prefix and builds sdk/template against it.
set -euo pipefail
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" --component sdk >"$work/install.log"
cp -r "$source/sdk/template" "$work/plugin"
cmake -S "$work/plugin" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/configure.log" ||
    { cat "$work/configure.log"; exit 1; }
cmake --build "$work/build"

library=$(find "$work/build" -name imap-hello.so)
symbols=$(nm -D --defined-only "$library" | awk '{print $3}')
[ "$symbols" = postern_plugin_v1 ] || { echo "exports more than the descriptor: $symbols"; exit 1; }
echo "built $library; exports $symbols"
