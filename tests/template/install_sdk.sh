#!/usr/bin/env bash
# install_sdk.sh BUILD PREFIX: installs the SDK, and nothing else, into an empty PREFIX.
set -euo pipefail
build=$1 prefix=$2
rm -rf "$prefix"
cmake --install "$build" --prefix "$prefix" --component sdk
