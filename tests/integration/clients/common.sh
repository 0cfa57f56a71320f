# Sourced by every client script, which has set NAME. All settings come from the environment:
#   IMAP_PORT IMAPS_PORT   where the server listens on localhost: plain and STARTTLS, TLS
#   TLS                    none, starttls or implicit: what this run uses
#   CAFILE                 the certificate to trust
#   MAILUSER MAILPASS      an account whose mail may be deleted
# A script prints one PASS or FAIL line and exits 0 only on PASS.
set -u
: "${IMAP_PORT:?}" "${IMAPS_PORT:?}" "${TLS:=none}" "${CAFILE:=}" "${MAILUSER:=test1}" "${MAILPASS:=pass}"
export HOST=localhost IMAP_PORT IMAPS_PORT MAILUSER MAILPASS
PORT=$IMAP_PORT
[ "$TLS" != implicit ] || PORT=$IMAPS_PORT
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
T="$(mktemp -d)"
trap 'rm -rf "$T"' EXIT
export HOME="$T/home"
mkdir -p "$HOME"
pass() { echo "PASS $NAME ($TLS)"; exit 0; }
fail() { echo "FAIL $NAME ($TLS): $(echo "$*" | tr '\n' ' ' | cut -c1-400)"; exit 1; }
mt() { python3 -B "$HERE/mailtool.py" "$@"; }
# waitfor SECONDS COMMAND...: until it succeeds
waitfor() { local n=$(($1 * 10)); shift; until "$@"; do n=$((n - 1)); [ $n -gt 0 ] || return 1; sleep 0.1; done; }
