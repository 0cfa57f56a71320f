#!/usr/bin/env bash
# isync: both ways against a Maildir, contents compared by hash
NAME=mbsync
. "$(dirname "$0")/common.sh"
mt wipe && mt seed INBOX 25 11 && mt seed Work 7 12 || fail "cannot fill the account"
D=$(mt delim)
mt seed "Work${D}Sub" 3 13 || fail "cannot make a child mailbox"
case $TLS in
none) ssl='SSLType None' ;;
starttls) ssl="SSLType STARTTLS
CertificateFile $CAFILE" ;;
implicit) ssl="SSLType IMAPS
CertificateFile $CAFILE" ;;
esac
cat >"$T/rc" <<END
IMAPAccount a
Host localhost
Port $PORT
User $MAILUSER
Pass $MAILPASS
$ssl
AuthMechs LOGIN

IMAPStore far
Account a

MaildirStore near
Path $T/md/
Inbox $T/md/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX Work*
Create Both
Remove Both
Expunge Both
SyncState *
CopyArrivalDate yes
END
mkdir -p "$T/md"
sync() { mbsync -c "$T/rc" "$@" all >"$T/log" 2>&1; }
same() { [ "$(mt hashes "$1")" = "$(mt mdhashes "$T/md/$2")" ]; }
sync -q || fail "first sync: $(tail -3 "$T/log")"
same INBOX INBOX || fail "INBOX differs after the first sync"
same Work Work || fail "Work differs after the first sync"
same "Work${D}Sub" Work/Sub || fail "the child mailbox differs after the first sync"
[ "$(mt mdcount "$T/md/INBOX")" = 25 ] || fail "25 messages expected here"
# Here: a new message, a flag, a removal, a new folder. There: a new message, a removal.
printf 'From: a@example.org\nSubject: made here\nMessage-ID: <here@example.org>\n\nbody\n' >"$T/md/INBOX/new/1700000000.x1.host"
rename() { # SUBJECT FLAGS
    local file base
    file=$(grep -l "^Subject: $1\$" "$T"/md/INBOX/cur/* "$T"/md/INBOX/new/* | head -n 1)
    base=$(basename "$file")
    mv "$file" "$T/md/INBOX/cur/${base%%:*}:2,$2"
}
rename 'seeded 11-4' FS
rename 'seeded 11-5' T
mkdir -p "$T/md/Work/Local/cur" "$T/md/Work/Local/new" "$T/md/Work/Local/tmp"
printf 'From: b@example.org\nSubject: in the new folder\n\nbody\n' >"$T/md/Work/Local/cur/1700000001.x2.host:2,S"
mt expunge Work 1:2 && mt seed Work 2 14 || fail "cannot change Work on the server"
sync -q || fail "second sync: $(tail -3 "$T/log")"
same INBOX INBOX || fail "INBOX differs after the second sync"
same Work Work || fail "Work differs after the second sync"
same "Work${D}Local" Work/Local || fail "the folder made here is not there"
[ "$(mt count INBOX)" = 25 ] || fail "INBOX should hold 25 (one more, one less), has $(mt count INBOX)"
[ "$(mt count Work)" = 7 ] || fail "Work should hold 7"
mt flags INBOX | grep -q 'Flagged.*Seen' || fail "the flag set here did not arrive"
sync -V || fail "third sync: $(tail -3 "$T/log")"
same INBOX INBOX && [ "$(mt count INBOX)" = 25 ] || fail "the third sync changed something"
pass
