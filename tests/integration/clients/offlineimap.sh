#!/usr/bin/env bash
# offlineimap: both ways against a Maildir, contents compared by hash
NAME=offlineimap
. "$(dirname "$0")/common.sh"
mt wipe && mt seed INBOX 25 21 && mt seed Work 7 22 && mt seed Work/Sub 3 23 || fail "cannot fill the account"
case $TLS in
none) ssl='ssl = no
starttls = no' ;;
# Its IMAP library reads and writes one TLS session from two threads, which OpenSSL forbids: where the tickets of TLS 1.3
# come right behind STARTTLS, it waits for ever once in a hundred times, against any server. TLS 1.2 has none there.
starttls) ssl="ssl = no
starttls = yes
ssl_version = tls1_2
sslcacertfile = $CAFILE" ;;
implicit) ssl="ssl = yes
sslcacertfile = $CAFILE" ;;
esac
cat >"$T/rc" <<END
[general]
accounts = test
metadata = $T/metadata
ui = quiet
[Account test]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = $T/md
sep = /
[Repository far]
type = IMAP
remotehost = localhost
remoteport = $PORT
remoteuser = $MAILUSER
remotepass = $MAILPASS
auth_mechanisms = LOGIN
folderfilter = lambda name: name == 'INBOX' or name.startswith('Work')
$ssl
END
# On one processor its threads meet there far less often.
processor=$(taskset --cpu-list --pid $$ | sed 's/.*: \([0-9]*\).*/\1/')
sync() { timeout --kill-after 5 60 taskset --cpu-list "$processor" offlineimap -c "$T/rc" -o >"$T/log" 2>&1; }
same() { [ "$(mt hashes "$1")" = "$(mt mdhashes "$T/md/$1")" ]; }
sync || fail "first sync: $(tail -n 3 "$T/log")"
for box in INBOX Work Work/Sub; do same $box || fail "$box differs after the first sync"; done
[ "$(mt mdcount "$T/md/INBOX")" = 25 ] || fail "25 messages expected here"
# Here: a new message, flags, a removal. There: a new message, a removal.
printf 'From: a@example.org\nSubject: made here\nMessage-ID: <here@example.org>\n\nbody\n' >"$T/md/INBOX/new/1700000000.x1.host"
file_of() { grep -l "^Subject: $1\$" "$T"/md/INBOX/cur/* "$T"/md/INBOX/new/* 2>/dev/null | head -n 1; }
file=$(file_of 'seeded 21-4')
base=$(basename "$file")
mv "$file" "$T/md/INBOX/cur/${base%%:*}:2,FS"
rm "$(file_of 'seeded 21-5')"
mt expunge Work 1:2 && mt seed Work 2 24 || fail "cannot change Work on the server"
sync || fail "second sync: $(tail -n 3 "$T/log")"
for box in INBOX Work Work/Sub; do same $box || fail "$box differs after the second sync"; done
[ "$(mt count INBOX)" = 25 ] || fail "INBOX should hold 25 (one more, one less), has $(mt count INBOX)"
[ "$(mt count Work)" = 7 ] || fail "Work should hold 7, has $(mt count Work)"
mt flags INBOX | grep -q 'Flagged.*Seen' || fail "the flags set here did not arrive"
sync || fail "third sync: $(tail -n 3 "$T/log")"
same INBOX && [ "$(mt count INBOX)" = 25 ] || fail "the third sync changed something"
pass
