#!/usr/bin/env bash
# curl: list, examine, fetch whole and in part, search, append, store
NAME=curl
. "$(dirname "$0")/common.sh"
mt wipe && mt seed INBOX 5 61 || fail "cannot fill the account"
scheme=imap options=()
case $TLS in
starttls) options=(--ssl-reqd --cacert "$CAFILE") ;;
implicit) scheme=imaps options=(--cacert "$CAFILE") ;;
esac
i="$scheme://localhost:$PORT"
c() { curl -sS --max-time 20 --user "$MAILUSER:$MAILPASS" "${options[@]}" "$@" 2>"$T/err"; }
c "$i/" | grep -q 'LIST.*INBOX' || fail "list: $(cat "$T/err")"
c "$i/" -X 'CAPABILITY' | grep -qi 'IMAP4rev1' || fail "capability: $(cat "$T/err")"
c "$i/INBOX;MAILINDEX=2" | grep -q '^Subject: seeded 61-1' || fail "fetch by index: $(cat "$T/err")"
uid=$(mt flags INBOX | sed -n '3s/ .*//p')
c "$i/INBOX;UID=$uid" >"$T/m"
grep -q '^Subject: seeded 61-2' "$T/m" || fail "fetch by uid: $(cat "$T/err")"
c "$i/INBOX;UID=$uid;SECTION=HEADER.FIELDS%20(SUBJECT)" | grep -q 'seeded 61-2' || fail "fetch a section: $(cat "$T/err")"
c "$i/INBOX" -X 'SEARCH SUBJECT "61-3"' | grep -q '^\* SEARCH 4' || fail "search: $(cat "$T/err")"
c "$i/INBOX?SUBJECT%2061-3" | grep -q '^\* SEARCH 4' || fail "search by url: $(cat "$T/err")"
printf 'From: a@example.org\r\nSubject: by curl\r\n\r\nbody\r\n' >"$T/up"
c -T "$T/up" "$i/INBOX" || fail "append: $(cat "$T/err")"
[ "$(mt count INBOX)" = 6 ] || fail "the appended message is not there"
c "$i/INBOX" -X 'STORE 6 +FLAGS (\Flagged)' | grep -q 'FETCH.*Flagged' || fail "store: $(cat "$T/err")"
c "$i/INBOX" -X 'EXAMINE INBOX' >/dev/null || fail "examine: $(cat "$T/err")"
c --login-options AUTH=PLAIN "$i/" >/dev/null || fail "AUTH PLAIN: $(cat "$T/err")"
if [ "$TLS" != none ]; then
    curl -sS --max-time 20 --user "$MAILUSER:$MAILPASS" --ssl-reqd "$i/" >/dev/null 2>&1 && fail "an unknown certificate was accepted"
fi
pass
