#!/usr/bin/env python3
"""Sieve end to end: scripts that ManageSieve put there decide what becomes of mail over LMTP; what leaves goes to a smart host.

    sieve_test.py STORE      sqlite, postgresql
"""
import json
import os
import smtplib
import subprocess
import sys
import unittest

import support
from imap_client import Client
from scripts import WithSieve
from servers import PostgreSQL
from servers.postern import build_folder
from sink import Sink

STORE = sys.argv[1]
TOOL = os.path.join(build_folder(), "posternctl")
USERS = {f"user{number}": "pass" for number in range(3)}
AUTH = {"auth": "{ hash_memory: 1M, hash_passes: 1 }"}


def letter(subject, to="user0@example.org", more=b""):
    return (f"From: Ben <ben@far.example>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@far.example>\r\n".encode() + more +
            b"\r\n.dot\r\n..\r\n")


class Sieve(unittest.TestCase):
    def setUp(self):
        database = "sqlite" if STORE == "sqlite" else self.enterContext(PostgreSQL())
        self.sink = self.enterContext(Sink())
        relay = f'{{ hosts: {{ "*": {{ server: "127.0.0.1:{self.sink.port}", tls: none, auth: none }} }} }}'
        self.postern = self.enterContext(WithSieve(store=database, users=USERS, extra=AUTH, mail={
            "delivery": "{ domains: [example.org] }", "lmtp": "{ name: mx.example.org }", "relay": relay}))

    def deliver(self, content, *to, sender="ben@far.example"):
        """What is answered for each recipient."""
        with smtplib.LMTP("127.0.0.1", self.postern.lmtp_port) as client:
            client.ehlo_or_helo_if_needed()
            client.mail(sender)
            for address in to or ("user0@example.org",):
                self.assertEqual(client.rcpt(address)[0], 250)
            return [client.data(content)] + [client.getreply() for _ in to[1:]]

    def must_deliver(self, content, *to):
        self.assertEqual([code for code, _ in self.deliver(content, *to)], [250] * max(1, len(to)))

    def boxes(self, user="user0"):
        """{mailbox: [(subject, flags)]} of the mailboxes that are not empty."""
        out = {}
        with Client(self.postern.imap_port, user=user) as client:
            for line in Client.ok(client.list()):
                name = line.decode().rpartition('"/" ')[2].strip('"')
                flags, bodies = client.flags(name), client.bodies(name)
                if bodies:
                    out[name] = [(subject(body), " ".join(sorted(flags[uid] - {"\\Recent"}))) for uid, body in bodies.items()]
        return out

    def test_filed_flagged_and_kept(self):
        self.postern.activate("user0", """require ["fileinto", "imap4flags", "mailbox", "copy", "variables", "subaddress", "envelope"];
            if header :matches "subject" "[*]*" { fileinto :create :flags ["\\\\Seen", "$List"] "Lists/${1}"; stop; }
            if header :is "subject" "both" { addflag "\\\\Flagged"; fileinto :copy "Archive"; fileinto :copy :flags "\\\\Answered" "Sent"; }
            if header :is "subject" "gone" { discard; }
            if envelope :detail "to" "work" { fileinto :create "Work"; }
        """)
        for name in ("[dev] a", "both", "gone", "plain"):
            self.must_deliver(letter(name))
        self.must_deliver(letter("detail"), "user0+work@example.org")
        self.assertEqual(self.boxes(), {"INBOX": [("both", "\\Flagged"), ("plain", "")], "Archive": [("both", "\\Flagged")], "Sent": [("both", "\\Answered")],
                                        "Lists/dev": [("[dev] a", "$List \\Seen")], "Work": [("detail", "")]})
        with Client(self.postern.imap_port, user="user0") as client:
            self.assertIn("Lists/dev", str(Client.ok(client.lsub())))
            [body] = client.bodies("Lists/dev").values()
            self.assertTrue(body.endswith(letter("[dev] a")))

    def test_redirected(self):
        self.postern.activate("user0", """require "copy";
            if header :is "subject" "copy" { redirect :copy "away@far.example"; } else { redirect "away@far.example"; redirect "two@far.example"; }""")
        self.must_deliver(letter("on"))
        self.must_deliver(letter("copy"))
        self.assertEqual([(mail.sender, mail.recipients) for mail in self.sink.letters],
                         [("ben@far.example", ["away@far.example"]), ("ben@far.example", ["two@far.example"]), ("ben@far.example", ["away@far.example"])])
        went = self.sink.letters[0].content
        self.assertTrue(went.startswith(b"Delivered-To: user0@example.org\r\nReceived: from "), went)
        self.assertTrue(went.endswith(letter("on")), went)
        self.assertEqual(self.boxes(), {"INBOX": [("copy", "")]})
        # It comes back: whoever it goes to sends it here. Here it ends.
        self.assertEqual(self.deliver(went)[0][0], 554)
        self.assertEqual(len(self.sink.letters), 3)

    def test_a_redirect_that_cannot_leave(self):
        self.postern.activate("user0", 'redirect "away@far.example";')
        self.sink.refuse = "451 4.3.0 later"
        self.assertEqual(self.deliver(letter("later"))[0][0], 451)
        self.assertEqual(self.boxes(), {})
        self.sink.refuse = "554 5.7.1 never"
        self.must_deliver(letter("never"))
        self.assertEqual(self.boxes(), {"INBOX": [("never", "")]})
        self.postern.activate("user0", 'redirect "nobody@far.example";')
        self.must_deliver(letter("unknown"))
        self.assertEqual(self.boxes(), {"INBOX": [("never", ""), ("unknown", "")]})

    def test_vacation(self):
        self.postern.activate("user0", 'require ["vacation", "variables"]; vacation :days 3 :subject "Away" "Back on Monday.";')
        for name in ("one", "two"):
            self.must_deliver(letter(name))
        self.must_deliver(letter("list", more=b"List-Id: <x.far.example>\r\n"))
        self.must_deliver(letter("others", to="somebody@example.org"))
        support.wait_for(lambda: self.sink.letters, 60, "the reply")
        # Replies leave one after the other: this one is behind any that should not be there.
        self.deliver(letter("three"), sender="carl@far.example")
        support.wait_for(lambda: self.sink.letters[-1].recipients == ["carl@far.example"], 60, "the second reply")
        self.assertEqual([(mail.sender, mail.recipients) for mail in self.sink.letters], [("", ["ben@far.example"]), ("", ["carl@far.example"])])
        reply = self.sink.letters[0].content
        for line in (b"Auto-Submitted: auto-replied (vacation)", b"To: ben@far.example", b"From: user0@example.org", b"Subject: Away", b"In-Reply-To: <one@far.example>"):
            self.assertIn(line + b"\r\n", reply)
        self.assertIn(b"\r\n\r\nBack on Monday.", reply)
        self.assertEqual([subject for subject, _ in self.boxes()["INBOX"]], ["one", "two", "list", "others", "three"])

    def test_rejected_for_one_of_three(self):
        self.postern.activate("user0", 'require "reject"; reject "Not here.\\r\\nGo away.";'.replace("\\r\\n", "\r\n"))
        self.postern.activate("user1", 'require "ereject"; if header :is "subject" "spam" { ereject "No."; }')
        answers = self.deliver(letter("spam"), *(f"user{number}@example.org" for number in range(3)))
        self.assertEqual([code for code, _ in answers], [550, 550, 250])
        self.assertIn(b"Not here.", answers[0][1])
        self.assertIn(b"Go away.", answers[0][1])
        self.assertIn(b"No.", answers[1][1])
        self.assertEqual([self.boxes(user) for user in USERS], [{}, {}, {"INBOX": [("spam", "")]}])
        self.assertEqual(self.sink.letters, [])

    def test_a_script_that_fails(self):
        # Known only when it runs: the address comes out of the message.
        script = 'require ["fileinto", "variables"];\nif header :matches "subject" "to *" {\n  fileinto "Archive"; redirect "${1}";\n}'
        self.postern.activate("user0", script)
        self.must_deliver(letter("to nowhere"))
        self.must_deliver(letter("to nobody"))
        self.must_deliver(letter("fine"))
        notice = ("Your mail filter does not work", "")
        self.assertEqual(self.boxes(), {"INBOX": [("to nowhere", ""), notice, ("to nobody", ""), ("fine", "")]})
        with Client(self.postern.imap_port, user="user0") as client:
            told = client.bodies()[2]
        self.assertIn(b'line 3, column 23: redirect: "nowhere" is no address', told)
        self.assertIn(b"To: user0@example.org\r\n", told)
        with open(self.postern.log_file, encoding="utf-8") as log:
            said = [line for line in log if "a Sieve script failed" in line]
        self.assertEqual(len(said), 2)
        self.assertIn("line 3, column 23", said[0])
        self.assertIn("user0", said[0])
        # Another version is another story.
        self.postern.activate("user0", script + "\nkeep;")
        self.must_deliver(letter("to someone"))
        self.assertEqual(self.boxes()["INBOX"][4:], [("to someone", ""), notice])
        self.assertEqual(self.sink.letters, [])

    def test_scripts_of_others_and_none(self):
        self.postern.activate("user0", "discard;")
        self.must_deliver(letter("all"), "user0@example.org", "user1@example.org")
        self.assertEqual([self.boxes("user0"), self.boxes("user1")], [{}, {"INBOX": [("all", "")]}])
        self.assertEqual(self.postern.sieve_connect("--deactivate", user="user0").returncode, 0)
        self.must_deliver(letter("again"))
        self.assertEqual(self.boxes("user0"), {"INBOX": [("again", "")]})

    def tool(self, *arguments):
        return subprocess.run([TOOL, "--config", self.postern.path("postern.yaml"), "sieve", "apply", *arguments], check=False, timeout=60,
                              capture_output=True, text=True)

    def test_scripts_of_the_operator(self):
        def tool(*arguments, status=0):
            done = subprocess.run([TOOL, "--config", self.postern.path("postern.yaml"), "--json", *arguments], check=False, timeout=60, capture_output=True, text=True)
            self.assertEqual(done.returncode, status, done.stderr)
            return json.loads(done.stderr.splitlines()[0] if status else done.stdout)
        file = self.postern.write("op.sieve", 'require "fileinto"; fileinto "Archive";')
        broken = self.postern.write("broken.sieve", "keep\nnonsense")
        self.assertEqual(tool("script", "put", "user0", "op", file, "--activate"), {"login": "user0", "script": "op"})
        self.assertEqual(tool("script", "put", "user0", "bad", broken, status=1)["line"], 2)
        self.assertEqual(tool("script", "list", "user0"), {"scripts": [{"name": "op", "octets": 39, "active": True}]})
        self.assertEqual(tool("script", "show", "user0", "op")["text"], 'require "fileinto"; fileinto "Archive";')
        # A server over SQLite learns of it with the account's next change.
        self.must_deliver(letter("first"))
        self.must_deliver(letter("second"))
        self.assertIn(("second", ""), self.boxes()["Archive"])
        self.assertIn("error", tool("script", "remove", "user0", "op", status=1))
        tool("script", "activate", "user0", "")
        tool("script", "remove", "user0", "op")
        self.assertEqual(tool("script", "list", "user0"), {"scripts": []})
        self.assertIn("error", tool("script", "remove", "user0", "op", status=1))
        self.must_deliver(letter("third"))
        self.must_deliver(letter("fourth"))
        self.assertIn(("fourth", ""), self.boxes()["INBOX"])

    def test_applied_to_stored_mail(self):
        with Client(self.postern.imap_port, user="user0") as client:
            for number in range(120):
                flags = "(\\Seen)" if number % 2 else None
                Client.ok(client.append("INBOX", flags, None, letter(["[dev] x", "spam", "plain", "copy", "out"][number % 5], more=b"X-N: %d\r\n" % number)))
        script = self.postern.write("old.sieve", """require ["fileinto", "imap4flags", "mailbox", "copy", "variables", "vacation"];
            if header :matches "subject" "[*]*" { fileinto :create "Lists/${1}"; }
            elsif header :is "subject" "spam" { discard; }
            elsif header :is "subject" "copy" { fileinto :copy "Archive"; addflag "$Copied"; }
            elsif header :is "subject" "out" { redirect "away@far.example"; }
            vacation "away";""")
        before = self.boxes()
        rehearsed = self.tool(script, "--mailbox", "INBOX", "--dry-run", "user0")
        self.assertEqual(rehearsed.returncode, 0, rehearsed.stderr)
        self.assertIn('UID 1: fileinto mailbox="Lists/dev" create="yes"', rehearsed.stdout)
        self.assertEqual(rehearsed.stdout.splitlines()[-2:], [
            "120 messages, if it were done: 72 kept, 48 filed, 24 with other flags, 24 removed, 0 failed",
            "Not done, because this mail is stored already and nothing is sent for it: redirect (24), vacation"])
        self.assertEqual(self.boxes(), before)
        if STORE == "sqlite":
            refused = self.tool(script, "--mailbox", "INBOX", "user0")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("a server is running", refused.stderr)
            self.postern.stop()
        some = self.tool(script, "--mailbox", "INBOX", "--search", 'SEEN OR SUBJECT "SPAM" FROM ben NOT UID 3:*', "--json", "user0")
        self.assertEqual(some.returncode, 0, some.stderr)
        said = json.loads(some.stdout)
        self.assertEqual((said["messages"], said["removed"], said["results"][0]["uid"]), (1, 1, 2))
        done = self.tool(script, "--mailbox", "INBOX", "user0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("119 messages: 72 kept, 48 filed, 24 with other flags, 23 removed, 0 failed\n", done.stdout)
        if STORE == "sqlite":
            self.postern.start()
        # Another process did it: a running server is told a moment later.
        support.wait_for(lambda: len(self.boxes().get("Archive", [])) == 24, 60, "what was done")
        after = self.boxes()
        self.assertEqual(sorted(after), ["Archive", "INBOX", "Lists/dev"])
        self.assertEqual(after["Lists/dev"], [("[dev] x", "" if number % 2 == 0 else "\\Seen") for number in range(0, 120, 5)])
        self.assertEqual(set(after["INBOX"]), {("plain", ""), ("plain", "\\Seen"), ("out", ""), ("out", "\\Seen"), ("copy", "$Copied"), ("copy", "$Copied \\Seen")})
        self.assertEqual((len(after["INBOX"]), len(after["Archive"])), (72, 24))
        self.assertEqual(self.sink.letters, [])
        for wrong in (("--mailbox", "Nowhere", "user0"), ("--mailbox", "INBOX", "nobody"), ("--mailbox", "INBOX", "--search", "1:3", "user0"), ("user0",)):
            self.assertNotEqual(self.tool(script, "--dry-run", *wrong).returncode, 0)


def subject(body):
    return body.split(b"\r\nSubject: ", 1)[1].split(b"\r\n", 1)[0].decode()


unittest.main(argv=sys.argv[:1])
