#!/usr/bin/env bash
# imapflow with everything it can enable: mailboxes, append, fetch, download, search, flags, copy, move, IDLE
NAME=imapflow
. "$(dirname "$0")/common.sh"
# tools/install-imapflow puts it there
modules="$HERE/../../../build/npm/node_modules"
[ -d "$modules/imapflow" ] || fail "no imapflow: run tools/install-imapflow"
mt wipe || fail "cannot empty the account"
NODE_PATH="$modules" NODE_EXTRA_CA_CERTS="$CAFILE" PORT="$PORT" TLS="$TLS" node "$HERE/imapflow.mjs" >"$T/out" 2>&1 ||
    fail "$(cat "$T/out")"
[ "$(mt boxes | grep -c flow)" = 0 ] || fail "it left mailboxes behind"
pass
