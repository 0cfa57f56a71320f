"""Python's imaplib against the server; settings as in common.sh."""
import imaplib
import os
import ssl

USER, PASS = os.environ["MAILUSER"], os.environ["MAILPASS"]
MSG = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: smoke %d\r\nMessage-ID: <%d@smoke>\r\n\r\nbody %d\r\n"


def check(ok, what):
    if not ok:
        raise AssertionError(what)


def connect():
    tls = os.environ.get("TLS", "none")
    if tls == "none":
        return imaplib.IMAP4("localhost", int(os.environ["IMAP_PORT"]))
    context = ssl.create_default_context(cafile=os.environ["CAFILE"])
    if tls == "implicit":
        return imaplib.IMAP4_SSL("localhost", int(os.environ["IMAPS_PORT"]), ssl_context=context)
    m = imaplib.IMAP4("localhost", int(os.environ["IMAP_PORT"]))
    check("STARTTLS" in m.capabilities, "no STARTTLS")
    m.starttls(context)
    check("STARTTLS" not in m.capabilities, "STARTTLS is still offered under TLS")
    return m


def imap():
    m = connect()
    check("IMAP4REV1" in m.capabilities, "no IMAP4rev1")
    m.login(USER, PASS)
    check(m.create("pysmoke")[0] == "OK", "create")
    check(m.create("pysmoke")[0] == "NO", "a second create should fail")
    check(m.subscribe("pysmoke")[0] == "OK", "subscribe")
    check(any(b"pysmoke" in x for x in m.lsub()[1] if x), "lsub")
    check(m.select("INBOX")[0] == "OK", "select INBOX")
    for i in range(5):
        check(m.append("pysmoke", "\\Seen" if i == 1 else None, None, MSG % (i, i, i))[0] == "OK", "append")
    typ, d = m.select("pysmoke")
    check(typ == "OK" and d == [b"5"], f"select: {d}")
    check(m.search(None, "UNSEEN")[1] == [b"1 3 4 5"], "search unseen")
    check(m.search("UTF-8", "SUBJECT", '"smoke 3"')[1] == [b"4"], "search charset")
    check(m.search(None, "OR", "SUBJECT", '"smoke 0"', "NOT", "UNSEEN")[1] == [b"1 2"], "search or/not")
    d = m.fetch("2", "(FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)] INTERNALDATE)")[1]
    check(b"RFC822.SIZE %d" % len(MSG % (1, 1, 1)) in d[0][0] + d[1], f"size: {d}")
    check(d[0][1] == b"Subject: smoke 1\r\n\r\n", "header fields")
    check(m.fetch("3", "(RFC822)")[1][0][1] == MSG % (2, 2, 2), "rfc822")
    check(m.store("1:2", "+FLAGS", "(\\Flagged custom)")[0] == "OK", "store")
    check(m.search(None, "KEYWORD", "custom")[1] == [b"1 2"], "keyword")
    check(m.copy("1:3", "INBOX")[0] == "OK", "copy")
    check(m.copy("1", "no-such-box")[0] == "NO", "copy to nowhere")
    m.store("5", "+FLAGS", "\\Deleted")
    check(m.expunge()[1] == [b"5"], "expunge")
    check(m.status("INBOX", "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)")[0] == "OK", "status")
    uids = m.uid("SEARCH", "ALL")[1][0].split()
    check(len(uids) == 4, "uid search")
    check(m.uid("FETCH", uids[0], "(BODYSTRUCTURE ENVELOPE)")[0] == "OK", "uid fetch")
    check(m.noop()[0] == "OK" and m.check()[0] == "OK", "noop, check")
    check(m.close()[0] == "OK", "close")
    check(m.rename("pysmoke", "pysmoke2")[0] == "OK", "rename")
    if "SORT" in m.capabilities:
        m.select("pysmoke2")
        check(m.sort("REVERSE SUBJECT", "UTF-8", "ALL")[1] == [b"4 3 2 1"], "sort")
    if "THREAD=REFERENCES" in m.capabilities:
        check(m.thread("REFERENCES", "UTF-8", "ALL")[0] == "OK", "thread")
    if "NAMESPACE" in m.capabilities:
        check(m.namespace()[0] == "OK", "namespace")
    if "QUOTA" in m.capabilities:
        check(m.getquotaroot("INBOX")[0] == "OK", "getquotaroot")
    if "ENABLE" in m.capabilities:
        check(m.enable("CONDSTORE")[0] == "OK", "enable")
    m.select("INBOX")
    check(m.delete("pysmoke2")[0] == "OK", "delete")
    check(m.logout()[0] == "BYE", "logout")


imap()
