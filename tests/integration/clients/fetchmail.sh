#!/usr/bin/env bash
# fetchmail over IMAP: the unseen, each once, kept or removed
NAME=fetchmail
. "$(dirname "$0")/common.sh"
mt wipe && mt seed INBOX 6 71 && mt seed Lists 2 72 || fail "cannot fill the account"
case $TLS in
none) ssl="sslproto ''" ;;
starttls) ssl="sslproto 'TLS1.2+' sslcertck sslcertfile $CAFILE" ;;
implicit) ssl="ssl sslcertck sslcertfile $CAFILE" ;;
esac
mkdir -p "$T/got"
cat >"$T/mda" <<END
#!/bin/sh
cat > "\$(mktemp "$T/got/XXXXXX")"
END
chmod 700 "$T/mda"
cat >"$T/rc" <<END
poll localhost service $PORT protocol IMAP timeout 20 no envelope
    user "$MAILUSER" password "$MAILPASS" $ssl
    mda "$T/mda"
END
chmod 600 "$T/rc"
# fetch COUNT WHAT OPTION...: runs fetchmail, which must deliver so many
fetch() {
    local want=$1 what=$2 status=0
    shift 2
    rm -f "$T"/got/*
    fetchmail -f "$T/rc" --pidfile "$T/pid" --nosyslog "$@" >"$T/log" 2>&1 || status=$?
    # 1: there was nothing to fetch
    [ $status = 0 ] || { [ $status = 1 ] && [ "$want" = 0 ]; } || fail "$what: exit $status: $(tail -3 "$T/log")"
    [ "$(find "$T/got" -type f | wc -l)" = "$want" ] || fail "$what: $(find "$T/got" -type f | wc -l) delivered, wanted $want: $(tail -3 "$T/log")"
}
fetch 4 "the unseen" --keep
cat "$T"/got/* | grep -q '^Subject: seeded 71-1' || fail "message 1 did not arrive"
cat "$T"/got/* | grep -q '^Subject: seeded 71-3' && fail "a seen message was fetched"
mt flags INBOX | grep -qv Seen && fail "what was fetched is not marked as seen"
fetch 0 "nothing new" --keep
mt seed INBOX 2 73 || fail "cannot add messages"
fetch 1 "one new of two" --keep
fetch 2 "another mailbox, all of it" --keep --fetchall --folder Lists
fetch 8 "all, removed" --fetchall --nokeep
[ "$(mt count INBOX)" = 0 ] || fail "fetched messages were not removed"
[ "$(mt count Lists)" = 2 ] || fail "the other mailbox was touched"
pass
