#!/usr/bin/env bash
# Python's imaplib: folders, flags, search, append, fetch
NAME=python
. "$(dirname "$0")/common.sh"
mt wipe || fail "cannot empty the account"
python3 -B "$HERE/python_client.py" >"$T/out" 2>&1 || fail "$(tail -n 1 "$T/out")"
pass
