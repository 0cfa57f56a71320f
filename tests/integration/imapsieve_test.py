#!/usr/bin/env python3
"""IMAPSIEVE (RFC 6785): scripts that an annotation names run when a client stores, copies, moves and flags messages.

    imapsieve_test.py STORE      sqlite, postgresql
"""
import imaplib
import re
import sys
import unittest

import support
from imap_client import Client
from scripts import WithSieve
from servers import PostgreSQL
from sink import Sink

STORE = sys.argv[1]
USERS = {"anna": "pass", "ben": "pass"}
AUTH = {"auth": "{ hash_memory: 1M, hash_passes: 1 }"}
ENTRY = "/shared/imapsieve/script"
#: Says in keywords what it was run for.
WITNESS = """require ["imapsieve", "environment", "imap4flags", "variables"];
if environment :matches "imap.cause" "*" { set "cause" "${1}"; }
if environment :matches "imap.user" "*" { set "user" "${1}"; }
if environment :matches "imap.mailbox" "*" { set "mailbox" "${1}"; }
if environment :contains "imap.changedflags" "\\\\Flagged" { addflag "changed-flagged"; }
addflag "${cause}-${user}-${mailbox}";
"""

for command in ("GETMETADATA", "MOVE", "SETMETADATA"):
    imaplib.Commands[command] = ("AUTH", "SELECTED")


def letter(subject):
    return f"From: Carl <carl@far.example>\r\nSubject: {subject}\r\n\r\nbody\r\n".encode()


