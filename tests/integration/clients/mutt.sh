#!/usr/bin/env bash
# mutt in a terminal of its own: index, open a message, flag, delete, copy, change to another mailbox
NAME=mutt
. "$(dirname "$0")/common.sh"
mt wipe && mt seed INBOX 6 51 && mt seed Other 2 52 || fail "cannot fill the account"
case $TLS in
none) url=imap://localhost:$PORT ssl='set ssl_starttls=no' ;;
starttls) url=imap://localhost:$PORT ssl='set ssl_starttls=yes ssl_force_tls=yes' ;;
implicit) url=imaps://localhost:$PORT ssl='set ssl_force_tls=yes' ;;
esac
cp "$CAFILE" "$T/trusted"
tm() { tmux -S "$T/tmux" "$@"; }
trap 'tm kill-server 2>/dev/null; rm -rf "$T"' EXIT
cat >"$T/rc" <<END
set imap_user="$MAILUSER"
set imap_pass="$MAILPASS"
$ssl
set certificate_file="$T/trusted"
set imap_authenticators="login"
set folder="$url/"
set spoolfile="$url/INBOX"
set sort=date
set wait_key=no
set confirmcreate=no
set confirmappend=no
set delete=yes
set quit=yes
set imap_check_subscribed=no
set sleep_time=0
set header_cache=""
set index_format="%4C %Z %-20.20F %s"
set status_format="-- %f: %m messages, %d deleted --"
END
tm -f /dev/null new-session -d -x 120 -y 40 "TERM=xterm LC_ALL=C.UTF-8 mutt -F $T/rc 2>$T/err; echo mutt has ended; cat"
screen() { tm capture-pane -p; }
shows() { screen | grep -q -- "$1"; }
hides() { ! shows "$1"; }
keys() { tm send-keys "$@"; }
# expect PATTERN WHAT: until the screen shows it
expect() { waitfor 20 shows "$1" || fail "$2: $(screen | grep . | tail -3) $(tail -1 "$T/err")"; }
# answer PROMPT TEXT: waits for mutt's prompt, replaces what it suggests
answer() {
    expect "$1" "no prompt '$1'"
    keys C-u
    keys "$2" Enter
}
expect 'seeded 51-5' "no index"
[ "$(screen | grep -c 'seeded 51-')" = 6 ] || fail "$(screen | grep -c 'seeded 51-') of 6 headers shown"
keys 1
expect 'Jump to message: 1' "no jump"
keys Enter Enter
expect 'line 0' "message 1 does not open"
keys i
expect '6 messages' "no way back to the index"
keys 2
expect 'Jump to message: 2' "no jump"
keys Enter F
expect '2 .*! .*seeded 51-1' "the flag is not shown"
keys D
answer 'Delete messages matching' '~s 51-2'
expect '1 deleted' "the deletion is not shown"
keys '$'
expect '5 messages' "the deletion did not reach the server"
[ "$(mt count INBOX)" = 5 ] || fail "the server still has $(mt count INBOX)"
mt flags INBOX | grep -q Flagged || fail "the flag did not reach the server"
keys C
answer 'Copy to mailbox' '=Copied'
copied() { [ "$(mt count Copied 2>/dev/null)" = 1 ]; }
waitfor 20 copied || fail "the copy did not arrive: $(screen | tail -2)"
keys c
answer 'Open mailbox' '=Other'
expect 'seeded 52-1' "cannot change to another mailbox"
keys q
expect 'mutt has ended' "mutt does not end"
pass
