#!/usr/bin/env python3
"""Small IMAP and Maildir helper for the client scripts; the server and the account come from the environment (common.sh).

wipe                 delete every mailbox but INBOX, empty INBOX, drop the subscriptions
seed BOX N [SEED]    create BOX where needed and append N made-up messages
append BOX FILE      append one message file (any line ends)
count BOX            number of messages
flags BOX            'uid flags' a line (\\Recent left out)
hashes BOX           sha256 of every message (CRLF ends; X-TUID and the like left out), sorted
mdhashes DIR         the same for a Maildir folder's cur/ and new/
mdcount DIR          files in cur/ and new/
boxes                mailbox names, sorted
store BOX SET FLAGS  +FLAGS on a sequence set
expunge BOX SET      mark deleted and expunge
delim                the hierarchy separator
"""
import hashlib
import imaplib
import os
import random
import re
import sys
import time

DROP = re.compile(rb"^(X-TUID|X-OfflineIMAP|X-UID|X-Keywords|Status|X-Status|X-getmail-[^:]*|Delivered-To"
                  rb"|Return-Path):", re.I)


def connect():
    m = imaplib.IMAP4(os.environ["HOST"], int(os.environ["IMAP_PORT"]))
    m.login(os.environ["MAILUSER"], os.environ["MAILPASS"])
    return m


def q(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(m):
    out = []
    for r in m.list()[1]:
        if r is None:
            continue
        if isinstance(r, tuple):
            out.append((b"", b"", r[1].decode()))
            continue
        g = re.match(rb'\((.*?)\) (NIL|"(?:\\?.)") (.*)', r)
        name = g.group(3).decode()
        if name.startswith('"'):
            name = re.sub(r"\\(.)", r"\1", name[1:-1])
        out.append((g.group(1), g.group(2).strip(b'"'), name))
    return out


def made(i, seed):
    rnd = random.Random(seed * 100003 + i)
    body = "\r\n".join("line %d %s" % (k, "x" * rnd.randint(0, 70)) for k in range(rnd.randint(1, 60)))
    if i % 7 == 3:
        body += "\r\n.\r\n..dots\r\nFrom the start of a line\r\n"
    extra, ctype = "", "text/plain; charset=us-ascii"
    if i % 5 == 2:
        ctype, extra = "text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit\r\n"
        body += "\r\nGr\u00fc\u00dfe \u65e5\u672c"
    if i % 5 == 4:
        b = f"b{i}"
        ctype = f'multipart/mixed; boundary="{b}"'
        body = (f"--{b}\r\nContent-Type: text/plain\r\n\r\n{body}\r\n--{b}\r\nContent-Type: application/pdf\r\n"
                f"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n"
                f"JVBERi0xLjQK\r\n--{b}--")
    return (f"From: Sender {i} <s{i}@example.org>\r\nTo: <me@example.net>\r\nSubject: seeded {seed}-{i}\r\n"
            f"Date: Mon, {1 + i % 28:02d} Jan 2024 10:{i % 60:02d}:00 +0000\r\n"
            f"Message-ID: <{seed}.{i}.{rnd.getrandbits(32):x}@seed.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: {ctype}\r\n{extra}\r\n{body}\r\n").encode()


def digest(raw):
    raw = raw.replace(b"\r\n", b"\n")
    head, _, body = raw.partition(b"\n\n")
    keep, skip = [], False
    for ln in head.split(b"\n"):
        if ln[:1] in (b" ", b"\t") and skip:
            continue
        skip = bool(DROP.match(ln))
        if not skip:
            keep.append(ln)
    return hashlib.sha256(b"\n".join(keep) + b"\n\n" + body.rstrip(b"\n")).hexdigest()


def md_files(d):
    return [os.path.join(d, s, f) for s in ("cur", "new") if os.path.isdir(os.path.join(d, s))
            for f in os.listdir(os.path.join(d, s))]


def must(r):
    if r[0] != "OK":
        sys.exit(f"mailtool: {r}")
    return r


def main():
    cmd, a = sys.argv[1], sys.argv[2:]
    if cmd == "mdhashes":
        print("\n".join(sorted(digest(open(f, "rb").read()) for f in md_files(a[0]))))
        return
    if cmd == "mdcount":
        print(len(md_files(a[0])))
        return
    m = connect()
    if cmd == "wipe":
        for _ in range(3):
            for _, _, n in sorted(listed(m), key=lambda x: -len(x[2])):
                if n.upper() != "INBOX":
                    m._simple_command("DELETE", q(n))
        for r in m.lsub()[1]:
            g = re.match(rb'\(.*?\) (?:NIL|"(?:\\?.)") (.*)', r) if isinstance(r, bytes) else None
            if g:
                m._simple_command("UNSUBSCRIBE", g.group(1).decode())
        must(m.select("INBOX"))
        if m.untagged_responses.get("EXISTS", [b"0"])[-1] != b"0":
            must(m.store("1:*", "+FLAGS.SILENT", "\\Deleted"))
            must(m.expunge())
    elif cmd == "seed":
        box, n, seed = a[0], int(a[1]), int(a[2]) if len(a) > 2 else 1
        if box.upper() != "INBOX":
            m.create(q(box))
            m.subscribe(q(box))
        for i in range(n):
            must(m.append(q(box), "(\\Seen)" if i % 3 == 0 else None,
                          imaplib.Time2Internaldate(1704100000 + i * 3600), made(i, seed)))
    elif cmd == "append":
        raw = open(a[1], "rb").read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        must(m.append(q(a[0]), None, imaplib.Time2Internaldate(time.time()), raw))
    elif cmd == "boxes":
        print("\n".join(sorted(n for _, _, n in listed(m))))
    elif cmd == "delim":
        print(m.list('""', '""')[1][0].decode().split('"')[1])
    else:
        must(m.select(q(a[0]), readonly=cmd not in ("store", "expunge")))
        n = int(m.untagged_responses["EXISTS"][-1])
        if cmd == "count":
            print(n)
        elif cmd == "flags":
            for r in (must(m.fetch("1:*", "(UID FLAGS)"))[1] if n else []):
                f = re.search(rb"FLAGS \((.*?)\)", r).group(1).decode().split()
                print(re.search(rb"UID (\d+)", r).group(1).decode(),
                      " ".join(sorted(x for x in f if x != "\\Recent")))
        elif cmd == "hashes":
            data = must(m.fetch("1:*", "(BODY.PEEK[])"))[1] if n else []
            print("\n".join(sorted(digest(x[1]) for x in data if isinstance(x, tuple))))
        elif cmd == "store":
            must(m.store(a[1], "+FLAGS", a[2]))
        elif cmd == "expunge":
            must(m.store(a[1], "+FLAGS", "\\Deleted"))
            must(m.expunge())
    m.logout()


try:
    main()
    sys.stdout.flush()
except BrokenPipeError:                 # the reader had seen enough
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