class ImapSieve(unittest.TestCase):
    def setUp(self):
        database = "sqlite" if STORE == "sqlite" else self.enterContext(PostgreSQL())
        self.sink = self.enterContext(Sink())
        relay = f'{{ hosts: {{ "*": {{ server: "127.0.0.1:{self.sink.port}", tls: none, auth: none }} }} }}'
        settings = '{ url: "sieve://mail.example.org", script: everywhere }'
        self.postern = self.enterContext(WithSieve(store=database, users=USERS, extra=AUTH, mail={"relay": relay}, imapsieve=settings))
        self.client = self.enterContext(Client(self.postern.imap_port, user="anna"))

    def annotate(self, mailbox, name, client=None):
        value = "NIL" if name is None else f'"{name}"'
        Client.ok((client or self.client).xatom("SETMETADATA", f'"{mailbox}"', f"({ENTRY} {value})"))

    def append(self, mailbox, subject="x", flags=None):
        Client.ok(self.client.append(mailbox, flags, None, letter(subject)))

    def wait_for_flags(self, mailbox, wanted, client=None):
        """{uid: flags} becomes this; told with what it was otherwise."""
        client = client or self.client
        seen = {}

        def reached():
            seen.clear()
            seen.update({uid: " ".join(sorted(flags - {"\\Recent"})) for uid, flags in client.flags(mailbox).items()})
            return seen == wanted
        try:
            support.wait_for(reached, 30, "the flags")
        except Exception:
            self.assertEqual(seen, wanted)

    def test_capability(self):
        said = Client.ok(self.client.capability())[0].decode().split()
        self.assertIn("IMAPSIEVE=sieve://mail.example.org", said)
        with imaplib.IMAP4("127.0.0.1", self.postern.imap_port) as stranger:
            self.assertNotIn("IMAPSIEVE", " ".join(stranger.capabilities))

    def test_each_cause(self):
        self.postern.upload("anna", "witness", WITNESS)
        self.annotate("Archive", "witness")
        self.append("Archive")
        # The keyword that the script sets is an event of its own (section 2.2.3), which sets another.
        self.wait_for_flags("Archive", {1: "APPEND-anna-Archive FLAG-anna-Archive"})
        self.append("INBOX", flags="(\\Seen)")
        self.append("INBOX")
        self.client.exists("INBOX", readonly=False)
        Client.ok(self.client.copy("1", "Archive"))
        Client.ok(self.client.xatom("MOVE", "2", "Archive"))
        self.wait_for_flags("Archive", {1: "APPEND-anna-Archive FLAG-anna-Archive", 2: "COPY-anna-Archive FLAG-anna-Archive \\Seen",
                                        3: "COPY-anna-Archive FLAG-anna-Archive"})
        self.wait_for_flags("INBOX", {1: "\\Seen"})

    def test_changed_flags(self):
        self.append("Drafts")
        self.append("Drafts")
        # Of the server: for all mailboxes, in the accounts that have a script of that name.
        self.postern.upload("anna", "everywhere", WITNESS)
        self.client.xatom("GETMETADATA", '""', ENTRY)
        self.assertIn(b"everywhere", self.client.untagged_responses["METADATA"][-1])
        self.client.exists("Drafts", readonly=False)
        Client.ok(self.client.store("1", "+FLAGS", "(\\Flagged)"))
        self.wait_for_flags("Drafts", {1: "FLAG-anna-Drafts \\Flagged changed-flagged", 2: ""})
        self.client.exists("Drafts", readonly=False)
        Client.ok(self.client.fetch("2", "BODY[]"))
        self.wait_for_flags("Drafts", {1: "FLAG-anna-Drafts \\Flagged changed-flagged", 2: "FLAG-anna-Drafts \\Seen"})
        # An entry of its own, even an empty one, stands before the server's.
        self.annotate("Drafts", "")
        self.client.exists("Drafts", readonly=False)
        Client.ok(self.client.store("2", "FLAGS", "(\\Flagged)"))
        self.append("Sent")
        self.wait_for_flags("Sent", {1: "APPEND-anna-Sent FLAG-anna-Sent"})
        self.wait_for_flags("Drafts", {1: "FLAG-anna-Drafts \\Flagged changed-flagged", 2: "\\Flagged"})

    def test_actions(self):
        self.postern.upload("anna", "sort", """require ["imapsieve", "fileinto", "copy", "imap4flags", "enotify"];
            if header :is "subject" "file" { fileinto "Archive"; }
            if header :is "subject" "copy" { fileinto :copy "Archive"; }
            if header :is "subject" "discard" { discard; }
            if header :is "subject" "keep" { discard; keep; }
            if header :is "subject" "redirect" { redirect "away@far.example"; }
            if header :is "subject" "notify" { notify "mailto:other@far.example"; }""")
        self.annotate("Drafts", "sort")
        names = ["file", "copy", "discard", "keep", "redirect", "notify", "last"]
        for name in names:
            self.append("Drafts", name)
        self.wait_for_flags("Drafts", {1: "\\Deleted", 2: "", 3: "\\Deleted", 4: "", 5: "\\Deleted", 6: "", 7: ""})
        support.wait_for(lambda: len(self.sink.letters) == 2, 30, "two messages that leave")
        self.assertEqual([(mail.sender.split("@")[0], mail.recipients) for mail in self.sink.letters], [("anna", ["away@far.example"]), ("anna", ["other@far.example"])])
        self.assertEqual(self.sink.letters[0].content, letter("redirect"))
        filed = self.client.bodies("Archive")
        self.assertEqual(list(filed.values()), [letter("file"), letter("copy")])

    def test_scripts_that_do_not_work(self):
        self.postern.upload("anna", "away", 'require "vacation"; vacation "no";')
        self.postern.upload("anna", "envelope", 'require "envelope"; if envelope "from" "" { discard; }')
        self.postern.upload("anna", "good", 'require "imap4flags"; addflag "good";')
        for name in ("away", "envelope", "there-is-none", "good"):
            self.annotate("Drafts", name)
            self.append("Drafts", name)
            self.append("Drafts", name)
        self.wait_for_flags("Drafts", {uid: "good" if uid > 6 else "" for uid in range(1, 9)})
        with open(self.postern.log_file, encoding="utf-8") as log:
            said = [line for line in log if "a Sieve script failed on an event of IMAP" in line]
        self.assertEqual(len(said), 4)
        self.assertIn("is not for events of IMAP", said[0])
        self.assertIn("has no envelope", said[3])

    def test_many_at_once(self):
        for _ in range(120):
            self.append("INBOX")
        self.postern.upload("anna", "mark", 'require "imap4flags"; addflag "$Marked";')
        self.annotate("Archive", "mark")
        self.client.exists("INBOX", readonly=False)
        Client.ok(self.client.copy("1:*", "Archive"))
        self.wait_for_flags("Archive", {uid: "$Marked" for uid in range(1, 121)})

    def test_mailboxes_of_others(self):
        """The owner's script runs, whoever causes the event."""
        self.postern.upload("anna", "witness", WITNESS)
        Client.ok(self.client.create("Shared"))
        Client.ok(self.client.setacl("Shared", "ben", "lrswit"))
        self.annotate("Shared", "witness")
        with Client(self.postern.imap_port, user="ben") as ben:
            Client.ok(ben.append("user/anna/Shared", None, None, letter("from ben")))
            self.wait_for_flags("Shared", {1: "APPEND-ben-Shared FLAG-ben-Shared"})

    def test_only_marked_or_removed(self):
        self.postern.upload("anna", "drop", "discard;")
        self.annotate("Drafts", "drop")
        self.postern.stop()
        self.postern.imapsieve = "{ expunge: true }"
        self.postern.start()
        self.client = self.enterContext(Client(self.postern.imap_port, user="anna"))
        self.append("Drafts")
        support.wait_for(lambda: re.search(rb"UIDNEXT 2", Client.ok(self.client.status("Drafts", "(UIDNEXT MESSAGES)"))[0]), 30, "the message")
        support.wait_for(lambda: b"MESSAGES 0" in Client.ok(self.client.status("Drafts", "(MESSAGES)"))[0], 30, "its end")


unittest.main(argv=sys.argv[:1])
